import { Type } from "typebox";
import { SIGNED_FILE, UNKNOWN_VERSION } from "./signed-file.ts";

/** Contracts of the routes of the routing policy. */

/** `GET /policy`, open: everybody may read it, and each verifies it. */
export const FETCH_POLICY = {
  schema: {
    operationId: "fetchPolicy",
    summary: "The signed routing policy in force",
    description:
      "As the root keys signed it; the header `tracepost-log-evidence` proves that it was logged " +
      "(an encoded LogEvidence, base64). Without one that was published the default policy of the " +
      "program decides, and there is nothing to fetch.",
    tags: ["participants"],
    querystring: Type.Object(
      { version: Type.Optional(Type.String({ pattern: "^[1-9][0-9]{0,14}$" })) },
      { additionalProperties: false },
    ),
    response: {
      200: SIGNED_FILE,
    },
  },
  config: {
    problems: ["NOT_FOUND"],
    examples: {
      newest: { summary: "The version in force", status: 200, answer: "(bytes of a policy)" },
      unknown: UNKNOWN_VERSION,
    },
  },
} as const;
