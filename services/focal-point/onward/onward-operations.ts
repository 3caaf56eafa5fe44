import { Type } from "typebox";
import { EXAMPLE_IDS, nextMark, pageAfter, pageLimit } from "#http";
import { CASEWORK_LIMITS } from "#runtime";

/** Contract of the route about what was passed on. */

const closed = { additionalProperties: false } as const;
const GROUNDS = [
  "ORIGINATOR",
  "HOLDER",
  "GRANTED",
  "RELEASABLE_TO",
  "COMMUNITY",
  "LETTER",
] as const;

const OnwardCopyView = Type.Object({
  of: Type.Object(
    {
      sender: Type.String(),
      messageId: Type.String(),
      part: Type.Enum(["body", "persons"]),
    },
    { description: "What another State had sent" },
  ),
  messageId: Type.String({ description: "The message of this State it was passed on in" }),
  caseId: Type.String(),
  to: Type.String({ description: "Participant that received it; by letter the State" }),
  byLetter: Type.Boolean(),
  ground: Type.Enum([...GROUNDS], {
    description: "Why it might be; LETTER: it had come by letter, and an officer answers for it",
  }),
  actor: Type.String(),
  at: Type.String({ format: "date-time" }),
});

/** `GET /v1/onward`. */
export const LIST_ONWARD = {
  schema: {
    operationId: "listOnwardCopies",
    summary: "What this State passed on of others, the newest first: who received what of whom",
    tags: ["notices"],
    querystring: Type.Object(
      {
        caseId: Type.Optional(
          Type.String({
            maxLength: CASEWORK_LIMITS.caseNumberCharsMax,
            description: "Only what messages of this case passed on",
          }),
        ),
        after: pageAfter,
        limit: pageLimit,
      },
      closed,
    ),
    response: { 200: Type.Object({ copies: Type.Array(OnwardCopyView), next: nextMark }) },
  },
  config: {
    permission: "notices:read",
    examples: {
      none: {
        summary: "A case that passed nothing on",
        parameters: { caseId: EXAMPLE_IDS.sentCase },
        status: 200,
        answer: { copies: [] },
      },
    },
  },
} as const;
