import { FirearmType } from "#proto";
import { m49Of } from "#reference";
import { withoutFormula } from "#runtime";
import { type Figure, MARKING_STATUSES } from "#statistics";
import { type ExportSet, figureKey } from "./export-set.ts";
import { csvText, valueText } from "./figure-csv.ts";
import { SDG_SERIES, STATE } from "./sdmx-structure.ts";

/** Columns of a sheet: how arms came into the hands of the State, and all of them. */
const COLUMNS = ["SEIZED", "FOUND", "SURRENDERED", undefined] as const;
const HEAD = [
  ...["sheet", "state", "m49", "year", "item"],
  ...["seized", "seized_flag", "found", "found_flag", "surrendered", "surrendered_flag"],
  ...["total", "total_flag", "unit", "months_reporting", "vintage"],
];
const LAST = ["UNSPECIFIED"];
const TOTAL = "TOTAL";
const TOTAL_AT = COLUMNS.length - 1;
/** Code _Z of the cross-domain code lists. */
const NOT_APPLICABLE = "_Z";

/** A sheet: what it is about, in which order, and whether it has a row for all. */
interface Sheet {
  readonly sheet: string;
  readonly measure: string;
  readonly unit: string;
  /** Breakdown that its rows are of; a sheet without has the total alone. */
  readonly key?: string;
  readonly order?: readonly string[];
  /** It has a total only: a rate is of all arms. */
  readonly isRate?: boolean;
}

/** Sheets in the order of the questionnaire (TP-OUT-10). */
const SHEETS: readonly Sheet[] = [
  {
    ...{ sheet: "ARMS", measure: "ARMS_RECOVERED", unit: "PIECES", key: "TYPE" },
    order: [...Object.keys(FirearmType).filter((name) => !LAST.includes(name)), ...LAST],
  },
  { sheet: "PARTS", measure: "PARTS_RECOVERED", unit: "PIECES" },
  { sheet: "AMMUNITION", measure: "AMMUNITION_RECOVERED", unit: "ROUNDS" },
  {
    ...{ sheet: "TRACING_RESULTS", measure: "ARMS_ORIGIN_ESTABLISHED", unit: "PIECES" },
    ...{ key: "ESTABLISHED_BY", order: ["TRACE", "COMPETENT_AUTHORITY"] },
  },
  { sheet: "INDICATOR_16_4_2", measure: SDG_SERIES, unit: "PERCENT", isRate: true },
  {
    ...{ sheet: "MARKING", measure: "ARMS_RECOVERED", unit: "PIECES", key: "MARKING" },
    order: MARKING_STATUSES,
  },
];

/**
 * What a State fills into the Illicit Arms Flows Questionnaire, in the order of its sheets: arms by
 * type, parts, ammunition, results of tracing, indicator 16.4.2, marking (TP-OUT-10). Beside each
 * number is its flag: nothing, or the letters of obs_status and conf_status. What no figure says is
 * missing (M), never zero.
 */
export function iafqCsv(set: ExportSet): string {
  const figures = new Map(set.figures.map((figure) => [figureKey(figure), figure]));
  return csvText([HEAD, ...yearsOf(set).flatMap((year) => sheetsOf(year, figures))]);
}

/** A year of a State, and what is known of it. */
interface StateYear {
  readonly state: string;
  readonly period: string;
  readonly figures: readonly Figure[];
}

type Figures = ReadonlyMap<string, Figure>;

function yearsOf({ figures }: ExportSet): StateYear[] {
  const measures = new Set(SHEETS.map(({ measure }) => measure));
  const years = Map.groupBy(
    figures.filter(({ by, measure }) => by[STATE] !== undefined && measures.has(measure)),
    ({ by, period }) => `${by[STATE]} ${period}`,
  );
  return [...years]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, own]) => {
      const [state = "", period = ""] = key.split(" ");
      return { state, period, figures: own };
    });
}

function sheetsOf(year: StateYear, figures: Figures): string[][] {
  return SHEETS.flatMap((sheet) => {
    const items = [...itemsOf(sheet, year), undefined];
    return items.map((item) => rowOf(sheet, item, year, figures));
  });
}

/** Items that the State has figures of, in the order of the sheet; new ones after those known. */
function itemsOf({ key, measure, order = [] }: Sheet, { figures }: StateYear): string[] {
  if (key === undefined) return [];
  const own = figures.filter((figure) => figure.measure === measure);
  const there = new Set(own.flatMap(({ by }) => by[key] ?? []));
  return [
    ...order.filter((item) => there.has(item)),
    ...[...there].filter((item) => !order.includes(item)).sort(),
  ];
}

function rowOf(sheet: Sheet, item: string | undefined, year: StateYear, figures: Figures) {
  const { measure, key = "" } = sheet;
  const { period, state } = year;
  const cells = COLUMNS.map((recovery) => {
    const by = {
      [STATE]: state,
      ...(item === undefined ? {} : { [key]: item }),
      ...(recovery === undefined ? {} : { RECOVERY: recovery }),
    };
    return figures.get(figureKey({ measure, period, by }));
  });
  const known = cells.find((cell) => cell !== undefined);
  return [
    ...[sheet.sheet, state, m49Of(state) ?? "", period, item ?? TOTAL].map(withoutFormula),
    ...cells.flatMap((cell, index) =>
      cell === undefined
        ? ["", sheet.isRate === true && index < TOTAL_AT ? NOT_APPLICABLE : "M"]
        : [valueText(cell), flagOf(cell)],
    ),
    ...[known?.unit ?? sheet.unit, String(known?.coverage.monthsReporting ?? ""), vintageOf(known)],
  ];
}

function flagOf({ confidentiality, status }: Figure): string {
  return `${status === "A" ? "" : status}${confidentiality === "F" ? "" : confidentiality}`;
}

function vintageOf(figure: Figure | undefined): string {
  return withoutFormula(figure?.vintage ?? "");
}
