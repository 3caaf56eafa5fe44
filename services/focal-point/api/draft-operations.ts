import { Type } from "typebox";
import { EXAMPLE_IDS, problemOf, RepeatHeaders } from "#http";
import { BreakGlass } from "./break-glass.ts";
import { CandidateView } from "./firearm-operations.ts";
import { MOVE_PROBLEMS, MOVE_RESPONSES } from "./move-operations.ts";
import { NewReply } from "./reply-schema.ts";
import { CaseParams } from "./trace-operations.ts";

/** Contracts of the routes about draft answers. */

const drafted = { caseId: EXAMPLE_IDS.draftedCase };

/** `GET /v1/traces/:caseId/draft`. */
export const DRAFT_ANSWER = {
  schema: {
    operationId: "draftAnswer",
    summary: "Looks a request received up in the register: candidates, and a draft of the answer",
    description: "Candidates are possibilities for an officer, never a certainty. Nothing is sent.",
    tags: ["traces"],
    params: CaseParams,
    response: {
      200: Type.Object({
        draftId: Type.String({ description: "Names this very draft, to release it" }),
        reply: Type.Object(NewReply.properties, {
          additionalProperties: true,
          description: "In the form `POST /v1/traces/:caseId/reply` takes",
        }),
        candidates: Type.Array(CandidateView),
        more: Type.Boolean({ description: "There are more candidates than are told" }),
      }),
    },
  },
  config: {
    permission: "traces:answer",
    problems: ["NOT_FOUND"],
    examples: {
      unknown: {
        summary: "Nothing of the kind is in the register",
        parameters: drafted,
        status: 200,
        answer: {
          draftId: EXAMPLE_IDS.draft,
          reply: {
            languageTag: "en",
            sourceNote: "Firearm register of KE. Consulted on 2026-02-02.",
            final: { outcome: "NO_RECORD", remarks: "No record of a firearm with this make." },
          },
          candidates: [],
          more: false,
        },
      },
    },
  },
} as const;

/** `POST /v1/traces/:caseId/release`. */
export const RELEASE_DRAFT = {
  schema: {
    operationId: "releaseDraft",
    summary: "Sends the draft as it was seen",
    description:
      "Refused when the register would answer otherwise by now. An edited answer goes through " +
      "`POST /v1/traces/:caseId/reply`.",
    tags: ["traces"],
    params: CaseParams,
    headers: RepeatHeaders,
    body: Type.Object(
      { draftId: Type.String({ maxLength: 64 }), breakGlass: BreakGlass },
      { additionalProperties: false },
    ),
    response: MOVE_RESPONSES,
  },
  config: {
    permission: "traces:answer",
    problems: [...MOVE_PROBLEMS, "DRAFT_CHANGED"],
    examples: {
      old: {
        summary: "Another draft than the one there is",
        parameters: drafted,
        body: { draftId: "of-yesterday" },
        status: 409,
        answer: problemOf("DRAFT_CHANGED"),
      },
      seen: {
        summary: "The draft as it was seen",
        parameters: drafted,
        body: { draftId: EXAMPLE_IDS.draft },
        status: 201,
        answer: {
          messageId: "019b0f7a-2b6c-7d9e-8f01-a2b3c4d5e6f7",
          state: "ANSWERED",
          turn: "nobody",
        },
      },
    },
  },
} as const;
