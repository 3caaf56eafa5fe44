import { KIB, MINUTE_MS, SECOND_MS } from "./units.ts";

/** Bounds of the command line and of the scenario, each with its unit and its reason. */

/** Limits of the rules that can be tried from outside. */
export const RULE_LIMITS = {
  /** A rule decides on one case; a chain or a table of thousands of lines is below. */
  inputBytesMax: 4 * KIB * KIB,
  /** Rows of a register that one question is ranked over; more is a register's own work. */
  rowsMax: 1_000,
  /** Longest wait for another implementation to decide one vector. */
  conformanceMs: 30 * SECOND_MS,
  /** Programs of another implementation that run at the same time. */
  conformanceAtOnce: 2,
} as const;

/** Limits and waits of the command line. */
export const CLI_LIMITS = {
  /** Longest wait for a service to answer one request; it answers in milliseconds. */
  answerMs: 30 * SECOND_MS,
  /** Longest wait for a file to be cleaned, or to be handed out whole. */
  cleanMs: 5 * MINUTE_MS,
  /** How long `log consistency` waits for a checkpoint unless told; one is kept each second. */
  checkpointWaitMs: 15 * SECOND_MS,
  /** How long `--wait` waits for receipts unless told; a State that is connected needs seconds. */
  receiptsWaitMs: 60 * SECOND_MS,
  /** Longest `--wait`. */
  receiptsWaitMsMax: 60 * MINUTE_MS,
  /** Between two looks for receipts, or at an import. */
  receiptsPollMs: 250,
  /** Piece of a file that is sent at once; one that is lost is little to send again. */
  pieceBytes: 4 * KIB * KIB,
  /** Times a piece is tried before an import is left for later. */
  pieceAttemptsMax: 5,
  /** Longest time a register may take to come out; tens of millions of rows are below. */
  streamMs: 6 * 60 * MINUTE_MS,
} as const;

/** Limits and waits of the recovered-firearms scenario. */
export const SCENARIO_LIMITS = {
  /** Fewer States would not look like an exchange; others are added. */
  participantsMin: 7,
  /** Every State is a process of its own on this machine. */
  participantsMax: 24,
  /** The input is read as a whole. */
  inputBytesMax: 64 * 1024 * KIB,
  /** Requests being handed to the focal points at the same time. */
  submitInFlightMax: 16,
  /** Time between two looks at how far the focal points are. */
  pollMs: 250,
  /** No count has moved for so long, resends included: something is stuck. */
  stallMs: 2 * MINUTE_MS,
  /** After the last answer the last receipts are on their way for less. */
  quietMs: 10 * SECOND_MS,
  /** A call to a focal point on this machine takes no longer. */
  callMs: 30 * SECOND_MS,
} as const;
