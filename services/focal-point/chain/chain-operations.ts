import { Type } from "typebox";
import { TRACE_TRANSITIONS } from "#casework";
import { EXAMPLE_IDS, problemOf } from "#http";
import { CASEWORK_LIMITS } from "#runtime";
import { EXAMPLE_TRACE } from "../api/trace-examples.ts";
import { NewTrace } from "../api/trace-schema.ts";

/** Contracts of the routes about chains. */

const CaseParams = Type.Object({
  caseId: Type.String({ maxLength: CASEWORK_LIMITS.caseNumberCharsMax }),
});
const StateCode = Type.String({ description: "ISO 3166-1 alpha-2" });
const instant = Type.String({ format: "date-time" });
const partialDate = Type.Optional(
  Type.String({ description: "ISO 8601, to the year, month or day known" }),
);
const CaseState = Type.Enum(Object.keys(TRACE_TRANSITIONS));

const HopView = Type.Object({
  hop: Type.Integer(),
  caseId: Type.String(),
  requestId: Type.String(),
  previousRequestId: Type.Optional(Type.String()),
  requestingState: StateCode,
  requestedState: StateCode,
  name: Type.String(),
  peer: Type.String(),
  role: Type.Enum(["requesting", "requested"]),
  offExchange: Type.Boolean({ description: "Asked by letter" }),
  state: CaseState,
  outcome: Type.Optional(Type.String()),
  exportedTo: Type.Optional(StateCode),
  exportedOn: partialDate,
  importedFrom: Type.Optional(StateCode),
  openedAt: instant,
  updatedAt: instant,
});

const Entry = Type.Object({
  at: Type.String({ description: "ISO 8601, as exactly as it is known" }),
  kind: Type.Enum(["CUSTODY", "CASE"], {
    description: "What happened to the firearm, or in the case of a hop",
  }),
  hop: Type.Integer(),
  caseId: Type.String(),
  event: Type.String(),
  state: Type.Optional(CaseState),
  detail: Type.Optional(Type.String()),
  fromState: Type.Optional(StateCode),
  toState: Type.Optional(StateCode),
  saidBy: Type.Optional(StateCode),
});

const ChainView = Type.Object({
  chainId: Type.String({ description: "Case id of the first hop" }),
  ok: Type.Boolean({ description: "No gap, no cycle, not too long" }),
  gaps: Type.Array(
    Type.Object({
      caseId: Type.String(),
      hop: Type.Integer({ description: "The hop after the gap" }),
      rule: Type.Enum(["chainGap", "timeOrder"]),
      because: Type.String(),
    }),
  ),
  cycles: Type.Array(StateCode, { description: "States asked twice on one way" }),
  tooLong: Type.Boolean(),
  next: Type.Optional(
    Type.Object(
      { caseId: Type.String(), states: Type.Array(StateCode) },
      { description: "The hop to go on from, and where to" },
    ),
  ),
  end: Type.Optional(
    Type.Enum(["WAITING", "ENDED", "CYCLE", "TOO_LONG"], {
      description: "Why there is no next request",
    }),
  ),
  hops: Type.Array(HopView, { description: "The first one first" }),
  timeline: Type.Array(Entry, { description: "In the order of time" }),
  graph: Type.Object({
    nodes: Type.Array(
      Type.Object({
        state: StateCode,
        name: Type.String(),
        asked: Type.Boolean(),
        offExchange: Type.Boolean(),
      }),
    ),
    edges: Type.Array(
      Type.Object({
        kind: Type.Enum(["ASKED", "WENT"]),
        from: StateCode,
        to: StateCode,
        caseId: Type.String(),
        hop: Type.Integer(),
        date: partialDate,
        event: Type.Optional(Type.String()),
      }),
    ),
  }),
});

