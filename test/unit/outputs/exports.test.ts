import { beforeAll, describe, expect, it } from "vitest";
import {
  createExport,
  type ExportAbout,
  type ExportSet,
  figureLines,
  figuresCsv,
  iafqCsv,
  ledgerFigures,
  parseFigureLines,
  sdgRows,
  sdmxCsv,
  sdmxJson,
} from "#outputs";
import type { Figure } from "#statistics";
import { LEDGERS } from "../../support/ledgers.ts";
import { readIafqCsv } from "../../support/read-outputs.ts";

const ABOUT: ExportAbout = {
  ...{ body: "ECOWAS", bodyName: "Economic Community of West African States" },
  ...{ exchangeStatus: "ACTUAL", threshold: 5, preparedAt: "2027-07-01T10:00:00Z", notes: [] },
};

/** A figure of the exchange in October 2026. */
function figure(rest: Partial<Figure> = {}): Figure {
  return {
    ...{ measure: "TRACE_REQUESTS", by: {}, period: "2026-10", value: 12, unit: "MESSAGES" },
    ...{ status: "A", confidentiality: "F", vintage: "2026-11-15" },
    coverage: { statesExpected: 12, statesReporting: 10, monthsExpected: 1, monthsReporting: 1 },
    ...rest,
  };
}

const WITHHELD = figure({ by: { PRIORITY: "URGENT" }, value: 3, confidentiality: "C" });
const MISSING = figure({ by: { PRIORITY: "ROUTINE" }, value: 0, status: "M" });

let set: ExportSet;

beforeAll(() => {
  set = createExport(ABOUT, [figure(), WITHHELD, MISSING, ...ledgerFigures(LEDGERS)]);
});

describe("an export", () => {
  it("has the latest vintage of a figure (TP-OUT-1)", () => {
    const revised = figure({ value: 14, vintage: "2026-12-15" });
    const { figures } = createExport(ABOUT, [revised, figure()]);
    expect(figures).toEqual([revised]);
  });

  it("tells withheld and missing apart, and neither as zero (TP-OUT-2)", () => {
    const { figures } = createExport(ABOUT, [WITHHELD, MISSING]);
    expect(figures.map(({ value }) => value)).toEqual([null, null]);
    expect(figuresCsv({ ...ABOUT, figures }).split("\r\n")).toEqual([
      "body,exchange_status,measure,period,by_PRIORITY,value,unit,obs_status,conf_status,states_reporting,states_expected,months_reporting,months_expected,vintage",
      "ECOWAS,ACTUAL,TRACE_REQUESTS,2026-10,ROUTINE,,MESSAGES,M,F,10,12,1,1,2026-11-15",
      "ECOWAS,ACTUAL,TRACE_REQUESTS,2026-10,URGENT,,MESSAGES,A,C,10,12,1,1,2026-11-15",
      "",
    ]);
  });
});

