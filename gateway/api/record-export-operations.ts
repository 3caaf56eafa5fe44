import { Type } from "typebox";
import { RECORD_CRITERIA, reasonGiven } from "./record-schema.ts";

/** The contract of the export of records (TP-FIND-7). */

const { state: _state, ...LASTING } = RECORD_CRITERIA;

const ExportQuery = Type.Object(
  {
    ...LASTING,
    format: Type.Optional(Type.Enum(["csv", "jsonl"])),
    before: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER - 1,
        description: "Only records before this place in the log: goes on after a broken line",
      }),
    ),
    reason: reasonGiven,
  },
  { additionalProperties: false },
);

/** `GET /v1/records/export`. */
export const EXPORT_RECORDS = {
  schema: {
    operationId: "exportRecords",
    summary: "Every record that meets the criteria, as CSV or JSON Lines",
    description:
      "Newest first, as of a size of the log, which the header `tracepost-log-size` tells; the same " +
      "call with it as `size` gives the same lines. Who exports what and why is kept before the " +
      "first line.",
    tags: ["records"],
    querystring: ExportQuery,
    response: {
      200: {
        description: "One record in each line; its place in the log comes first",
        content: {
          "text/csv": { schema: Type.String() },
          "application/x-ndjson": { schema: Type.String() },
        },
      },
    },
  },
  config: {
    permission: "records:export",
    problems: ["SEARCH_NOT_READY"],
    examples: {
      nothing: {
        summary: "What ZZ has sent or received: nothing but the names of the columns",
        parameters: { party: "ZZ", format: "csv", reason: "Yearly review (made up)" },
        status: 200,
        answer: "logIndex,recordedAt,messageId,sender,…\r\n",
      },
    },
  },
} as const;
