import { PeriodLength, type StatisticsRelease, StatisticsTable } from "#proto";
import type { SqlRow, Transaction } from "#runtime";
import { encodeMessage } from "#wire";

/** Forms of periods, by length. */
const PERIOD_FORMS: Readonly<Record<number, RegExp>> = {
  [PeriodLength.HOUR]: /^\d{4}-\d{2}-\d{2}T\d{2}$/u,
  [PeriodLength.DAY]: /^\d{4}-\d{2}-\d{2}$/u,
  [PeriodLength.MONTH]: /^\d{4}-\d{2}$/u,
  [PeriodLength.YEAR]: /^\d{4}$/u,
};

/** Whether a release says what it is of, and no table twice. */
export function isReleaseWellFormed(release: StatisticsRelease): boolean {
  const { length, period, releasedOn, status, tables, vintage } = release;
  const names = new Set(tables.map(({ name }) => name));
  const fits = ({ cells, dimensions }: StatisticsTable): boolean =>
    cells.every(({ keys }) => keys.length === dimensions.length);
  return (
    (PERIOD_FORMS[length]?.test(period) ?? false) &&
    PERIOD_FORMS[PeriodLength.DAY]?.test(releasedOn) === true &&
    status > 0 &&
    vintage > 0 &&
    names.size === tables.length &&
    tables.every(fits)
  );
}

/** Keeps a release beside all earlier vintages (TP-MON-9). */
export async function keepRelease(
  tx: Transaction,
  release: StatisticsRelease,
  number: number,
): Promise<void> {
  const row = await tx.get<SqlRow & { id: number }>(
    `INSERT INTO monitor_release (body, length, period, status, vintage, released_on, threshold,
       states_expected, states_reporting, number)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (body, length, status, period, vintage) DO NOTHING RETURNING id`,
    ...[release.body, release.length, release.period, release.status, release.vintage],
    ...[release.releasedOn, release.threshold, release.statesExpected, release.statesReporting],
    number,
  );
  // The same vintage twice: the first one was shown already, and stays.
  if (row === undefined) return;
  for (const table of release.tables) {
    await tx.run(
      "INSERT INTO monitor_release_table (release_id, name, content) VALUES (?, ?, ?)",
      row.id,
      table.name,
      encodeMessage(StatisticsTable, table),
    );
  }
}
