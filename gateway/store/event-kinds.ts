import { RefusalCode } from "#proto";

/**
 * Closed list of what an operator is told of: kind → what happened (TP-OPS-11). The table of
 * docs/spec/operations.md is the same list; a test proves it.
 */
export const EVENT_KINDS = {
  FORGERY: "a message came under a signature that is not its sender's",
  KEY_UNUSABLE: "a message came under a key that is not registered, or not valid now",
  MALFORMED: "bytes came that are no well-formed message, or not the one they claim to be",
  CLOCK_SKEW: "a message came that is signed for a time that cannot be",
  ID_REUSE: "a message id was used for two messages",
  GAP: "a recipient misses messages of this participant, and asks for them",
  OVER_QUOTA: "the participant sent more than it may; messages were handed back, or wait for room",
  FLOOD: "more came that could not be verified than is kept: it was counted and nothing else",
  QUARANTINE_FULL: "a held item gave way to newer ones before a person decided",
  PERMISSION_VIOLATION: "a user of this account tried on NATS what it may not",
  FAILED_LOGIN: "somebody tried to log in to NATS and could not",
  STREAM_TAIL_LOST: "a stream has lost its newest messages; they are being sent again",
  STREAM_RECREATED: "a stream or consumer was missing, or is another one, and was made anew",
  STREAM_FULL: "a stream is nearly full and takes urgent messages only",
  CERTIFICATE_EXPIRY: "a certificate of the exchange ends soon, has ended, or cannot be read",
  KEY_EXPIRY: "the last key of its owner for one use ends soon, or has ended",
  KEY_COMPROMISED: "messages were recorded under a key that others may have had by then",
  LOG_FORKED: "a witness has cosigned another log, or more of this one than is here",
  LOG_DAMAGED: "a record, or the log itself, is not what was logged",
  TIME_STAMP_FAILED: "a time-stamping authority gave no time-stamp that counts",
  TIME_STAMP_OVERDUE: "no authority has time-stamped a checkpoint for several intervals",
  REGISTER_EXPIRY: "the participant register is to be renewed, has expired or has closed",
  REGISTER_REFUSED: "a register was offered that does not follow the one in force",
  KEYS_DOUBTED: "keys of a participant changed without its identity key; the old ones are used",
} as const satisfies Record<string, string>;

/** A kind of the closed list. */
export type EventKind = keyof typeof EVENT_KINDS;

/** Names of all kinds, in the order of the list. */
export const EVENT_KIND_NAMES = Object.keys(EVENT_KINDS) as EventKind[];

/** Kinds that whoever runs the processes may report; the others are the gateway's own to see. */
export const REPORTED_KINDS = [
  "PERMISSION_VIOLATION",
  "FAILED_LOGIN",
  "STREAM_TAIL_LOST",
  "STREAM_RECREATED",
  "STREAM_FULL",
  "CERTIFICATE_EXPIRY",
] as const satisfies readonly EventKind[];

/** What an operator is told of a refusal of something unverified; undefined for what he decided. */
export function eventKindOf(code: RefusalCode): EventKind | undefined {
  switch (code) {
    case RefusalCode.SIGNATURE_INVALID:
    case RefusalCode.SENDER_MISMATCH:
    case RefusalCode.KEY_REVOKED:
      return "FORGERY";
    case RefusalCode.KEY_UNKNOWN:
    case RefusalCode.KEY_EXPIRED:
      return "KEY_UNUSABLE";
    case RefusalCode.CLOCK_SKEW:
      return "CLOCK_SKEW";
    case RefusalCode.ID_REUSED:
      return "ID_REUSE";
    case RefusalCode.REFUSED_BY_OPERATOR:
      return undefined;
    default:
      return "MALFORMED";
  }
}
