import { Type } from "typebox";
import { problemOf } from "#http";

/** Contract of the answer to who asks for a file as the root keys signed it. */
export const SIGNED_FILE = {
  description: "As it was published",
  content: {
    "application/octet-stream": { schema: Type.String({ contentEncoding: "binary" }) },
  },
} as const;

/** Example of asking for a version of it that is not kept. */
export const UNKNOWN_VERSION = {
  summary: "A version that this gateway never had",
  parameters: { version: "4711" },
  status: 404,
  answer: problemOf("NOT_FOUND"),
} as const;
