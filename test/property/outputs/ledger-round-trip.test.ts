import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  createExport,
  EXPORT_FORMATS,
  type ExportSet,
  safeLedgerFigures,
  yearlyReport,
} from "#outputs";
import { IndicatorLedger } from "#proto";
import { stateName } from "#reference";
import type { Figure } from "#statistics";
import { codeName, measureName } from "../../../lib/outputs/names.ts";
import { ledgerLine } from "../../support/ledgers.ts";
import { readIafqCsv, readReport, readSdgRows } from "../../support/read-outputs.ts";

/** What is made of ledgers comes back from each form as it was published. */

const recovery = fc.constantFrom("SEIZED", "FOUND", "SURRENDERED");
const type = fc.constantFrom("PISTOL_SELF_LOADING", "RIFLE", "CRAFT_MADE", "UNSPECIFIED");
const marking = fc.constantFrom("UNIQUELY_MARKED", "UNMARKED", "NOT_RECORDED");
const line = fc
  .tuple(recovery, type, marking, fc.nat(40), fc.nat(20), fc.nat(20))
  .map(([how, what, mark, none, byTrace, byAuthority]) =>
    ledgerLine([how, what, mark], [none + byTrace + byAuthority, byTrace, byAuthority]),
  );
const ledgers = fc
  .uniqueArray(fc.constantFrom("NE", "BJ", "TG"), { minLength: 1 })
  .chain((states) =>
    fc.tuple(
      ...states.map((state) =>
        fc
          .tuple(fc.array(line, { maxLength: 8 }), fc.nat(20), fc.subarray([1, 2, 3, 4]))
          .map(([lines, traces, monthsReported]) =>
            IndicatorLedger.create({
              ...{ state, year: 2026, vintage: 1, asOf: "2027-02-01", lines, monthsReported },
              offExchangeTraces: BigInt(traces),
            }),
          ),
      ),
    ),
  );
const published: fc.Arbitrary<ExportSet> = ledgers.map((found) =>
  createExport(
    {
      ...{ body: "ECOWAS", bodyName: "West African States (made up)", exchangeStatus: "ACTUAL" },
      ...{ threshold: 5, preparedAt: "2027-04-01T00:00:00Z", notes: [] },
    },
    safeLedgerFigures(found),
  ),
);
const written = (set: ExportSet, form: string): string => EXPORT_FORMATS[form]?.write(set) ?? "";
const isShown = ({ confidentiality, status, value }: Figure): boolean =>
  value !== null && confidentiality === "F" && status !== "M";

describe("figures of ledgers", () => {
  test("are the same where an IAFQ file is read (TP-OUT-10)", () => {
    const keyOf = ({ by, measure, period, value }: ReturnType<typeof readIafqCsv>[number]) =>
      JSON.stringify([measure, Object.entries(by).sort(), period, value]);
    fc.assert(
      fc.property(published, (set) => {
        const told = readIafqCsv(written(set, "iafq"))
          .filter(({ value }) => value !== null)
          .map(keyOf);
        const own = set.figures
          .filter((one) => isShown(one) && one.measure !== "OFF_EXCHANGE_TRACES")
          .map(keyOf);
        expect(new Set(told)).toEqual(new Set(own));
      }),
      { numRuns: 50 },
    );
  });

  test("are the same where rows of the SDG API are read (TP-OUT-11)", () => {
    fc.assert(
      fc.property(published, (set) => {
        const own = set.figures
          .filter(({ measure }) => measure === "VC_ARM_SZTRACE")
          .map(({ coverage: _coverage, status: _status, unit: _unit, ...rest }) => rest);
        expect(readSdgRows(written(set, "sdg"))).toEqual(own);
      }),
    );
  });

  test("are the same, to a tenth, where the tables of a report are read (TP-OUT-13)", () => {
    fc.assert(
      fc.property(published, (set) => {
        const cells = new Map(
          readReport(yearlyReport(set, 2026)).map(({ column, row, table, value }) => [
            JSON.stringify([table, row, column]),
            value,
          ]),
        );
        for (const figure of set.figures) {
          const place = placeIn(figure);
          if (place === undefined) continue;
          const rounded = figure.value === null ? null : Math.round(figure.value * 10) / 10;
          expect(cells.get(JSON.stringify(place)), JSON.stringify(place)).toBe(rounded);
        }
      }),
      { numRuns: 30 },
    );
  });
});

/** Table, row and column of a figure: by State, or by State and one other breakdown. */
function placeIn({ by, measure, unit }: Figure): string[] | undefined {
  const { STATE: state = "", ...others } = by;
  const keys = Object.keys(others);
  if (measure === "VC_ARM_SZTRACE") {
    return ["Indicator 16.4.2 by State, 2026", stateName(state), "Value"];
  }
  const [key] = keys;
  if (keys.length > 1) return undefined;
  const words = [...keys, "STATE"].sort().map((one) => codeName(one).toLowerCase());
  const table = `${measureName(measure)} by ${words.join(" and ")} (${unit.toLowerCase()})`;
  if (key === undefined) return [table, stateName(state), "Value"];
  const other = codeName(others[key] ?? "");
  return key < "STATE" ? [table, stateName(state), other] : [table, other, stateName(state)];
}
