import type { Transaction } from "#runtime";
import { HELD_ACTIONS } from "./held-actions.ts";
import { argsOf, findRelease, type ReleaseRecord } from "./release-record.ts";

/** A release with what would leave. */
export interface ShownRelease {
  readonly release: ReleaseRecord;
  /** Undefined once it is gone. */
  readonly content: unknown;
}

/** One release with its content, or null. */
export async function showRelease(
  tx: Transaction,
  args: { readonly releaseId: string },
): Promise<ShownRelease | null> {
  const release = await findRelease(tx, args.releaseId);
  if (release === undefined) return null;
  const kept = await argsOf(tx, args.releaseId);
  const action = HELD_ACTIONS[release.action];
  return { release, content: kept === undefined ? undefined : action?.view(kept) };
}
