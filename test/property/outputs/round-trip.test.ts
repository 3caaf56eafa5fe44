import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  createExport,
  figureLines,
  figuresCsv,
  parseFigureLines,
  sdmxCsv,
  sdmxJson,
} from "#outputs";
import type { Figure } from "#statistics";
import { anyExport } from "../../support/any-figure.ts";
import { readFiguresCsv, readSdmxCsv, readSdmxJson } from "../../support/read-outputs.ts";

/** In an order of their own: two structures come one after the other. */
function sorted(figures: readonly Figure[]): readonly Figure[] {
  const about = { body: "", bodyName: "", threshold: 0, preparedAt: "", notes: [] };
  return createExport({ ...about, exchangeStatus: "ACTUAL" }, figures).figures;
}

describe("figures that were exported", () => {
  test("are the same figures when they are read from a CSV (TP-OUT-3)", () => {
    fc.assert(
      fc.property(anyExport, (set) => {
        expect(readFiguresCsv(figuresCsv(set))).toEqual(set.figures);
      }),
    );
  });

  test("are the same figures when they are read from JSON Lines (TP-OUT-4)", () => {
    fc.assert(
      fc.property(anyExport, (set) => {
        expect(parseFigureLines(figureLines(set))).toEqual({ ok: true, value: set });
      }),
    );
  });

  test("are the same figures when they are read from SDMX-CSV (TP-OUT-7)", () => {
    fc.assert(
      fc.property(anyExport, (set) => {
        expect(sorted(readSdmxCsv(sdmxCsv(set), "ECOWAS"))).toEqual(set.figures);
      }),
    );
  });

  test("are the same figures when they are read from SDMX-JSON (TP-OUT-8)", () => {
    fc.assert(
      fc.property(anyExport, (set) => {
        expect(sorted(readSdmxJson(sdmxJson(set), "ECOWAS"))).toEqual(set.figures);
      }),
    );
  });

  test("are the same bytes, in whichever order they came (TP-OUT-1)", () => {
    fc.assert(
      fc.property(anyExport, (set) => {
        const other = createExport(set, set.figures.toReversed());
        for (const write of [figuresCsv, figureLines, sdmxCsv, sdmxJson]) {
          expect(write(other)).toBe(write(set));
        }
      }),
    );
  });

  test("show no value that is withheld or missing (TP-OUT-2)", () => {
    fc.assert(
      fc.property(anyExport, (set) => {
        for (const { confidentiality, status, value } of set.figures) {
          if (confidentiality !== "F" || status === "M") expect(value).toBeNull();
        }
      }),
    );
  });

  test("hold no formula that a spreadsheet would run (TP-OUT-3)", () => {
    fc.assert(
      fc.property(anyExport, (set) => {
        const cells = figuresCsv(set)
          .split("\r\n")
          .flatMap((line) => line.split(","));
        for (const cell of cells) expect(cell).not.toMatch(/^"?[=+\-@\t]/u);
      }),
    );
  });
});
