import { ParticipantStatus } from "#proto";
import type { RegisterView } from "#trust";
import { KINDS, spaceOf } from "./analysis/finite-space.ts";
import { type MessageFacts, type PartyFacts, partyFacts } from "./policy-question.ts";
import { isPermitted, type RoutingPolicy } from "./routing-policy.ts";

/** A kind of message in one circumstance, and who could send it to whom. */
export interface Reach {
  readonly kind: string;
  /** What the message says, where a rule reads it: `status` TEST, for example. */
  readonly when: Readonly<Record<string, string>>;
  readonly pairs: readonly Pair[];
}

/** Sender and recipient. */
export type Pair = readonly [from: string, to: string];

/** Pairs that one policy permits and another does not. */
export interface ReachChange extends Reach {
  readonly change: "opened" | "closed";
}

/** What is looked at. */
export interface ReachScope {
  readonly register: RegisterView;
  readonly atMs: number;
  /** Default: every kind. */
  readonly kinds?: readonly string[];
}

/**
 * Who could send what to whom at a time (TP-POLICY-8): every pair of active participants, for each
 * kind, in each circumstance that a rule tells apart; instruments are those somebody applies.
 */
export function reachOf(policy: RoutingPolicy, scope: ReachScope): Reach[] {
  return circumstances([policy], scope).map(({ message, when }) => ({
    kind: message.kind,
    when,
    pairs: pairsOf(policy, message, scope),
  }));
}

/** The pairs that a change of policy opens and closes (TP-POLICY-8). */
export function compareReach(
  before: RoutingPolicy,
  after: RoutingPolicy,
  scope: ReachScope,
): ReachChange[] {
  return circumstances([before, after], scope).flatMap(({ message, when }): ReachChange[] => {
    const [old, now] = [before, after].map((one) => pairsOf(one, message, scope));
    const missing = (from: readonly Pair[] = [], other: readonly Pair[] = []): Pair[] => {
      const there = new Set(other.map((pair) => pair.join(">")));
      return from.filter((pair) => !there.has(pair.join(">")));
    };
    const own = { kind: message.kind, when };
    return [
      { change: "opened" as const, ...own, pairs: missing(now, old) },
      { change: "closed" as const, ...own, pairs: missing(old, now) },
    ].filter(({ pairs }) => pairs.length > 0);
  });
}

interface Circumstance {
  readonly message: MessageFacts;
  readonly when: Readonly<Record<string, string>>;
}

function circumstances(
  policies: readonly RoutingPolicy[],
  { register, kinds = KINDS, atMs }: ReachScope,
): Circumstance[] {
  const rules = policies.flatMap((policy) => policy.rules);
  const applied = new Set(
    register.participants.flatMap(({ id }) => partyFacts(id, register, atMs).applies),
  );
  return kinds.flatMap((kind) => {
    const space = spaceOf(kind, rules);
    const named = [...space.sizes.keys()]
      .filter((name) => name.startsWith("message."))
      .map((name) => name.slice("message.".length) as keyof MessageFacts);
    const found = new Map<string, Circumstance>();
    for (const one of space.messages()) {
      const bases = named.includes("instruments") ? [...applied].map((name) => [name]) : [[]];
      for (const instruments of bases) {
        const message = { ...one, instruments };
        const when = Object.fromEntries(named.map((name) => [name, String(message[name])]));
        found.set(JSON.stringify(when), { message, when });
      }
    }
    return [...found.values()];
  });
}

function pairsOf(
  policy: RoutingPolicy,
  message: MessageFacts,
  { register, atMs }: ReachScope,
): Pair[] {
  const parties: PartyFacts[] = register.participants
    .filter(({ status }) => status === ParticipantStatus.ACTIVE)
    .map(({ id }) => partyFacts(id, register, atMs));
  return parties.flatMap((sender) =>
    parties
      .filter((recipient) => recipient !== sender)
      .filter((recipient) => isPermitted(policy.decide({ sender, recipient, message })))
      .map((recipient): Pair => [sender.id, recipient.id]),
  );
}
