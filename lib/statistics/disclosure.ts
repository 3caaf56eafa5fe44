import { Aggregation, type Participant, ParticipantStatus, Role } from "#proto";
import { isMemberOf, type RegisterView } from "#trust";

/** Aggregations that show one State by its name. */
export const NAMED_AGGREGATIONS = ["VOLUMES", "OUTCOMES", "TIMELINESS"] as const;
/** One of {@link NAMED_AGGREGATIONS}. */
export type NamedAggregation = (typeof NAMED_AGGREGATIONS)[number];

/** What a body may ask for. States are ISO 3166-1 alpha-2. */
export type DisclosureQuestion =
  /** Sums over all members; no State is named. */
  | { readonly about: "SUMS" }
  | {
      readonly about: "STATE";
      readonly state: string;
      readonly aggregation: NamedAggregation;
    }
  /** What goes between two States, in both directions. */
  | { readonly about: "PAIR"; readonly states: readonly [string, string] }
  /** A State named in single events. */
  | { readonly about: "EVENTS"; readonly state: string };

/** A consent that was given, or that is missing. */
export interface Consent {
  readonly state: string;
  readonly aggregation: keyof typeof Aggregation;
}

/** Whether a body sees what it asks for, and what that rests on. */
export interface DisclosureAnswer {
  readonly isGiven: boolean;
  /** Consents in the register that it rests on; sums need none. */
  readonly by: readonly Consent[];
  /** Consents without which it is not given. */
  readonly missing: readonly Consent[];
}

/** Between which States a record went. Empty: an organization, or more than one recipient. */
export interface EventStates {
  readonly fromState: string;
  readonly toState: string;
}

/** Who may see what of whom, as one version of the register says it (docs/spec/disclosure.md). */
export interface DisclosurePolicy {
  readonly registerVersion: bigint;
  /** Codes of the bodies that have a monitor, in order. */
  readonly bodies: readonly string[];
  /** States that have a focal point, in order: those that can be named. */
  readonly states: readonly string[];
  /** Ids of the monitors that stand for a body (TP-DISC-1). */
  monitorsOf(body: string): readonly string[];
  /** Codes of the bodies that a monitor stands for, in order (TP-DISC-1). */
  bodiesOf(monitor: string): readonly string[];
  /** States that are members of a body, in order (TP-DISC-2). */
  membersOf(body: string): readonly string[];
  /** TP-DISC-3 to TP-DISC-6. */
  maySee(body: string, question: DisclosureQuestion): DisclosureAnswer;
  /**
   * The States that an event shows a monitor, by the consents to the bodies it stands for; who has
   * not consented is left empty. Undefined: no State would be named, and the event is not given at
   * all (TP-DISC-6).
   */
  eventFor(monitor: string, states: EventStates): EventStates | undefined;
}

/**
 * Who may see what of whom by a register, with memberships as of a time (ms since 1970). Pure; the
 * look-ups are made once, so that it can be asked for each record. The register alone decides: no
 * handling of a message keeps it from being counted (TP-DISC-7), and what a version has no more is
 * not given by it (TP-DISC-8).
 */
export function disclosurePolicy(register: RegisterView, atMs: number): DisclosurePolicy {
  const monitors = register.participants.filter(isMonitor);
  const focalPoints = focalPointsOf(register.participants);
  const standsFor = (one: Participant): string[] =>
    bodiesNamedBy(one).filter((body) => isMemberOf(one, body, atMs));
  const consents = new Set(
    [...focalPoints].flatMap(([state, ones]) => consentsOf(ones).map((key) => `${state} ${key}`)),
  );
  const has = (body: string, { aggregation, state }: Consent): boolean =>
    consents.has(`${state} ${body} ${Aggregation[aggregation]}`);
  const bodies = new Map(monitors.map((one) => [one.id, standsFor(one)]));
  const sees = (monitor: string, state: string): boolean =>
    (bodies.get(monitor) ?? []).some((body) => has(body, { state, aggregation: "EVENTS" }));
  return {
    registerVersion: register.version,
    bodies: sortedSet([...bodies.values()].flat()),
    states: [...focalPoints.keys()].toSorted(),
    monitorsOf: (body) => [...bodies].filter(([, of]) => of.includes(body)).map(([id]) => id),
    bodiesOf: (monitor) => bodies.get(monitor) ?? [],
    membersOf: (body) =>
      [...focalPoints]
        .filter(([, ones]) => ones.some((one) => isMemberOf(one, body, atMs)))
        .map(([state]) => state)
        .toSorted(),
    maySee: (body, question) => {
      const needed = consentsNeeded(question);
      const missing = needed.filter((consent) => !has(body, consent));
      const by = needed.filter((consent) => has(body, consent));
      return { isGiven: missing.length === 0, by, missing };
    },
    eventFor: (monitor, { fromState, toState }) => {
      const shown = {
        fromState: sees(monitor, fromState) ? fromState : "",
        toState: sees(monitor, toState) ? toState : "",
      };
      return shown.fromState + shown.toState === "" ? undefined : shown;
    },
  };
}

function consentsNeeded(question: DisclosureQuestion): Consent[] {
  switch (question.about) {
    case "SUMS":
      return [];
    case "STATE":
      return [{ state: question.state, aggregation: question.aggregation }];
    case "PAIR":
      return sortedSet(question.states).map((state) => ({ state, aggregation: "ROUTES" }));
    case "EVENTS":
      return [{ state: question.state, aggregation: "EVENTS" }];
  }
}

function isMonitor({ role, status }: Participant): boolean {
  return role === Role.REGIONAL_MONITOR && status === ParticipantStatus.ACTIVE;
}

/** Focal points that speak for each State; what is removed speaks for nobody. */
function focalPointsOf(participants: readonly Participant[]): Map<string, Participant[]> {
  const speaking = participants.filter(
    ({ role, state, status }) =>
      role === Role.FOCAL_POINT && state !== "" && status !== ParticipantStatus.REMOVED,
  );
  return Map.groupBy(speaking, ({ state }) => state);
}

/** Body and aggregation of each consent that every focal point of a State has given. */
function consentsOf(focalPoints: readonly Participant[]): string[] {
  const [first, ...others] = focalPoints.map(
    ({ disclosures }) => new Set(disclosures.map((one) => `${one.body} ${one.aggregation}`)),
  );
  return [...(first ?? [])].filter((key) => others.every((keys) => keys.has(key)));
}

function bodiesNamedBy({ regionalBodies }: Participant): string[] {
  return sortedSet(regionalBodies.map(({ body }) => body));
}

function sortedSet(names: readonly string[]): string[] {
  return [...new Set(names)].toSorted();
}
