import { makeSafe, type SafeTable } from "#statistics";
import { planRelease, type ReleaseAbout } from "../../gateway/monitor/make-release.ts";
import type { ReleaseCounts } from "../../gateway/store/monitor/release-counts.ts";

/** A release as the gateway makes it, on the thread of the test. */
export function makeRelease(
  about: ReleaseAbout,
  counts: ReleaseCounts,
  earlier: readonly SafeTable[],
) {
  const { finish, tables } = planRelease(about, counts);
  return finish(makeSafe(tables, earlier));
}
