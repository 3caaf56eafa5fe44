import { Type } from "typebox";
import { SIGNED_FILE, UNKNOWN_VERSION } from "./signed-file.ts";

/** Contracts of the routes of the retention schedule. */

/** `GET /schedule`, open: everybody may read it, and each verifies it. */
export const FETCH_SCHEDULE = {
  schema: {
    operationId: "fetchSchedule",
    summary: "The signed retention schedule in force",
    description:
      "As the root keys signed it. Without one that was published the default schedule of the " +
      "program holds, and there is nothing to fetch.",
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
      newest: { summary: "The version in force", status: 200, answer: "(bytes of a schedule)" },
      unknown: UNKNOWN_VERSION,
    },
  },
} as const;
