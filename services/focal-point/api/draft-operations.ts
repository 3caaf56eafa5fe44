import { Type } from "typebox";
import { ACKNOWLEDGE_BARS } from "#casework";
import { EXAMPLE_IDS, problemOf, RepeatHeaders } from "#http";
import { SENDING_BARS } from "../arrivals/sending-bars.ts";
import { BreakGlass } from "./break-glass.ts";
import { CandidateView } from "./firearm-operations.ts";
import { MOVE_PROBLEMS, MOVE_RESPONSES } from "./move-operations.ts";
import { NewReply, ReplyToSend } from "./reply-schema.ts";
import { CaseParams } from "./trace-operations.ts";

/** Contracts of the routes about draft answers. */

const BARS = { ...ACKNOWLEDGE_BARS, ...SENDING_BARS };

/** A reply as an officer has edited it. */
const { breakGlass: _alone, ...REPLY_FIELDS } = ReplyToSend.properties;
const EditedReply = Type.Object(REPLY_FIELDS, {
  additionalProperties: false,
  description: "The answer as it shall leave, whole, in the place of the draft",
});

/** What the rules that acknowledge decided when the request arrived. */
const RulesView = Type.Object(
  {
    version: Type.Integer({ minimum: 0, description: "Version of the rules; zero: none were set" }),
    rule: Type.Optional(Type.String({ description: "The rule that acknowledged it" })),
    because: Type.Optional(
      Type.Array(Type.Enum([...Object.keys(BARS)]), {
        description: `Why none did. ${Object.entries(BARS)
          .map(([code, sentence]) => `${code}: ${sentence}`)
          .join(". ")}`,
      }),
    ),
    messageId: Type.Optional(Type.String({ description: "The acknowledgement" })),
    at: Type.String({ format: "date-time" }),
  },
  { description: "What the rules that acknowledge decided when the request arrived (TP-ANS-11)" },
);

const drafted = { caseId: EXAMPLE_IDS.draftedCase };

/** `GET /v1/traces/:caseId/draft`. */
export const DRAFT_ANSWER = {
  schema: {
    operationId: "draftAnswer",
    summary: "What the register knows of a request received: candidates, and a draft of the answer",
    description:
      "Made when the request arrived, and anew when the register or the case has changed. " +
      "Candidates are possibilities for an officer, never a certainty. Nothing is sent.",
    tags: ["traces"],
    params: CaseParams,
    response: {
      200: Type.Object({
        draftId: Type.String({ description: "Names this very draft, to release it" }),
        asOf: Type.String({
          format: "date-time",
          description: "When it was made; neither register nor case have changed since",
        }),
        reply: Type.Object(NewReply.properties, {
          additionalProperties: true,
          description: "In the form `POST /v1/traces/:caseId/reply` takes",
        }),
        candidates: Type.Array(CandidateView),
        more: Type.Boolean({ description: "There are more candidates than are told" }),
        rules: Type.Optional(RulesView),
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
          asOf: "2026-02-02T09:12:04.113Z",
          reply: {
            languageTag: "en",
            sourceNote: "Firearm register of KE. Consulted on 2026-02-02.",
            final: { outcome: "NO_RECORD", remarks: "No record of a firearm with this make." },
          },
          candidates: [],
          more: false,
          rules: { version: 0, because: ["OFF"], at: "2026-02-02T09:12:04.113Z" },
        },
      },
    },
  },
} as const;

/** `POST /v1/traces/:caseId/release`. */
export const RELEASE_DRAFT = {
  schema: {
    operationId: "releaseDraft",
    summary: "Sends the draft as it was seen, or as an officer has edited it",
    description:
      "`draftId` says which draft was seen. Refused when there is another one by now: then " +
      "neither the draft nor `changes` is sent. The case keeps which draft it was, and whether " +
      "it was edited.",
    tags: ["traces"],
    params: CaseParams,
    headers: RepeatHeaders,
    body: Type.Object(
      {
        draftId: Type.String({ maxLength: 64 }),
        changes: Type.Optional(EditedReply),
        breakGlass: BreakGlass,
      },
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
      edited: {
        summary: "With a word of the officer's",
        parameters: { caseId: EXAMPLE_IDS.editedCase },
        body: {
          draftId: EXAMPLE_IDS.draft,
          changes: {
            languageTag: "en",
            final: {
              outcome: "NO_RECORD",
              remarks: "Neither in the register nor in the paper records of the maker.",
              answers: [
                { question: "LAST_LEGAL_HOLDER", answer: "Not known.", status: "NOT_KNOWN" },
              ],
            },
          },
        },
        status: 201,
        answer: {
          messageId: "019b0f7a-2b6c-7d9e-8f01-a2b3c4d5e6f7",
          state: "ANSWERED",
          turn: "nobody",
        },
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
