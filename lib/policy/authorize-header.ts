import { accepted, type Outcome, type Refusal, refuse, refused } from "#errors";
import { type Header, Kind, ParticipantStatus, type RecipientResult, RefusalCode } from "#proto";
import { checkGroup, type EarlierRegister, type RegisterView } from "#trust";
import { refusalCodeOf, timestampMs } from "#wire";
import {
  messageFacts,
  type PartyFacts,
  type PolicyQuestion,
  partyFacts,
} from "./policy-question.ts";
import type { PolicyRule } from "./policy-rule.ts";
import { isPermitted, type PolicyDecision, type RoutingPolicy } from "./routing-policy.ts";

/** What a message is judged by. */
export interface RoutingBasis {
  readonly register: RegisterView;
  readonly policy: RoutingPolicy;
  /** Registers before, by which a message under way may have expanded its group; default: none. */
  readonly earlier?: EarlierRegister;
}

/**
 * Whether a message may go to whom it names, with a result for each recipient (TP-TRUST-6 to
 * TP-TRUST-8, TP-POLICY-1): what a rule of the policy forbids, with the code and field of that
 * rule; NOT_PERMITTED where nothing permits; RECIPIENT_UNKNOWN, _SUSPENDED and _REMOVED by the
 * register. A message goes to the permitted recipients, and is refused as a whole when a rule says
 * so, or when none is left, with the reason of the first.
 */
export function authorizeHeader(
  header: Header,
  basis: RoutingBasis,
  nowMs: number,
): Outcome<RecipientResult[]> {
  const { register, policy } = basis;
  if (register.participant(header.sender)?.status !== ParticipantStatus.ACTIVE) {
    return refused("NOT_PERMITTED", "header.sender", "is no active participant");
  }
  const questions = routingQuestions(header, register, nowMs);
  const decisions = questions.map((question) => policy.decide(question));
  const whole =
    checkRecipientQuota(header, register) ??
    checkKind(questions[0], decisions, policy) ??
    messageRefusal(questions, decisions) ??
    checkGroup(header, register, nowMs, basis.earlier ?? (() => undefined)) ??
    checkReplyAddressee(header);
  if (whole !== undefined) return { ok: false, refusal: whole };
  const verdicts = questions.map(
    (question, index) =>
      checkRecipient(header, index, register) ??
      recipientRefusal(question, decisions[index] as PolicyDecision, index),
  );
  const [first] = verdicts;
  if (first !== undefined && verdicts.every((verdict) => verdict !== undefined)) {
    return { ok: false, refusal: first };
  }
  return accepted(
    header.recipients.map((recipient, index) => ({ recipient, code: codeOf(verdicts[index]) })),
  );
}

/** What the policy is asked about a message: one question for each recipient, in their order. */
export function routingQuestions(
  header: Header,
  register: RegisterView,
  nowMs: number,
): PolicyQuestion[] {
  // A clock that is ahead does not bring an instrument into force early.
  const atMs = Math.min(timestampMs(header.sentAt) ?? nowMs, nowMs);
  const message = messageFacts(header);
  const sender = partyFacts(header.sender, register, atMs);
  return header.recipients.map((id) => {
    return { sender, recipient: partyFacts(id, register, atMs), message };
  });
}

function codeOf(verdict: Refusal | undefined): RefusalCode {
  return verdict === undefined ? RefusalCode.UNSPECIFIED : refusalCodeOf(verdict.code);
}

/** More recipients than the sender's own quota lets it address at once (TP-POLICY-11). */
function checkRecipientQuota(
  { recipients, sender }: Header,
  register: RegisterView,
): Refusal | undefined {
  const max = register.participant(sender)?.quotas?.recipientsMax ?? 0;
  if (max === 0 || recipients.length <= max) return undefined;
  return refuse("TOO_LARGE", "header.recipients", `over ${max}, the quota of ${sender}`);
}

/** A reply goes to the sender of what it answers, and to nobody else (TP-TRUST-6). */
function checkReplyAddressee({ inReplyTo, kind, recipients }: Header): Refusal | undefined {
  const isReply = kind === Kind.TRACE_REPLY || kind === Kind.ALERT_RESPONSE;
  if (!isReply || inReplyTo === undefined) return undefined;
  if (recipients.every((recipient) => recipient === inReplyTo.originalSender)) return undefined;
  return refuse("NOT_PERMITTED", "header.recipients", "must be the sender of what it answers");
}