describe("SDMX-CSV", () => {
  it("has the indicator as an observation of the SDG structure (TP-OUT-5)", () => {
    const figures = set.figures.filter(({ measure }) => measure === "VC_ARM_SZTRACE");
    expect(sdmxCsv({ ...ABOUT, figures }).split("\r\n")).toEqual([
      "STRUCTURE,STRUCTURE_ID,ACTION,FREQ,REPORTING_TYPE,SERIES,REF_AREA,SEX,AGE,URBANISATION,INCOME_WEALTH_QUANTILE,EDUCATION_LEV,OCCUPATION,CUST_BREAKDOWN,COMPOSITE_BREAKDOWN,DISABILITY_STATUS,ACTIVITY,PRODUCT,TIME_PERIOD,OBS_VALUE,OBS_STATUS,CONF_STATUS,UNIT_MULT,UNIT_MEASURE,NATURE,STATES_REPORTING,STATES_EXPECTED,MONTHS_REPORTING,MONTHS_EXPECTED,DATA_LAST_UPDATE",
      "datastructure,IAEG-SDGs:SDG(1.24),R,A,N,VC_ARM_SZTRACE,204,_T,_T,_T,_T,_T,_T,_T,_T,_T,_T,_T,2026,,M,F,0,PT,_X,1,1,2,12,2027-03-01",
      "datastructure,IAEG-SDGs:SDG(1.24),R,A,N,VC_ARM_SZTRACE,562,_T,_T,_T,_T,_T,_T,_T,_T,_T,_T,_T,2026,25,A,F,0,PT,C,1,1,12,12,2027-06-01",
      "",
    ]);
  });

  it("has everything else of a structure of its own (TP-OUT-6)", () => {
    const figures = set.figures.filter(({ measure }) => measure === "TRACE_REQUESTS");
    expect(
      sdmxCsv({ ...ABOUT, figures })
        .split("\r\n")
        .slice(0, 4),
    ).toEqual([
      "STRUCTURE,STRUCTURE_ID,ACTION,FREQ,EXCHANGE_STATUS,MEASURE,REF_AREA,PRIORITY,TIME_PERIOD,OBS_VALUE,OBS_STATUS,CONF_STATUS,UNIT_MULT,UNIT_MEASURE,STATES_REPORTING,STATES_EXPECTED,MONTHS_REPORTING,MONTHS_EXPECTED,DATA_LAST_UPDATE",
      "datastructure,TRACEPOST:FIGURES(1.0),R,M,ACTUAL,TRACE_REQUESTS,ECOWAS,ROUTINE,2026-10,,M,F,0,MESSAGES,10,12,1,1,2026-11-15",
      "datastructure,TRACEPOST:FIGURES(1.0),R,M,ACTUAL,TRACE_REQUESTS,ECOWAS,URGENT,2026-10,,A,C,0,MESSAGES,10,12,1,1,2026-11-15",
      "datastructure,TRACEPOST:FIGURES(1.0),R,M,ACTUAL,TRACE_REQUESTS,ECOWAS,_T,2026-10,12,A,F,0,MESSAGES,10,12,1,1,2026-11-15",
    ]);
  });

  it("keeps to the columns of the standard, whatever is in it (TP-OUT-7)", () => {
    const [head = "", ...lines] = sdmxCsv(set).trimEnd().split("\r\n");
    const columns = head.split(",");
    expect(columns.slice(0, 3)).toEqual(["STRUCTURE", "STRUCTURE_ID", "ACTION"]);
    expect(new Set(columns).size).toBe(columns.length);
    const at = columns.indexOf("OBS_VALUE");
    expect(columns.indexOf("TIME_PERIOD")).toBeLessThan(at);
    expect(columns.indexOf("OBS_STATUS")).toBe(at + 1);
    for (const line of lines) {
      const [structure, id, action, ...rest] = line.split(",");
      expect(["dataflow", "datastructure", "dataprovision"]).toContain(structure);
      expect(id).toMatch(/^[A-Za-z][\w.-]*:[\w@$-]+(?:\(\d+(?:\.\d+)*\))?$/u);
      expect(["I", "A", "R", "D", "M"]).toContain(action);
      expect(rest).toHaveLength(columns.length - 3);
      expect(rest[at - 3]).toMatch(/^(?:\d+(?:\.\d+)?)?$/u);
    }
  });
});

describe("SDMX-JSON", () => {
  it("is marked as a test of its sender unless it was meant (TP-OUT-8)", () => {
    const { meta } = JSON.parse(sdmxJson({ ...set, exchangeStatus: "EXERCISE" }));
    expect(meta.test).toBe(true);
  });
});

describe("figures of ledgers", () => {
  const pieces = (measure: string, by: Figure["by"]) =>
    ledgerFigures(LEDGERS).find(
      (one) => one.measure === measure && JSON.stringify(one.by) === JSON.stringify(by),
    )?.value;

  it("are of the latest vintage, and add up (TP-OUT-9)", () => {
    expect(pieces("VC_ARM_SZTRACE", { STATE: "NE" })).toBe(25);
    expect(pieces("ARMS_RECOVERED", { STATE: "NE" })).toBe(40);
    expect(pieces("ARMS_RECOVERED", { STATE: "NE", RECOVERY: "SEIZED" })).toBe(26);
    expect(pieces("ARMS_ORIGIN_ESTABLISHED", { STATE: "NE" })).toBe(10);
    expect(pieces("OFF_EXCHANGE_TRACES", { STATE: "NE" })).toBe(4);
  });

  it("are missing where no arm was recovered, and not zero (TP-OUT-9)", () => {
    const [benin] = ledgerFigures(LEDGERS).filter(
      ({ by, measure }) => by.STATE === "BJ" && measure === "VC_ARM_SZTRACE",
    );
    expect(benin).toMatchObject({ value: null, status: "M" });
  });

  it("are those of a file that is read back (TP-OUT-9, TP-OUT-10)", () => {
    const figures = ledgerFigures(LEDGERS).filter(({ measure, status }) => {
      return measure !== "OFF_EXCHANGE_TRACES" && status !== "M";
    });
    const plain = figures
      .filter(({ by }) => !("MARKING" in by && "TYPE" in by))
      .map(({ by, measure, period, value }) => JSON.stringify([measure, by.STATE, period, value]));
    const read = readIafqCsv(iafqCsv(set)).map(({ by, measure, period, value }) =>
      JSON.stringify([measure, by.STATE, period, value]),
    );
    expect(new Set(read)).toEqual(new Set(plain));
  });
});

