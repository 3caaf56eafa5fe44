import { Type } from "typebox";
import {
  EXAMPLE_IDS,
  EXAMPLE_USER,
  nextMark,
  pageAfter,
  pageLimit,
  problemOf,
  RepeatHeaders,
} from "#http";
import { LEDGER_LIMITS } from "#runtime";
import { Basis, ESTABLISHERS, NewSeizure } from "./seizure-schema.ts";
import { DoubleView, ImportView, SeizureLineView, SeizureView } from "./seizure-views.ts";

/** Contracts of the routes about reports of seizures. */

const closed = { additionalProperties: false } as const;
const tags = ["ledger"] as const;
const ReportParams = Type.Object({ reportId: Type.String({ maxLength: 64 }) });
const ItemParams = Type.Object({
  reportId: Type.String({ maxLength: 64 }),
  item: Type.Integer({ minimum: 1 }),
});
const Day = Type.String({ maxLength: 10, description: "YYYY-MM-DD" });

const PISTOL = {
  item: 1,
  kind: "ARM",
  type: "PISTOL_SELF_LOADING",
  make: "GLOCK",
  model: "17",
  calibre: "9mm",
  serial: "MADE-UP 4711",
  marking: "UNIQUELY_MARKED",
  quantity: 1,
  unit: "PIECES",
} as const;
const REPORT = {
  institution: "POLICE",
  agency: "Mombasa county",
  seizureNumber: "2026-0412",
  date: "2026-02-11",
  place: "KE-28",
  recovery: "SEIZED",
  justification: "ILLICIT_POSSESSION",
} as const;
const CROSSED = {
  offences: ["ILLICIT_TRAFFICKING", "ORGANIZED_CRIME"],
  modusOperandi: ["CONCEALMENT_VEHICLE"],
  route: { departure: "SO", transit: ["ET"], destination: "UNKNOWN" },
  personsArrested: 2,
} as const;
const LINE = {
  ...REPORT,
  reportId: EXAMPLE_IDS.seizure,
  actor: EXAMPLE_USER,
  enteredAt: "2026-03-02T09:00:00.000Z",
} as const;
const ORIGIN = {
  established: true,
  by: "COMPETENT_AUTHORITY",
  on: "2026-02-20",
  basis: "National registry, file 88/2026 (made up)",
} as const;
const SEIZURE = { ...LINE, items: [{ ...PISTOL, origins: [] }] } as const;
const PAIR = {
  doubleId: 1,
  arms: ["POLICE", "CUSTOMS"].map((institution) => ({
    reportId: EXAMPLE_IDS.seizure,
    item: 1,
    institution,
    agency: "Mombasa county",
    date: "2026-02-11",
    make: "GLOCK",
    model: "17",
    serial: "MADE-UP 4711",
  })),
} as const;
const unknown = {
  summary: "A report that is not there",
  parameters: { reportId: "none" },
  status: 404,
  answer: problemOf("NOT_FOUND"),
} as const;

/** `POST /v1/seizures`. */
export const ADD_SEIZURE = {
  schema: {
    operationId: "addSeizure",
    summary: "Enters the report of an agency about what it has recovered",
    description:
      "An institution has each seizure number once. The same report again changes nothing, and " +
      "items that are new are added to it; what says something else is refused: withdraw the " +
      "report, and enter it anew.",
    tags,
    headers: RepeatHeaders,
    body: NewSeizure,
    response: {
      200: { ...SeizureView, description: "The report that this idempotency key stands for" },
      201: { ...SeizureView, description: "It is here" },
    },
  },
  config: {
    permission: "ledger:write",
    problems: ["IDEMPOTENCY_MISMATCH"],
    examples: {
      pistol: {
        summary: "A pistol was seized",
        body: { ...REPORT, items: [PISTOL] },
        status: 201,
        answer: SEIZURE,
      },
      crossed: {
        summary: "With the way it took, the offences and how many were arrested",
        body: { ...REPORT, ...CROSSED, seizureNumber: "2026-0414", items: [PISTOL] },
        status: 201,
        answer: { ...SEIZURE, ...CROSSED, seizureNumber: "2026-0414" },
      },
      elsewhere: {
        summary: "A place that is not in this State",
        body: { ...REPORT, seizureNumber: "2026-0413", place: "AT-9", items: [PISTOL] },
        status: 422,
        answer: problemOf("INPUT_INVALID", {
          problems: [{ field: "place", rule: "must be such as KE-1, or UNKNOWN" }],
        }),
      },
    },
  },
} as const;

