import {
  DEFAULT_TARGETS,
  type PriorityName,
  type ReplyTargets,
  type WorkingCalendar,
} from "#casework";
import type { SqlRow, Transaction } from "#runtime";

/** A calendar as kept. */
export interface StoredCalendar extends WorkingCalendar {
  /** ISO 3166-1 alpha-2. */
  readonly state: string;
  readonly actor: string;
  readonly updatedAtMs: number;
}

/** For whom a target is; an empty State stands for every one. */
export interface TargetKey {
  readonly requesting: string;
  readonly requested: string;
  readonly priority: PriorityName;
}

/** Targets as kept. */
export interface StoredTargets extends TargetKey, ReplyTargets {
  readonly actor: string;
  readonly updatedAtMs: number;
}

/** Everything that was set. */
export interface ClockSettings {
  readonly calendars: readonly StoredCalendar[];
  readonly targets: readonly StoredTargets[];
}

interface CalendarRow extends SqlRow {
  state: string;
  calendar: string;
  actor: string;
  updated_at: number;
}

interface TargetRow extends SqlRow {
  requesting: string;
  requested: string;
  priority: PriorityName;
  targets: string;
  actor: string;
  updated_at: number;
}

/** Rows of settings at most: two hundred States, and pairs that agreed on something. */
const SETTINGS_MAX = 2_000;

/** Reads everything that was set. */
export async function clockSettings(tx: Transaction, _args: unknown): Promise<ClockSettings> {
  const calendars = await tx.all<CalendarRow>(
    "SELECT * FROM clock_calendar ORDER BY state LIMIT ?",
    SETTINGS_MAX,
  );
  const targets = await tx.all<TargetRow>(
    "SELECT * FROM clock_target ORDER BY requesting, requested, priority LIMIT ?",
    SETTINGS_MAX,
  );
  return {
    calendars: calendars.map((row) => ({
      state: row.state,
      ...(JSON.parse(row.calendar) as WorkingCalendar),
      actor: row.actor,
      updatedAtMs: row.updated_at,
    })),
    targets: targets.map(targetsOf),
  };
}

function targetsOf(row: TargetRow): StoredTargets {
  const { requesting, requested, priority, actor } = row;
  const targets = JSON.parse(row.targets) as ReplyTargets;
  return { requesting, requested, priority, ...targets, actor, updatedAtMs: row.updated_at };
}

/** Who changes a setting, and when. */
interface Act {
  /** User id. */
  readonly actor: string;
  readonly nowMs: number;
}

/** Sets a State's calendar; null takes it away. Open cases are reckoned again (TP-CLOCK-9). */
export async function setCalendar(
  tx: Transaction,
  args: Act & { readonly state: string; readonly calendar: WorkingCalendar | null },
): Promise<void> {
  const { state, calendar, actor, nowMs } = args;
  if (calendar === null) await tx.run("DELETE FROM clock_calendar WHERE state = ?", state);
  else {
    await tx.run(
      "INSERT OR REPLACE INTO clock_calendar VALUES (?, ?, ?, ?)",
      state,
      JSON.stringify(calendar),
      actor,
      nowMs,
    );
  }
  await unsettleOpen(tx);
}

/** Sets targets; null takes them away. Open cases are reckoned again (TP-CLOCK-9). */
export async function setTargets(
  tx: Transaction,
  args: Act & TargetKey & { readonly targets: ReplyTargets | null },
): Promise<void> {
  const { requesting, requested, priority, targets, actor, nowMs } = args;
  const key = [requesting, requested, priority];
  if (targets === null) {
    await tx.run(
      "DELETE FROM clock_target WHERE requesting = ? AND requested = ? AND priority = ?",
      ...key,
    );
  } else {
    await tx.run(
      "INSERT OR REPLACE INTO clock_target VALUES (?, ?, ?, ?, ?, ?)",
      ...key,
      JSON.stringify(targets),
      actor,
      nowMs,
    );
  }
  await unsettleOpen(tx);
}

async function unsettleOpen(tx: Transaction): Promise<void> {
  await tx.run("UPDATE trace_clock SET settled = 0 WHERE phase IN ('RUNNING', 'STOPPED')");
}

/** The calendar of a State; undefined for one that told none. */
export async function calendarOf(
  tx: Transaction,
  state: string,
): Promise<WorkingCalendar | undefined> {
  const row = await tx.get<CalendarRow>("SELECT * FROM clock_calendar WHERE state = ?", state);
  return row === undefined ? undefined : (JSON.parse(row.calendar) as WorkingCalendar);
}

/** The targets that hold for a case: the closest that was set, else those of the product. */
export async function targetsFor(tx: Transaction, key: TargetKey): Promise<ReplyTargets> {
  const { requesting, requested, priority } = key;
  const row = await tx.get<TargetRow>(
    `SELECT * FROM clock_target WHERE requesting IN (?, '') AND requested IN (?, '')
       AND priority = ? ORDER BY requested = '', requesting = '' LIMIT 1`,
    requesting,
    requested,
    priority,
  );
  return row === undefined ? DEFAULT_TARGETS[priority] : (JSON.parse(row.targets) as ReplyTargets);
}
