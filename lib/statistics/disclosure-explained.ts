import {
  type Consent,
  type DisclosurePolicy,
  type DisclosureQuestion,
  NAMED_AGGREGATIONS,
} from "./disclosure.ts";
import { NAMED_TABLES } from "./named-tables.ts";

/** An answer with what was asked. */
export interface ExplainedAnswer {
  /** Such as `OUTCOMES of NE`, or `NE and NG`. */
  readonly what: string;
  readonly isGiven: boolean;
  readonly by: readonly Consent[];
  readonly missing: readonly Consent[];
  /** Tables of releases that it is in, as far as it gives no other State away (TP-FEED-15). */
  readonly tables: readonly string[];
}

/** What a body sees of one State. */
export interface DisclosedState {
  readonly state: string;
  readonly isMember: boolean;
  /** VOLUMES, OUTCOMES, TIMELINESS, EVENTS, and ROUTES as its own half of each pair. */
  readonly answers: readonly ExplainedAnswer[];
}

/** What a body sees, and why (TP-DISC-9). */
export interface ExplainedDisclosure {
  readonly body: string;
  /** Decimal. */
  readonly registerVersion: string;
  /** Ids; none: nothing leaves for this body. */
  readonly monitors: readonly string[];
  readonly members: readonly string[];
  /** The States asked about; else its members, and others that have consented to anything. */
  readonly states: readonly DisclosedState[];
  /** The pair asked about; else each pair that is given. */
  readonly pairs: readonly ExplainedAnswer[];
}

/** Whom it is asked about; nobody: everybody. */
interface ExplainedAbout {
  readonly state?: string | undefined;
  readonly pair?: readonly [string, string] | undefined;
}

/** What a body sees by a policy and why, of all, of one State or of a pair (TP-DISC-9). */
export function explainDisclosure(
  policy: DisclosurePolicy,
  body: string,
  { pair, state }: ExplainedAbout = {},
): ExplainedDisclosure {
  const members = policy.membersOf(body);
  const answer = (what: string, question: DisclosureQuestion): ExplainedAnswer => {
    const told = policy.maySee(body, question);
    return { what, ...told, tables: told.isGiven ? tablesOf(question, members) : [] };
  };
  const stateOf = (code: string): DisclosedState => ({
    state: code,
    isMember: members.includes(code),
    answers: [
      ...NAMED_AGGREGATIONS.map((aggregation) =>
        answer(`${aggregation} of ${code}`, { about: "STATE", state: code, aggregation }),
      ),
      answer(`EVENTS of ${code}`, { about: "EVENTS", state: code }),
      answer(`pairs of ${code} with each that consents too`, {
        about: "PAIR",
        states: [code, code],
      }),
    ],
  });
  const pairOf = (one: string, other: string): ExplainedAnswer =>
    answer(`${one} and ${other}`, { about: "PAIR", states: [one, other] });
  const told = { body, registerVersion: `${policy.registerVersion}` };
  const around = { ...told, monitors: policy.monitorsOf(body), members };
  if (pair !== undefined) return { ...around, states: [], pairs: [pairOf(...pair)] };
  const states = (state === undefined ? policy.states : [state]).map(stateOf);
  const shown = states.filter(
    (one) => state !== undefined || one.isMember || one.answers.some(({ isGiven }) => isGiven),
  );
  const giving = policy.states.filter(
    (code) => policy.maySee(body, { about: "PAIR", states: [code, code] }).isGiven,
  );
  const pairs = giving.flatMap((one, place) =>
    giving
      .slice(place + 1)
      .filter((other) => state === undefined || [one, other].includes(state))
      .map((other) => pairOf(one, other)),
  );
  return { ...around, states: shown, pairs };
}

/** Releases are of members: they name no other State, but where a member has sent it something. */
function tablesOf(question: DisclosureQuestion, members: readonly string[]): readonly string[] {
  if (question.about === "STATE" && members.includes(question.state)) {
    return NAMED_TABLES[question.aggregation];
  }
  const isPair = question.about === "PAIR" && question.states.some((one) => members.includes(one));
  return isPair ? NAMED_TABLES.ROUTES : [];
}