/** `POST /v1/seizures/import`. */
export const IMPORT_SEIZURES = {
  schema: {
    operationId: "importSeizures",
    summary: "Takes a CSV file of reports, one item to a line",
    description:
      "All lines or none, unless `keepGood` asks for those that are good. The same file again " +
      `changes nothing. At most ${LEDGER_LIMITS.fileLinesMax} lines; columns: docs/spec/ledger.md.`,
    tags,
    querystring: Type.Object({ keepGood: Type.Optional(Type.Boolean()) }, closed),
    response: { 200: ImportView },
  },
  config: {
    permission: "ledger:write",
    bytes: true,
    examples: {
      bad: {
        summary: "A quantity that is none",
        body:
          "institution,agency,seizureNumber,date,place,recovery,item,kind,quantity,unit\n" +
          "POLICE,Nairobi,2026-9,2026-02-11,KE-30,SEIZED,1,ARM,none,PIECES\n",
        status: 200,
        answer: {
          state: "REFUSED",
          lines: 1,
          added: 0,
          unchanged: 0,
          established: 0,
          badLines: 1,
          problems: [{ line: 2, code: "BAD_QUANTITY", field: "quantity", rule: "must be number" }],
        },
      },
    },
  },
} as const;

/** `GET /v1/seizures`. */
export const LIST_SEIZURES = {
  schema: {
    operationId: "listSeizures",
    summary: "Reports, the newest entered first; those withdrawn stay on the list",
    tags,
    querystring: Type.Object(
      {
        year: Type.Optional(
          Type.Integer({ minimum: 1900, maximum: 9999, description: "Of the recovery" }),
        ),
        after: pageAfter,
        limit: pageLimit,
      },
      closed,
    ),
    response: { 200: Type.Object({ seizures: Type.Array(SeizureLineView), next: nextMark }) },
  },
  config: {
    permission: "ledger:read",
    examples: {
      year: {
        summary: "Those of one year",
        parameters: { year: 2026 },
        status: 200,
        answer: { seizures: [LINE] },
      },
    },
  },
} as const;

/** `GET /v1/seizures/:reportId`. */
export const SHOW_SEIZURE = {
  schema: {
    operationId: "showSeizure",
    summary: "A report with its items, and what is known of their origin",
    tags,
    params: ReportParams,
    response: { 200: SeizureView },
  },
  config: {
    permission: "ledger:read",
    problems: ["NOT_FOUND"],
    examples: {
      pistol: {
        summary: "A pistol",
        parameters: { reportId: EXAMPLE_IDS.seizure },
        status: 200,
        answer: SEIZURE,
      },
      unknown,
    },
  },
} as const;

/** `POST /v1/seizures/:reportId/withdraw`. */
export const WITHDRAW_SEIZURE = {
  schema: {
    operationId: "withdrawSeizure",
    summary: "Withdraws a report that was wrong: it stays, and counts no more from now on",
    tags,
    params: ReportParams,
    body: Type.Object({ reason: Basis }, closed),
    response: { 200: SeizureView },
  },
  config: {
    permission: "ledger:write",
    problems: ["NOT_FOUND"],
    examples: {
      wrong: {
        summary: "It was entered for another year",
        parameters: { reportId: EXAMPLE_IDS.otherSeizure },
        body: { reason: "Entered for another year" },
        status: 200,
        answer: {
          ...SEIZURE,
          reportId: EXAMPLE_IDS.otherSeizure,
          withdrawn: {
            by: EXAMPLE_USER,
            at: "2026-03-02T10:00:00.000Z",
            reason: "Entered for another year",
          },
        },
      },
    },
  },
} as const;