/** What the register alone says of a recipient. */
function checkRecipient(
  { kind, recipients }: Header,
  index: number,
  register: RegisterView,
): Refusal | undefined {
  const field = `header.recipients[${index}]`;
  const recipient = register.participant(recipients[index] ?? "");
  if (recipient === undefined) return refuse("RECIPIENT_UNKNOWN", field, "is not in the register");
  // A receipt is recorded even for a suspended sender: what was delivered was delivered.
  if (recipient.status === ParticipantStatus.ACTIVE || kind === Kind.RECEIPT) return undefined;
  const isRemoved = recipient.status === ParticipantStatus.REMOVED;
  if (isRemoved) return refuse("RECIPIENT_REMOVED", field, "was removed from the exchange");
  return refuse("RECIPIENT_SUSPENDED", field, "is not active");
}

/** Roles and places somebody could have: a kind that none of them is sent is not the sender's. */
const ANYBODY: readonly Pick<PartyFacts, "role" | "state">[] = [
  "FOCAL_POINT",
  "BORDER_AGENCY",
  "REGIONAL_MONITOR",
].flatMap((role) => ["", "own"].map((state) => ({ role, state })));

/** Whether the sender may send this kind to anybody at all; else the kind is what is wrong. */
function checkKind(
  question: PolicyQuestion | undefined,
  decisions: readonly PolicyDecision[],
  policy: RoutingPolicy,
): Refusal | undefined {
  if (question === undefined || decisions.some(({ permits }) => permits.length > 0)) {
    return undefined;
  }
  const { sender, recipient, message } = question;
  const hasAddressee = ANYBODY.some(({ role, state }) => {
    const one = { ...recipient, role, state: state === "own" ? sender.state : state };
    return policy.decide({ ...question, recipient: one }).permits.length > 0;
  });
  if (hasAddressee) return undefined;
  const detail = `no rule lets a ${sender.role} send a ${message.kind}`;
  return refuse("NOT_PERMITTED", "header.kind", detail);
}

/** The first rule, in the order of the text, that keeps the message from everybody. */
function messageRefusal(
  questions: readonly PolicyQuestion[],
  decisions: readonly PolicyDecision[],
): Refusal | undefined {
  const found = decisions.flatMap(({ forbids }, index) =>
    forbids.filter(({ refuses }) => refuses === "message").map((rule) => ({ rule, index })),
  );
  const [first] = found.toSorted((one, other) => one.rule.line - other.rule.line);
  const question = questions[first?.index ?? 0];
  if (first === undefined || question === undefined) return undefined;
  // Only where the rule concerns some of them is one of them what is wrong.
  const isAboutAll = found.filter(({ rule }) => rule === first.rule).length === questions.length;
  return ruleRefusal(first.rule, question, isAboutAll ? undefined : first.index);
}

function recipientRefusal(
  question: PolicyQuestion,
  decision: PolicyDecision,
  index: number,
): Refusal | undefined {
  if (isPermitted(decision)) return undefined;
  const [forbid] = decision.forbids;
  if (decision.permits.length > 0 && forbid !== undefined) {
    return ruleRefusal(forbid, question, index);
  }
  const { sender, recipient, message } = question;
  const detail = `no rule lets a ${sender.role} send a ${message.kind} to a ${recipient.role}`;
  return refuse("NOT_PERMITTED", `header.recipients[${index}]`, detail);
}

/** A refusal that names the rule and its line, at the very element of the header it is about. */
function ruleRefusal(
  rule: PolicyRule,
  question: PolicyQuestion,
  index: number | undefined,
): Refusal {
  const detail = `${rule.title} (rule ${rule.id}, line ${rule.line})`;
  return refuse(rule.code, `${rule.field}${placeIn(rule.field, question, index)}`, detail);
}

function placeIn(
  field: string,
  { sender, recipient, message }: PolicyQuestion,
  index: number | undefined,
): string {
  if (field === "header.recipients") return index === undefined ? "" : `[${index}]`;
  if (field !== "header.instrument_basis") return "";
  const unbound = message.instruments.findIndex(
    (name) => !sender.applies.includes(name) || !recipient.applies.includes(name),
  );
  return unbound === -1 ? "" : `[${unbound}]`;
}
