import { m49Of, stateName } from "#reference";
import type { Figure } from "#statistics";
import { type ExportSet, isShown } from "./export-set.ts";
import { measureName } from "./names.ts";
import { isOfSdg, SDG_SERIES, STATE } from "./sdmx-structure.ts";

/** A row as the API of the SDG database has it. */
export interface SdgRow {
  readonly goal: readonly string[];
  readonly target: readonly string[];
  readonly indicator: readonly string[];
  readonly series: string;
  readonly seriesDescription: string;
  /** M49, without leading zeros. */
  readonly geoAreaCode: string;
  readonly geoAreaName: string;
  readonly timePeriodStart: number;
  /** Percent; null where there is none, and the footnotes say why. */
  readonly value: string | null;
  readonly valueType: "Float";
  readonly source: string;
  readonly footnotes: readonly string[];
  readonly attributes: { readonly Nature: "C" | "NA"; readonly Units: "PERCENT" };
  readonly dimensions: { readonly "Reporting Type": "N" };
}

/**
 * Indicator 16.4.2 of States as rows of the SDG API (TP-OUT-11). Missing and withheld values have
 * a row without a value and a footnote; zero is a value.
 */
export function sdgRows(set: ExportSet): SdgRow[] {
  return set.figures.filter(isOfSdg).map((figure) => {
    const state = figure.by[STATE] ?? "";
    return {
      ...{ goal: ["16"], target: ["16.4"], indicator: ["16.4.2"], series: SDG_SERIES },
      seriesDescription: `${measureName(SDG_SERIES)} (%)`,
      geoAreaCode: m49Of(state) ?? "",
      geoAreaName: stateName(state),
      timePeriodStart: Number(figure.period),
      value: figure.value === null ? null : String(figure.value),
      valueType: "Float",
      source: "IAFQ",
      footnotes: footnotesOf(figure),
      attributes: { Nature: isShown(figure) ? "C" : "NA", Units: "PERCENT" },
      dimensions: { "Reporting Type": "N" },
    };
  });
}

const NOTES: Readonly<Record<Figure["status"], string>> = {
  A: "",
  B: "The series breaks here.",
  E: "Estimated.",
  M: "Missing: no arm was recovered, or nothing was reported; not zero.",
  P: "Provisional.",
};

/** What has to be known beside a value: its coverage, its vintage, and why there is none. */
function footnotesOf(figure: Figure): string[] {
  const { confidentiality, coverage, status, vintage } = figure;
  const { monthsExpected, monthsReporting } = coverage;
  return [
    NOTES[status],
    confidentiality === "F" ? "" : `Withheld for confidentiality (${confidentiality}).`,
    monthsReporting < monthsExpected
      ? `Agencies reported for ${monthsReporting} of ${monthsExpected} months.`
      : "",
    `As signed off by the State, vintage ${vintage}.`,
  ].filter(Boolean);
}
