import fc from "fast-check";
import { createExport, type ExportSet } from "#outputs";
import type { Figure } from "#statistics";

const STATES = ["NE", "AF", "BR", "XK", "US"] as const;
const hostile = fc.constantFrom("=1+1", "@x", '"', "a,b", "Côte d'Ivoire", "-2", "\tx", "a;b");
const code = fc.constantFrom("URGENT", "ROUTINE", "PISTOL_SELF_LOADING", "AMMO_9", "x-1");

const anyPeriod = fc.constantFrom("2026", "2026-02", "2026-02-28", "2026-02-28T23", "1999");

/** A figure as a store could hold it: shown, withheld or missing. */
const anyFigure: fc.Arbitrary<Figure> = fc.record({
  measure: fc.constantFrom("TRACE_REQUESTS", "VC_ARM_SZTRACE", "HOURS_TO_ANSWER_MEDIAN"),
  by: fc.record(
    {
      STATE: fc.constantFrom(...STATES),
      PRIORITY: fc.oneof(code, hostile),
      OUTCOME: code,
    },
    { requiredKeys: [] },
  ),
  period: anyPeriod,
  value: fc.option(fc.double({ min: 0, max: 1e12, noNaN: true, noDefaultInfinity: true })),
  unit: fc.constantFrom("PIECES", "MESSAGES", "CASES", "HOURS", "PERCENT"),
  status: fc.constantFrom("A", "B", "E", "M", "P"),
  confidentiality: fc.constantFrom("F", "N", "C", "D"),
  coverage: fc.record({
    statesExpected: fc.nat(),
    statesReporting: fc.nat(),
    monthsExpected: fc.nat(12),
    monthsReporting: fc.nat(12),
  }),
  vintage: fc.constantFrom("2026-11-15", "2027-03-01", "2027-09-01"),
});

/** Figures of a body as they leave. */
export const anyExport: fc.Arbitrary<ExportSet> = fc
  .tuple(fc.array(anyFigure, { maxLength: 20 }), fc.constantFrom("ACTUAL", "EXERCISE", "TEST"))
  .map(([figures, exchangeStatus]) =>
    createExport(
      {
        ...{ body: "ECOWAS", bodyName: "Economic Community of West African States" },
        ...{ exchangeStatus, threshold: 5, preparedAt: "2027-03-01T10:00:00Z", notes: [] },
      },
      figures,
    ),
  );
