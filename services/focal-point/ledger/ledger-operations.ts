import { type Static, Type } from "typebox";
import { EXAMPLE_USER, nextMark, pageAfter, pageLimit, problemOf, RepeatHeaders } from "#http";
import { LEDGER_LIMITS } from "#runtime";
import { HeldView } from "../api/release-schema.ts";
import { LedgerStatement } from "./statement-record.ts";

/** Contracts of the routes about the national ledger. */

const closed = { additionalProperties: false } as const;
const tags = ["ledger"] as const;
const YearParams = Type.Object({
  year: Type.Integer({ minimum: LEDGER_LIMITS.yearMin, maximum: 9999 }),
});
const count = Type.Integer({ minimum: 0 });
const Amount = Type.Object({
  arms: count,
  byTrace: count,
  byAuthority: count,
});

const ByName = Type.Record(Type.String(), count);

/** What the reports say of events. */
const Events = Type.Object(
  {
    events: Type.Integer({ description: "Reports under one national event id are one" }),
    personsArrested: count,
    offences: ByName,
    modusOperandi: ByName,
    departures: ByName,
    transits: ByName,
    destinations: ByName,
    routesClaimed: Type.Integer({ description: "Only claimed; in none of the three before" }),
  },
  { description: "Events by what reports say of them; figures of the State, never sent" },
);

/** A ledger of a year as of a day. */
export const LedgerView = Type.Object({
  year: Type.Integer(),
  asOf: Type.String(),
  numerator: Type.Integer({ description: "Arms whose origin was established, in pieces" }),
  denominator: Type.Integer({ description: "Arms seized, found or surrendered, in pieces" }),
  value: Type.Union([Type.Number(), Type.Null()], {
    description: "Percent; null where no arm was recovered: absent, not zero",
  }),
  recovered: Type.Object({ SEIZED: Amount, FOUND: Amount, SURRENDERED: Amount }),
  lines: Type.Array(
    Type.Object({
      recovered: Type.String(),
      type: Type.String(),
      marking: Type.String(),
      ...Amount.properties,
    }),
  ),
  monthsReported: Type.Array(Type.Integer()),
  offExchangeTraces: count,
  methodNote: Type.String(),
  national: Type.Array(
    Type.Object({
      code: Type.String(),
      title: Type.String(),
      value: Type.Optional(Type.Number()),
      unit: Type.Optional(Type.String()),
    }),
  ),
  doublesOpen: Type.Integer({ description: "Pairs that may be one arm; both are counted" }),
  antiques: Type.Integer({ description: "Made before 1900, and not counted" }),
  parts: Type.Number({ description: "Pieces, never counted with arms" }),
  rounds: Type.Number(),
  kilograms: Type.Number({ description: "Of ammunition, estimated" }),
  events: Events,
});

const none = { arms: 0, byTrace: 0, byAuthority: 0 };
const LEDGER = {
  year: 2026,
  asOf: "2026-12-31",
  numerator: 0,
  denominator: 0,
  value: null,
  recovered: { SEIZED: none, FOUND: none, SURRENDERED: none },
  lines: [],
  monthsReported: [],
  offExchangeTraces: 0,
  methodNote: "",
  national: [],
  doublesOpen: 0,
  antiques: 0,
  parts: 0,
  rounds: 0,
  kilograms: 0,
  events: {
    ...{ events: 0, personsArrested: 0, offences: {}, modusOperandi: {} },
    ...{ departures: {}, transits: {}, destinations: {}, routesClaimed: 0 },
  },
} satisfies Static<typeof LedgerView>;

/** A ledger that has left. */
export const SentLedgerView = Type.Object({
  year: Type.Integer(),
  body: Type.String(),
  monitor: Type.String({ description: "Participant that stands for the body" }),
  status: Type.String(),
  vintage: Type.Integer(),
  messageId: Type.String(),
  asOf: Type.String(),
  arms: count,
  established: count,
  proposedBy: Type.String(),
  approvedBy: Type.String(),
  sentAt: Type.String({ format: "date-time" }),
  fate: Type.Enum(["", "accepted", "delivered", "refused", "rejected", "expired"], {
    description: "What became of it; empty: it is under way",
  }),
  code: Type.Optional(Type.String({ description: "Why it was not taken" })),
  fateAt: Type.Optional(Type.String({ format: "date-time" })),
});

