import { Type } from "typebox";
import { FIREARM_STATUSES, SERIAL_RELATIONS } from "#casework";
import { pageLimit, problemOf } from "#http";
import { CASEWORK_LIMITS } from "#runtime";
import { FirearmLine } from "./firearm-schema.ts";

/** Contracts of the routes about the firearm register. */

const mark = { minLength: 1, maxLength: CASEWORK_LIMITS.markingCharsMax } as const;
const Search = Type.Object(
  {
    make: Type.Optional(Type.String({ ...mark, description: "Brand; its spelling is forgiven" })),
    serial: Type.Optional(
      Type.String({ ...mark, description: "Serial number; spaces, signs and case are forgiven" }),
    ),
    limit: pageLimit,
  },
  { additionalProperties: false },
);
const ImportQuery = Type.Object(
  {
    partial: Type.Optional(
      Type.Boolean({ description: "Import the good lines although others are bad" }),
    ),
  },
  { additionalProperties: false },
);

const PISTOL = {
  id: "KE-REG-1",
  make: "TAURUS",
  serial: "MADE-UP 77",
  status: "held",
  holder: "Made-up Dealer",
  madeUp: true,
  sourceNote: "Invented for an exercise",
} as const;

/** `GET /v1/firearms`. */
export const FIND_FIREARMS = {
  schema: {
    operationId: "findFirearms",
    summary: "Firearms of a make, of a serial number, or of both",
    tags: ["firearms"],
    querystring: Search,
    response: {
      200: Type.Object({
        firearms: Type.Array(
          Type.Object({
            ...FirearmLine.properties,
            exact: Type.Optional(
              Type.Boolean({ description: "The serial number is the one asked for to the letter" }),
            ),
          }),
        ),
      }),
    },
  },
  config: {
    permission: "firearms:read",
    examples: {
      lookAlike: {
        summary: "A serial number as somebody wrote it down",
        parameters: { serial: "madeup77" },
        status: 200,
        answer: { firearms: [{ ...PISTOL, exact: false }] },
      },
    },
  },
} as const;

const CandidateSearch = Type.Object(
  {
    serial: Type.String({
      ...mark,
      maxLength: CASEWORK_LIMITS.serialCharsMax,
      description: "As read; ? is one character that could not be read, * any number of them",
    }),
    make: Type.Optional(Type.String({ ...mark, description: "Brand as marked" })),
    model: Type.Optional(Type.String({ ...mark, description: "Model as marked" })),
    calibre: Type.Optional(Type.String({ ...mark, description: "Calibre as marked" })),
    depth: Type.Optional(
      Type.Enum(["ALIKE", "NEAR"], {
        description: "ALIKE: what reads alike; NEAR, the default: one slip and parts of it too",
      }),
    ),
    limit: pageLimit,
  },
  { additionalProperties: false },
);

/** A firearm of the register that may be the one looked for. */
export const CandidateView = Type.Object({
  firearm: FirearmLine,
  score: Type.Integer({ minimum: 0, maximum: 100, description: "The likeliest have most" }),
  relation: Type.Enum([...SERIAL_RELATIONS], {
    description: "How its serial number stands to the one asked for",
  }),
  reasons: Type.Array(
    Type.Object({
      field: Type.Enum(["serial", "make", "model", "calibre"]),
      rule: Type.String({ description: "What was found about the field" }),
      detail: Type.String({ description: "The same as a sentence without its subject" }),
      points: Type.Integer({ description: "What it gives or takes, of 100" }),
    }),
    { description: "Why it stands where it stands, the serial number first" },
  ),
});

/** `GET /v1/firearms/candidates`. */
export const FIND_CANDIDATES = {
  schema: {
    operationId: "findCandidates",
    summary: "Firearms that may be the one looked for, ranked, with reasons",
    description:
      "Finds a firearm although its serial number was misread or read in part. What it gives is " +
      "a list of possibilities for an officer, never a certainty.",
    tags: ["firearms"],
    querystring: CandidateSearch,
    response: {
      200: Type.Object({
        candidates: Type.Array(CandidateView),
        more: Type.Boolean({ description: "Whether there are more; ask for less" }),
      }),
    },
  },
  config: {
    permission: "firearms:read",
    examples: {
      transposed: {
        summary: "Two characters have changed places",
        parameters: { serial: "MADE-PU 77", make: "Taurus" },
        status: 200,
        answer: {
          candidates: [
            {
              firearm: PISTOL,
              score: 82,
              relation: "TRANSPOSED",
              reasons: [
                {
                  field: "serial",
                  rule: "TRANSPOSED",
                  detail: "characters 5 and 6 have changed places",
                  points: 82,
                },
                { field: "make", rule: "SAME", detail: "the same brand", points: 0 },
              ],
            },
          ],
          more: false,
        },
      },
      tooLittle: {
        summary: "Too little is known to search by",
        parameters: { serial: "?7*" },
        status: 422,
        answer: problemOf("INPUT_INVALID", {
          problems: [{ field: "serial", rule: "needs at least 3 known characters" }],
        }),
      },
    },
  },
} as const;

/** `GET /v1/firearms/:firearmId`. */
export const SHOW_FIREARM = {
  schema: {
    operationId: "showFirearm",
    summary: "One firearm of the register with everything that happened to it",
    tags: ["firearms"],
    params: Type.Object({
      firearmId: Type.String({ minLength: 1, maxLength: 64, description: "Id in the register" }),
    }),
    response: { 200: FirearmLine },
  },
  config: {
    permission: "firearms:read",
    problems: ["NOT_FOUND"],
    examples: {
      one: {
        summary: "A pistol",
        parameters: { firearmId: PISTOL.id },
        status: 200,
        answer: PISTOL,
      },
    },
  },
} as const;

const count = (description: string) => Type.Integer({ minimum: 0, description });

/** `POST /v1/firearms/import`. */
export const IMPORT_FIREARMS = {
  schema: {
    operationId: "importFirearms",
    summary: "Imports firearms from JSON Lines",
    description:
      "All or nothing, unless `partial`. A record whose id is there already is replaced, so the " +
      "same lines again change nothing; that is why this needs no idempotency key.",
    tags: ["firearms"],
    querystring: ImportQuery,
    response: {
      200: Type.Object({
        inserted: count("New records"),
        updated: count("Records replaced"),
        unchanged: count("Records that were there already, as they are"),
        lines: count("Lines with something on them"),
        imported: Type.Boolean(),
        badLines: count("Lines that were not imported"),
        problems: Type.Array(
          Type.Object({ line: count("From 1"), field: Type.String(), rule: Type.String() }),
          { description: "The first of them" },
        ),
      }),
    },
  },
  config: {
    permission: "firearms:import",
    lines: FirearmLine,
    examples: {
      one: {
        summary: "One firearm",
        body: `${JSON.stringify(PISTOL)}\n`,
        status: 200,
        answer: {
          inserted: 1,
          updated: 0,
          unchanged: 0,
          lines: 1,
          imported: true,
          badLines: 0,
          problems: [],
        },
      },
      badLine: {
        summary: "A line with a status that is none; nothing is imported",
        body: `${JSON.stringify({ ...PISTOL, id: "KE-REG-2", status: "unheard-of" })}\n`,
        status: 422,
        answer: problemOf("INPUT_INVALID", {
          detail: "1 of 1 lines are bad; nothing was imported",
          remedy: "Correct the lines, or add ?partial=true to import the good ones.",
          problems: [
            {
              field: "line 1: status",
              rule: `must be one of: ${FIREARM_STATUSES.join(", ")}`,
            },
          ],
        }),
      },
    },
  },
} as const;
