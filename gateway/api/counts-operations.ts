import { Type } from "typebox";
import { pageAfter } from "#http";
import { LOG_LIMITS } from "#runtime";

/** Contract of the route about the counts of days. */

const count = Type.Integer({ minimum: 0 });

const RecordCounts = Type.Object({
  kind: Type.String({ description: "Of the messages, such as TRACE_REQUEST" }),
  status: Type.String({ description: "ACTUAL, EXERCISE or TEST" }),
  decision: Type.String({ description: "accepted, or the code of the refusal" }),
  records: count,
});

const DayCounts = Type.Object({
  day: Type.String({ format: "date", description: "In UTC" }),
  logIndex: { ...count, description: "Place of its entry in the log" },
  first: { ...count, description: "Its first entry" },
  end: { ...count, description: "The entry behind its last" },
  records: count,
  counts: Type.Array(RecordCounts),
  monitors: Type.Array(Type.String(), { description: "Who has a share of it" }),
});

/** `GET /v1/log/counts`. */
export const LIST_COUNTS = {
  schema: {
    operationId: "listCounts",
    summary: "What was recorded on each day, as it was logged, the newest first",
    description:
      "Exact counts by kind, status and decision: for those who may see records. A day is counted " +
      "once it is over in UTC; one without records is there too, with none.",
    tags: ["log"],
    querystring: Type.Object(
      {
        day: Type.Optional(Type.String({ format: "date", description: "This day alone" })),
        after: pageAfter,
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: LOG_LIMITS.countedDaysMax })),
      },
      { additionalProperties: false },
    ),
    response: {
      200: Type.Object({
        days: Type.Array(DayCounts),
        next: Type.Optional(Type.String({ description: "Mark of the next page" })),
      }),
    },
  },
  config: {
    permission: "records:metadata",
    examples: {
      newest: {
        summary: "The newest days",
        parameters: { limit: 7 },
        status: 200,
        answer: {
          days: [
            {
              day: "2026-10-03",
              ...{ logIndex: 118, first: 97, end: 118, records: 2 },
              counts: [
                { kind: "TRACE_REQUEST", status: "ACTUAL", decision: "accepted", records: 2 },
              ],
              monitors: ["ORG-ECOWAS"],
            },
          ],
        },
      },
    },
  },
} as const;
