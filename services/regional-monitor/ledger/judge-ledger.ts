import { accepted, type Outcome, refused } from "#errors";
import type { OpenedInbound } from "#post";
import { Kind, Role } from "#proto";
import { parseIndicatorLedger } from "#statistics";
import type { RegisterView } from "#trust";
import { BODY_PART } from "#wire";
import type { LedgerEffect } from "./ledger-record.ts";

/** Judges what others send to a monitor: ledgers of focal points alone (TP-MON-11). */
export function judgeLedger(message: OpenedInbound, register: RegisterView): Outcome<LedgerEffect> {
  const { header, parts, recordedAtMs } = message;
  if (header.kind !== Kind.INDICATOR_LEDGER) {
    return refused("SCHEMA_UNSUPPORTED", "header.kind", "not for a regional monitor");
  }
  const sender = register.participant(header.sender);
  if (sender?.role !== Role.FOCAL_POINT) {
    return refused("NOT_PERMITTED", "header.sender", "is no focal point");
  }
  const body = parts.get(BODY_PART) ?? new Uint8Array();
  const parsed = parseIndicatorLedger(body, { senderState: sender.state, atMs: recordedAtMs });
  return parsed.ok ? accepted({ type: "ledger", ledger: body }) : parsed;
}
