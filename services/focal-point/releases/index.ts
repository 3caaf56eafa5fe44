// What needs a second person: its tables, and the procedures the store runs.

import { confirmRelease, returnRelease, reviewRelease } from "./decide.ts";
import { endDeputy, listDeputies, nameDeputyOnce } from "./deputies.ts";
import { releasePolicy } from "./release-policy.ts";
import { listReleases } from "./release-record.ts";
import { countReleases, sweepReleases } from "./review-watch.ts";
import { setReleasePolicy } from "./set-policy.ts";
import { showRelease } from "./show-release.ts";

export { RELEASE_MIGRATION_SQL } from "./release-tables.ts";

/** Procedures of releases, to be spread into the store's definition. */
export const RELEASE_PROCEDURES = {
  confirmRelease,
  returnRelease,
  reviewRelease,
  listReleases,
  showRelease,
  releasePolicy,
  setReleasePolicy,
  nameDeputy: nameDeputyOnce,
  endDeputy,
  listDeputies,
  countReleases,
  sweepReleases,
};

/** Those of them that only read. */
export const RELEASE_READ_ONLY = [
  "listReleases",
  "showRelease",
  "releasePolicy",
  "listDeputies",
  "countReleases",
] as const;
