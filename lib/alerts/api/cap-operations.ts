import { Type } from "typebox";
import { AlertSchema } from "#casework";
import { EXAMPLE_IDS, problemOf } from "#http";
import { nameSchema } from "#participant";
import { ExchangeStatus } from "#proto";
import { CAP_LIMITS } from "#runtime";
import { AlertParams } from "./alert-operations.ts";
import { AlertTo } from "./alert-schema.ts";
import { EXAMPLE_CAP, EXAMPLE_CAP_READ, EXAMPLE_FOREIGN_CAP } from "./cap-examples.ts";

/** Contracts of the routes by which alerts leave and come as CAP 1.2. */

/** Content type of a CAP document. */
export const CAP_TYPE = "application/cap+xml";

/** `GET /v1/alerts/:alertId/cap`. */
export const EXPORT_CAP = {
  schema: {
    operationId: "exportAlertCap",
    summary: "An alert as a CAP 1.2 document",
    description:
      "The version that stands; of a cancelled alert its cancel. An exercise or a test says so in " +
      "`status`. Addresses are whom it was addressed to: States, `group:NAME` or " +
      "`instrument:NAME`. Attachments stay behind, and instants lose what is below a second.",
    tags: ["alerts"],
    params: AlertParams,
    querystring: Type.Object(
      {
        version: Type.Optional(
          Type.String({ maxLength: 64, description: "Message id of another version" }),
        ),
      },
      { additionalProperties: false },
    ),
    response: {
      200: {
        description: "The document",
        content: { [CAP_TYPE]: { schema: Type.String() } },
      },
    },
  },
  config: {
    permission: "alerts:read",
    problems: ["NOT_FOUND", "NOT_AS_CAP"],
    examples: {
      sent: {
        summary: "An alert of this participant",
        parameters: { alertId: EXAMPLE_IDS.sentAlert },
        status: 200,
        answer: EXAMPLE_CAP,
      },
      noVersion: {
        summary: "A version that is not there",
        parameters: { alertId: EXAMPLE_IDS.sentAlert, version: "none" },
        status: 404,
        answer: problemOf("NOT_FOUND"),
      },
    },
  },
} as const;

const CapRead = Type.Object({
  move: Type.String({ description: "ALERT, UPDATE or CANCEL: which route sends it" }),
  alertId: Type.Optional(Type.String({ description: "Alert of ours that it updates or cancels" })),
  body: Type.Object(
    {
      to: Type.Optional(AlertTo),
      status: Type.Optional(nameSchema(ExchangeStatus)),
      alert: Type.Optional(AlertSchema),
      reason: Type.Optional(Type.String()),
    },
    { description: "Body of that route, to be completed" },
  ),
  complete: Type.Boolean({ description: "No finding forbids sending it as it is" }),
  findings: Type.Array(
    Type.Object({
      field: Type.String(),
      rule: Type.String(),
      remedy: Type.Optional(Type.String()),
      level: Type.Enum(["ERROR", "WARNING", "ADVICE"]),
    }),
    { description: "What is missing, to be chosen, or doubtful" },
  ),
  leftOut: Type.Array(Type.String(), {
    description: "Elements of the document that an alert has no place for",
  }),
  source: Type.Object({
    identifier: Type.String(),
    sender: Type.String(),
    sentAt: Type.String({ format: "date-time" }),
  }),
});

/** `POST /v1/alerts/from-cap`. */
export const READ_CAP = {
  schema: {
    operationId: "readAlertCap",
    summary: "What a CAP 1.2 document says, as an alert to be completed; sends nothing",
    description:
      "The answer's `body` is that of `POST /v1/alerts`, or of update or cancel where the document " +
      "refers to an alert of this participant. A document without the event code " +
      "`tracepost:kind` is read, too: the kind is then to be chosen. Nothing is kept.",
    tags: ["alerts"],
    consumes: [CAP_TYPE],
    body: Type.String({ maxLength: CAP_LIMITS.fileBytesMax }),
    response: { 200: CapRead },
  },
  config: {
    permission: "alerts:send",
    problems: ["PUBLIC_SCOPE_FORBIDDEN"],
    examples: {
      ours: {
        summary: "A document as this exchange writes it",
        body: EXAMPLE_CAP,
        status: 200,
        answer: EXAMPLE_CAP_READ,
      },
      public: {
        summary: "A document for everybody",
        body: EXAMPLE_FOREIGN_CAP,
        status: 422,
        answer: problemOf("PUBLIC_SCOPE_FORBIDDEN", { field: "scope" }),
      },
      noCap: {
        summary: "Something else",
        body: "<html/>",
        status: 422,
        answer: problemOf("INPUT_INVALID", {
          problems: [
            { field: "", rule: "must be an element alert of urn:oasis:names:tc:emergency:cap:1.2" },
          ],
        }),
      },
    },
  },
} as const;
