import { Type } from "typebox";
import { EXPORT_FORMATS } from "#outputs";
import { BodyChoice } from "../api/figure-schema.ts";
import { STATUS_NAMES } from "../figures/figure-question.ts";

/** The contract of what a body publishes (TP-OUT-16, TP-OUT-17). */

/** The form of the yearly report, beside those of figures. */
export const REPORT = "report";
/** Names of all forms. */
const FORM_NAMES = [...Object.keys(EXPORT_FORMATS), REPORT];

const ExportQuery = Type.Object(
  {
    format: Type.Enum(FORM_NAMES, { description: "report: HTML to be read and printed" }),
    year: Type.Integer({ minimum: 2001, maximum: 9999 }),
    status: Type.Optional(Type.Enum([...STATUS_NAMES], { description: "Default: ACTUAL" })),
    body: BodyChoice,
    measure: Type.Optional(Type.String({ pattern: "^[A-Z0-9_]{1,64}$" })),
    asOf: Type.Optional(
      Type.String({
        pattern: "^\\d{4}-\\d{2}-\\d{2}$",
        description: "As it could be published on that day; default: today",
      }),
    ),
    reason: Type.Optional(
      Type.String({ maxLength: 200, description: "Why; kept with who exports and what" }),
    ),
  },
  { additionalProperties: false },
);

/** `GET /v1/exports`. */
export const EXPORT_FIGURES = {
  schema: {
    operationId: "exportFigures",
    summary: "What the body publishes of a year, as a file",
    description:
      "Figures of the releases of the gateway, and of the ledgers that States have signed off, made " +
      "safe; nothing that was counted from events. What is withheld or missing is empty, never 0. The " +
      "type of the answer is that of the form; its header `tracepost-figures` tells how many figures " +
      "there are, and `link` where the method note is. Who exports what is kept before it is answered.",
    tags: ["figures"],
    querystring: ExportQuery,
    response: {
      200: {
        description: "The file",
        content: { "text/csv": { schema: Type.String() } },
      },
    },
  },
  config: {
    permission: "figures:read",
    examples: {
      indicator: {
        summary: "Indicator 16.4.2 as CSV: its head, where nobody has signed off anything",
        parameters: { format: "csv", year: 2026, measure: "VC_ARM_SZTRACE" },
        status: 200,
        answer:
          "body,exchange_status,measure,period,value,unit,obs_status,conf_status,states_reporting," +
          "states_expected,months_reporting,months_expected,vintage\r\n",
      },
    },
  },
} as const;
