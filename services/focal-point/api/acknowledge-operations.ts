import { Type } from "typebox";
import { ACKNOWLEDGE_TLPS, PRIORITIES } from "#casework";
import { EXAMPLE_USER, problemOf } from "#http";
import { ARRIVAL_LIMITS } from "#runtime";
import { HeldView } from "./release-schema.ts";

/** Contracts of the routes about rules that acknowledge. */

/** What is wrong with a rule that is named as one before it, and what to do. */
export const NAME_TAKEN = {
  rule: "is the name of another rule of the list",
  remedy: "Give each rule a name of its own.",
} as const;

const closed = { additionalProperties: false } as const;

const RuleFacts = Type.Object(
  {
    name: Type.String({
      minLength: 1,
      maxLength: ARRIVAL_LIMITS.ruleNameCharsMax,
      description: "By which a case names the rule that acknowledged its request",
    }),
    priorities: Type.Optional(
      Type.Array(Type.Enum([...PRIORITIES]), { minItems: 1, uniqueItems: true }),
    ),
    requestingStates: Type.Optional(
      Type.Array(Type.String({ pattern: "^[A-Z]{2}$" }), {
        minItems: 1,
        maxItems: ARRIVAL_LIMITS.ruleStatesMax,
        uniqueItems: true,
      }),
    ),
    tlpMax: Type.Optional(Type.Enum([...ACKNOWLEDGE_TLPS], { description: "Strictest TLP taken" })),
    completenessMin: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 100, description: "Least completeness taken" }),
    ),
  },
  { ...closed, description: "A condition left out holds for every request" },
);

const RulesFacts = Type.Object(
  {
    active: Type.Boolean({ description: "Nothing is acknowledged while they are switched off" }),
    rules: Type.Array(RuleFacts, {
      maxItems: ARRIVAL_LIMITS.rulesMax,
      description: "Tried in this order; the first that takes a request acknowledges it",
    }),
  },
  closed,
);

const RulesView = Type.Object({
  ...RulesFacts.properties,
  version: Type.Integer({ minimum: 0, description: "Zero: none were set; switched off" }),
  setBy: Type.Optional(Type.String({ description: "User id" })),
  confirmedBy: Type.Optional(Type.String({ description: "User id" })),
  setAt: Type.Optional(Type.String({ format: "date-time" })),
});

/** `GET /v1/policies/acknowledgement`. */
export const SHOW_ACKNOWLEDGE_RULES = {
  schema: {
    operationId: "showAcknowledgementRules",
    summary: "The rules that acknowledge requests by themselves",
    tags: ["releases"],
    response: { 200: RulesView },
  },
  config: {
    permission: "releases:read",
    examples: {
      off: {
        summary: "None are set",
        status: 200,
        answer: { active: false, rules: [], version: 0 },
      },
    },
  },
} as const;

const USUAL = {
  name: "usual",
  priorities: ["ROUTINE", "PRIORITY"],
  tlpMax: "AMBER",
  completenessMin: 60,
} as const;

/** `PUT /v1/policies/acknowledgement`. */
export const SET_ACKNOWLEDGE_RULES = {
  schema: {
    operationId: "setAcknowledgementRules",
    summary: "Sets the rules that acknowledge; those that take more wait for a second person",
    description:
      "A request with personal data or restricted handling is never acknowledged by a rule. " +
      "Switching them off takes one person.",
    tags: ["releases"],
    body: RulesFacts,
    response: {
      200: { ...RulesView, description: "In force: they take no more than those before" },
      202: { ...HeldView, description: "They wait for a second person" },
    },
  },
  config: {
    permission: "releases:policy",
    problems: ["RELEASE_PENDING"],
    examples: {
      off: {
        summary: "Written down, and switched off",
        body: { active: false, rules: [USUAL] },
        status: 200,
        answer: {
          active: false,
          rules: [USUAL],
          version: 1,
          setBy: EXAMPLE_USER,
          setAt: "2026-02-02T09:12:04.113Z",
        },
      },
      twice: {
        summary: "Two rules of one name",
        body: { active: false, rules: [USUAL, USUAL] },
        status: 422,
        answer: problemOf("INPUT_INVALID", {
          problems: [{ field: "rules.1.name", ...NAME_TAKEN }],
        }),
      },
      on: {
        summary: "Switched on: that needs two",
        body: { active: true, rules: [USUAL] },
        status: 202,
        answer: {
          releaseId: "019b0f76-4d55-7e93-a071-8fb23d4e5f61",
          state: "PENDING",
          reasons: ["LOOSER_POLICY"],
        },
      },
    },
  },
} as const;