/** `GET /v1/ledgers/:year`. */
export const SHOW_LEDGER = {
  schema: {
    operationId: "showLedger",
    summary: "The ledger of indicator 16.4.2 of a year, as of a day",
    description: "As of an earlier day it is what it was then, whatever was entered since.",
    tags,
    params: YearParams,
    querystring: Type.Object(
      { asOf: Type.Optional(Type.String({ maxLength: 10, description: "YYYY-MM-DD" })) },
      closed,
    ),
    response: { 200: LedgerView },
  },
  config: {
    permission: "ledger:read",
    examples: {
      empty: {
        summary: "A year of which nothing was reported: no value, not zero",
        parameters: { year: 2001 },
        status: 200,
        answer: { ...LEDGER, year: 2001 },
      },
      future: {
        summary: "A day to come",
        parameters: { year: 2026, asOf: "2999-01-01" },
        status: 422,
        answer: problemOf("INPUT_INVALID", {
          problems: [{ field: "asOf", rule: "must not lie in the future" }],
        }),
      },
    },
  },
} as const;

/** `PUT /v1/ledgers/:year/statement`. */
export const STATE_LEDGER = {
  schema: {
    operationId: "stateLedger",
    summary: "Says what belongs to a year beside its reports; in the place of what was said before",
    description:
      "Months of which agencies have reported, traces by other channels, how the State counts, " +
      "and indicators of its own making.",
    tags,
    params: YearParams,
    body: LedgerStatement,
    response: { 200: LedgerView },
  },
  config: {
    permission: "ledger:write",
    examples: {
      year: {
        summary: "A year without an arm, and an indicator of the State's own",
        parameters: { year: 2002 },
        body: {
          monthsReported: [1, 2, 3],
          methodNote: "Converted arms are counted under what they fire now.",
          national: [{ code: "KE-1", title: "Arms marked in State depots", unit: "PERCENT" }],
        },
        status: 200,
        answer: {
          ...LEDGER,
          year: 2002,
          monthsReported: [1, 2, 3],
          methodNote: "Converted arms are counted under what they fire now.",
          national: [{ code: "KE-1", title: "Arms marked in State depots", unit: "PERCENT" }],
        },
      },
    },
  },
} as const;

/** `POST /v1/ledgers/:year/propose`. */
export const PROPOSE_LEDGER = {
  schema: {
    operationId: "proposeLedger",
    summary: "Proposes the ledger of a year as of today to a regional body",
    description:
      "Nothing leaves before a second person confirms it as a release. Its figures are frozen; " +
      "where they are others by then, it has to be proposed again.",
    tags,
    params: YearParams,
    headers: RepeatHeaders,
    body: Type.Object(
      {
        body: Type.String({ minLength: 1, maxLength: 32, description: "Such as ECOWAS" }),
        status: Type.Optional(Type.Enum(["ACTUAL", "EXERCISE"])),
      },
      closed,
    ),
    response: { 202: { ...HeldView, description: "It waits for a second person" } },
  },
  config: {
    permission: "ledger:propose",
    problems: ["RELEASE_PENDING", "IDEMPOTENCY_MISMATCH", "NOT_ALONE"],
    examples: {
      year: {
        summary: "A year, to the body that the State is a member of",
        parameters: { year: 2003 },
        body: { body: "ECOWAS", status: "EXERCISE" },
        status: 202,
        answer: {
          releaseId: "019b0f73-1a22-7b60-9d4e-5c8f0a1b2c3d",
          state: "PENDING",
          reasons: ["LEDGER"],
        },
      },
      nobody: {
        summary: "A body that no participant stands for",
        parameters: { year: 2003 },
        body: { body: "NOBODY" },
        status: 422,
        answer: problemOf("INPUT_INVALID", {
          problems: [{ field: "body", rule: "has no regional monitor in the register" }],
        }),
      },
    },
  },
} as const;

/** `GET /v1/ledgers`. */
export const LIST_LEDGERS = {
  schema: {
    operationId: "listLedgers",
    summary: "Ledgers that have left, the newest first, and what became of them",
    description: "What waits is among the releases, under the action `ledger`.",
    tags,
    querystring: Type.Object({ after: pageAfter, limit: pageLimit }, closed),
    response: { 200: Type.Object({ ledgers: Type.Array(SentLedgerView), next: nextMark }) },
  },
  config: {
    permission: "ledger:read",
    examples: {
      sent: {
        summary: "One has arrived",
        status: 200,
        answer: {
          ledgers: [
            {
              year: 2025,
              body: "ECOWAS",
              monitor: "ORG-ECOWAS",
              status: "ACTUAL",
              vintage: 1,
              messageId: "019b0f95-5e6f-7071-8283-9e0f1a2b3c4d",
              asOf: "2026-03-01",
              arms: 412,
              established: 103,
              proposedBy: EXAMPLE_USER,
              approvedBy: "supervisor-2",
              sentAt: "2026-03-02T09:00:00.000Z",
              fate: "delivered",
              fateAt: "2026-03-02T09:00:01.000Z",
            },
          ],
        },
      },
    },
  },
} as const;
