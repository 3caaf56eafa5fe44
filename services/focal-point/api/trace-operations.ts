import { Type } from "typebox";
import { EXAMPLE_IDS, pageLimit } from "#http";
import { CASEWORK_LIMITS } from "#runtime";
import { NewReply } from "./reply-schema.ts";
import {
  EXAMPLE_CASE,
  EXAMPLE_CASE_LINE,
  EXAMPLE_INCOMPLETE_TRACE,
  EXAMPLE_KEY,
  EXAMPLE_TRACE,
} from "./trace-examples.ts";
import { NewTrace } from "./trace-schema.ts";
import { OpenedTrace, SentReply, TraceDetail, TraceList } from "./trace-view-schema.ts";

/** Contracts of the routes about trace cases. */

const CaseParams = Type.Object({
  caseId: Type.String({ maxLength: CASEWORK_LIMITS.caseNumberCharsMax }),
});
const Page = Type.Object(
  {
    after: Type.Optional(
      Type.Integer({ minimum: 0, description: "`next` of the page before; 0 begins" }),
    ),
    limit: pageLimit,
  },
  { additionalProperties: false },
);
const RequestHeaders = Type.Object({
  "idempotency-key": Type.Optional(
    Type.String({
      pattern: "^[\\x21-\\x7e]{1,255}$",
      description: "Of the caller's making; the same request under the same key is done once",
    }),
  ),
});

/** `POST /v1/traces`. */
export const SEND_TRACE = {
  schema: {
    operationId: "sendTrace",
    summary: "Opens a case and sends its trace request",
    description:
      "With priority URGENT the permission `traces:urgent` is needed too. A request that breaks " +
      "a rule is refused with every field, its rule and what to do; nothing is kept of it.",
    tags: ["traces"],
    headers: RequestHeaders,
    body: NewTrace,
    response: {
      200: { ...OpenedTrace, description: "The case that this idempotency key stands for" },
      201: { ...OpenedTrace, description: "The case is open; the request is on its way" },
    },
  },
  config: {
    permission: "traces:send",
    problems: [
      "IDEMPOTENCY_MISMATCH",
      "BODY_INVALID",
      "RECIPIENT_UNKNOWN",
      "RECIPIENT_SUSPENDED",
      "NOT_BOUND_BY_INSTRUMENT",
      "NOT_PERMITTED",
    ],
    examples: {
      pistol: {
        summary: "A pistol found in Kenya, made in Austria",
        parameters: { "idempotency-key": "KE/2026/18-first" },
        body: EXAMPLE_TRACE,
        status: 201,
        answer: {
          caseId: EXAMPLE_IDS.sentCase,
          messageId: EXAMPLE_IDS.sentMessage,
          state: "SUBMITTED",
          findings: [],
        },
      },
      again: {
        summary: "The same request under the same key, because the answer was lost",
        parameters: { "idempotency-key": EXAMPLE_KEY },
        body: EXAMPLE_TRACE,
        status: 200,
        answer: {
          caseId: EXAMPLE_IDS.sentCase,
          messageId: EXAMPLE_IDS.sentMessage,
          state: "DELIVERED",
          findings: [],
        },
      },
      incomplete: {
        summary: "A request that breaks two rules",
        body: EXAMPLE_INCOMPLETE_TRACE,
        status: 422,
        answer: {
          type: "urn:tracepost:problem:BODY_INVALID",
          code: "BODY_INVALID",
          status: 422,
          title: "The body lacks a mandatory field or breaks a rule.",
          detail: "2 rule(s) of a trace request are broken",
          remedy: "Correct every field named in problems; nothing was sent.",
          problems: [
            { field: "request.legalJustification", rule: "missing", remedy: "Fill it in." },
            { field: "request.officerRef", rule: "missing", remedy: "Fill it in." },
          ],
        },
      },
    },
  },
} as const;

/** `GET /v1/traces`. */
export const LIST_TRACES = {
  schema: {
    operationId: "listTraces",
    summary: "Cases, in the order of opening",
    tags: ["traces"],
    querystring: Page,
    response: { 200: TraceList },
  },
  config: {
    permission: "traces:read",
    examples: {
      firstPage: {
        summary: "The first page",
        parameters: { limit: 50 },
        status: 200,
        answer: { traces: [EXAMPLE_CASE_LINE] },
      },
    },
  },
} as const;

/** `GET /v1/traces/:caseId`. */
export const SHOW_TRACE = {
  schema: {
    operationId: "showTrace",
    summary: "A case with its request, its reply, what happened and which receipts there are",
    tags: ["traces"],
    params: CaseParams,
    response: { 200: TraceDetail },
  },
  config: {
    permission: "traces:read",
    problems: ["NOT_FOUND"],
    examples: {
      answered: {
        summary: "A request of this State that was answered",
        parameters: { caseId: EXAMPLE_IDS.sentCase },
        status: 200,
        answer: EXAMPLE_CASE,
      },
      unknown: {
        summary: "A case that is not there",
        parameters: { caseId: "none" },
        status: 404,
        answer: {
          type: "urn:tracepost:problem:NOT_FOUND",
          code: "NOT_FOUND",
          status: 404,
          title: "There is no such thing here.",
          remedy: "Check the address and the id.",
        },
      },
    },
  },
} as const;

const REPLY_MESSAGE = "019b0f7a-2b6c-7d9e-8f01-a2b3c4d5e6f7";

/** `POST /v1/traces/:caseId/reply`. */
export const REPLY_TO_TRACE = {
  schema: {
    operationId: "replyToTrace",
    summary: "Acknowledges a request received, answers it, or refuses to",
    description:
      "The body holds exactly one of `acknowledgement`, `final` and `refusal`; a refusal needs " +
      "the permission `traces:refuse` too.",
    tags: ["traces"],
    params: CaseParams,
    body: NewReply,
    response: { 201: { ...SentReply, description: "The answer is on its way" } },
  },
  config: {
    permission: "traces:answer",
    problems: ["NOT_FOUND", "ILLEGAL_MOVE", "BODY_INVALID"],
    examples: {
      acknowledgement: {
        summary: "It is being worked on",
        parameters: { caseId: EXAMPLE_IDS.receivedCase },
        body: {
          acknowledgement: { nationalReference: "KE/IN/3", expectedBy: "2099-01-01T00:00:00Z" },
        },
        status: 201,
        answer: { messageId: REPLY_MESSAGE, state: "ACKNOWLEDGED" },
      },
      final: {
        summary: "The last legal holder is known",
        parameters: { caseId: EXAMPLE_IDS.receivedCase },
        body: {
          sourceNote: "Made up for an exercise",
          final: {
            outcome: "LAST_LEGAL_HOLDER_IDENTIFIED",
            remarks: "Sold to Made-up Dealer",
            answers: [{ question: "LAST_LEGAL_HOLDER", answer: "Made-up Dealer" }],
          },
        },
        status: 201,
        answer: { messageId: REPLY_MESSAGE, state: "ANSWERED" },
      },
      refusal: {
        summary: "This State may not tell",
        parameters: { caseId: EXAMPLE_IDS.otherReceivedCase },
        body: { refusal: { ground: "NATIONAL_SECURITY", explanation: "made up" } },
        status: 201,
        answer: { messageId: REPLY_MESSAGE, state: "REFUSED" },
      },
    },
  },
} as const;
