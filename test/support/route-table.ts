import { accepted, type Outcome, type Refusal, refuse, refused } from "#errors";
import {
  AlertScope,
  type Header,
  Kind,
  type Participant,
  ParticipantStatus,
  type RecipientResult,
  RefusalCode,
  Role,
} from "#proto";
import { checkGroup, isBound, type RegisterView } from "#trust";
import { isTraceKind, refusalCodeOf, timestampMs } from "#wire";

/** Roles that may send a kind, and roles that may be sent it. */
interface Route {
  readonly from: readonly Role[];
  readonly to: readonly Role[];
}

const BETWEEN_FOCAL_POINTS: Route = { from: [Role.FOCAL_POINT], to: [Role.FOCAL_POINT] };
const OPERATIONAL: readonly Role[] = [Role.FOCAL_POINT, Role.BORDER_AGENCY];
const BETWEEN_OPERATIONAL: Route = { from: OPERATIONAL, to: OPERATIONAL };
const ALL: readonly Role[] = [Role.FOCAL_POINT, Role.BORDER_AGENCY, Role.REGIONAL_MONITOR];
const BETWEEN_ALL: Route = { from: ALL, to: ALL };

/** Who may send what to whom, as domain notes 10 have it. REGISTER is for the operator alone. */
const ROUTES: ReadonlyMap<Kind, Route> = new Map([
  [Kind.TRACE_REQUEST, BETWEEN_FOCAL_POINTS],
  [Kind.TRACE_REPLY, BETWEEN_FOCAL_POINTS],
  [Kind.TRACE_FOLLOW_UP, BETWEEN_FOCAL_POINTS],
  [Kind.NOTICE, BETWEEN_OPERATIONAL],
  [Kind.ATTACHMENT_CHUNK, BETWEEN_FOCAL_POINTS],
  [Kind.ALERT, BETWEEN_OPERATIONAL],
  [Kind.ALERT_RESPONSE, BETWEEN_OPERATIONAL],
  [Kind.INDICATOR_LEDGER, { from: [Role.FOCAL_POINT], to: [Role.REGIONAL_MONITOR] }],
  [Kind.RECEIPT, BETWEEN_ALL],
  [Kind.VOID, BETWEEN_ALL],
  [Kind.GAP_NOTICE, BETWEEN_ALL],
]);

/**
 * The default policy a second time, as a table and plain code: what differential tests compare the
 * rules with.
 */
export function routeByTable(
  header: Header,
  register: RegisterView,
  nowMs: number,
): Outcome<RecipientResult[]> {
  const sender = register.participant(header.sender);
  if (sender?.status !== ParticipantStatus.ACTIVE) {
    return refused("NOT_PERMITTED", "header.sender", "is no active participant");
  }
  const route = ROUTES.get(header.kind);
  if (route === undefined || !route.from.includes(sender.role)) {
    return refused("NOT_PERMITTED", "header.kind", "is not for the sender's role to send");
  }
  if (isTraceKind(header.kind) && header.recipients.length !== 1) {
    return refused("NOT_PERMITTED", "header.recipients", "must be one on a trace");
  }
  if (header.kind === Kind.ALERT && header.disclosed?.alertScope === AlertScope.PUBLIC) {
    const detail = "alerts go to authorities alone";
    return refused("PUBLIC_SCOPE_FORBIDDEN", "header.disclosed.alert_scope", detail);
  }
  const approval = checkApproval(header, sender, register);
  if (approval !== undefined) return { ok: false, refusal: approval };
  const group = checkGroup(header, register, nowMs, () => undefined);
  if (group !== undefined) return { ok: false, refusal: group };
  const reply = checkReplyAddressee(header);
  if (reply !== undefined) return { ok: false, refusal: reply };
  const verdicts = header.recipients.map(
    (recipient, index) =>
      checkRecipient(register.participant(recipient), header.kind, route, index) ??
      checkInstruments(sender, register.participant(recipient), header, nowMs),
  );
  const [first] = verdicts;
  if (first !== undefined && verdicts.every((verdict) => verdict !== undefined)) {
    return { ok: false, refusal: first };
  }
  return accepted(
    header.recipients.map((recipient, index) => ({ recipient, code: codeOf(verdicts[index]) })),
  );
}

/** A reply goes to the sender of what it answers, and to nobody else (TP-TRUST-6). */
function checkReplyAddressee({ inReplyTo, kind, recipients }: Header): Refusal | undefined {
  const isReply = kind === Kind.TRACE_REPLY || kind === Kind.ALERT_RESPONSE;
  if (!isReply || inReplyTo === undefined) return undefined;
  if (recipients.every((recipient) => recipient === inReplyTo.originalSender)) return undefined;
  return refuse("NOT_PERMITTED", "header.recipients", "must be the sender of what it answers");
}

/** An alert of an agency whose State approves its alerts goes to its focal point (TP-ALERT-34). */
function checkApproval(
  { kind, recipients }: Header,
  sender: Participant,
  register: RegisterView,
): Refusal | undefined {
  const isAsked = sender.role === Role.BORDER_AGENCY && sender.alertsNeedApproval;
  if (kind !== Kind.ALERT || !isAsked) return undefined;
  const abroad = recipients.findIndex((recipient) => {
    const { role, state } = register.participant(recipient) ?? {};
    return role !== Role.FOCAL_POINT || state !== sender.state;
  });
  if (abroad === -1) return undefined;
  const detail = "is not the focal point that has to approve it";
  return refuse("NOT_PERMITTED", `header.recipients[${abroad}]`, detail);
}

function codeOf(verdict: Refusal | undefined): RefusalCode {
  return verdict === undefined ? RefusalCode.UNSPECIFIED : refusalCodeOf(verdict.code);
}

function checkRecipient(
  recipient: Participant | undefined,
  kind: Kind,
  route: Route,
  index: number,
): Refusal | undefined {
  const field = `header.recipients[${index}]`;
  if (recipient === undefined) return refuse("RECIPIENT_UNKNOWN", field, "is not in the register");
  // A receipt is recorded even for a suspended sender: what was delivered was delivered.
  if (recipient.status !== ParticipantStatus.ACTIVE && kind !== Kind.RECEIPT) {
    const isRemoved = recipient.status === ParticipantStatus.REMOVED;
    return isRemoved
      ? refuse("RECIPIENT_REMOVED", field, "was removed from the exchange")
      : refuse("RECIPIENT_SUSPENDED", field, "is not active");
  }
  if (route.to.includes(recipient.role)) return undefined;
  return refuse("NOT_PERMITTED", field, "is not of a role that is sent this kind");
}

function checkInstruments(
  sender: Participant,
  recipient: Participant | undefined,
  header: Header,
  nowMs: number,
): Refusal | undefined {
  if (!isTraceKind(header.kind)) return undefined;
  // A clock that is ahead does not bring an instrument into force early.
  const atMs = Math.min(timestampMs(header.sentAt) ?? nowMs, nowMs);
  const unbound = header.instrumentBasis.findIndex(
    (instrument) => !isBound(sender, instrument, atMs) || !isBound(recipient, instrument, atMs),
  );
  if (unbound === -1) return undefined;
  const field = `header.instrument_basis[${unbound}]`;
  return refuse("NOT_BOUND_BY_INSTRUMENT", field, "is not applied by both States");
}
