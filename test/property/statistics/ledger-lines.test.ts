import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countLedger, MARKING_STATUSES, type ReportedArms } from "#statistics";

const day = fc
  .integer({ min: 0, max: 1_200 })
  .map((days) => new Date(Date.UTC(2024, 6, 1) + days * 86_400_000).toISOString().slice(0, 10));
const reported: fc.Arbitrary<ReportedArms> = fc
  .record({
    id: fc.integer({ min: 1, max: 12 }).map(String),
    recovered: fc.constantFrom("SEIZED", "FOUND", "SURRENDERED"),
    recoveredOn: day,
    type: fc.constantFrom("RIFLE", "REVOLVER", "UNSPECIFIED"),
    marking: fc.constantFrom(...MARKING_STATUSES),
    by: fc.constantFrom("TRACE", "COMPETENT_AUTHORITY", null),
    on: day,
    // Only arms without an identity come several in a report, and those are reported once.
    group: fc.option(fc.integer({ min: 2, max: 4 }), { nil: undefined, freq: 3 }),
    place: fc.nat(),
  })
  .map(({ by, group, id, on, place, ...rest }) => ({
    ...rest,
    id: group === undefined ? id : `group ${place}`,
    pieces: group ?? 1,
    establishedBy: by,
    establishedOn: by === null ? null : on,
  }));

describe("the lines of a ledger (TP-LEDG-7)", () => {
  it("add up to the indicator, each arm once, whatever the reports and their order", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(reported, {
          maxLength: 40,
          // A group is reported once, an arm by several.
          selector: (one) => (one.pieces > 1 ? one.id : JSON.stringify(one)),
        }),
        fc.integer({ min: 2024, max: 2027 }),
        day,
        (reports, year, asOf) => {
          const { indicator, lines } = countLedger(reports, year, asOf);
          const sum = (count: (line: (typeof lines)[number]) => number): number =>
            lines.reduce((all, line) => all + count(line), 0);
          expect(sum(({ arms }) => arms)).toBe(indicator.denominator);
          expect(sum(({ byTrace, byAuthority }) => byTrace + byAuthority)).toBe(
            indicator.numerator,
          );
          for (const { arms, byAuthority, byTrace } of lines) {
            expect(arms).toBeGreaterThan(0);
            expect(byTrace + byAuthority).toBeLessThanOrEqual(arms);
          }
          expect(countLedger(reports.toReversed(), year, asOf).indicator).toEqual(indicator);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("change with a later day only by what was recovered or established by then", () => {
    fc.assert(
      fc.property(fc.array(reported, { maxLength: 20 }), day, day, (reports, one, other) => {
        const [earlier, later] = one < other ? [one, other] : [other, one];
        const known = reports
          .filter(({ recoveredOn }) => recoveredOn <= earlier)
          .map((arm) => {
            const isKnown = arm.establishedOn !== null && arm.establishedOn <= earlier;
            return isKnown ? arm : { ...arm, establishedBy: null, establishedOn: null };
          });
        const then = countLedger(reports, 2025, earlier);
        expect(countLedger(known, 2025, later).lines).toEqual(then.lines);
      }),
    );
  });
});