describe("the IAFQ file", () => {
  it("has the sheets in the order of the questionnaire (TP-OUT-10)", () => {
    const lines = iafqCsv(set).split("\r\n");
    expect(lines.filter((line) => line.includes(",NE,"))).toEqual([
      "ARMS,NE,562,2026,PISTOL_SELF_LOADING,26,,0,,0,,26,,PIECES,12,2027-06-01",
      "ARMS,NE,562,2026,CRAFT_MADE,0,,5,,0,,5,,PIECES,12,2027-06-01",
      "ARMS,NE,562,2026,UNSPECIFIED,0,,0,,9,,9,,PIECES,12,2027-06-01",
      "ARMS,NE,562,2026,TOTAL,26,,5,,9,,40,,PIECES,12,2027-06-01",
      "PARTS,NE,562,2026,TOTAL,,M,,M,,M,,M,PIECES,,",
      "AMMUNITION,NE,562,2026,TOTAL,,M,,M,,M,,M,ROUNDS,,",
      "TRACING_RESULTS,NE,562,2026,TRACE,7,,0,,0,,7,,PIECES,12,2027-06-01",
      "TRACING_RESULTS,NE,562,2026,COMPETENT_AUTHORITY,2,,0,,1,,3,,PIECES,12,2027-06-01",
      "TRACING_RESULTS,NE,562,2026,TOTAL,9,,0,,1,,10,,PIECES,12,2027-06-01",
      "INDICATOR_16_4_2,NE,562,2026,TOTAL,,_Z,,_Z,,_Z,25,,PERCENT,12,2027-06-01",
      "MARKING,NE,562,2026,UNIQUELY_MARKED,20,,0,,0,,20,,PIECES,12,2027-06-01",
      "MARKING,NE,562,2026,REMOVED_ALTERED,6,,0,,0,,6,,PIECES,12,2027-06-01",
      "MARKING,NE,562,2026,UNMARKED,0,,5,,0,,5,,PIECES,12,2027-06-01",
      "MARKING,NE,562,2026,NOT_RECORDED,0,,0,,9,,9,,PIECES,12,2027-06-01",
      "MARKING,NE,562,2026,TOTAL,26,,5,,9,,40,,PIECES,12,2027-06-01",
    ]);
  });

  it("flags what is withheld (TP-OUT-2, TP-OUT-10)", () => {
    const figures = set.figures.map((one) =>
      one.by.TYPE === "CRAFT_MADE" && one.by.RECOVERY === "FOUND"
        ? { ...one, confidentiality: "C" as const }
        : one,
    );
    expect(iafqCsv(createExport(ABOUT, figures))).toContain(
      "ARMS,NE,562,2026,CRAFT_MADE,0,,,C,0,,5,,PIECES,",
    );
  });
});

describe("rows of the SDG API", () => {
  it("have a value, or none and a footnote that says why (TP-OUT-11)", () => {
    expect(sdgRows(set)).toMatchObject([
      {
        ...{ series: "VC_ARM_SZTRACE", geoAreaCode: "204", geoAreaName: "Benin", value: null },
        attributes: { Nature: "NA", Units: "PERCENT" },
        footnotes: [
          "Missing: no arm was recovered, or nothing was reported; not zero.",
          "Agencies reported for 2 of 12 months.",
          "As signed off by the State, vintage 2027-03-01.",
        ],
      },
      {
        ...{ geoAreaCode: "562", timePeriodStart: 2026, value: "25", source: "IAFQ" },
        ...{ attributes: { Nature: "C" }, dimensions: { "Reporting Type": "N" } },
        footnotes: ["As signed off by the State, vintage 2027-06-01."],
      },
    ]);
  });
});

describe("figures that are read from JSON Lines", () => {
  it("are refused with each line and field that is wrong (TP-OUT-4)", () => {
    const [about = "", line = ""] = figureLines({ ...set, figures: [figure()] }).split("\n");
    const text = [about, line.replace('"A"', '"X"'), "{", line.replace("2026-10", "May")];
    expect(parseFigureLines(text.join("\n"))).toEqual({
      ok: false,
      problems: [
        { field: "line 2, status", rule: "must be one of: A, B, E, M, P" },
        { field: "line 3", rule: "is not JSON" },
        { field: "line 4, period", rule: expect.stringContaining("pattern") },
      ],
    });
    expect(parseFigureLines("")).toMatchObject({ ok: false, problems: [{ field: "line 1" }] });
  });
});
