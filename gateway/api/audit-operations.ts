import { Type } from "typebox";
import { RECORD_ACTIONS } from "#disposal";
import { nextMark, pageAfter, pageLimit } from "#http";
import { HTTP_LIMITS } from "#runtime";

/** The contract of the audit trail of records (TP-AUDIT-3). */

const action = Type.Enum(RECORD_ACTIONS);

const ActQuery = Type.Object(
  {
    actor: Type.Optional(
      Type.String({ minLength: 1, maxLength: HTTP_LIMITS.nameCharsMax, description: "User id" }),
    ),
    action: Type.Optional(action),
    after: pageAfter,
    limit: pageLimit,
  },
  { additionalProperties: false },
);

const ActList = Type.Object({
  acts: Type.Array(
    Type.Object({
      id: Type.Integer({ minimum: 1 }),
      at: Type.String({ format: "date-time" }),
      actor: Type.String({ description: "User id of who did it" }),
      action,
      subject: Type.Optional(Type.String({ description: "What it was done to" })),
      detail: Type.Optional(Type.String({ description: "What was asked for, or came of it" })),
      reason: Type.Optional(Type.String({ description: "Why, where that was said" })),
      logIndex: Type.Optional(
        Type.Integer({
          minimum: 0,
          description: "Place of its batch in the log, once it is there",
        }),
      ),
    }),
  ),
  next: nextMark,
});

/** `GET /v1/records/audit`. */
export const LIST_ACTS = {
  schema: {
    operationId: "listRecordActs",
    summary: "What persons did with records, the newest first",
    description: "Reading it is an act itself.",
    tags: ["records"],
    querystring: ActQuery,
    response: { 200: ActList },
  },
  config: {
    permission: "records:audit",
    examples: {
      searches: {
        summary: "Who searched",
        parameters: { action: "search", limit: 20 },
        status: 200,
        answer: {
          acts: [
            {
              id: 17,
              at: "2026-02-02T09:20:00.000Z",
              actor: "m.diallo",
              action: "search",
              detail: '{"party":"KE","shown":12}',
              reason: "Request of the court of 12 March (made up)",
              logIndex: 4_711,
            },
          ],
        },
      },
    },
  },
} as const;
