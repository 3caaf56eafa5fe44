import { MONITOR_LIMITS, type SqlRow, type SqlValue, type Transaction } from "#runtime";
import { ALL_STATES } from "./count-event.ts";
import { MESSAGES_BY_KIND } from "./cuts.ts";
import { addToEncoded } from "./histogram.ts";
import type { Moment, Open, Sums } from "./sums.ts";

/** Raises what is kept by what was gathered. */
export async function writeSums(tx: Transaction, sums: Sums): Promise<void> {
  const moments = sums.moments();
  const cells = moments.flatMap(({ length, start, sums: of, vintage }) =>
    [...of.values()].map((sum): SqlValue[] => {
      return [sum.cut, sum.status, length, start, sum.state, sum.key, vintage, sum.value];
    }),
  );
  await writeRows(tx, cells, CELL_SQL);
  await addToHistograms(tx, moments);
  await writeRows(tx, reportingOf(moments), REPORTING_SQL);
  await writeOpen(tx, sums.opened());
}

/** Which States have a record in which period: those that a message was accepted of. */
function reportingOf(moments: readonly Moment[]): SqlValue[][] {
  const rows = new Map<string, SqlValue[]>();
  for (const { length, start, sums } of moments) {
    for (const { cut, state, status } of sums.values()) {
      if (cut !== MESSAGES_BY_KIND || state === "" || state === ALL_STATES) continue;
      rows.set(`${status} ${length} ${start} ${state}`, [status, length, start, state]);
    }
  }
  return [...rows.values()];
}

async function writeOpen(tx: Transaction, changes: readonly Open[]): Promise<void> {
  const rows = changes.map(({ day, month, state, status, value }): SqlValue[] => {
    return [status, state, month, day, value];
  });
  await writeRows(tx, rows, OPEN_CHANGE_SQL);
  if (rows.length > 0) await tx.write("DELETE FROM monitor_open_change WHERE change = 0");
  const byDay = Map.groupBy(changes, ({ day, state, status }) => `${status} ${state} ${day}`);
  const open = [...byDay.values()].flatMap(([first, ...others]): SqlValue[][] => {
    if (first === undefined) return [];
    const value = others.reduce((sum, one) => sum + one.value, first.value);
    return value === 0 ? [] : [[first.status, first.state, first.day, value]];
  });
  await writeRows(tx, open, OPEN_SQL);
  if (open.length > 0) await tx.write("DELETE FROM monitor_open WHERE open = 0");
}

const CELL_SQL = {
  into: "monitor_cell (cut, status, length, start, state, key, vintage, value)",
  conflict: `ON CONFLICT (cut, status, length, start, state, key, vintage)
    DO UPDATE SET value = monitor_cell.value + excluded.value`,
};

const REPORTING_SQL = {
  into: "monitor_reporting (status, length, start, state)",
  conflict: "ON CONFLICT (status, length, start, state) DO NOTHING",
};

const OPEN_CHANGE_SQL = {
  into: "monitor_open_change (status, state, month, day, change)",
  conflict: `ON CONFLICT (status, state, month, day)
    DO UPDATE SET change = monitor_open_change.change + excluded.change`,
};

const OPEN_SQL = {
  into: "monitor_open (status, state, day, open)",
  conflict: `ON CONFLICT (status, state, day)
    DO UPDATE SET open = monitor_open.open + excluded.open`,
};

/** Writes rows, many with one statement. */
export async function writeRows(
  tx: Transaction,
  rows: readonly (readonly SqlValue[])[],
  { conflict, into }: { readonly into: string; readonly conflict: string },
): Promise<void> {
  const marks = `(${rows[0]?.map(() => "?").join(", ") ?? ""})`;
  for (let at = 0; at < rows.length; at += MONITOR_LIMITS.insertRowsMax) {
    const some = rows.slice(at, at + MONITOR_LIMITS.insertRowsMax);
    const values = some.map(() => marks).join(", ");
    await tx.write(`INSERT INTO ${into} VALUES ${values} ${conflict}`, ...some.flat());
  }
}

const HISTOGRAM_SQL = {
  into: "monitor_histogram (cut, status, length, start, state, vintage, counts)",
  conflict: `ON CONFLICT (cut, status, length, start, state, vintage)
    DO UPDATE SET counts = excluded.counts`,
};

/** Some at a time: what is kept of them is asked for at once, and a server is waited for once. */
async function addToHistograms(tx: Transaction, moments: readonly Moment[]): Promise<void> {
  const all = moments.flatMap(({ hours, length, start, vintage }) =>
    [...hours.values()].map(({ counts, cut, state, status }) => {
      return { counts, key: [cut, status, length, start, state, vintage] as const };
    }),
  );
  for (let at = 0; at < all.length; at += MONITOR_LIMITS.insertRowsMax) {
    const some = all.slice(at, at + MONITOR_LIMITS.insertRowsMax);
    const kept = await Promise.all(
      some.map(({ key }) =>
        tx.get<SqlRow & { counts: Uint8Array }>(
          `SELECT counts FROM monitor_histogram WHERE cut = ? AND status = ? AND length = ?
             AND start = ? AND state = ? AND vintage = ?`,
          ...key,
        ),
      ),
    );
    const rows = some.map(({ counts, key }, place): SqlValue[] => {
      return [...key, addToEncoded(kept[place]?.counts ?? new Uint8Array(), counts)];
    });
    await writeRows(tx, rows, HISTOGRAM_SQL);
  }
}
