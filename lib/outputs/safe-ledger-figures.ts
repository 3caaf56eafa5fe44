import { CellStatus, type IndicatorLedger } from "#proto";
import {
  type ConfidentialityStatus,
  type CountedTable,
  type Figure,
  makeSafe,
  type SafeTable,
  SUPPRESSION_POLICY,
} from "#statistics";
import { ledgerFigures } from "./ledger-figures.ts";
import { SDG_SERIES, STATE } from "./sdmx-structure.ts";

const ARMS = "ARMS_RECOVERED";
const ESTABLISHED = "ARMS_ORIGIN_ESTABLISHED";
const PERCENT = 100;
/** Tables of a State's year; those of one measure share their totals. */
const TABLES: readonly (readonly [measure: string, ...dimensions: string[]])[] = [
  [ARMS, "RECOVERY", "TYPE"],
  [ARMS, "RECOVERY", "MARKING"],
  [ESTABLISHED, "ESTABLISHED_BY", "RECOVERY"],
  ["OFF_EXCHANGE_TRACES"],
];

/**
 * Figures of ledgers as a body may publish them (TP-OUT-15): small counts are withheld, and what
 * would give them away. The indicator is withheld where its numerator or denominator is. Takes
 * every vintage there is, and gives the newest of each State and year, made safe with those before:
 * a revision that is small is not shown, and the number of the vintage before stays.
 */
export function safeLedgerFigures(
  ledgers: readonly IndicatorLedger[],
  threshold = SUPPRESSION_POLICY.threshold,
): Figure[] {
  const years = Map.groupBy(ledgers, ({ state, year }) => `${state} ${year}`);
  const sorted = [...years].toSorted(([one], [other]) => (one < other ? -1 : 1));
  return sorted.flatMap(([, vintages]) => {
    const earlier: SafeTable[] = [];
    const inOrder = vintages.toSorted((one, other) => one.vintage - other.vintage);
    return inOrder.map((ledger) => safeYear(ledger, earlier, threshold)).at(-1) ?? [];
  });
}

/** One vintage, made safe with what was told before, to which it is added. */
function safeYear(ledger: IndicatorLedger, earlier: SafeTable[], threshold: number): Figure[] {
  const figures = ledgerFigures([ledger]);
  const tables = TABLES.map(([measure, ...dimensions]) => ({
    ...tableOf(figures, measure, dimensions),
    vintage: ledger.vintage,
  }));
  const safe = makeSafe(tables, earlier, { ...SUPPRESSION_POLICY, threshold });
  earlier.push(...safe);
  const shown = new Map(safe.flatMap(shownOf));
  const of = (measure: string, keys: readonly string[] = []): Shown | undefined =>
    shown.get(JSON.stringify([measure, ...keys]));
  return figures.map((figure) => {
    const { confidentiality, value } =
      (figure.measure === SDG_SERIES
        ? indicatorOf(of(ESTABLISHED), of(ARMS), figure)
        : of(figure.measure, placeOf(figure))) ?? figure;
    return { ...figure, confidentiality, value };
  });
}

type Shown = Pick<Figure, "confidentiality" | "value">;

/** 100 · N / D of what is shown of both; withheld where either is. */
function indicatorOf(
  numerator: Shown | undefined,
  denominator: Shown | undefined,
  { status, value }: Figure,
): Shown {
  const withheld = [numerator, denominator].find((one) => (one?.confidentiality ?? "F") !== "F");
  if (withheld !== undefined) return { confidentiality: withheld.confidentiality, value: null };
  const [n, d] = [numerator?.value ?? null, denominator?.value ?? null];
  const isShown = status !== "M" && n !== null && d !== null && d > 0;
  return { confidentiality: "F", value: isShown ? (PERCENT * n) / d : value };
}

/** What a figure is broken down by besides its State. */
function placeOf({ by }: Figure): string[] {
  return Object.entries(by)
    .filter(([key]) => key !== STATE)
    .map((pair) => pair.join(" "))
    .sort();
}

function tableOf(figures: readonly Figure[], measure: string, dimensions: string[]): CountedTable {
  const own = figures.filter(
    (figure) =>
      figure.measure === measure &&
      Object.keys(figure.by).every((key) => key === STATE || dimensions.includes(key)),
  );
  const state = own[0]?.by[STATE] ?? "";
  return {
    ...{ name: [measure, ...dimensions].join("_BY_"), measure, figure: "COUNT" },
    ...{ body: state, members: [state], period: own[0]?.period ?? "", vintage: 1, dimensions },
    cells: own.map(({ by, value }) => ({
      keys: dimensions.map((dimension) => by[dimension] ?? ""),
      value,
    })),
  };
}

function shownOf({ cells, dimensions, measure }: SafeTable) {
  return cells.map(({ keys, shown, status, value }) => {
    const place = dimensions
      .flatMap((dimension, at) => (keys[at] === "" ? [] : `${dimension} ${keys[at]}`))
      .sort();
    const confidentiality = confidentialityOf(status);
    const told = value === null || confidentiality !== "F" ? null : shown;
    return [JSON.stringify([measure, ...place]), { confidentiality, value: told }] as const;
  });
}

function confidentialityOf(status: CellStatus): ConfidentialityStatus {
  switch (status) {
    case CellStatus.PRIMARY:
    case CellStatus.DOMINANCE:
      return "C";
    case CellStatus.SECONDARY:
      return "D";
    default:
      return "F";
  }
}
