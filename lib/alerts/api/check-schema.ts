import { type Static, Type } from "typebox";
import { CONSIGNMENT_KINDS, MATCH_BASES } from "#casework";
import { CASEWORK_LIMITS, CHECK_LIMITS } from "#runtime";

/** Schemas of checks against the alerts in force. */

const closed = { additionalProperties: false } as const;
const marked = (description: string) =>
  Type.Optional(
    Type.String({ minLength: 1, maxLength: CASEWORK_LIMITS.markingCharsMax, description }),
  );

/** One question: by exactly one of serial, lot, document, consignment and company. */
export const Question = Type.Object(
  {
    ref: marked("Your own reference; comes back with the answer"),
    serial: marked("Number on a firearm, part or component; ? for an unread character, * for more"),
    make: marked("With serial: brand as marked; a difference is told and hides nothing"),
    model: marked("With serial: model as marked"),
    lot: marked("Lot of ammunition"),
    document: marked("Number of a licence or certificate"),
    consignment: Type.Optional(
      Type.Object(
        {
          kind: Type.Enum([...CONSIGNMENT_KINDS]),
          value: Type.String({ minLength: 1, maxLength: CASEWORK_LIMITS.consignmentCharsMax }),
          country: Type.Optional(
            Type.String({
              pattern: "^[A-Z]{2}$",
              description: "Of a plate or a registration: the State that issued it",
            }),
          ),
        },
        { ...closed, description: "Number on a consignment" },
      ),
    ),
    company: marked("Name of a company"),
  },
  closed,
);

/** The type of {@link Question}. */
export type Question = Static<typeof Question>;

/** Body of `POST /v1/checks`. */
export const NewChecks = Type.Object(
  { questions: Type.Array(Question, { minItems: 1, maxItems: CHECK_LIMITS.questionsMax }) },
  closed,
);

const instant = Type.String({ format: "date-time" });
const maybe = (description: string) => Type.Optional(Type.String({ description }));

const Found = Type.Object({
  alertId: Type.String({ description: "The alert" }),
  messageId: Type.String({ description: "Its message that is in force" }),
  sender: Type.String(),
  kind: Type.String(),
  status: Type.String({ description: "ACTUAL, EXERCISE or TEST" }),
  basis: Type.Enum([...MATCH_BASES]),
  differs: Type.Array(Type.String({ description: "make or model" })),
  item: Type.Integer({ description: "Position in the alert's items; -1: the alert itself" }),
  wanted: Type.String({ description: "As the alert has it" }),
  headline: Type.String(),
  dutyContact: Type.Optional(
    Type.Object({ unit: Type.String(), telephone: Type.String(), email: Type.String() }),
  ),
  expiresAt: instant,
  keyCompromised: Type.Optional(
    Type.Boolean({ description: "Signed by a key that others may have had by then (TP-KEY-8)" }),
  ),
});

const Answer = Type.Object({
  index: Type.Integer({ minimum: 0, description: "Of the question, from 0" }),
  ref: maybe("As given"),
  result: Type.Enum(["NO_MATCH", "POSSIBLE_MATCH", "NOT_CHECKED"]),
  advice: maybe("What to do now"),
  field: maybe("NOT_CHECKED: which field"),
  rule: maybe("NOT_CHECKED: which rule it breaks"),
  matches: Type.Optional(Type.Array(Found, { description: "The surest first" })),
  exercises: Type.Optional(
    Type.Array(Found, { description: "What exercises and tests look for: never a hit" }),
  ),
  more: Type.Optional(Type.Boolean({ description: "There is more: ask more exactly" })),
});

/** Answer of `POST /v1/checks`. */
export const CheckReport = Type.Object({
  checkedAt: instant,
  asOf: Type.Union([instant, Type.Null()], {
    description: "When the local copy was last known to be what the exchange has",
  }),
  stale: Type.Boolean({ description: "Older than the hours set: red" }),
  staleAfterHours: Type.Number(),
  alertsInForce: Type.Integer({ minimum: 0 }),
  questions: Type.Integer({ minimum: 0 }),
  possibleMatches: Type.Integer({ minimum: 0, description: "Questions with one" }),
  notChecked: Type.Integer({ minimum: 0 }),
  notice: Type.String(),
  answers: Type.Array(Answer),
});

/** The type of {@link CheckReport}. */
export type CheckReport = Static<typeof CheckReport>;
