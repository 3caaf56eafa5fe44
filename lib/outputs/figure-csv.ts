import { csvRecord, withoutFormula } from "#runtime";
import type { Figure } from "#statistics";
import { breakdownsOf, type ExportSet } from "./export-set.ts";

/** What stands before the name of a breakdown in the head of a CSV. */
const BREAKDOWN = "by_";
const LINE_END = "\r\n";

/**
 * Figures as CSV (RFC 4180), a line each (TP-OUT-3). A column for each breakdown, named by_ and its
 * key; coverage and vintage beside every value. An empty value is withheld or missing, which
 * conf_status and obs_status tell. No text is run by a spreadsheet as a formula.
 */
export function figuresCsv(set: ExportSet): string {
  const breakdowns = breakdownsOf(set.figures);
  const head = [
    ...["body", "exchange_status", "measure", "period"],
    ...breakdowns.map((key) => `${BREAKDOWN}${key}`),
    ...["value", "unit", "obs_status", "conf_status", "states_reporting", "states_expected"],
    ...["months_reporting", "months_expected", "vintage"],
  ];
  const lines = set.figures.map((figure) => [
    ...[set.body, set.exchangeStatus, figure.measure, figure.period].map(withoutFormula),
    ...breakdowns.map((key) => withoutFormula(figure.by[key] ?? "")),
    ...[valueText(figure), figure.unit, figure.status, figure.confidentiality],
    ...coverageTexts(figure),
    withoutFormula(figure.vintage),
  ]);
  return csvText([head, ...lines]);
}

/** Records as the text of a CSV file. */
export function csvText(records: readonly (readonly string[])[]): string {
  return records.map((record) => `${csvRecord(record)}${LINE_END}`).join("");
}

/** A value as a number of CSV; empty where there is none. */
export function valueText({ value }: Pick<Figure, "value">): string {
  return value === null ? "" : String(value);
}

function coverageTexts({ coverage }: Figure): string[] {
  const { monthsExpected, monthsReporting, statesExpected, statesReporting } = coverage;
  return [statesReporting, statesExpected, monthsReporting, monthsExpected].map(String);
}
