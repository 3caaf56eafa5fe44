import { parse } from "csv-parse/sync";
import { alpha2OfM49 } from "#reference";
import { withFormula } from "#runtime";
import type { Figure } from "#statistics";

/** A row of a CSV by its head, as somebody who imports it would read it. */
type Row = Readonly<Record<string, string>>;

function rowsOf(text: string): Row[] {
  const [head = [], ...records]: string[][] = parse(text);
  return records.map((record) =>
    Object.fromEntries(head.map((name, index) => [name, withFormula(record[index] ?? "")])),
  );
}

const numberOf = (text = ""): number | null => (text === "" ? null : Number(text));

/** Figures of a CSV of figures. */
export function readFiguresCsv(text: string): Figure[] {
  return rowsOf(text).map((row) => ({
    measure: row.measure ?? "",
    by: Object.fromEntries(
      Object.entries(row)
        .filter(([name, value]) => name.startsWith("by_") && value !== "")
        .map(([name, value]) => [name.slice("by_".length), value]),
    ),
    period: row.period ?? "",
    value: numberOf(row.value),
    ...{ unit: row.unit as Figure["unit"], status: row.obs_status as Figure["status"] },
    confidentiality: row.conf_status as Figure["confidentiality"],
    coverage: {
      statesExpected: Number(row.states_expected),
      statesReporting: Number(row.states_reporting),
      monthsExpected: Number(row.months_expected),
      monthsReporting: Number(row.months_reporting),
    },
    vintage: row.vintage ?? "",
  }));
}

/** Dimensions that are no breakdown. */
const FIXED = new Set(["FREQ", "EXCHANGE_STATUS", "MEASURE", "REF_AREA", "TIME_PERIOD"]);

/** A figure of one observation, by the ids of its dimensions and attributes. */
function figureOf(structure: string, row: Row, body: string): Figure {
  const isSdg = structure.startsWith("IAEG-SDGs:SDG(");
  const area = row.REF_AREA ?? "";
  const state = alpha2OfM49(area) ?? area;
  const attributes = ["OBS_VALUE", "OBS_STATUS", "CONF_STATUS", "UNIT_MULT", "UNIT_MEASURE"];
  const others = Object.entries(row).filter(
    ([id, value]) =>
      !(FIXED.has(id) || attributes.includes(id) || /^(?:STATES|MONTHS|DATA)_/u.test(id)) &&
      !["_T", ""].includes(value),
  );
  return {
    measure: (isSdg ? row.SERIES : row.MEASURE) ?? "",
    by: {
      ...(area === body ? {} : { STATE: state }),
      ...(isSdg ? {} : Object.fromEntries(others)),
    },
    period: (row.TIME_PERIOD ?? "").replace(":00:00", ""),
    value: numberOf(row.OBS_VALUE),
    unit: (row.UNIT_MEASURE === "PT" ? "PERCENT" : row.UNIT_MEASURE) as Figure["unit"],
    status: row.OBS_STATUS as Figure["status"],
    confidentiality: row.CONF_STATUS as Figure["confidentiality"],
    coverage: {
      statesExpected: Number(row.STATES_EXPECTED),
      statesReporting: Number(row.STATES_REPORTING),
      monthsExpected: Number(row.MONTHS_EXPECTED),
      monthsReporting: Number(row.MONTHS_REPORTING),
    },
    vintage: row.DATA_LAST_UPDATE ?? "",
  };
}

/** Figures of an SDMX-CSV message of a body. */
export function readSdmxCsv(text: string, body: string): Figure[] {
  return rowsOf(text).map(({ ACTION, STRUCTURE, STRUCTURE_ID = "", ...row }) =>
    figureOf(STRUCTURE_ID, row, body),
  );
}

interface Component {
  readonly id: string;
  readonly values?: readonly { readonly id?: string; readonly value?: string }[];
}

interface Message {
  readonly data: {
    readonly structures: readonly {
      readonly links: readonly { readonly urn: string }[];
      readonly dimensions: { readonly observation: readonly Component[] };
      readonly attributes: { readonly observation: readonly Component[] };
    }[];
    readonly dataSets: readonly {
      readonly structure: number;
      readonly observations: Record<string, readonly (string | number | null)[]>;
    }[];
  };
}

/** The value at a place of a component; an uncoded one is told as it is. */
function textAt({ id, values }: Component, place: string | number | null | undefined): string {
  if (place === null || place === undefined) return "";
  if (values === undefined) return String(place);
  const value = values[Number(place)];
  if (value === undefined) throw new Error(`${id} has no value at ${place}`);
  return value.id ?? value.value ?? "";
}

