import {
  AlertKind,
  AlertMove,
  AlertScope,
  ExchangeStatus,
  Kind,
  Priority,
  Tlp,
  TraceMove,
  UseRestriction,
} from "#proto";
import type { MessageFacts, PartyFacts, PolicyQuestion } from "../policy-question.ts";
import type { PolicyRule } from "../policy-rule.ts";
import { coversKind, type RuleTerms, termsOf } from "../rule-terms.ts";

/** Every kind of message there is, in the order of the wire contract. */
export const KINDS: readonly string[] = namesOf(Kind);

/** Roles somebody can have. */
const ROLES = ["FOCAL_POINT", "BORDER_AGENCY", "REGIONAL_MONITOR"] as const;

/** A text that no rule mentions. */
const HERE = "AA";
const ELSEWHERE = "ZZ";
/** A member of a list that stands for all those no rule mentions. */
const TYPICAL_INSTRUMENT = "FIREARMS_PROTOCOL";

/** An ordinary message; what no rule reads stays so. */
export const ORDINARY_MESSAGE: MessageFacts = {
  kind: "TRACE_REQUEST",
  status: "ACTUAL",
  priority: "ROUTINE",
  instruments: [],
  recipients: 1,
  group: "",
  tlp: "AMBER",
  use: ["ANY_LAWFUL"],
  releasableTo: [],
  originator: "",
  move: "UNSPECIFIED",
  alertMove: "UNSPECIFIED",
  alertKind: "UNSPECIFIED",
  alertScope: "UNSPECIFIED",
};

function namesOf(list: Readonly<Record<string, number>>): string[] {
  return Object.keys(list).filter((name) => name !== "UNSPECIFIED");
}

/** The values that must be tried for each part of a question, for one kind of message. */
interface Dimensions {
  readonly message: { readonly [name in keyof MessageFacts]?: readonly MessageFacts[name][] };
  readonly sender: { readonly [name in keyof PartyFacts]?: readonly PartyFacts[name][] };
  readonly recipient: { readonly [name in keyof PartyFacts]?: readonly PartyFacts[name][] };
}

/** Rules that can apply to a kind, and the space they divide. */
export interface KindSpace {
  readonly kind: string;
  readonly rules: readonly PolicyRule[];
  readonly points: number;
  /** Attributes that the rules read, with how many values each has. */
  readonly sizes: ReadonlyMap<string, number>;
  questions(): Generator<PolicyQuestion>;
  /** The messages alone, for asking about participants of a register. */
  messages(): Generator<MessageFacts>;
}

/**
 * The points at which rules for one kind of message can differ (TP-POLICY-6, ADR 0027): every value
 * of what they read, over the closed lists and what they mention; what they do not read stays as in
 * an ordinary message.
 */
export function spaceOf(kind: string, rules: readonly PolicyRule[]): KindSpace {
  const covering = rules.filter((rule) => coversKind(rule, kind));
  const terms = termsOf(covering);
  const { message, sender, recipient } = dimensionsOf(terms);
  const sizes = new Map<string, number>();
  for (const [part, values] of Object.entries({ message, sender, recipient })) {
    for (const [name, list] of Object.entries(values)) sizes.set(`${part}.${name}`, list.length);
  }
  const ordinary = { ...ORDINARY_MESSAGE, kind };
  return {
    kind,
    rules: covering,
    points: [...sizes.values()].reduce((product, size) => product * size, 1),
    sizes,
    messages: () => product(ordinary, message),
    questions: function* questions() {
      for (const from of product(party("AA", HERE), sender)) {
        for (const to of product(party("ZZ", ELSEWHERE), recipient)) {
          for (const one of product(ordinary, message)) {
            yield { sender: from, recipient: to, message: one };
          }
        }
      }
    },
  };
}

function party(id: string, state: string): PartyFacts {
  const own = { groups: [], applies: [], alertsNeedApproval: false };
  return { id, role: "FOCAL_POINT", state, ...own };
}

