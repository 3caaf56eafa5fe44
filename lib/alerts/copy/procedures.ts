import { listChecks, noteCheck } from "./check-log.ts";
import { checkQuestions } from "./check-questions.ts";
import { alertCopyState, noteCopyCurrent } from "./copy-state.ts";

/**
 * What a service's store does with the local copy, besides `noteAlert` where alerts are taken in.
 */
export const ALERT_COPY_PROCEDURES = {
  checkQuestions,
  noteCheck,
  listChecks,
  alertCopyState,
  noteCopyCurrent,
};

/** Those of them that only read. */
export const ALERT_COPY_READ_ONLY = ["checkQuestions", "listChecks", "alertCopyState"] as const;
