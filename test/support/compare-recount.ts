import { ExchangeStatus, PeriodLength } from "#proto";
import type { SqlRow, Transaction } from "#runtime";
import { CUTS, HOURS_CUTS } from "../../services/regional-monitor/ingest/cuts.ts";
import { HoursRecount, OpenRecount, RECOUNTED, Recount, readLine } from "./recount-year.ts";

/** The log of a made-up year: who consents to be named, and its lines, as often as one asks. */
export interface YearLog {
  readonly named: ReadonlySet<string>;
  lines(): AsyncIterable<string>;
}

/** What a comparison has looked at, and the first places that differ. */
export interface Compared {
  /** Sums, values of histograms and open requests that both have. */
  readonly places: number;
  readonly events: number;
  readonly differences: readonly string[];
}

const TOLD_MAX = 20;
const PAGE = 50_000;

/** Compares everything that a monitor has counted with a count of the log by itself. */
export async function compareRecount(tx: Transaction, log: YearLog): Promise<Compared> {
  const comparison = new Comparison();
  // What is counted by pairs of States is as much as all the rest, and has a reading of its own.
  const readings = Map.groupBy(RECOUNTED, (of) => (of.dimension === "TO" ? of.measure : ""));
  for (const some of readings.values()) {
    const recounts = some.map((of) => new Recount(of));
    await addAll(log, recounts);
    for (const { counts, of } of recounts) {
      const cut = CUTS.find((one) => one.measure === of.measure && one.dimension === of.dimension);
      const kept = keptSums(tx, cut?.id ?? 0);
      await comparison.add(`${of.measure} ${of.dimension}`, counts, kept);
    }
  }
  const [hours, open] = [new HoursRecount(), new OpenRecount()];
  const events = await addAll(log, [hours, open]);
  await comparison.add("HOURS", hours.counts, keptHours(tx));
  await comparison.add("OPEN", open.counts, keptOpen(tx));
  const row = await tx.get<SqlRow & { events: number }>(
    "SELECT count(*) AS events FROM monitor_event WHERE refusal = ''",
  );
  if (row?.events !== events) comparison.tell(`EVENTS ${row?.events} of ${events}`);
  return { events, places: comparison.places, differences: comparison.differences };
}

class Comparison {
  places = 0;
  readonly differences: string[] = [];

  tell(difference: string): void {
    if (this.differences.length < TOLD_MAX) this.differences.push(difference);
  }

  async add(
    what: string,
    counted: Map<string, number>,
    kept: AsyncIterable<readonly [name: string, value: number]>,
  ): Promise<void> {
    for await (const [name, value] of kept) {
      const found = counted.get(name);
      counted.delete(name);
      this.places += 1;
      if (found !== value) this.tell(`${what} ${name}: ${value}, recounted ${found ?? 0}`);
    }
    for (const [name, value] of counted) {
      if (value !== 0) this.tell(`${what} ${name}: none, recounted ${value}`);
    }
  }
}

/** Has everyone count every line that names a State; says how many there are. */
async function addAll(
  { lines, named }: YearLog,
  recounts: readonly { add(line: NonNullable<ReturnType<typeof readLine>>): void }[],
): Promise<number> {
  let counted = 0;
  for await (const text of lines()) {
    const line = readLine(text, named);
    if (line === undefined) continue;
    counted += 1;
    for (const recount of recounts) recount.add(line);
  }
  return counted;
}

interface KeptRow extends SqlRow {
  readonly status: number;
  readonly length: PeriodLength;
  readonly start: number;
  readonly state: string;
  readonly vintage: number;
}

interface SumRow extends KeptRow {
  readonly key: string;
  readonly value: number;
}

async function* keptSums(tx: Transaction, cut: number): AsyncGenerator<[string, number]> {
  const columns = "status, length, start, state, key, vintage";
  for (let after: SumRow | undefined; ; ) {
    const { key, length, start, state, status, vintage }: Partial<SumRow> = after ?? {};
    const rows: SumRow[] = await tx.all<SumRow>(
      `SELECT ${columns}, value FROM monitor_cell
       WHERE cut = ? AND (${columns}) > (?, ?, ?, ?, ?, ?) ORDER BY ${columns} LIMIT ?`,
      ...[cut, status ?? -1, length ?? -1, start ?? -1, state ?? "", key ?? "", vintage ?? -1],
      PAGE,
    );
    for (const row of rows) yield [`${placeOf(row)} ${row.key}`, row.value];
    after = rows.at(-1);
    if (rows.length < PAGE) return;
  }
}

async function* keptHours(tx: Transaction): AsyncGenerator<[string, number]> {
  for (const { id, measure } of HOURS_CUTS) {
    for (const status of Object.values(ExchangeStatus)) {
      const rows = await tx.all<KeptRow & { counts: Uint8Array }>(
        "SELECT * FROM monitor_histogram WHERE cut = ? AND status = ?",
        ...[id, status],
      );
      for (const row of rows) {
        const view = new DataView(row.counts.buffer, row.counts.byteOffset, row.counts.byteLength);
        for (let at = 0; at < view.byteLength; at += 8) {
          const name = `${measure} ${placeOf(row)} ${view.getUint32(at, true)}`;
          yield [name, view.getUint32(at + 4, true)];
        }
      }
    }
  }
}

async function* keptOpen(tx: Transaction): AsyncGenerator<[string, number]> {
  type OpenRow = SqlRow & { status: number; state: string; day: number };
  const open = await tx.all<OpenRow & { open: number }>(
    "SELECT status, state, day, open FROM monitor_open",
  );
  for (const row of open) {
    yield [`OPEN ${statuses.get(row.status)} ${row.state} ${row.day}`, row.open];
  }
  const changes = await tx.all<OpenRow & { month: number; change: number }>(
    "SELECT status, state, month, day, change FROM monitor_open_change WHERE change <> 0",
  );
  for (const row of changes) {
    const month = new Date(row.month * 3_600_000).toISOString().slice(0, 7);
    yield [`CHANGE ${statuses.get(row.status)} ${row.state} ${month} ${row.day}`, row.change];
  }
}

const statuses = namesOf(ExchangeStatus);
const lengths = namesOf(PeriodLength);
/** Characters of an instant that name a period. */
const PERIOD_CHARACTERS: Readonly<Record<number, number>> = {
  [PeriodLength.HOUR]: 13,
  [PeriodLength.DAY]: 10,
  [PeriodLength.MONTH]: 7,
  [PeriodLength.YEAR]: 4,
};

function placeOf({ length, start, state, status, vintage }: KeptRow): string {
  const instant = new Date(start * 3_600_000).toISOString();
  const period = instant.slice(0, PERIOD_CHARACTERS[length]);
  return `${statuses.get(status)} ${lengths.get(length)} ${period} ${state} ${vintage}`;
}

function namesOf(values: Readonly<Record<string, number>>): ReadonlyMap<number, string> {
  return new Map(Object.entries(values).map(([name, value]) => [value, name]));
}
