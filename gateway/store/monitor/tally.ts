import type { MonitorEvent } from "#proto";
import { MONITOR_FEED_LIMITS, type SqlRow, type Transaction } from "#runtime";
import {
  type CountedRecord,
  type CountedRow,
  closingOf,
  countedRecord,
  hourOf,
  type SpreadKey,
  spreadsOf,
} from "./counted-record.ts";
import { appendFeed } from "./feed-chain.ts";
import { eventFor, eventSalt, type FedMonitor, isShownTo } from "./monitor-event.ts";

/** What the next records are counted with. */
export interface TallyStep {
  readonly nowMs: number;
  /** Version of the register that says who is fed events of whom. */
  readonly registerVersion: number;
  readonly monitors: readonly FedMonitor[];
}

/** How far the records are counted. */
interface TallyRow extends SqlRow {
  through: number;
  fed_after: number;
}

type CellKey = readonly (number | string)[];

const CELL_COLUMNS =
  "hour, kind, move, status, priority, outcome_class, alert_move, alert_kind, code, " +
  "from_state, to_state";
const SPREAD_COLUMNS = "day, measure, status, priority, from_state, to_state, value";

/**
 * Counts the next records in the order of the log, and feeds their events to whom they may be
 * shown, in one transaction with how far it has come (TP-FEED-4, TP-FEED-7). Says whether there are
 * none left. Nothing of it stands in the way of a message: it follows.
 */
export async function tallyRecords(
  tx: Transaction,
  { monitors, nowMs, registerVersion }: TallyStep,
): Promise<{ readonly isDone: boolean }> {
  const { fed_after: fedAfter, through } = await tallyRow(tx);
  const rows = await tx.all<CountedRow>(
    `SELECT id, sender, kind, code, header, recorded_at FROM messages
     WHERE id > ? ORDER BY id LIMIT ?`,
    through,
    MONITOR_FEED_LIMITS.stepRecords,
  );
  const last = rows.at(-1);
  if (last === undefined) return { isDone: true };
  const cells = new Map<string, { key: CellKey; records: number }>();
  const spreads = new Map<string, { key: CellKey; records: number }>();
  const events = new Map<string, MonitorEvent[]>(monitors.map(({ id }) => [id, []]));
  for (const row of rows) {
    const record = await countedRecord(tx, row);
    if (record === undefined) continue;
    count(cells, cellOf(record));
    for (const key of spreadsOf(record)) count(spreads, key);
    const closing = await closingOf(tx, record);
    for (const key of closing) count(spreads, key);
    if (monitors.length === 0 || record.id <= fedAfter) continue;
    const shown = monitors.filter((monitor) => isShownTo(record, monitor));
    if (shown.length === 0) continue;
    const salt = await eventSalt(tx, record.id);
    const { request } = record;
    const isEnd = closing.length > 0 && request !== undefined && request.id > fedAfter;
    const detail = { salt, ended: isEnd ? request : undefined };
    for (const monitor of shown) events.get(monitor.id)?.push(eventFor(record, monitor, detail));
  }
  await add(tx, "monitor_cell", CELL_COLUMNS, cells.values());
  await add(tx, "monitor_spread", SPREAD_COLUMNS, spreads.values());
  for (const [monitor, fed] of events) {
    if (fed.length === 0) continue;
    const content = { $case: "events", value: { events: fed } } as const;
    await appendFeed(tx, { monitor, nowMs, registerVersion, content });
  }
  await tx.write("UPDATE monitor_tally SET through = ?", last.id);
  return { isDone: rows.length < MONITOR_FEED_LIMITS.stepRecords };
}

/** Id of the newest record that is counted; what is in the log before it is, too. */
export async function tallyThrough(tx: Transaction): Promise<number> {
  return (await tallyRow(tx)).through;
}

async function tallyRow(tx: Transaction): Promise<TallyRow> {
  const row = await tx.get<TallyRow>("SELECT through, fed_after FROM monitor_tally");
  return row ?? { through: 0, fed_after: 0 };
}

function cellOf(record: CountedRecord): CellKey {
  return [
    hourOf(record.recordedAtMs),
    record.kind,
    record.move,
    record.status,
    record.priority,
    record.outcomeClass,
    record.alertMove,
    record.alertKind,
    record.code,
    record.fromState,
    record.toState,
  ];
}

function count(
  counts: Map<string, { key: CellKey; records: number }>,
  key: CellKey | SpreadKey,
): void {
  const name = key.join(" ");
  const known = counts.get(name);
  if (known === undefined) counts.set(name, { key, records: 1 });
  else known.records += 1;
}

async function add(
  tx: Transaction,
  table: "monitor_cell" | "monitor_spread",
  columns: string,
  counts: Iterable<{ readonly key: CellKey; readonly records: number }>,
): Promise<void> {
  for (const { key, records } of counts) {
    const places = key.map(() => "?").join(", ");
    await tx.write(
      `INSERT INTO ${table} (${columns}, records) VALUES (${places}, ?)
       ON CONFLICT (${columns}) DO UPDATE SET records = ${table}.records + excluded.records`,
      ...key,
      records,
    );
  }
}
