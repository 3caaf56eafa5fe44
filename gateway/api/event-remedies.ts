import type { EventKind } from "../store/event-kinds.ts";

/**
 * What an operator does about an event. The table of docs/spec/operations.md is the same list; a
 * test proves it (TP-OPS-11).
 */
export const EVENT_REMEDIES: Readonly<Record<EventKind, string>> = {
  FORGERY: "look at its items in quarantine; ask the participant what wrote there",
  KEY_UNUSABLE: "have the key registered, or the participant sign with a valid one",
  MALFORMED: "tell the participant; a program of its own may be at fault",
  CLOCK_SKEW: "have the participant set its clock; compare the gateway's",
  ID_REUSE: "ask the participant: two programs, or a copy restored from a backup",
  GAP: "nothing if it stays at one; else look into the participant's outbox",
  OVER_QUOTA: "nothing is lost; ask about the load, or give it room",
  FLOOD: "stop the source at the participant; revoke its NATS user if it does not end",
  QUARANTINE_FULL: "decide about items; see FLOOD",
  PERMISSION_VIOLATION: "ask the participant; a credential may be in foreign hands",
  FAILED_LOGIN: "an expired or revoked credential, or somebody who has none",
  STREAM_TAIL_LOST: "find out what the server lost; nothing else is needed",
  STREAM_RECREATED: "find out who removed it",
  STREAM_FULL: "look why its reader does not take what is in it",
  CERTIFICATE_EXPIRY: "issue it anew and lay it in the place of the old one; nothing is stopped",
  KEY_EXPIRY: "have its owner make the next one, and the register announce it",
  KEY_COMPROMISED:
    "ask the participant which of them are its own; its counterparts have them flagged",
  LOG_FORKED:
    "stop the gateway; compare with the newest backup and with `/conflicts` of the witness",
  LOG_DAMAGED:
    "keep the data folder as it is; run `tracepost log fsck`; find out who could write there",
  TIME_STAMP_FAILED:
    "nothing if it passes; else ask the authority, or compare its certificates with those that are " +
    "configured",
  TIME_STAMP_OVERDUE: "see TIME_STAMP_FAILED; configure another authority if it does not end",
  REGISTER_EXPIRY: "have the root holders sign the next version, and publish it",
  REGISTER_REFUSED:
    "keep the file; ask the root holders, by another channel, what they have signed",
  KEYS_DOUBTED: "ask the participant by another channel whether the keys are its own",
};
