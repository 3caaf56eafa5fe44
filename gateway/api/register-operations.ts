import { Type } from "typebox";
import { EXAMPLE_IDS, problemOf } from "#http";
import { TRUST_LIMITS } from "#runtime";
import { SIGNED_FILE, UNKNOWN_VERSION } from "./signed-file.ts";

/** Contracts of the routes of the participant register. */

/** Base64 is a third longer than what it holds. */
const REGISTER_TEXT_MAX = Math.ceil(TRUST_LIMITS.registerBytesMax / 3) * 4;

/** Longest body of a publication, in bytes. */
export const PUBLICATION_BYTES_MAX = REGISTER_TEXT_MAX + 1_024;

const version = Type.String({ pattern: "^[1-9][0-9]{0,18}$" });
const instant = Type.String({ format: "date-time" });

/** Body of a publication. */
const Publication = Type.Object(
  {
    register: Type.String({
      pattern: "^[A-Za-z0-9+/]+={0,2}$",
      maxLength: REGISTER_TEXT_MAX,
      description: "The signed register, base64",
    }),
  },
  { additionalProperties: false },
);

const Published = Type.Object({
  outcome: Type.Enum(["taken", "known"], {
    description: "taken: it is in force from now on; known: it was in force already",
  }),
  version,
  logIndex: Type.Optional(
    Type.Integer({ minimum: 0, description: "Place of the change in the log" }),
  ),
});

/** `POST /v1/register`. */
export const PUBLISH_REGISTER = {
  schema: {
    operationId: "publishRegister",
    summary: "Puts a signed version of the participant register in force",
    description:
      "Verified like any other: who publishes it needs no trust. It is logged, in force when this " +
      "is answered, and handed on to every participant. Publishing it again changes nothing.",
    tags: ["participants"],
    body: Publication,
    response: { 200: Published },
  },
  config: {
    permission: "register:publish",
    examples: {
      known: {
        summary: "The version in force, once more",
        body: { register: EXAMPLE_IDS.signedRegister },
        status: 200,
        answer: { outcome: "known", version: "1" },
      },
      unsigned: {
        summary: "Bytes that nobody has signed",
        body: { register: "bm8gcmVnaXN0ZXI=" },
        status: 422,
        answer: problemOf("INPUT_INVALID", {
          problems: [{ field: "register", rule: "is not encoded as we do" }],
        }),
      },
    },
  },
} as const;

const Standing = Type.Object({
  version,
  expiresAt: instant,
  takenAt: Type.Optional(instant),
  takenBy: Type.Optional(Type.String({ description: "Who published it, or `file`" })),
  logIndex: Type.Optional(Type.Integer({ minimum: 0 })),
  participants: Type.Array(
    Type.Object({
      id: Type.String(),
      status: Type.String(),
      version: Type.Optional(
        Type.String({ description: "Highest version it has named since the gateway started" }),
      ),
    }),
  ),
});

/** `GET /v1/register`. */
export const SHOW_REGISTER = {
  schema: {
    operationId: "showRegister",
    summary: "Which version of the register is in force, and which one each participant has",
    tags: ["participants"],
    response: { 200: Standing },
  },
  config: {
    permission: "overview:read",
    examples: {
      first: {
        summary: "A version that was there from the start",
        status: 200,
        answer: {
          version: "1",
          expiresAt: "2027-02-02T09:00:00.000Z",
          takenAt: "2026-02-02T09:00:00.000Z",
          takenBy: "file",
          participants: [{ id: "KE", status: "ACTIVE", version: "1" }],
        },
      },
    },
  },
} as const;

const bytes = {
  200: {
    description: "As it was published",
    content: {
      "application/octet-stream": { schema: Type.String({ contentEncoding: "binary" }) },
    },
  },
};

/** `GET /register/manifest`, open. */
export const FETCH_MANIFESTS = {
  schema: {
    operationId: "fetchRegisterManifests",
    summary:
      "The signed manifests of the register after a version, with the digests of all entries",
    tags: ["participants"],
    querystring: Type.Object(
      { after: Type.Optional(Type.String({ pattern: "^(0|[1-9][0-9]{0,18})$" })) },
      { additionalProperties: false },
    ),
    response: bytes,
  },
  config: {
    problems: ["NOT_FOUND"],
    examples: {
      later: {
        summary: "For whoever has the first version",
        parameters: { after: "1" },
        status: 200,
        answer: "(bytes of a bundle without entries)",
      },
    },
  },
} as const;

/** `GET /register/entries/{digest}`, open. */
export const FETCH_ENTRY = {
  schema: {
    operationId: "fetchRegisterEntry",
    summary: "One entry of the register in force, by the SHA-256 of its bytes",
    tags: ["participants"],
    params: Type.Object({ digest: Type.String({ pattern: "^[0-9a-f]{64}$" }) }),
    response: bytes,
  },
  config: {
    problems: ["NOT_FOUND"],
    examples: {
      entry: {
        summary: "An entry of the version in force",
        parameters: { digest: EXAMPLE_IDS.registerEntry },
        status: 200,
        answer: "(bytes of an entry)",
      },
      unknown: {
        summary: "An entry that the version in force does not have",
        parameters: { digest: "00".repeat(32) },
        status: 404,
        answer: problemOf("NOT_FOUND"),
      },
    },
  },
} as const;

/** `GET /register`, open: what it holds is for every participant, and verified by each. */
export const FETCH_REGISTER = {
  schema: {
    operationId: "fetchRegister",
    summary: "The signed register in force",
    tags: ["participants"],
    querystring: Type.Object({ version: Type.Optional(version) }, { additionalProperties: false }),
    response: {
      200: SIGNED_FILE,
    },
  },
  config: {
    problems: ["NOT_FOUND"],
    examples: {
      newest: { summary: "The version in force", status: 200, answer: "(bytes of a register)" },
      unknown: UNKNOWN_VERSION,
    },
  },
} as const;
