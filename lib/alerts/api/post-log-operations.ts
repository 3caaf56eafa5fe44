import { Type } from "typebox";
import { EXAMPLE_USER, nextMark, pageAfter, pageLimit, problemOf } from "#http";
import { CHECK_LIMITS } from "#runtime";
import { EXAMPLE_POST_LOG } from "./example-recipient.ts";

/** Contracts of the routes by which the log of a border post comes home. */

const closed = { additionalProperties: false } as const;
const PostParams = Type.Object(
  { postId: Type.String({ pattern: "^[A-Z0-9][A-Z0-9-]{1,31}$" }) },
  closed,
);
const count = (description: string) => Type.Integer({ minimum: 0, description });
const GAYA = { postId: "GAYA-1" } as const;

/** `POST /v1/posts/{postId}/log`. */
export const TAKE_POST_LOG = {
  schema: {
    operationId: "takePostLog",
    summary: "Takes in what a post was asked, as the post has signed it",
    description:
      "Each line counts once, whoever brings it how often, so this needs no idempotency key. A line " +
      "that is here with another content stays as it came first, and is counted as changed.",
    tags: ["checks"],
    params: PostParams,
    body: Type.Object(
      {
        file: Type.String({
          contentEncoding: "base64",
          maxLength: CHECK_LIMITS.bodyBytesMax,
          description: "As `tracepost post log` wrote it",
        }),
      },
      closed,
    ),
    response: {
      200: Type.Object({
        taken: count("Lines that were new"),
        known: count("Lines that were here before"),
        changed: count("Lines that were here with another content"),
        newest: count("Newest number that is here; 0: none"),
        missing: count("Numbers below it that have not come"),
      }),
    },
  },
  config: {
    permission: "posts:write",
    problems: ["NOT_FOUND"],
    examples: {
      first: {
        summary: "The first line of a post",
        parameters: GAYA,
        body: { file: EXAMPLE_POST_LOG },
        status: 200,
        answer: { taken: 1, known: 0, changed: 0, newest: 1, missing: 0 },
      },
      noLog: {
        summary: "A file that is no log",
        parameters: GAYA,
        body: { file: "e30=" },
        status: 422,
        answer: problemOf("INPUT_INVALID", {
          problems: [{ field: "file", rule: "must be the file that post log writes" }],
        }),
      },
    },
  },
} as const;

/** `GET /v1/posts/{postId}/log`. */
export const SHOW_POST_LOG = {
  schema: {
    operationId: "showPostLog",
    summary: "What a post was asked, as it came home, the newest first",
    tags: ["checks"],
    params: PostParams,
    querystring: Type.Object({ after: pageAfter, limit: pageLimit }, closed),
    response: {
      200: Type.Object({
        log: Type.Array(
          Type.Object({
            n: Type.Integer({ minimum: 1 }),
            line: Type.String({ description: "As the post wrote it down, JSON" }),
            takenAt: Type.String({ format: "date-time" }),
            takenBy: Type.String({ description: "User id" }),
          }),
        ),
        next: nextMark,
      }),
    },
  },
  config: {
    permission: "checks:read",
    problems: ["NOT_FOUND"],
    examples: {
      one: {
        summary: "One line has come home",
        parameters: GAYA,
        status: 200,
        answer: {
          log: [
            {
              n: 1,
              line: '{"at":"2026-02-02T09:12:04.113Z","officer":"lane-3","count":1}',
              takenAt: "2026-02-02T10:12:04.113Z",
              takenBy: EXAMPLE_USER,
            },
          ],
        },
      },
    },
  },
} as const;
