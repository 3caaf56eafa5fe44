import { accepted, type Outcome, refused } from "#errors";
import {
  Boundness,
  type Header,
  type Instrument,
  Kind,
  type Participant,
  ParticipantStatus,
  RecipientResult,
  RefusalCode,
  Role,
} from "#proto";
import { isTraceKind, timestampMs } from "#wire";
import type { RegisterView } from "./register.ts";

const FOCAL_POINT: readonly Role[] = [Role.FOCAL_POINT];
const CASEWORK: readonly Role[] = [Role.FOCAL_POINT, Role.BORDER_AGENCY];
const ANY: readonly Role[] = [Role.FOCAL_POINT, Role.BORDER_AGENCY, Role.REGIONAL_MONITOR];

/** Who may send what to whom (domain.md, routing and permission matrix; TP-TRUST-4). */
const ROUTES = new Map<Kind, { from: readonly Role[]; to: readonly Role[] }>([
  [Kind.TRACE_REQUEST, { from: FOCAL_POINT, to: FOCAL_POINT }],
  [Kind.TRACE_REPLY, { from: FOCAL_POINT, to: FOCAL_POINT }],
  [Kind.ALERT, { from: CASEWORK, to: CASEWORK }],
  [Kind.ALERT_RESPONSE, { from: CASEWORK, to: CASEWORK }],
  [Kind.ATTACHMENT_CHUNK, { from: CASEWORK, to: CASEWORK }],
  [Kind.RECEIPT, { from: ANY, to: ANY }],
  [Kind.VOID, { from: ANY, to: ANY }],
  [Kind.GAP_NOTICE, { from: ANY, to: ANY }],
]);

/**
 * Whether a message may go to whom it names. A trace, a receipt and every other message of one
 * addressee goes or is refused as a whole; an alert goes to the permitted recipients and is refused
 * for the rest, and as a whole only when none is left (TP-TRUST-4, TP-TRUST-5).
 */
export function authorizeHeader(
  header: Header,
  register: RegisterView,
  nowMs: number,
): Outcome<RecipientResult[]> {
  const sender = register.participant(header.sender);
  if (sender === undefined || sender.status !== ParticipantStatus.ACTIVE) {
    return refused("NOT_PERMITTED", "header.sender", "not an active participant");
  }
  if (isTraceKind(header.kind) && header.recipients.length !== 1) {
    return refused("NOT_PERMITTED", "header.recipients", "a trace has one addressee");
  }
  const verdicts = header.recipients.map((id, position) =>
    authorizeRecipient(header, sender, register.participant(id), {
      nowMs,
      field: `header.recipients[${position}]`,
    }),
  );
  const firstNo = verdicts.find((verdict) => !verdict.ok);
  const allGood = firstNo === undefined;
  const someGood = verdicts.some((verdict) => verdict.ok);
  if (!allGood && (header.kind !== Kind.ALERT || !someGood)) return firstNo as Outcome<never>;
  return accepted(
    header.recipients.map((recipient, position) => {
      const verdict = verdicts[position];
      const code = verdict?.ok === false ? verdict.refusal.code : undefined;
      const number = code === undefined ? RefusalCode.UNSPECIFIED : RefusalCode[code];
      return RecipientResult.create({ recipient, code: number });
    }),
  );
}

function authorizeRecipient(
  header: Header,
  sender: Participant,
  recipient: Participant | undefined,
  context: { nowMs: number; field: string },
): Outcome<void> {
  const { field } = context;
  if (recipient === undefined) return refused("RECIPIENT_UNKNOWN", field, "not in the register");
  if (recipient.status !== ParticipantStatus.ACTIVE) {
    return refused("RECIPIENT_SUSPENDED", field, "suspended or removed");
  }
  const route = ROUTES.get(header.kind);
  if (!route?.from.includes(sender.role)) {
    return refused("NOT_PERMITTED", "header.kind", "not a kind of the sender's role");
  }
  if (!route.to.includes(recipient.role)) {
    return refused("NOT_PERMITTED", field, "its role receives no such kind");
  }
  if (!isTraceKind(header.kind)) return accepted(undefined);
  if (sender.state === recipient.state) {
    return refused("NOT_PERMITTED", field, "a trace goes to another State");
  }
  const sentAtMs = timestampMs(header.sentAt) ?? context.nowMs;
  const unbound = header.instrumentBasis.findIndex(
    (instrument) =>
      !isBound(sender, instrument, sentAtMs) || !isBound(recipient, instrument, sentAtMs),
  );
  if (unbound < 0) return accepted(undefined);
  const path = `header.instrument_basis[${unbound}]`;
  return refused("NOT_BOUND_BY_INSTRUMENT", path, "one of the two States does not apply it");
}

/** Whether a State is party to, or politically committed by, an instrument at a time. */
function isBound(participant: Participant, instrument: Instrument, atMs: number): boolean {
  return participant.instruments.some((standing) => {
    if (standing.instrument !== instrument) return false;
    const { boundness } = standing;
    if (boundness !== Boundness.PARTY && boundness !== Boundness.COMMITTED) return false;
    const sinceMs = timestampMs(standing.since) ?? Number.NEGATIVE_INFINITY;
    const untilMs = timestampMs(standing.until) ?? Number.POSITIVE_INFINITY;
    return sinceMs <= atMs && atMs < untilMs;
  });
}
