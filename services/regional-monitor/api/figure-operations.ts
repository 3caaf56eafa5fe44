import { Type } from "typebox";
import {
  ComparedDayView,
  CoverageQuery,
  CoveredPeriod,
  DaysQuery,
  FigureQuery,
  FigureView,
  LedgerQuery,
  LedgerView,
  RangeQuery,
  ReleaseView,
} from "./figure-schema.ts";

/** Contracts of the routes about figures (TP-MON-18). */

const tags = ["figures"] as const;
const permission = "figures:read" as const;
const JULY = { from: "2026-07", to: "2026-07" } as const;
const nothing = {
  statesExpected: 0,
  statesReporting: 0,
  monthsExpected: 1,
  monthsReporting: 0,
} as const;

/** `GET /v1/figures`. */
export const SHOW_FIGURES = {
  schema: {
    operationId: "showFigures",
    summary: "Figures of one measure, with their vintage and coverage",
    tags,
    querystring: FigureQuery,
    response: { 200: Type.Object({ figures: Type.Array(FigureView) }) },
  },
  config: {
    permission,
    examples: {
      nothing: {
        summary: "A month of which nothing was fed: missing, not zero",
        parameters: { measure: "TRACE_REQUESTS", ...JULY },
        status: 200,
        answer: {
          figures: [
            {
              ...{ measure: "TRACE_REQUESTS", by: {}, period: "2026-07", value: null },
              ...{ unit: "CASES", status: "M", confidentiality: "N", coverage: nothing },
              vintage: "1970-01-01",
            },
          ],
        },
      },
    },
  },
} as const;

/** `GET /v1/releases`. */
export const LIST_RELEASES = {
  schema: {
    operationId: "listReleases",
    summary: "Releases of the gateway, with every vintage",
    tags,
    querystring: RangeQuery,
    response: { 200: Type.Object({ releases: Type.Array(ReleaseView) }) },
  },
  config: {
    permission,
    examples: {
      none: {
        summary: "Nothing was released yet",
        parameters: JULY,
        status: 200,
        answer: { releases: [] },
      },
    },
  },
} as const;

/** `GET /v1/ledgers`. */
export const LIST_LEDGERS = {
  schema: {
    operationId: "listLedgers",
    summary: "What States have signed off for indicator 16.4.2",
    tags,
    querystring: LedgerQuery,
    response: { 200: Type.Object({ ledgers: Type.Array(LedgerView) }) },
  },
  config: {
    permission,
    examples: {
      none: {
        summary: "No State has sent one",
        parameters: { fromYear: 2025, toYear: 2026 },
        status: 200,
        answer: { ledgers: [] },
      },
    },
  },
} as const;

/** `GET /v1/coverage`. */
export const SHOW_COVERAGE = {
  schema: {
    operationId: "showCoverage",
    summary: "How many States and months are in the figures of each period",
    tags,
    querystring: CoverageQuery,
    response: { 200: Type.Object({ periods: Type.Array(CoveredPeriod) }) },
  },
  config: {
    permission,
    examples: {
      july: {
        summary: "A month of which nothing was fed",
        parameters: JULY,
        status: 200,
        answer: { periods: [{ period: "2026-07", ...nothing }] },
      },
    },
  },
} as const;

/** `GET /v1/reconciliation`. */
export const SHOW_RECONCILIATION = {
  schema: {
    operationId: "showReconciliation",
    summary: "Days that were compared with the counts of the log, and what was not counted",
    tags,
    querystring: DaysQuery,
    response: {
      200: Type.Object({
        days: Type.Array(ComparedDayView),
        refused: Type.Record(Type.String(), Type.Integer({ minimum: 0 })),
      }),
    },
  },
  config: {
    permission,
    examples: {
      none: {
        summary: "No day was compared yet",
        parameters: { days: "DIFFERING" },
        status: 200,
        answer: { days: [], refused: {} },
      },
    },
  },
} as const;
