import type { CedarEntity, CedarQuestion, CedarValue } from "./cedar.ts";
import type { MessageFacts, PartyFacts, PolicyQuestion } from "./policy-question.ts";
import type { RuleTerms } from "./rule-terms.ts";

/** What each part of a message is in Cedar, by the names of routing.cedarschema. */
const CONTEXT: Readonly<Record<string, (message: MessageFacts) => CedarValue>> = {
  status: ({ status }) => named("Status", status),
  priority: ({ priority }) => named("Priority", priority),
  instruments: ({ instruments }) => instruments.map((name) => named("Instrument", name)),
  recipients: ({ recipients }) => recipients,
  group: ({ group }) => group,
  tlp: ({ tlp }) => named("Tlp", tlp),
  use: ({ use }) => use.map((name) => named("Use", name)),
  releasableTo: ({ releasableTo }) => [...releasableTo],
  originator: ({ originator }) => originator,
  move: ({ move }) => named("Move", move),
  alertMove: ({ alertMove }) => named("AlertMove", alertMove),
  alertKind: ({ alertKind }) => named("AlertKind", alertKind),
  alertScope: ({ alertScope }) => named("AlertScope", alertScope),
};

/** What each attribute of a participant is in Cedar. */
const ATTRIBUTES: Readonly<Record<string, (party: PartyFacts) => CedarValue>> = {
  state: ({ state }) => state,
  applies: ({ applies }) => applies.map((name) => named("Instrument", name)),
  alertsNeedApproval: ({ alertsNeedApproval }) => alertsNeedApproval,
};

/**
 * What rules read of a question, as one text: questions with equal keys have the same answer,
 * because rules depend on nothing else (ADR 0027).
 */
export function questionKey(question: PolicyQuestion, terms: RuleTerms): string {
  const { sender, recipient, context } = askedQuestion(question, terms);
  return JSON.stringify([sender, recipient, context]);
}

/** A question as Cedar takes it, without what no rule reads. */
export function askedQuestion(question: PolicyQuestion, terms: RuleTerms): CedarQuestion {
  const { message } = question;
  const { sender, recipient } = alike(question, terms);
  return {
    sender: partyEntity(sender, "principal", terms),
    recipient: partyEntity(recipient, "resource", terms),
    action: message.kind,
    context: pick(CONTEXT, message, "context", terms),
  };
}

/** What a State may be compared with besides the State of the other. */
const TEXTS_READ = ["context.originator", "context.releasableTo", "context.group"];

/** Where rules only ask whether two States are one, which ones they are makes no difference. */
function alike(
  { sender, recipient }: PolicyQuestion,
  { attributes, readsIds, texts }: RuleTerms,
): Pick<PolicyQuestion, "sender" | "recipient"> {
  const isOpen = texts.size > 0 || readsIds || TEXTS_READ.some((name) => attributes.has(name));
  if (isOpen) return { sender, recipient };
  const state = sender.state === recipient.state ? "own" : "other";
  return { sender: { ...sender, state: "own" }, recipient: { ...recipient, state } };
}

function pick<T>(
  parts: Readonly<Record<string, (from: T) => CedarValue>>,
  from: T,
  where: string,
  { attributes }: RuleTerms,
): Record<string, CedarValue> {
  const read = Object.entries(parts).filter(([name]) => attributes.has(`${where}.${name}`));
  return Object.fromEntries(read.map(([name, value]) => [name, value(from)]));
}

function partyEntity(
  party: PartyFacts,
  who: "principal" | "resource",
  terms: RuleTerms,
): CedarEntity {
  const mentioned = terms.entities.get("Group");
  const groups = party.groups.filter((name) => terms.readsIds || mentioned?.has(name));
  return {
    uid: { type: "Participant", id: terms.readsIds ? party.id : who },
    attrs: pick(ATTRIBUTES, party, who, terms),
    parents: [{ type: "Role", id: party.role }, ...groups.map((id) => ({ type: "Group", id }))],
  };
}

function named(type: string, id: string): CedarValue {
  return { __entity: { type, id } };
}
