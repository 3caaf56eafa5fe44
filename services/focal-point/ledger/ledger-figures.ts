import type { SqlRow, Transaction } from "#runtime";
import {
  type CountedLedger,
  countLedger,
  type MarkingStatus,
  type ReportedArms,
} from "#statistics";
import { type EventFigures, eventFigures } from "./event-figures.ts";
import { LIVE } from "./live-reports.ts";
import { type LedgerStatementFacts, statementOf } from "./statement-record.ts";

/** Nothing made after 1899 is an antique, and no antique is an arm (domain notes 5.1). */
const ANTIQUE_BEFORE = 1900;
const DAY_MS = 86_400_000;
/** Values in one question to the store. */
const CHUNK = 500;

/** What a year has come to as of a day. */
export interface LedgerFigures extends CountedLedger {
  readonly year: number;
  /** YYYY-MM-DD. */
  readonly asOf: string;
  readonly monthsReported: readonly number[];
  /** Cases by letter of the year, and what was said of other channels. */
  readonly offExchangeTraces: number;
  readonly methodNote: string;
  readonly national: NonNullable<LedgerStatementFacts["national"]>;
  /** Pairs of arms that may be one, and of which nobody has decided: both are counted. */
  readonly doublesOpen: number;
  /** Arms made before 1900, which are not counted. */
  readonly antiques: number;
  /** Never counted with arms. */
  readonly parts: number;
  readonly rounds: number;
  readonly kilograms: number;
  /** What the reports say of events: of the State, and in no message. */
  readonly events: EventFigures;
}

/** Which year, and what was known by when. */
export interface LedgerQuestion {
  readonly year: number;
  readonly asOf: string;
}

interface ArmRow extends SqlRow {
  position: number;
  seized_on: string;
  recovery: ReportedArms["recovered"];
  type: string;
  marking: MarkingStatus;
  made_in_year: number | null;
  quantity: number;
}

/**
 * The ledger of a year as of the end of a day, from what was entered by then (TP-LEDG-7): an
 * earlier day gives what it gave then, whatever was entered, decided or withdrawn since.
 */
export async function ledgerFigures(
  tx: Transaction,
  { asOf, year }: LedgerQuestion,
): Promise<LedgerFigures> {
  const beforeMs = Date.parse(asOf) + DAY_MS;
  const groups = await joinedArms(tx, beforeMs);
  const inYear = await armsOf(tx, year, beforeMs);
  const here = new Set(inYear.map(({ position }) => position));
  const elsewhere = [...groups.keys()].filter((position) => !here.has(position));
  const all = [...inYear, ...(await armsAt(tx, elsewhere, beforeMs))];
  const arms = all.filter(({ made_in_year: made }) => made === null || made >= ANTIQUE_BEFORE);
  const origins = await originsAt(
    tx,
    all.map(({ position }) => position),
    beforeMs,
  );
  const counted = countLedger(
    arms.map((row) => reportedOf(row, groups, origins)),
    year,
    asOf,
  );
  const statement = await statementOf(tx, { year, beforeMs });
  const months = await monthsOf(tx, year, beforeMs);
  const { methodNote = "", monthsReported = [], national = [], otherTraces = 0 } = statement;
  return {
    ...counted,
    year,
    asOf,
    monthsReported: [...new Set([...months, ...monthsReported])]
      .filter((month) => `${year}-${String(month).padStart(2, "0")}` <= asOf.slice(0, 7))
      .toSorted((a, b) => a - b),
    offExchangeTraces: otherTraces + (await lettersOf(tx, year, beforeMs)),
    methodNote,
    national,
    doublesOpen: await doublesOpen(tx, year, beforeMs),
    antiques: inYear
      .filter(({ made_in_year: made }) => made !== null && made < ANTIQUE_BEFORE)
      .reduce((sum, { quantity }) => sum + quantity, 0),
    ...(await othersOf(tx, year, beforeMs)),
    events: await eventFigures(tx, year, beforeMs),
  };
}

type Origin = { readonly by: ReportedArms["establishedBy"]; readonly on: string };

function reportedOf(
  row: ArmRow,
  groups: ReadonlyMap<number, number>,
  origins: ReadonlyMap<number, Origin>,
): ReportedArms {
  const origin = origins.get(row.position);
  return {
    id: String(groups.get(row.position) ?? row.position),
    recovered: row.recovery,
    recoveredOn: row.seized_on,
    type: row.type,
    marking: row.marking,
    pieces: row.quantity,
    establishedBy: origin?.by ?? null,
    establishedOn: origin?.on ?? null,
  };
}

const ARMS_SQL = `SELECT item.position, report.seized_on, report.recovery, item.type, item.marking,
    item.made_in_year, item.quantity
  FROM seizure_report AS report JOIN seizure_item AS item ON item.report = report.position
  WHERE ${LIVE} AND item.entered_at < ? AND item.kind = 'ARM'`;

async function armsOf(tx: Transaction, year: number, beforeMs: number): Promise<ArmRow[]> {
  return await tx.all<ArmRow>(
    `${ARMS_SQL} AND report.seized_on BETWEEN ? AND ? ORDER BY item.position`,
    beforeMs,
    beforeMs,
    beforeMs,
    `${year}-01-01`,
    `${year}-12-31`,
  );
}

async function armsAt(tx: Transaction, items: readonly number[], beforeMs: number) {
  return await inChunks(items, (some) =>
    tx.all<ArmRow>(
      `${ARMS_SQL} AND item.position IN (${placesFor(some)})`,
      beforeMs,
      beforeMs,
      beforeMs,
      ...some,
    ),
  );
}

