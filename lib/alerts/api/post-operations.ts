import { Type } from "typebox";
import { EXAMPLE_USER } from "#http";
import { CHECK_LIMITS, HTTP_LIMITS } from "#runtime";
import { EXAMPLE_LOG_KEY, EXAMPLE_RECIPIENT } from "./example-recipient.ts";

/** Contracts of the routes about border posts that hold the alerts in force as a file. */

const closed = { additionalProperties: false } as const;
const HOUR_MS = 3_600_000;
const PostId = Type.String({ pattern: "^[A-Z0-9][A-Z0-9-]{1,31}$" });
const PostParams = Type.Object({ postId: PostId }, closed);
const instant = Type.String({ format: "date-time" });
const maybeInstant = Type.Optional(instant);

const PostSchema = Type.Object({
  postId: Type.String(),
  name: Type.String(),
  addedAt: instant,
  addedBy: Type.String({ description: "User id" }),
  revokedAt: maybeInstant,
  revokedBy: Type.Optional(Type.String()),
  issuedVersion: Type.Integer({ minimum: 0, description: "Newest version issued; 0: none" }),
  issuedAt: maybeInstant,
  expiresAt: Type.Optional({ ...instant, description: "When what it holds dies by itself" }),
  logTaken: Type.Integer({ minimum: 0, description: "Newest line of its log that has come home" }),
});

const IssuerSchema = Type.Object(
  {
    participant: Type.String(),
    keyId: Type.String(),
    publicKey: Type.String({
      description: "Ed25519, 32 bytes, or a point of P-256, 33 bytes; base64",
    }),
  },
  { description: "What the post is to believe; it is taken in by hand, with the first file" },
);

const GAYA = {
  postId: "GAYA-1",
  name: "Gaya, lane 1",
  addedAt: "2026-02-02T09:12:04.113Z",
  addedBy: EXAMPLE_USER,
  issuedVersion: 0,
  logTaken: 0,
} as const;
const ISSUER = {
  participant: "NE",
  keyId: "00112233445566778899aabbccddeeff",
  publicKey: "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=",
} as const;

/** `POST /v1/posts`. */
export const ADD_POST = {
  schema: {
    operationId: "addPost",
    summary: "Adds a border post by its sealing key",
    description:
      "The same post again changes nothing, so this needs no idempotency key; another key under the " +
      "same id is refused: a lost key is a new post.",
    tags: ["checks"],
    body: Type.Object(
      {
        postId: PostId,
        name: Type.String({ minLength: 1, maxLength: HTTP_LIMITS.nameCharsMax }),
        recipient: Type.String({
          pattern: "^age1pq1[a-z0-9]{1000,2500}$",
          description: "Its sealing key, as `tracepost post init` prints it",
        }),
        logKey: Type.Optional(
          Type.String({
            pattern: "^[A-Za-z0-9+/]{43}=$",
            description: "Ed25519 key that it signs its log with, base64; absent: it has none",
          }),
        ),
      },
      closed,
    ),
    response: { 200: Type.Object({ post: PostSchema, issuer: IssuerSchema }) },
  },
  config: {
    permission: "posts:write",
    problems: ["POST_EXISTS"],
    examples: {
      gaya: {
        summary: "A post at a road",
        body: {
          postId: GAYA.postId,
          name: GAYA.name,
          recipient: EXAMPLE_RECIPIENT,
          logKey: EXAMPLE_LOG_KEY,
        },
        status: 200,
        answer: { post: GAYA, issuer: ISSUER },
      },
    },
  },
} as const;

/** `GET /v1/posts`. */
export const LIST_POSTS = {
  schema: {
    operationId: "listPosts",
    summary: "Border posts, and what each of them holds",
    tags: ["checks"],
    response: { 200: Type.Object({ posts: Type.Array(PostSchema), issuer: IssuerSchema }) },
  },
  config: {
    permission: "checks:read",
    examples: {
      all: { summary: "All", status: 200, answer: { posts: [GAYA], issuer: ISSUER } },
    },
  },
} as const;

/** `POST /v1/posts/{postId}/copy`. */
export const ISSUE_COPY = {
  schema: {
    operationId: "issueCopy",
    summary: "Makes the file that a post is to take",
    description:
      "Signed by this participant and sealed to the post's key. Of a revoked post it is the order to " +
      "erase. Making it again is harmless, so this needs no idempotency key.",
    tags: ["checks"],
    params: PostParams,
    body: Type.Object(
      {
        sinceVersion: Type.Optional(
          Type.Integer({
            minimum: 0,
            description: "What has changed since that version; absent or 0: a whole copy",
          }),
        ),
        lifeHours: Type.Optional(
          Type.Number({
            exclusiveMinimum: 0,
            maximum: CHECK_LIMITS.copyLifeMsMax / HOUR_MS,
            description: `When it dies by itself; ${CHECK_LIMITS.copyLifeMs / HOUR_MS} unless said`,
          }),
        ),
      },
      closed,
    ),
    response: {
      200: Type.Object({
        postId: Type.String(),
        version: Type.Integer({ minimum: 0 }),
        sinceVersion: Type.Integer({ minimum: 0 }),
        expiresAt: instant,
        revoked: Type.Boolean(),
        alerts: Type.Integer({ minimum: 0 }),
        ended: Type.Integer({ minimum: 0 }),
        file: Type.String({ contentEncoding: "base64" }),
      }),
    },
  },
  config: {
    permission: "posts:write",
    examples: {
      whole: {
        summary: "A whole copy for a day",
        parameters: { postId: GAYA.postId },
        body: { lifeHours: 24 },
        status: 200,
        answer: {
          postId: GAYA.postId,
          version: 0,
          sinceVersion: 0,
          expiresAt: "2026-02-03T09:12:04.113Z",
          revoked: false,
          alerts: 0,
          ended: 0,
          file: "YWdlLWVuY3J5cHRpb24ub3JnL3YxCg==",
        },
      },
    },
  },
} as const;

/** `POST /v1/posts/{postId}/revoke`. */
export const REVOKE_POST = {
  schema: {
    operationId: "revokePost",
    summary: "Revokes a post for good",
    description:
      "Every file made for it from now on is the order to erase; what it holds dies by its expiry at " +
      "the latest.",
    tags: ["checks"],
    params: PostParams,
    response: { 200: Type.Object({ post: PostSchema, issuer: IssuerSchema }) },
  },
  config: {
    permission: "posts:write",
    examples: {
      lost: {
        summary: "A laptop was lost",
        parameters: { postId: GAYA.postId },
        status: 200,
        answer: {
          post: { ...GAYA, revokedAt: "2026-02-02T10:12:04.113Z", revokedBy: EXAMPLE_USER },
          issuer: ISSUER,
        },
      },
    },
  },
} as const;
