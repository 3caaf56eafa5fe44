import { Type } from "typebox";
import {
  AlertSchema,
  alertFromJson,
  type CheckQuestion,
  CONSIGNMENT_KINDS,
  compareMatches,
  keysOfMark,
  keysOfQuestion,
  matchMark,
  type NameOf,
  namesOf,
  wantedMarks,
} from "#casework";
import { ExchangeStatus } from "#proto";
import { CASEWORK_LIMITS } from "#runtime";
import { createRule, type RuleResult } from "./rule.ts";

const closed = { additionalProperties: false } as const;
const Text = Type.Optional(Type.String({ maxLength: CASEWORK_LIMITS.freeTextCharsMax }));

const Question = Type.Object(
  {
    serial: Text,
    make: Text,
    model: Text,
    lot: Text,
    document: Text,
    company: Text,
    consignment: Type.Optional(
      Type.Object(
        {
          kind: Type.Enum([...CONSIGNMENT_KINDS]),
          value: Type.String({ maxLength: CASEWORK_LIMITS.consignmentCharsMax }),
          country: Type.Optional(Type.String({ maxLength: 2 })),
        },
        closed,
      ),
    ),
  },
  closed,
);

/** A question at a border, held against one alert in force (TP-CHECK-1 to TP-CHECK-3). */
export const checkRule = createRule({
  name: "check",
  about: "whether a question at a border may be about what an alert looks for, and on what basis",
  input: Type.Object(
    {
      question: Question,
      alert: AlertSchema,
      /** Of the alert. Default: ACTUAL. */
      status: Type.Optional(Type.Enum(namesOf(ExchangeStatus))),
    },
    closed,
  ),
  decide: ({ alert: json, question: given, status = "ACTUAL" }): RuleResult => {
    const question = given as CheckQuestion;
    const keys = keysOfQuestion(question);
    if (!keys.ok) {
      const { field, rule } = keys.problem;
      return { ok: true, value: { result: "NOT_CHECKED", field, rule } };
    }
    const alert = alertFromJson(json as Parameters<typeof alertFromJson>[0]);
    const asked = new Set(keys.keys);
    const found = wantedMarks(alert).flatMap((mark) => {
      // What is filed under none of the keys is never looked at.
      const isFiled = keysOfMark(mark).some((key) => asked.has(key));
      const match = isFiled ? matchMark(question, mark) : undefined;
      return match === undefined ? [] : [{ ...match, item: mark.item, wanted: mark.text }];
    });
    const matches = found.toSorted(compareMatches);
    const isReal =
      ExchangeStatus[status as NameOf<typeof ExchangeStatus>] === ExchangeStatus.ACTUAL;
    if (!isReal) return { ok: true, value: { result: "NO_MATCH", exercises: matches } };
    const result = matches.length > 0 ? "POSSIBLE_MATCH" : "NO_MATCH";
    return { ok: true, value: { result, matches } };
  },
});