/** The first of the reports of one arm, by each of them; of arms that were joined alone. */
async function joinedArms(tx: Transaction, beforeMs: number): Promise<Map<number, number>> {
  const pairs = await tx.all<{ first: number; second: number }>(
    `SELECT pair.first, pair.second FROM seizure_double_decision AS said
     JOIN seizure_double AS pair ON pair.position = said.double_position
     WHERE said.decision = 'SAME' AND said.position IN (
       SELECT max(position) FROM seizure_double_decision WHERE at < ? GROUP BY double_position)`,
    beforeMs,
  );
  const parent = new Map<number, number>();
  const rootOf = (item: number): number => {
    let root = item;
    for (let above = parent.get(root); above !== undefined; above = parent.get(root)) root = above;
    return root;
  };
  for (const { first, second } of pairs) {
    const [one, other] = [rootOf(first), rootOf(second)];
    if (one !== other) parent.set(Math.max(one, other), Math.min(one, other));
  }
  const items = new Set(pairs.flatMap(({ first, second }) => [first, second]));
  return new Map([...items].map((item) => [item, rootOf(item)]));
}

/** What establishes each item as of an instant: the entry of the earliest day. */
async function originsAt(
  tx: Transaction,
  items: readonly number[],
  beforeMs: number,
): Promise<Map<number, Origin>> {
  const rows = await inChunks(items, (some) =>
    tx.all<SqlRow & { item: number; established_by: Origin["by"]; known_on: string }>(
      `SELECT item, established_by, known_on FROM seizure_origin
       WHERE established = 1 AND position IN (
         SELECT max(position) FROM seizure_origin
         WHERE at < ? AND item IN (${placesFor(some)}) GROUP BY item, established_by, case_id)
       ORDER BY item, known_on, established_by DESC`,
      beforeMs,
      ...some,
    ),
  );
  const found = new Map<number, Origin>();
  for (const { established_by: by, item, known_on: on } of rows) {
    if (!found.has(item)) found.set(item, { by, on });
  }
  return found;
}

async function monthsOf(tx: Transaction, year: number, beforeMs: number): Promise<number[]> {
  const rows = await tx.all<{ month: string }>(
    `SELECT DISTINCT substr(seized_on, 6, 2) AS month FROM seizure_report AS report
     WHERE ${LIVE} AND seized_on BETWEEN ? AND ?`,
    beforeMs,
    beforeMs,
    `${year}-01-01`,
    `${year}-12-31`,
  );
  return rows.map(({ month }) => Number(month));
}

/** Requests by letter to States off the exchange that were opened in the year. */
async function lettersOf(tx: Transaction, year: number, beforeMs: number): Promise<number> {
  const row = await tx.get<{ count: number }>(
    `SELECT count(*) AS count FROM trace_case
     WHERE role = 'requesting' AND off_exchange = 1 AND state NOT IN ('DRAFT', 'DISCARDED')
       AND opened_at >= ? AND opened_at < ?`,
    Date.UTC(year, 0, 1),
    Math.min(Date.UTC(year + 1, 0, 1), beforeMs),
  );
  return row?.count ?? 0;
}

async function doublesOpen(tx: Transaction, year: number, beforeMs: number): Promise<number> {
  const row = await tx.get<{ count: number }>(
    `SELECT count(*) AS count FROM seizure_double AS pair
     JOIN seizure_item AS item ON item.position = pair.second
     JOIN seizure_report AS report ON report.position = item.report
     JOIN seizure_item AS before ON before.position = pair.first
     JOIN seizure_report AS earlier ON earlier.position = before.report
     WHERE pair.found_at < ? AND ${LIVE} AND report.seized_on BETWEEN ? AND ?
       AND (earlier.withdrawn_at IS NULL OR earlier.withdrawn_at >= ?)
       AND NOT EXISTS (SELECT 1 FROM seizure_double_decision
         WHERE double_position = pair.position AND at < ?)`,
    beforeMs,
    beforeMs,
    beforeMs,
    `${year}-01-01`,
    `${year}-12-31`,
    beforeMs,
    beforeMs,
  );
  return row?.count ?? 0;
}

/** Parts and ammunition of the year: told beside the ledger, and in no figure of it. */
async function othersOf(tx: Transaction, year: number, beforeMs: number) {
  const rows = await tx.all<{ unit: string; sum: number }>(
    `SELECT item.unit, sum(item.quantity) AS sum
     FROM seizure_report AS report JOIN seizure_item AS item ON item.report = report.position
     WHERE ${LIVE} AND item.entered_at < ? AND item.kind <> 'ARM'
       AND report.seized_on BETWEEN ? AND ?
     GROUP BY item.unit`,
    beforeMs,
    beforeMs,
    beforeMs,
    `${year}-01-01`,
    `${year}-12-31`,
  );
  const sumOf = (unit: string): number => rows.find((row) => row.unit === unit)?.sum ?? 0;
  return { parts: sumOf("PIECES"), rounds: sumOf("ROUNDS"), kilograms: sumOf("KILOGRAMS") };
}

const placesFor = (values: readonly unknown[]): string => values.map(() => "?").join(", ");

async function inChunks<T>(
  values: readonly number[],
  ask: (some: readonly number[]) => Promise<T[]>,
): Promise<T[]> {
  const found: T[] = [];
  for (let at = 0; at < values.length; at += CHUNK) {
    found.push(...(await ask(values.slice(at, at + CHUNK))));
  }
  return found;
}
