import { CellStatus } from "#proto";
import { type CountedRelease, CountedSystem, keyOf, placeOf } from "./counted-system.ts";
import { linkBodies, linkPeriods, linkVintages } from "./link-releases.ts";
import { protect } from "./protect.ts";
import {
  type CountedCell,
  type CountedTable,
  isDominated,
  type SafeCell,
  type SafeTable,
  SUPPRESSION_POLICY,
  type SuppressionPolicy,
} from "./tables.ts";

/**
 * Decides what is shown of the tables of one release (TP-STAT-5 to TP-STAT-16). `earlier` is what
 * was released before, in the sequence of the releases, as this function gave it back: every
 * vintage of the same period, of the periods within it and around it, and, where bodies share
 * members, of those bodies. Actual, Exercise and Test are made safe apart. Pure: the same tables
 * come out the same.
 */
export function makeSafe(
  tables: readonly CountedTable[],
  earlier: readonly SafeTable[],
  policy: SuppressionPolicy = SUPPRESSION_POLICY,
): SafeTable[] {
  const system = new CountedSystem(policy);
  const counted = tables.filter(({ figure }) => figure === "COUNT");
  for (const table of earlier) system.noteNamed(table, isPublished);
  for (const table of counted) system.noteNamed(table, () => true);
  for (const release of inOrder(earlier)) system.addEarlier(release);
  system.addCurrent({ order: earlier.length, tables: counted });
  linkVintages(system);
  linkBodies(system);
  linkPeriods(system);
  const { blurred, withheld } = protect(system.counts, system.sums, policy.threshold);
  const show = (table: CountedTable, cell: CountedCell): Shown => {
    if (cell.unnamed !== undefined) return { status: CellStatus.UNSPECIFIED, shown: 0 };
    const place = placeOf(table, cell.keys);
    const index = system.find(place, earlier.length)?.index;
    if (cell.value === null) return { status: CellStatus.MISSING, shown: 0 };
    if (index === undefined || withheld[index] !== true) {
      return { status: CellStatus.PUBLISHED, shown: cell.value };
    }
    const before = system.shownBefore(place) ?? 0;
    if (before > 0) return { status: CellStatus.PUBLISHED, shown: before };
    const isBlurred = blurred[index] === true;
    return { status: isBlurred ? CellStatus.SECONDARY : statusOf(table, cell, policy), shown: 0 };
  };
  const shown = counted.map((table) => withShown(table, (cell) => show(table, cell)));
  const quantiles = tables.filter(({ figure }) => figure === "QUANTILE");
  return [
    ...shown,
    ...quantiles.map((table) => {
      const known = { counts: shown, earlier, policy };
      return withShown(table, (cell) => showQuantile(table, cell, known));
    }),
  ];
}

function isPublished({ status }: SafeCell): boolean {
  return status === CellStatus.PUBLISHED;
}

type Shown = Pick<SafeCell, "status" | "shown" | "of">;

function withShown(table: CountedTable, show: (cell: CountedCell) => Shown): SafeTable {
  return { ...table, cells: table.cells.map((cell) => ({ ...cell, ...show(cell) })) };
}

/** Tables of one body, period and vintage are of one release, and have one place. */
function inOrder(earlier: readonly SafeTable[]): CountedRelease<SafeTable>[] {
  const counted = earlier.filter(({ figure }) => figure === "COUNT");
  const releases = Map.groupBy(counted, ({ body, period, vintage }) => {
    return JSON.stringify([body, period, vintage]);
  });
  return [...releases.values()].map((tables, order) => ({ order, tables }));
}

function statusOf(
  { named }: CountedTable,
  { byState, value }: CountedCell,
  { dominance: share, threshold }: SuppressionPolicy,
): CellStatus {
  if ((value ?? 0) < threshold) return CellStatus.PRIMARY;
  return isDominated(byState, { named, share }) ? CellStatus.DOMINANCE : CellStatus.SECONDARY;
}

/** A quantile of few times, or beside a count that is withheld, is withheld (TP-STAT-13). */
function showQuantile(
  table: CountedTable,
  cell: CountedCell,
  known: {
    readonly counts: readonly SafeTable[];
    readonly earlier: readonly SafeTable[];
    readonly policy: SuppressionPolicy;
  },
): Shown {
  const { value, of = 0 } = cell;
  const { counts, earlier, policy } = known;
  if (value === null) return { status: CellStatus.MISSING, shown: 0 };
  const beside = findCell(counts, { ...table, figure: "COUNT" }, cell.keys);
  if (beside !== undefined && beside.status !== CellStatus.PUBLISHED) {
    return { status: beside.status, shown: 0 };
  }
  if (of < policy.threshold) return { status: CellStatus.PRIMARY, shown: 0 };
  if (isDominated(cell.byState, { named: table.named, share: policy.dominance })) {
    return { status: CellStatus.DOMINANCE, shown: 0 };
  }
  const before = findCell(earlier.toReversed(), table, cell.keys);
  if (before?.status !== CellStatus.PUBLISHED)
    return { status: CellStatus.PUBLISHED, shown: value };
  const added = Math.abs(of - (before.of ?? 0));
  const isRevised = beside === undefined || beside.shown === beside.value;
  if (isRevised && (added === 0 || added >= policy.threshold)) {
    return { status: CellStatus.PUBLISHED, shown: value };
  }
  return { status: CellStatus.PUBLISHED, shown: before.shown, of: before.of ?? 0 };
}

/** The cell of the same place; quantiles have one for each name. */
function findCell(
  tables: readonly SafeTable[],
  of: CountedTable,
  keys: readonly string[],
): SafeCell | undefined {
  const place = keyOf(placeOf(of, keys));
  for (const table of tables) {
    if (table.figure !== of.figure || (of.figure === "QUANTILE" && table.name !== of.name))
      continue;
    const cell = table.cells.find((one) => {
      return one.unnamed === undefined && keyOf(placeOf(table, one.keys)) === place;
    });
    if (cell !== undefined) return cell;
  }
  return undefined;
}
