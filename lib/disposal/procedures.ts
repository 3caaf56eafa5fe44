import {
  keepCertificateSignature,
  listCertificates,
  unsignedCertificates,
} from "./certificates.ts";
import {
  askRun,
  confirmRun,
  declineRun,
  endRun,
  listRuns,
  loadRun,
  noteTime,
  openRun,
  runToWorkOn,
  stopRun,
} from "./disposal-runs.ts";
import { listHolds, loadHold } from "./hold-list.ts";
import { noteAct } from "./note-act.ts";

/**
 * What every store that records are disposed of in does, beside what depends on how records lie
 * there: look, list, dispose, and what a hold may name.
 */
export const DISPOSAL_PROCEDURES = {
  askRun,
  confirmRun,
  declineRun,
  stopRun,
  endRun,
  openRun,
  runToWorkOn,
  loadRun,
  listRuns,
  noteTime,
  listCertificates,
  unsignedCertificates,
  keepCertificateSignature,
  listHolds,
  loadHold,
  noteAct,
};

/** Those of them that only read. */
export const DISPOSAL_READ_ONLY = [
  "openRun",
  "runToWorkOn",
  "loadRun",
  "listRuns",
  "listCertificates",
  "unsignedCertificates",
  "listHolds",
  "loadHold",
] as const;