/** `POST /v1/seizures/:reportId/items/:item/origin`. */
export const SAY_ORIGIN = {
  schema: {
    operationId: "sayOrigin",
    summary: "Says that the origin of an arm was established, or that it was not after all",
    description: "What a trace case of this State establishes is entered by itself.",
    tags,
    params: ItemParams,
    body: Type.Object(
      {
        established: Type.Boolean(),
        by: Type.Enum([...ESTABLISHERS]),
        on: Day,
        basis: Basis,
      },
      closed,
    ),
    response: { 200: SeizureView },
  },
  config: {
    permission: "ledger:write",
    problems: ["NOT_FOUND"],
    examples: {
      registry: {
        summary: "The national registry knows the last holder",
        parameters: { reportId: EXAMPLE_IDS.seizure, item: 1 },
        body: ORIGIN,
        status: 200,
        answer: {
          ...LINE,
          items: [
            {
              ...PISTOL,
              origins: [{ ...ORIGIN, actor: EXAMPLE_USER, at: "2026-03-02T10:00:00.000Z" }],
            },
          ],
        },
      },
      unknown: { ...unknown, parameters: { reportId: "none", item: 1 }, body: ORIGIN },
    },
  },
} as const;

/** `POST /v1/seizures/:reportId/items/:item/traces`. */
export const LINK_TRACE = {
  schema: {
    operationId: "linkTrace",
    summary: "Links an arm with a request of this State: what its chain establishes counts",
    tags,
    params: ItemParams,
    body: Type.Object({ caseId: Type.String({ minLength: 1, maxLength: 64 }) }, closed),
    response: { 200: SeizureView },
  },
  config: {
    permission: "ledger:write",
    problems: ["NOT_FOUND"],
    examples: {
      unknownCase: {
        summary: "A case that is not there",
        parameters: { reportId: EXAMPLE_IDS.seizure, item: 1 },
        body: { caseId: "none" },
        status: 422,
        answer: problemOf("INPUT_INVALID", {
          problems: [{ field: "caseId", rule: "must be a request of this State, and no exercise" }],
        }),
      },
      asked: {
        summary: "Another State was asked about it",
        parameters: { reportId: EXAMPLE_IDS.seizure, item: 1 },
        body: { caseId: EXAMPLE_IDS.countedCase },
        status: 200,
        answer: {
          ...LINE,
          items: [{ ...PISTOL, traceCaseIds: [EXAMPLE_IDS.countedCase], origins: [] }],
        },
      },
    },
  },
} as const;

/** `GET /v1/seizures/doubles`. */
export const LIST_DOUBLES = {
  schema: {
    operationId: "listDoubles",
    summary: "Reported arms that may be one: their serial numbers read alike",
    description: "While nobody has decided, both are counted.",
    tags,
    querystring: Type.Object(
      {
        all: Type.Optional(Type.Boolean({ description: "Also those that were decided" })),
        after: pageAfter,
        limit: pageLimit,
      },
      closed,
    ),
    response: { 200: Type.Object({ doubles: Type.Array(DoubleView), next: nextMark }) },
  },
  config: {
    permission: "ledger:read",
    examples: {
      open: {
        summary: "Two agencies have reported one pistol",
        status: 200,
        answer: { doubles: [PAIR] },
      },
    },
  },
} as const;

/** `POST /v1/seizures/doubles/:doubleId/decide`. */
export const DECIDE_DOUBLE = {
  schema: {
    operationId: "decideDouble",
    summary: "Joins two reports of one arm, or keeps them apart",
    tags,
    params: Type.Object({ doubleId: Type.Integer({ minimum: 1 }) }),
    body: Type.Object({ decision: Type.Enum(["SAME", "APART"]), reason: Basis }, closed),
    response: { 200: DoubleView },
  },
  config: {
    permission: "ledger:write",
    problems: ["NOT_FOUND"],
    examples: {
      same: {
        summary: "It is one pistol",
        parameters: { doubleId: 1 },
        body: { decision: "SAME", reason: "Customs handed it over to the police" },
        status: 200,
        answer: {
          ...PAIR,
          decision: "SAME",
          reason: "Customs handed it over to the police",
          decidedBy: EXAMPLE_USER,
          decidedAt: "2026-03-02T10:00:00.000Z",
        },
      },
      unknown: {
        summary: "A pair that is not there",
        parameters: { doubleId: 999_999 },
        body: { decision: "APART", reason: "Two arms" },
        status: 404,
        answer: problemOf("NOT_FOUND"),
      },
    },
  },
} as const;
