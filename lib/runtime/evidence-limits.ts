import { MIB } from "./units.ts";

/** Limits of evidence files. */
export const EVIDENCE_LIMITS = {
  /** A whole file, which is read into memory: a case of a hundred full messages. */
  fileBytesMax: 128 * MIB,
  /** Files in it: each costs a row of the manifest and a look. */
  filesMax: 20_000,
  /** Messages of one file. */
  messagesMax: 999,
  /** Receipts, and endings, of one message: one for each recipient, and the gateway's. */
  receiptsMax: 999,
  /** Sets of root keys that one verification is given. */
  rootSetsMax: 32,
  /** Problems that are listed; the rest are counted. */
  problemsMax: 100,
} as const;
