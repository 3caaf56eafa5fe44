import { parse } from "csv-parse/sync";

/**
 * Rules of the SDMX-CSV 2.0 and 2.1 field guides for data messages (github.com/sdmx-twg/sdmx-csv),
 * and of the code lists that the SDG structure names, checked on a text by code that knows nothing
 * of the code that writes it.
 */

/** Components of a structure, as whoever maintains it has published them. */
interface Structure {
  readonly dimensions: readonly string[];
  readonly attributes: readonly string[];
  /** Whether further dimensions are taken, before the last one. */
  readonly isOpen?: boolean;
}

const COMMON = ["OBS_STATUS", "CONF_STATUS", "UNIT_MULT", "UNIT_MEASURE"];
const COVERAGE = ["STATES_REPORTING", "STATES_EXPECTED", "MONTHS_REPORTING", "MONTHS_EXPECTED"];
const STRUCTURES: Readonly<Record<string, Structure>> = {
  "IAEG-SDGs:SDG(1.24)": {
    dimensions: [
      ...["FREQ", "REPORTING_TYPE", "SERIES", "REF_AREA", "SEX", "AGE", "URBANISATION"],
      ...["INCOME_WEALTH_QUANTILE", "EDUCATION_LEV", "OCCUPATION", "CUST_BREAKDOWN"],
      ...["COMPOSITE_BREAKDOWN", "DISABILITY_STATUS", "ACTIVITY", "PRODUCT", "TIME_PERIOD"],
    ],
    attributes: [...COMMON, "NATURE", ...COVERAGE, "DATA_LAST_UPDATE"],
  },
  "TRACEPOST:FIGURES(1.0)": {
    dimensions: ["FREQ", "EXCHANGE_STATUS", "MEASURE", "REF_AREA", "TIME_PERIOD"],
    attributes: [...COMMON, ...COVERAGE, "DATA_LAST_UPDATE"],
    isOpen: true,
  },
};

/** Codes of the cross-domain code lists. */
const CODES: Readonly<Record<string, RegExp>> = {
  FREQ: /^[AMDH]$/u,
  OBS_STATUS: /^[ABEMP]$/u,
  CONF_STATUS: /^[FNCD]$/u,
  UNIT_MULT: /^0$/u,
};
/** How a period of a frequency is written. */
const PERIODS: Readonly<Record<string, RegExp>> = {
  A: /^\d{4}$/u,
  M: /^\d{4}-\d{2}$/u,
  D: /^\d{4}-\d{2}-\d{2}$/u,
  H: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/u,
};
const FIRST = ["STRUCTURE", "STRUCTURE_ID", "ACTION"];
const ARTEFACT = /^[A-Za-z][\w.-]*:[\w@$-]+(?:\(\d+(?:\.\d+)*\))?$/u;
const VALUE = "OBS_VALUE";
const NUMBER = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/u;

/** What breaks a rule, with the line it is in; nothing for a message that is well-formed. */
export function sdmxCsvProblems(text: string): string[] {
  if (!text.endsWith("\r\n")) return ["the last line does not end"];
  // RFC 4180: every record has as many fields as the first; csv-parse throws for another.
  let records: string[][];
  try {
    records = parse(text, { record_delimiter: "\r\n" });
  } catch (caught) {
    return [String(caught)];
  }
  const [head = [], ...rows] = records;
  const seen = new Set<string>();
  const problems = rows.flatMap((row, at) =>
    rowProblems(head, row, seen).map((problem) => `line ${at + 2}: ${problem}`),
  );
  return [...headProblems(head, rows), ...problems];
}

function headProblems(head: readonly string[], rows: readonly string[][]): string[] {
  const problems: string[] = [];
  if (FIRST.some((name, at) => head[at] !== name)) problems.push(`begins with ${head.slice(0, 3)}`);
  if (new Set(head).size !== head.length) problems.push("a column is there twice");
  const used = new Set(rows.map((row) => row[1] ?? ""));
  const dimensions = [...used].flatMap((id) => STRUCTURES[id]?.dimensions ?? []);
  const attributes = [...used].flatMap((id) => STRUCTURES[id]?.attributes ?? []);
  const value = head.indexOf(VALUE);
  if (dimensions.some((id) => head.indexOf(id) > value)) problems.push("a dimension after a value");
  if (attributes.some((id) => head.includes(id) && head.indexOf(id) < value)) {
    problems.push("an attribute before a value");
  }
  return problems;
}

function rowProblems(head: readonly string[], row: readonly string[], seen: Set<string>) {
  const said = Object.fromEntries(head.map((id, at) => [id, row[at] ?? ""]));
  const { ACTION = "", STRUCTURE = "", STRUCTURE_ID = "" } = said;
  const structure = STRUCTURES[STRUCTURE_ID];
  const problems: string[] = [];
  if (!/^(?:dataflow|datastructure|dataprovision)$/u.test(STRUCTURE)) problems.push("STRUCTURE");
  if (!ARTEFACT.test(STRUCTURE_ID)) problems.push("STRUCTURE_ID");
  if (!/^[IAMRD]$/u.test(ACTION)) problems.push("ACTION");
  if (structure === undefined) return [...problems, `nobody has a structure ${STRUCTURE_ID}`];
  const { attributes, dimensions, isOpen = false } = structure;
  const named = Object.values(STRUCTURES).flatMap((one) => one.dimensions);
  const further = head
    .slice(FIRST.length, head.indexOf(VALUE))
    .filter((id) => isOpen && said[id] !== "" && !named.includes(id));
  const own = [...dimensions, ...further];
  // Neither a merge nor a replacement may leave a dimension out.
  problems.push(
    ...dimensions.filter((id) => (said[id] ?? "") === "").map((id) => `${id} is empty`),
  );
  const foreign = head
    .slice(FIRST.length)
    .filter((id) => ![...own, VALUE, ...attributes].includes(id));
  problems.push(...foreign.filter((id) => said[id] !== "").map((id) => `${id} is of another`));
  const key = JSON.stringify([STRUCTURE_ID, ...own.toSorted().map((id) => [id, said[id]])]);
  if (seen.has(key)) problems.push("an observation is there twice");
  seen.add(key);
  for (const [id, codes] of Object.entries(CODES)) {
    if (!codes.test(said[id] ?? "")) problems.push(`${id} is ${said[id]}`);
  }
  if (!PERIODS[said.FREQ ?? ""]?.test(said.TIME_PERIOD ?? "")) problems.push("TIME_PERIOD");
  return [...problems, ...valueProblems(said)];
}

function valueProblems(said: Readonly<Record<string, string>>): string[] {
  const value = said[VALUE] ?? "";
  const isHidden = said.OBS_STATUS === "M" || said.CONF_STATUS !== "F";
  if (value === "") return isHidden ? [] : ["no value, and no status that says why"];
  if (isHidden) return ["a value that its statuses withhold"];
  return NUMBER.test(value) ? [] : [`${value} is no number`];
}
