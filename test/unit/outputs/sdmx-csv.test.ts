import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createExport, ledgerFigures, sdmxCsv } from "#outputs";
import { anyExport } from "../../support/any-figure.ts";
import { LEDGERS } from "../../support/ledgers.ts";
import { sdmxCsvProblems } from "../../support/sdmx-csv-rules.ts";

const [head = "", ...LINES] = sdmxCsv(
  createExport(
    {
      ...{ body: "ECOWAS", bodyName: "Economic Community of West African States" },
      ...{ exchangeStatus: "ACTUAL", threshold: 5, preparedAt: "2027-07-01T10:00:00Z", notes: [] },
    },
    ledgerFigures(LEDGERS),
  ),
)
  .trimEnd()
  .split("\r\n");
const SDG = LINES.find((line) => line.includes("SDG(1.24),R,A,N,VC_ARM_SZTRACE,562")) ?? "";
const OWN = LINES.find((line) => line.includes("FIGURES(1.0),R,A,,,562,")) ?? "";
const message = (...lines: string[]): string => lines.map((line) => `${line}\r\n`).join("");

describe("an SDMX-CSV message (TP-OUT-7)", () => {
  it("keeps to every rule of the field guide, whatever is in it", () => {
    expect(sdmxCsvProblems(message(head, ...LINES))).toEqual([]);
    fc.assert(
      fc.property(anyExport, (set) => {
        // Without observations there is no structure, and nothing but the head.
        if (set.figures.length > 0) expect(sdmxCsvProblems(sdmxCsv(set))).toEqual([]);
      }),
    );
  });

  it.each<[string, string, string]>([
    ["a head of another order", message(head.replace("STRUCTURE,STRUCTURE_ID", "B,A")), "begins"],
    ["a column twice", message(head.replace("AGE", "SEX"), SDG), "twice"],
    ["a value before its key", message(moved(head, "OBS_VALUE", 3), moved(SDG, "25", 3)), "after"],
    ["too few fields", message(head, SDG.slice(0, -20).replace(/,[^,]*$/u, "")), "Length"],
    ["lines of another kind", message(head, SDG).replaceAll("\r", ""), "does not end"],
    ["an unknown structure", message(head, SDG.replace("1.24", "9.9")), "nobody has"],
    ["an unknown action", message(head, SDG.replace(",R,", ",X,")), "ACTION"],
    ["an empty dimension", message(head, SDG.replace(",562,", ",,")), "REF_AREA is empty"],
    ["the columns of another", message(head, OWN.replace(",R,A,,", ",R,A,N,")), "is of another"],
    ["an observation twice", message(head, SDG, SDG), "there twice"],
    ["a status of no list", message(head, SDG.replace(",A,F,0,PT", ",Q,F,0,PT")), "OBS_STATUS"],
    [
      "a period of another length",
      message(head, SDG.replace(",2026,", ",2026-01,")),
      "TIME_PERIOD",
    ],
    ["a comma for a point", message(head, SDG.replace(",25,", ',"2,5",')), "no number"],
    ["an empty value of no reason", message(head, SDG.replace(",25,", ",,")), "says why"],
    ["a value that is withheld", message(head, SDG.replace(",25,A,F", ",25,A,C")), "withhold"],
  ])("is refused with %s", (_, text, problem) => {
    expect(sdmxCsvProblems(text).join("; ")).toContain(problem);
  });
});

/** A line with one of its fields at another place. */
function moved(line: string, field: string, to: number): string {
  const fields = line.split(",");
  fields.splice(fields.indexOf(field), 1);
  return fields.toSpliced(to, 0, field).join(",");
}
