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
/** Tables of a State's year; those of one measure share their totals. */
const TABLES: readonly (readonly [measure: string, ...dimensions: string[]])[] = [
  [ARMS, "RECOVERY", "TYPE"],
  [ARMS, "RECOVERY", "MARKING"],
  [ESTABLISHED, "ESTABLISHED_BY", "RECOVERY"],
  ["OFF_EXCHANGE_TRACES"],
];

/**
 * Figures of ledgers as a body may publish them (TP-OUT-15): small counts are withheld, and what
 * would give them away. The indicator is withheld where its numerator or denominator is.
 */
export function safeLedgerFigures(
  ledgers: readonly IndicatorLedger[],
  threshold = SUPPRESSION_POLICY.threshold,
): Figure[] {
  const years = Map.groupBy(ledgerFigures(ledgers), ({ by, period }) => `${by[STATE]} ${period}`);
  return [...years.values()].flatMap((figures) => safeYear(figures, threshold));
}

function safeYear(figures: readonly Figure[], threshold: number): Figure[] {
  const tables = TABLES.map(([measure, ...dimensions]) => tableOf(figures, measure, dimensions));
  const safe = makeSafe(tables, [], { ...SUPPRESSION_POLICY, threshold });
  const statuses = new Map(safe.flatMap(statusesOf));
  const of = (measure: string, keys: readonly string[] = []) =>
    statuses.get(JSON.stringify([measure, ...keys])) ?? "F";
  const rate: ConfidentialityStatus = [of(ESTABLISHED), of(ARMS)].find((one) => one !== "F") ?? "F";
  return figures.map((figure) => {
    const confidentiality =
      figure.measure === SDG_SERIES ? rate : of(figure.measure, placeOf(figure));
    return confidentiality === "F" ? figure : { ...figure, confidentiality, value: null };
  });
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

function statusesOf({ cells, dimensions, measure }: SafeTable) {
  return cells.map(({ keys, status }) => {
    const place = dimensions
      .flatMap((dimension, at) => (keys[at] === "" ? [] : `${dimension} ${keys[at]}`))
      .sort();
    return [JSON.stringify([measure, ...place]), confidentialityOf(status)] as const;
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
