import { Type } from "typebox";
import { EXAMPLE_RECORD } from "./record-operations.ts";
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
    summary: "Every record that meets the criteria, in the form of a file",
    description:
      "JSON Lines, or with `format=csv` CSV; newest first, as of a size of the log, which the header " +
      "`tracepost-log-size` tells: the same call with it as `size` gives the same lines. Who " +
      "exports what and why is kept before the first line.",
    tags: ["records"],
    querystring: ExportQuery,
    response: {
      200: {
        description: "One record in each line; its place in the log comes first",
        content: { "application/x-ndjson": { schema: Type.String() } },
      },
    },
  },
  config: {
    permission: "records:export",
    problems: ["SEARCH_NOT_READY"],
    examples: {
      ofOneParty: {
        summary: "What KE has sent or received: its first line",
        parameters: { party: "KE", reason: "Yearly review (made up)" },
        status: 200,
        answer: `${JSON.stringify(EXAMPLE_RECORD)}\n`,
      },
    },
  },
} as const;