function dimensionsOf(terms: RuleTerms): Dimensions {
  const reads = (name: string): boolean => terms.attributes.has(`context.${name}`);
  const when = <T>(isRead: boolean, name: string, values: readonly T[]) =>
    isRead ? { [name]: values } : {};
  const texts = [...terms.texts];
  const instruments = [...new Set([TYPICAL_INSTRUMENT, ...named(terms, "Instrument")])];
  const readsInstruments =
    reads("instruments") || ["principal", "resource"].some((one) => readsOf(terms, one, "applies"));
  return {
    message: {
      ...when(reads("status"), "status", namesOf(ExchangeStatus)),
      ...when(reads("priority"), "priority", namesOf(Priority)),
      ...when(reads("tlp"), "tlp", namesOf(Tlp)),
      ...when(reads("use"), "use", setsOf(namesOf(UseRestriction))),
      ...when(readsInstruments, "instruments", setsOf(instruments)),
      ...when(reads("recipients"), "recipients", around(terms.numbers)),
      ...when(reads("group"), "group", ["", ...texts, ELSEWHERE]),
      ...when(reads("releasableTo"), "releasableTo", setsOf([...texts, ELSEWHERE])),
      ...when(reads("originator"), "originator", [HERE, ELSEWHERE, ...texts]),
      ...when(reads("move"), "move", namesOf(TraceMove)),
      ...when(reads("alertMove"), "alertMove", namesOf(AlertMove)),
      ...when(reads("alertKind"), "alertKind", namesOf(AlertKind)),
      ...when(reads("alertScope"), "alertScope", ["UNSPECIFIED", ...namesOf(AlertScope)]),
    },
    sender: partyDimensions(terms, "principal", { readsInstruments, instruments }),
    recipient: partyDimensions(terms, "resource", { readsInstruments, instruments }),
  };
}

function partyDimensions(
  terms: RuleTerms,
  who: "principal" | "resource",
  { readsInstruments, instruments }: { readsInstruments: boolean; instruments: readonly string[] },
): Dimensions["sender"] {
  const ids = [...named(terms, "Participant")];
  const groups = [...named(terms, "Group")];
  const reads = (name: string): boolean => readsOf(terms, who, name);
  const states = who === "principal" ? [HERE] : [HERE, ELSEWHERE];
  return {
    role: ROLES,
    ...(ids.length > 0 ? { id: [who === "principal" ? "AA" : "ZZ", ...ids] } : {}),
    ...(groups.length > 0 ? { groups: setsOf(groups) } : {}),
    ...(reads("state") ? { state: [...states, ...terms.texts] } : {}),
    ...(readsInstruments ? { applies: setsOf(instruments) } : {}),
    ...(reads("alertsNeedApproval") ? { alertsNeedApproval: [false, true] } : {}),
  };
}

function readsOf({ attributes }: RuleTerms, who: string, name: string): boolean {
  return attributes.has(`${who}.${name}`);
}

function named({ entities }: RuleTerms, type: string): ReadonlySet<string> {
  return entities.get(type) ?? new Set();
}

/** The empty set, each single member, and all of them. */
function setsOf(members: readonly string[]): string[][] {
  const singles = members.map((one) => [one]);
  return members.length > 1 ? [[], ...singles, [...members]] : [[], ...singles];
}

/** Each number that is mentioned, one below and one above; at least one recipient. */
function around(numbers: ReadonlySet<number>): number[] {
  const near = [...numbers].flatMap((one) => [one - 1, one, one + 1]);
  return [...new Set([1, ...near])].filter((one) => one >= 1);
}

/** Every combination of the values of some fields, on top of a base. */
function* product<T extends object>(
  base: T,
  values: { readonly [name in keyof T]?: readonly T[name][] },
): Generator<T> {
  const [first, ...rest] = Object.entries(values) as [keyof T, readonly T[keyof T][]][];
  if (first === undefined) {
    yield base;
    return;
  }
  const [name, list] = first;
  const others = Object.fromEntries(rest) as typeof values;
  for (const value of list) yield* product({ ...base, [name]: value }, others);
}