/** Figures of an SDMX-JSON message of a body; every place has to be one that there is. */
export function readSdmxJson(text: string, body: string): Figure[] {
  const { dataSets, structures } = (JSON.parse(text) as Message).data;
  return dataSets.flatMap(({ observations, structure }) => {
    const described = structures[structure];
    if (described === undefined) throw new Error(`no structure ${structure}`);
    const dimensions = described.dimensions.observation;
    const attributes = described.attributes.observation;
    const name = described.links[0]?.urn.split("=")[1] ?? "";
    return Object.entries(observations).map(([key, [value = null, ...said]]) => {
      const places = key.split(":");
      if (places.length !== dimensions.length) throw new Error(`${key} is no whole key`);
      const row = Object.fromEntries([
        ...dimensions.map((dimension, at) => [dimension.id, textAt(dimension, places[at])]),
        ...attributes.map((attribute, at) => [attribute.id, textAt(attribute, said[at])]),
        ["OBS_VALUE", value === null ? "" : String(value)],
      ]);
      return figureOf(name, row, body);
    });
  });
}

const SHEETS: Readonly<Record<string, readonly [measure: string, key: string]>> = {
  ARMS: ["ARMS_RECOVERED", "TYPE"],
  TRACING_RESULTS: ["ARMS_ORIGIN_ESTABLISHED", "ESTABLISHED_BY"],
  INDICATOR_16_4_2: ["VC_ARM_SZTRACE", ""],
  MARKING: ["ARMS_RECOVERED", "MARKING"],
};
const COLUMNS = ["seized", "found", "surrendered", "total"] as const;

/** What an IAFQ file says of each cell that is not missing: statuses and value. */
export function readIafqCsv(text: string): Pick<Figure, "measure" | "by" | "period" | "value">[] {
  return rowsOf(text).flatMap((row) => {
    const [measure, key] = SHEETS[row.sheet ?? ""] ?? [];
    if (measure === undefined || key === undefined) return [];
    return COLUMNS.filter((column) => row[`${column}_flag`] === "").map((column) => ({
      measure,
      by: {
        STATE: row.state ?? "",
        ...(row.item === "TOTAL" ? {} : { [key]: row.item ?? "" }),
        ...(column === "total" ? {} : { RECOVERY: column.toUpperCase() }),
      },
      period: row.year ?? "",
      value: numberOf(row[column]),
    }));
  });
}

interface SdgRow {
  readonly series: string;
  readonly geoAreaCode: string;
  readonly timePeriodStart: number;
  readonly value: string | null;
  readonly footnotes: readonly string[];
}

/** Figures of rows of the SDG API, as far as a row tells them. */
export function readSdgRows(
  text: string,
): Pick<Figure, "measure" | "by" | "period" | "value" | "confidentiality" | "vintage">[] {
  return (JSON.parse(text) as SdgRow[]).map((row) => {
    const said = row.footnotes.join(" ");
    return {
      measure: row.series,
      by: { STATE: alpha2OfM49(row.geoAreaCode) ?? row.geoAreaCode },
      period: String(row.timePeriodStart),
      value: row.value === null ? null : Number(row.value),
      confidentiality: (/\((\w)\)/u.exec(said)?.[1] ?? "F") as Figure["confidentiality"],
      vintage: /vintage (\S+)\./u.exec(said)?.[1] ?? "",
    };
  });
}

/** A cell of a table of the yearly report, by the words that lead to it. */
export interface ReportCell {
  readonly table: string;
  readonly row: string;
  readonly column: string;
  /** Of a value without its signs; null where it is withheld or missing. */
  readonly value: number | null;
}

/** Every cell of every table of figures of a report. */
export function readReport(page: string): ReportCell[] {
  const tables = page.matchAll(
    /<caption>(.*?)<\/caption><thead>(.*?)<\/thead><tbody>(.*?)<\/tbody>/gsu,
  );
  return [...tables].flatMap(([, table = "", head = "", body = ""]) => {
    const columns = cellsOf(head);
    return [...body.matchAll(/<tr>(.*?)<\/tr>/gsu)].flatMap(([, line = ""]) => {
      const [row = "", ...cells] = cellsOf(line);
      return cells.map((cell, at) => {
        return { table: plainOf(table), row, column: columns[at + 1] ?? "", value: shownIn(cell) };
      });
    });
  });
}

function cellsOf(row: string): string[] {
  return [...row.matchAll(/<t[dh][^>]*>(.*?)<\/t[dh]>/gsu)].map(([, cell = ""]) => plainOf(cell));
}

function plainOf(markup: string): string {
  return markup
    .replaceAll(/<[^>]*>/gu, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");
}

/** 1,234.5 % p as 1234.5. */
function shownIn(cell: string): number | null {
  const [number = ""] = /^[\d,]+(?:\.\d+)?/u.exec(cell) ?? [];
  return number === "" ? null : Number(number.replaceAll(",", ""));
}
