import { type Static, Type } from "typebox";
import {
  Boundness,
  Instrument,
  Participant,
  type ParticipantGroup,
  ParticipantStatus,
  Role,
} from "#proto";
import { compileSchema } from "#runtime";
import type { RegisterView } from "#trust";
import { stateOfParticipant, toTimestamp } from "#wire";
import { type ExplainedRouting, explainRouting } from "./explain-routing.ts";
import type { RoutingPolicy } from "./routing-policy.ts";
import { StatedMessageSchema, statedHeader } from "./stated-message.ts";

const Given = Type.Object(
  {
    id: Type.String({ pattern: "^([A-Z]{2}(-[A-Z0-9]{2,16})?|ORG-[A-Z0-9]{2,16})$" }),
    role: Type.Optional(Type.Enum(["FOCAL_POINT", "BORDER_AGENCY", "REGIONAL_MONITOR"])),
    status: Type.Optional(Type.Enum(["ACTIVE", "SUSPENDED", "REMOVED"])),
    applies: Type.Optional(Type.Array(Type.String())),
    signed: Type.Optional(Type.Array(Type.String())),
    groups: Type.Optional(Type.Array(Type.String())),
    alertsNeedApproval: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);

const ExpectationsSchema = Type.Object(
  {
    given: Type.Object({ participants: Type.Array(Given, { minItems: 1 }) }),
    expect: Type.Array(
      Type.Object(
        {
          name: Type.Optional(Type.String()),
          when: StatedMessageSchema,
          // `routed`, or the code of the refusal.
          outcome: Type.String({ pattern: "^(routed|[A-Z_]+)$" }),
          rule: Type.Optional(Type.String()),
        },
        { additionalProperties: false },
      ),
      { minItems: 1 },
    ),
  },
  { additionalProperties: false },
);

/** Participants, and what a policy must say about messages between them. */
export type PolicyExpectations = Static<typeof ExpectationsSchema>;

/** Checks a file of expectations: every problem with its field. */
export const checkExpectations = compileSchema(ExpectationsSchema).check;

/** What one expectation has come to. */
export interface Expected {
  readonly name: string;
  readonly isMet: boolean;
  readonly expected: string;
  readonly got: string;
  readonly explained: ExplainedRouting;
}

/** A day on which every given standing is in force. */
const SINCE_MS = Date.UTC(2000, 0, 1);

/** Holds a policy against expectations (TP-POLICY-8). */
export function tryExpectations(
  { given, expect }: PolicyExpectations,
  policy: RoutingPolicy,
  nowMs: number,
): Expected[] {
  const register = registerOf(given.participants);
  return expect.map(({ name, outcome, rule, when }, index) => {
    const explained = explainRouting(statedHeader(when, nowMs), { register, policy }, nowMs);
    const outcomes = new Set(explained.recipients.map((one) => one.outcome));
    const rules = explained.recipients.flatMap(({ permits, forbids }) => [...forbids, ...permits]);
    const isRule = rule === undefined || rules.some(({ id }) => id === rule);
    const got = [...outcomes].join(", ");
    return {
      name: name ?? `${index + 1}: ${when.kind} from ${when.from} to ${when.to.join(", ")}`,
      isMet: got === outcome && isRule,
      expected: rule === undefined ? outcome : `${outcome} by ${rule}`,
      got: rule === undefined ? got : `${got} by ${rules.map(({ id }) => id).join(", ")}`,
      explained,
    };
  });
}

type GivenParticipant = Static<typeof Given>;

function registerOf(given: readonly GivenParticipant[]): RegisterView {
  const participants = given.map(participantOf);
  const byId = new Map(participants.map((one) => [one.id, one]));
  const groups = new Map<string, string[]>();
  for (const { groups: names = [], id } of given) {
    for (const name of names) groups.set(name, [...(groups.get(name) ?? []), id]);
  }
  return {
    version: 1n,
    issuedAtMs: SINCE_MS,
    expiresAtMs: Number.MAX_SAFE_INTEGER,
    logOrigin: "",
    successions: [],
    participants,
    groups: [...groups].map(([name, members]): ParticipantGroup => ({ name, members })),
    participant: (id) => byId.get(id),
    signingKey: () => undefined,
    gatewayKeys: () => [],
    logKeys: [],
    logKeyIds: [],
    witnesses: { quorum: 0, witnesses: [] },
    sealingRecipient: () => undefined,
  };
}

function participantOf(given: GivenParticipant): Participant {
  const { applies = [], role = "FOCAL_POINT", signed = [], status = "ACTIVE" } = given;
  const standing = (names: readonly string[], boundness: Boundness) =>
    names.map((name) => ({
      instrument: Instrument[name as keyof typeof Instrument] ?? Instrument.UNSPECIFIED,
      boundness,
      since: toTimestamp(SINCE_MS),
      until: undefined,
    }));
  return Participant.create({
    id: given.id,
    role: Role[role as keyof typeof Role],
    status: ParticipantStatus[status as keyof typeof ParticipantStatus],
    state: stateOfParticipant(given.id) ?? "",
    alertsNeedApproval: given.alertsNeedApproval ?? false,
    instruments: [...standing(applies, Boundness.PARTY), ...standing(signed, Boundness.SIGNATORY)],
  });
}
