import { Type } from "typebox";
import { EXAMPLE_IDS, pageLimit, problemOf, RepeatHeaders } from "#http";
import { FIREARM_LIMITS } from "#runtime";
import { UPLOAD_STATES } from "../register/upload-record.ts";
import { FirearmLine } from "./firearm-schema.ts";

/** Contracts of the routes that bring a register in and take it out. */

const Format = Type.Enum(["csv", "jsonl"], { description: "CSV with a header, or JSON Lines" });
const count = (description: string) => Type.Integer({ minimum: 0, description });
const instant = (description: string) => Type.String({ description });

/** An import as it is told. */
const UploadView = Type.Object({
  uploadId: Type.String(),
  name: Type.String({ description: "What its sender calls the file" }),
  format: Format,
  partial: Type.Boolean({ description: "Good lines are imported although others are bad" }),
  state: Type.Enum([...UPLOAD_STATES], {
    description:
      "RECEIVING takes bytes; CHECKING and IMPORTING read them; DONE, REFUSED (a bad line, and " +
      "not partial) and CANCELLED are ends",
  }),
  receivedBytes: count("Bytes that are here; the next ones follow on them"),
  totalBytes: Type.Optional(count("Bytes of the file, once it is here as a whole")),
  readBytes: count("Bytes read in this pass"),
  records: count("Records read in this pass"),
  badLines: count("Records that were not taken"),
  inserted: count("New firearms"),
  updated: count("Firearms that are told otherwise, or have new events"),
  unchanged: count("Records that change nothing"),
  events: count("Events that are new or changed"),
  startedAt: instant("When it was begun"),
  endedAt: Type.Optional(instant("When it came to its end")),
  actor: Type.String({ description: "Who began it" }),
});

const NewUpload = Type.Object(
  {
    name: Type.String({
      minLength: 1,
      maxLength: FIREARM_LIMITS.fileNameCharsMax,
      description: "What the file is called, for people",
    }),
    format: Format,
    partial: Type.Optional(
      Type.Boolean({ description: "Import the good lines although others are bad" }),
    ),
  },
  { additionalProperties: false },
);

const UploadParams = Type.Object({
  uploadId: Type.String({ pattern: "^up_[a-z0-9]{12}$", description: "Id of the import" }),
});

const BEGUN = {
  uploadId: EXAMPLE_IDS.registerFile,
  name: "register-2026.jsonl",
  format: "jsonl",
  partial: true,
  state: "RECEIVING",
  receivedBytes: 0,
  readBytes: 0,
  records: 0,
  badLines: 0,
  inserted: 0,
  updated: 0,
  unchanged: 0,
  events: 0,
  startedAt: "2026-03-02T09:00:00.000Z",
  actor: "m.diallo",
} as const;

const CARBINE = {
  id: "KE-REG-9",
  make: "COLT",
  serial: "MADE-UP 9",
  madeUp: true,
  events: [
    { kind: "MANUFACTURED", date: "1998" },
    { kind: "SOLD", date: "1999-04", toParty: "Made-up Dealer", toState: "KE" },
  ],
} as const;

/** `POST /v1/register/uploads`. */
export const BEGIN_UPLOAD = {
  schema: {
    operationId: "beginUpload",
    summary: "Begins an import of a register",
    description:
      "Then the file is sent in pieces, each with the place it begins at. An import that breaks " +
      "off goes on where it was; the same file again changes nothing.",
    tags: ["register"],
    headers: RepeatHeaders,
    body: NewUpload,
    response: { 201: UploadView, 200: UploadView },
  },
  config: {
    permission: "firearms:import",
    problems: ["IDEMPOTENCY_MISMATCH"],
    examples: {
      begin: {
        summary: "A file of JSON Lines",
        body: { name: "register-2026.jsonl", format: "jsonl", partial: true },
        status: 201,
        answer: BEGUN,
      },
    },
  },
} as const;

/** `GET /v1/register/uploads`. */
export const LIST_UPLOADS = {
  schema: {
    operationId: "listUploads",
    summary: "The newest imports",
    tags: ["register"],
    querystring: Type.Object({ limit: pageLimit }, { additionalProperties: false }),
    response: { 200: Type.Object({ uploads: Type.Array(UploadView) }) },
  },
  config: {
    permission: "firearms:import",
    examples: {
      newest: {
        summary: "One that is begun",
        parameters: { limit: 1 },
        status: 200,
        answer: { uploads: [BEGUN] },
      },
    },
  },
} as const;

/** `GET /v1/register/uploads/:uploadId`. */
export const SHOW_UPLOAD = {
  schema: {
    operationId: "showUpload",
    summary: "How far an import is, and what became of it",
    tags: ["register"],
    params: UploadParams,
    response: { 200: UploadView },
  },
  config: {
    permission: "firearms:import",
    problems: ["NOT_FOUND"],
    examples: {
      begun: {
        summary: "Nothing has come yet",
        parameters: { uploadId: EXAMPLE_IDS.registerFile },
        status: 200,
        answer: BEGUN,
      },
    },
  },
} as const;

