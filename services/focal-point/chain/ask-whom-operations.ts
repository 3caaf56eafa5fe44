import { type Static, Type } from "typebox";
import { TraceRequestFacts } from "#casework";
import { EXAMPLE_IDS, problemOf } from "#http";
import { CASEWORK_LIMITS } from "#runtime";
import { EXAMPLE_TRACE } from "../api/trace-examples.ts";
import { SameCaseView } from "./same-case-schema.ts";

const closed = { additionalProperties: false } as const;
const Year = Type.Integer({ minimum: CASEWORK_LIMITS.manufactureYearMin, maximum: 9_999 });
const StateCode = Type.String({ pattern: "^[A-Z]{2}$" });

/** Body of `POST /v1/traces/ask-whom`. */
const AskWhomFacts = Type.Object(
  {
    firearm: TraceRequestFacts.properties.firearm,
    yearOfManufacture: Type.Optional({
      ...Year,
      description: "Tells apart States that bore the same code",
    }),
    importMarks: Type.Optional(
      Type.Array(Type.Object({ country: StateCode, year: Type.Optional(Year) }, closed), {
        maxItems: CASEWORK_LIMITS.markingsMax,
        description: "Import marks besides that of the firearm, in any order",
      }),
    ),
    recoveryCountry: Type.Optional({ ...StateCode, description: "Default: this State" }),
  },
  closed,
);

/** The type of the body of `POST /v1/traces/ask-whom`. */
export type AskWhomFacts = Static<typeof AskWhomFacts>;

const Candidate = Type.Object({
  state: Type.String({ description: "ISO 3166-1 alpha-2" }),
  name: Type.String(),
  reason: Type.Enum(["LAST_IMPORT", "OTHER_IMPORT", "MANUFACTURE", "SUCCESSOR", "BRAND"]),
  because: Type.String({ description: "The reason as a sentence" }),
  onExchange: Type.Boolean({ description: "False: it is asked by letter" }),
  participant: Type.Optional(Type.String({ description: "Its focal point: `to` of a request" })),
  suspended: Type.Optional(Type.Boolean({ description: "Its focal point takes no messages now" })),
});

const AskWhomView = Type.Object({
  proposed: Type.Array(Candidate, { description: "The first is the one a request goes to" }),
  choose: Type.Array(Candidate, { description: "An officer picks; nobody is asked by itself" }),
  sameFirearm: Type.Array(SameCaseView, { description: "Cases about the same firearm" }),
});

const { firearm } = EXAMPLE_TRACE.request;

/** `POST /v1/traces/ask-whom`. */
export const ASK_WHOM = {
  schema: {
    operationId: "askWhom",
    summary: "Proposes which State to ask about a firearm, with reasons; asks nobody",
    description:
      "The State of the last import first, then the State of manufacture. Where the State of a " +
      "maker is gone, its successors are named for an officer to choose from (ISO 3166-3).",
    tags: ["traces"],
    body: AskWhomFacts,
    response: { 200: AskWhomView },
  },
  config: {
    permission: "traces:send",
    examples: {
      imported: {
        summary: "Made in Austria, imported into the United States in 2005",
        body: { firearm: { ...firearm, importMark: { country: "US", year: 2005 } } },
        status: 200,
        answer: {
          proposed: [
            {
              state: "US",
              name: "United States",
              reason: "LAST_IMPORT",
              because:
                "The newest import mark of 2005 is its own: the trail is shorter from there.",
              onExchange: false,
            },
            {
              state: "AT",
              name: "Austria",
              reason: "MANUFACTURE",
              because: "It is marked as the country of manufacture.",
              onExchange: true,
              participant: "AT",
            },
          ],
          choose: [],
          sameFirearm: [
            {
              caseId: EXAMPLE_IDS.sentCase,
              how: "LOOK_ALIKE",
              role: "requesting",
              peer: "AT",
              state: "ANSWERED",
              outcome: "LAST_LEGAL_HOLDER_IDENTIFIED",
              nationalCaseNumber: "KE/2026/17",
              openedAt: "2026-02-02T09:12:04.113Z",
            },
          ],
        },
      },
      unknownCountry: {
        summary: "A code that never was a State's",
        body: { firearm: { ...firearm, countryOfManufacture: "QQ" } },
        status: 422,
        answer: problemOf("INPUT_INVALID", {
          problems: [
            {
              field: "firearm.countryOfManufacture",
              rule: "is no ISO 3166-1 or 3166-3 code",
            },
          ],
        }),
      },
    },
  },
} as const;
