import { type Static, Type } from "typebox";
import { TRACE_TRANSITIONS, type TraceState } from "#casework";
import { EXAMPLE_IDS, Instant, pageLimit, problemOf, RepeatHeaders } from "#http";
import { CASEWORK_LIMITS } from "#runtime";
import { CASE_ORDERS, type CaseOrder } from "../cases/case-list.ts";
import { HeldView } from "./release-schema.ts";
import {
  EXAMPLE_CASE,
  EXAMPLE_CASE_LINE,
  EXAMPLE_INCOMPLETE_TRACE,
  EXAMPLE_KEY,
  EXAMPLE_TRACE,
  EXAMPLE_TRACE_WITH_PERSONS,
} from "./trace-examples.ts";
import { NewTrace } from "./trace-schema.ts";
import { CheckedTraceView, OpenedTrace, TraceDetail, TraceList } from "./trace-view-schema.ts";

/** Contracts of the routes about trace cases. */

/** Path of one case. */
export const CaseParams = Type.Object({
  caseId: Type.String({ maxLength: CASEWORK_LIMITS.caseNumberCharsMax }),
});
const instant = (description: string) => Type.Optional({ ...Instant, description });
const Page = Type.Object(
  {
    state: Type.Optional(
      Type.Enum(Object.keys(TRACE_TRANSITIONS) as TraceState[], { description: "Only this state" }),
    ),
    role: Type.Optional(
      Type.Enum(["requesting", "requested"], {
        description: "Only requests of this State, or only those to it",
      }),
    ),
    peer: Type.Optional(
      Type.String({ maxLength: 32, description: "Only with this participant, such as AT" }),
    ),
    needsAttention: Type.Optional(
      Type.Boolean({ description: "Only what waits for somebody here; see `needs`" }),
    ),
    offExchange: Type.Optional(
      Type.Boolean({ description: "Only with States off the exchange, or only the others" }),
    ),
    openedFrom: instant("Opened then or later"),
    openedUntil: instant("Opened before"),
    updatedFrom: instant("Changed then or later"),
    updatedUntil: instant("Not changed since"),
    order: Type.Optional(
      Type.Enum(Object.keys(CASE_ORDERS) as CaseOrder[], {
        description: "By opening (the default), the newest first, or by the last change",
      }),
    ),
    after: Type.Optional(
      Type.String({ maxLength: 128, description: "`next` of the page before, of this same list" }),
    ),
    limit: pageLimit,
  },
  { additionalProperties: false },
);

/** What a list of cases is asked for. */
export type TraceQuery = Static<typeof Page>;
/** `POST /v1/traces`. */
export const SEND_TRACE = {
  schema: {
    operationId: "sendTrace",
    summary: "Opens a case and sends its trace request",
    description:
      "With priority URGENT the permission `traces:urgent` is needed too, and with `persons` the " +
      "permission `persons:send`. A request that breaks " +
      "a rule is refused with every field, its rule and what to do; nothing is kept of it.",
    tags: ["traces"],
    headers: RepeatHeaders,
    body: NewTrace,
    response: {
      200: { ...OpenedTrace, description: "The case that this idempotency key stands for" },
      201: { ...OpenedTrace, description: "The case is open; the request is on its way" },
      202: { ...HeldView, description: "It waits for a second person; nothing was sent" },
    },
  },
  config: {
    permission: "traces:send",
    problems: [
      "IDEMPOTENCY_MISMATCH",
      "RELEASE_PENDING",
      "NOT_ALONE",
      "SAME_FIREARM",
      "BODY_INVALID",
      "HANDLING_VIOLATION",
      "RECIPIENT_UNKNOWN",
      "RECIPIENT_SUSPENDED",
      "RECIPIENT_REMOVED",
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
      persons: {
        summary: "A request that cannot do without a name; it travels in a part of its own",
        body: EXAMPLE_TRACE_WITH_PERSONS,
        status: 201,
        answer: {
          caseId: EXAMPLE_IDS.personsCase,
          messageId: EXAMPLE_IDS.personsMessage,
          state: "SUBMITTED",
          findings: [],
        },
      },
      incomplete: {
        summary: "A request that breaks two rules",
        body: EXAMPLE_INCOMPLETE_TRACE,
        status: 422,
        answer: problemOf("BODY_INVALID", {
          detail: "2 rule(s) of a trace request are broken",
          remedy: "Correct every field named in problems; nothing was sent.",
          problems: [
            { field: "request.legalJustification", rule: "missing", remedy: "Fill it in." },
            { field: "request.officerRef", rule: "missing", remedy: "Fill it in." },
          ],
        }),
      },
    },
  },
} as const;

const LACKS_PHOTOGRAPH = {
  points: 90,
  of: 100,
  lacking: [{ field: "request.attachments", points: 10 }],
} as const;

/** `POST /v1/traces/check`. */
export const CHECK_TRACE = {
  schema: {
    operationId: "checkTrace",
    summary: "Tells what would become of a trace request; keeps and sends nothing",
    description:
      "Takes what `POST /v1/traces` takes and tells everything that it would refuse for, and more: " +
      "warnings, advice, and how complete the request is.",
    tags: ["traces"],
    body: NewTrace,
    response: { 200: CheckedTraceView },
  },
  config: {
    permission: "traces:send",
    examples: {
      complete: {
        summary: "Nothing speaks against it",
        body: EXAMPLE_TRACE,
        status: 200,
        answer: {
          sendable: true,
          findings: [],
          sameFirearm: [],
          completeness: LACKS_PHOTOGRAPH,
        },
      },
      incomplete: {
        summary: "A request that breaks a rule",
        body: EXAMPLE_INCOMPLETE_TRACE,
        status: 200,
        answer: {
          sendable: false,
          findings: [
            {
              field: "request.officerRef",
              rule: "missing",
              level: "ERROR",
              remedy: "Fill it in.",
            },
          ],
          sameFirearm: [],
          completeness: LACKS_PHOTOGRAPH,
        },
      },
    },
  },
} as const;

/** `GET /v1/traces`. */
export const LIST_TRACES = {
  schema: {
    operationId: "listTraces",
    summary: "Cases, page by page, filtered",
    description:
      "Filters are joined by and. While a list by the last change is read, a case that changes is " +
      "shown again at its end; none is missed.",
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
      toAnswer: {
        summary: "What another State waits for, the longest untouched first",
        parameters: { role: "requested", needsAttention: true, order: "updated" },
        status: 200,
        answer: {
          traces: [
            {
              caseId: EXAMPLE_IDS.receivedCase,
              role: "requested",
              peer: "AT",
              state: "DELIVERED",
              needs: "answer",
              next: {
                turn: "requested",
                own: ["ACKNOWLEDGEMENT", "FINAL", "REFUSAL"],
                other: ["WITHDRAWAL", "REMINDER"],
              },
              nationalCaseNumber: "AT/2026/5",
              messageId: "019b0f71-0c40-7b2a-9d11-4e5f60718293",
              openedAt: "2026-02-02T09:14:00.000Z",
              updatedAt: "2026-02-02T09:14:00.000Z",
            },
          ],
        },
      },
      otherList: {
        summary: "A mark that belongs to another list",
        parameters: { state: "ANSWERED", after: "azAsMC5BQUFBQUFBQUFBQQ" },
        status: 422,
        answer: problemOf("INPUT_INVALID", {
          problems: [
            { field: "after", rule: "is not the `next` of a page of this list, filters included" },
          ],
        }),
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
        answer: problemOf("NOT_FOUND"),
      },
    },
  },
} as const;