/** `POST /v1/register/uploads/:uploadId/bytes`. */
export const SEND_BYTES = {
  schema: {
    operationId: "sendUploadBytes",
    summary: "Sends a piece of the file",
    description:
      "A piece may end anywhere, also in the middle of a line. What had come when a connection " +
      "broke is kept: ask how much, and go on from there. CSV is sent as text/csv.",
    tags: ["register"],
    params: UploadParams,
    querystring: Type.Object(
      {
        offset: Type.Integer({ minimum: 0, description: "Place in the file it begins at" }),
        last: Type.Optional(Type.Boolean({ description: "The file ends with this piece" })),
      },
      { additionalProperties: false },
    ),
    response: { 200: UploadView },
  },
  config: {
    permission: "firearms:import",
    problems: ["NOT_FOUND", "OFFSET_MISMATCH", "UPLOAD_CLOSED"],
    lines: FirearmLine,
    examples: {
      closed: {
        summary: "A piece behind the end of the file",
        parameters: { uploadId: EXAMPLE_IDS.registerFile, offset: 4096 },
        body: `${JSON.stringify(CARBINE)}\n`,
        status: 409,
        answer: problemOf("UPLOAD_CLOSED"),
      },
      whole: {
        summary: "The whole file in one piece",
        parameters: { uploadId: EXAMPLE_IDS.registerFile, offset: 0, last: true },
        body: `${JSON.stringify(CARBINE)}\n`,
        status: 200,
        answer: { ...BEGUN, state: "IMPORTING", receivedBytes: 182, totalBytes: 182 },
      },
    },
  },
} as const;

/** `POST /v1/register/uploads/:uploadId/cancel`. */
export const CANCEL_UPLOAD = {
  schema: {
    operationId: "cancelUpload",
    summary: "Gives up an import whose file has not come as a whole",
    tags: ["register"],
    params: UploadParams,
    response: { 200: UploadView },
  },
  config: {
    permission: "firearms:import",
    problems: ["NOT_FOUND", "UPLOAD_CLOSED"],
    examples: {
      cancel: {
        summary: "One that is begun",
        parameters: { uploadId: EXAMPLE_IDS.otherRegisterFile },
        status: 200,
        answer: {
          ...BEGUN,
          uploadId: EXAMPLE_IDS.otherRegisterFile,
          state: "CANCELLED",
          endedAt: "2026-03-02T09:05:00.000Z",
        },
      },
    },
  },
} as const;

const RejectView = Type.Object({
  line: count("From 1"),
  problems: Type.Array(Type.Object({ field: Type.String(), rule: Type.String() })),
  content: Type.String({ description: "The line, as far as it is kept" }),
});

/** `GET /v1/register/uploads/:uploadId/rejects`. */
export const LIST_REJECTS = {
  schema: {
    operationId: "listRejects",
    summary: "Lines that were not taken, each with everything that is wrong with it",
    tags: ["register"],
    params: UploadParams,
    querystring: Type.Object(
      {
        limit: pageLimit,
        after: Type.Optional(Type.String({ description: "`next` of the page before" })),
      },
      { additionalProperties: false },
    ),
    response: {
      200: Type.Object({ rejects: Type.Array(RejectView), next: Type.Optional(Type.String()) }),
    },
  },
  config: {
    permission: "firearms:import",
    problems: ["NOT_FOUND"],
    examples: {
      none: {
        summary: "Every line was taken",
        parameters: { uploadId: EXAMPLE_IDS.registerFile },
        status: 200,
        answer: { rejects: [] },
      },
    },
  },
} as const;

const lines = (description: string) => ({
  description,
  content: { "application/x-ndjson": { schema: Type.String() } },
});

/** `GET /v1/register/uploads/:uploadId/rejects/file`. */
export const DOWNLOAD_REJECTS = {
  schema: {
    operationId: "downloadRejects",
    summary: "All lines that were not taken, as JSON Lines",
    tags: ["register"],
    params: UploadParams,
    response: { 200: lines("A line for each: line, problems, content") },
  },
  config: {
    permission: "firearms:import",
    problems: ["NOT_FOUND"],
    examples: {
      bad: {
        summary: "One line that was not taken",
        parameters: { uploadId: EXAMPLE_IDS.badRegisterFile },
        status: 200,
        answer: `${JSON.stringify({
          line: 1,
          problems: [{ field: "", rule: "is not JSON" }],
          content: "{",
        })}\n`,
      },
    },
  },
} as const;

/** `GET /v1/register/export`. */
export const EXPORT_REGISTER = {
  schema: {
    operationId: "exportRegister",
    summary: "The whole register, in the form of an import",
    description: "JSON Lines, or with `format=csv` CSV with a line for each event of a firearm.",
    tags: ["register"],
    querystring: Type.Object({ format: Type.Optional(Format) }, { additionalProperties: false }),
    response: { 200: lines("A firearm on each line, in the order of ids") },
  },
  config: {
    permission: "firearms:import",
    examples: {
      all: {
        summary: "Its first line",
        status: 200,
        answer: `${JSON.stringify(CARBINE)}\n`,
      },
    },
  },
} as const;
