import { Type } from "typebox";
import { formOf, nameSchema } from "#casework";
import { problemOf } from "#http";
import { SubjectKind } from "#proto";

/** Contracts of the routes about forms. */

const Line = Type.Object({
  name: Type.String(),
  title: Type.String(),
  subjectKind: nameSchema(SubjectKind),
});

const Field = Type.Object({
  path: Type.String({ description: "Path in the body of `POST /v1/traces`" }),
  label: Type.String(),
  kind: Type.Enum(["code", "codes", "state", "date", "number", "flag", "mark", "text"]),
  core: Type.Boolean({ description: "The request is refused without it; the rest may be skipped" }),
  unknown: Type.Optional(Type.Boolean({ description: "UNKNOWN is an answer" })),
  codes: Type.Optional(Type.Array(Type.String())),
  example: Type.Unknown({ description: "What a made-up request has here" }),
});

/** `GET /v1/forms`. */
export const LIST_FORMS = {
  schema: {
    operationId: "listForms",
    summary: "The forms a request is made with",
    tags: ["traces"],
    response: { 200: Type.Object({ forms: Type.Array(Line) }) },
  },
  config: {
    permission: "traces:read",
    examples: {
      all: {
        summary: "All of them",
        status: 200,
        answer: {
          forms: [{ name: "firearm", title: "A firearm from a factory", subjectKind: "FIREARM" }],
        },
      },
    },
  },
} as const;

/** `GET /v1/forms/:name`. */
export const SHOW_FORM = {
  schema: {
    operationId: "showForm",
    summary: "A form: its fields in the order of asking, codes first, free text last",
    description: "A short core; everything else may be skipped. No attachment is asked for.",
    tags: ["traces"],
    params: Type.Object({ name: Type.String({ maxLength: 32 }) }),
    response: { 200: Type.Object({ ...Line.properties, fields: Type.Array(Field) }) },
  },
  config: {
    permission: "traces:read",
    problems: ["NOT_FOUND"],
    examples: {
      ammunition: {
        summary: "Ammunition by lot",
        parameters: { name: "ammunition" },
        status: 200,
        answer: formOf("ammunition"),
      },
      unknown: {
        summary: "A form that is not there",
        parameters: { name: "none" },
        status: 404,
        answer: problemOf("NOT_FOUND"),
      },
    },
  },
} as const;
