import { StatisticsTable } from "#proto";
import type { FigureStore } from "./figure-deps.ts";
import type { ReleaseHead } from "./read-releases.ts";
import { newestTables, type ReleasedTable } from "./release-table.ts";

/**
 * The newest tables of releases, which come by rising vintage. `monthly` are releases of months: a
 * year tells in how many of its own anybody had a record.
 */
export async function readReleasedTables(
  store: FigureStore,
  heads: readonly ReleaseHead[],
  monthly: readonly ReleaseHead[],
): Promise<ReleasedTable[]> {
  const tables = await store.call("readReleaseTables", { ids: heads.map(({ id }) => id) });
  const reported = monthly.filter(({ statesReporting }) => statesReporting > 0);
  const released = heads.flatMap((head): ReleasedTable[] => {
    const within = reported.filter(({ period }) => period.startsWith(head.period));
    const months = new Set(within.map(({ period }) => period)).size;
    const own = tables.filter(({ release_id: id }) => id === head.id);
    return own.map(({ content }) => ({ head, table: StatisticsTable.decode(content), months }));
  });
  return newestTables(released);
}