const asked = {
  hop: 0,
  caseId: EXAMPLE_IDS.sentCase,
  requestId: EXAMPLE_IDS.sentMessage,
  requestingState: "KE",
  requestedState: "AT",
  name: "Austria",
  peer: "AT",
  role: "requesting",
  offExchange: false,
  state: "ANSWERED",
  outcome: "LAST_LEGAL_HOLDER_IDENTIFIED",
  openedAt: "2026-02-02T09:12:04.113Z",
  updatedAt: "2026-02-02T09:12:05.870Z",
} as const;

/** `GET /v1/traces/:caseId/chain`. */
export const SHOW_CHAIN = {
  schema: {
    operationId: "showChain",
    summary: "The whole chain of a case: hops, gaps, timeline, and a graph of States",
    tags: ["traces"],
    params: CaseParams,
    response: { 200: ChainView },
  },
  config: {
    permission: "traces:read",
    problems: ["NOT_FOUND"],
    examples: {
      oneHop: {
        summary: "A trace that ended with the first State",
        parameters: { caseId: EXAMPLE_IDS.sentCase },
        status: 200,
        answer: {
          chainId: EXAMPLE_IDS.sentCase,
          ok: true,
          gaps: [],
          cycles: [],
          tooLong: false,
          end: "ENDED",
          hops: [asked],
          timeline: [
            {
              at: "2026-02-02T09:12:04.113Z",
              kind: "CASE",
              hop: 0,
              caseId: EXAMPLE_IDS.sentCase,
              event: "opened",
              state: "SUBMITTED",
            },
          ],
          graph: {
            nodes: [
              { state: "KE", name: "Kenya", asked: false, offExchange: false },
              { state: "AT", name: "Austria", asked: true, offExchange: false },
            ],
            edges: [{ kind: "ASKED", from: "KE", to: "AT", caseId: EXAMPLE_IDS.sentCase, hop: 0 }],
          },
        },
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

/** `GET /v1/traces/:caseId/next`. */
export const NEXT_REQUEST = {
  schema: {
    operationId: "nextRequest",
    summary: "The request that follows a case, ready to be sent; sends nothing",
    description:
      "`trace` is a body of `POST /v1/traces`: the same firearm, one hop on, to the State the " +
      "answer leads to, with what earlier answers told as far as their handling allows. Of a " +
      "request received it is the one that passes it on (FORWARD), with consent alone.",
    tags: ["traces"],
    params: CaseParams,
    querystring: Type.Object(
      {
        state: Type.Optional(
          Type.String({
            pattern: "^[A-Z]{2}$",
            description: "Ask this State instead of the one the answer leads to first",
          }),
        ),
      },
      { additionalProperties: false },
    ),
    response: {
      200: Type.Object({
        trace: NewTrace,
        state: StateCode,
        onExchange: Type.Boolean(),
        forwardedFor: Type.Optional(StateCode),
        withheld: Type.Array(
          Type.Object({ caseId: Type.String(), state: StateCode, because: Type.String() }),
          { description: "Answers of which nothing may be passed on, and why" },
        ),
      }),
    },
  },
  config: {
    permission: "traces:send",
    problems: ["NOT_FOUND", "ILLEGAL_MOVE", "HANDLING_VIOLATION"],
    examples: {
      chosen: {
        summary: "To a State that an officer chose",
        parameters: { caseId: EXAMPLE_IDS.sentCase, state: "IT" },
        status: 200,
        answer: {
          trace: {
            to: "IT",
            offExchange: true,
            priority: "ROUTINE",
            instrumentBasis: ["ITI"],
            status: "EXERCISE",
            handling: { tlp: "AMBER", use: ["NO_ONWARD"], releasableTo: [] },
            request: {
              ...EXAMPLE_TRACE.request,
              previousRequestId: EXAMPLE_IDS.sentMessage,
              hopNumber: 1,
            },
          },
          state: "IT",
          onExchange: false,
          withheld: [],
        },
      },
      leadsNowhere: {
        summary: "The answer leads to no other State",
        parameters: { caseId: EXAMPLE_IDS.sentCase },
        status: 409,
        answer: problemOf("ILLEGAL_MOVE", {
          field: "caseId",
          detail: "its answer leads to no other State",
        }),
      },
    },
  },
} as const;
