import { Type } from "typebox";
import { FEED_LIMITS } from "#runtime";
import { EXAMPLE_IDS } from "./contract/example-ids.ts";
import { CHANGE_KINDS } from "./feed/change.ts";
import { pageLimit } from "./user-schema.ts";

/** Contract of the feed of changes. */

const FeedQuery = Type.Object(
  {
    after: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
        description: "`next` of the answer before; absent begins with the oldest change kept",
      }),
    ),
    limit: pageLimit,
    waitMs: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: FEED_LIMITS.waitMsMax,
        description: "How long to wait for a change when there is none, in milliseconds",
      }),
    ),
  },
  { additionalProperties: false },
);

const sequence = Type.Integer({ minimum: 0 });
const text = (description: string) => Type.Optional(Type.String({ description }));

/** A change as programs get it: ids, states, codes, times and who did it. */
const ChangeSchema = Type.Object({
  sequence,
  at: Type.String({ format: "date-time" }),
  kind: Type.Enum(Object.keys(CHANGE_KINDS)),
  caseId: text("The case it is about"),
  messageId: text("The message it is about"),
  messageKind: text("Name of the message's kind, such as trace-reply"),
  participant: text("The other side"),
  lane: text("Lane of the message"),
  state: text("State after it"),
  code: text("Code of a refusal, or kind of an incident"),
  actor: Type.String({ description: "User id, `firearm-register` or `exchange`" }),
});

/** `GET /v1/changes`. */
export const READ_CHANGES = {
  schema: {
    operationId: "readChanges",
    summary: "What has changed after a number, in order; waits for the next change if asked to",
    tags: ["changes"],
    querystring: FeedQuery,
    response: {
      200: Type.Object({
        changes: Type.Array(ChangeSchema),
        next: Type.Integer({ minimum: 0, description: "Given back as `after`" }),
        first: Type.Integer({ minimum: 0, description: "Number of the oldest change kept" }),
        last: Type.Integer({ minimum: 0, description: "Number of the newest change" }),
      }),
    },
  },
  config: {
    permission: "changes:read",
    problems: ["CHANGES_GONE", "TOO_MANY_WAITING"],
    examples: {
      begin: {
        summary: "The oldest changes kept",
        parameters: { limit: 2 },
        status: 200,
        answer: {
          changes: [
            {
              sequence: 1,
              at: "2026-02-02T09:12:04.113Z",
              kind: "case.opened",
              caseId: EXAMPLE_IDS.sentCase,
              messageId: EXAMPLE_IDS.sentMessage,
              participant: "AT",
              state: "SUBMITTED",
              actor: "m.diallo",
            },
          ],
          next: 1,
          first: 1,
          last: 1,
        },
      },
    },
  },
} as const;
