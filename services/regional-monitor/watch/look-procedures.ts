import { tellChange } from "#feed";
import { type SqlRow, type Transaction, WATCH_LIMITS } from "#runtime";
import { dayOf } from "#statistics";
import { EXCHANGE_ACTOR } from "#users";

import {
  addNotice,
  newestNotice,
  noticesBefore,
  standingRows,
  withdrawNotices,
  writeStanding,
} from "./notice-record.ts";
import { noteHeard, readReadings } from "./read-readings.ts";
import { watchRound } from "./round.ts";
import type { WatchRule } from "./rules.ts";

/** What a look is made with. */
export interface LookArgs {
  readonly rules: readonly WatchRule[];
  /** States that the register names by consent now. */
  readonly named: readonly string[];
  readonly nowMs: number;
  readonly reminderDays: number;
  /** Looks even where nothing came since the look before, as at a start. */
  readonly isFirst: boolean;
}

interface Progress extends SqlRow {
  started_on: number;
  looked_on: number | null;
  heard_on: number;
  feed_number: number;
  looked_at: number;
}

const HOUR_MS = 3_600_000;

/**
 * Looks at everything once: what is read, found, noted and told is one transaction (TP-WATCH-6).
 * Where nothing came and no hour has passed, nothing is looked at. Gives how many notices it made.
 */
export async function watchLook(tx: Transaction, args: LookArgs): Promise<number> {
  const { isFirst, nowMs, reminderDays, rules } = args;
  const today = dayOf(nowMs);
  const named = await nameStates(tx, args.named, today);
  const progress = await progressOf(tx, today);
  const feedNumber = await newestFeedNumber(tx);
  const isIdle =
    feedNumber === progress.feed_number &&
    Math.floor(nowMs / HOUR_MS) === Math.floor(progress.looked_at / HOUR_MS);
  if (isIdle && !isFirst && !named.isChanged) return 0;
  await noteHeard(tx, progress.heard_on);
  const startedOn = progress.started_on;
  const readings = await readReadings(tx, { nowMs, startedOn, named: named.since });
  const before = await standingRows(tx);
  const lookedOn = progress.looked_on ?? undefined;
  const round = watchRound(rules, { before, readings }, { nowMs, reminderDays, lookedOn });
  await writeStanding(tx, before, round.standing);
  for (const notice of round.notices) {
    await addNotice(tx, notice);
    const change = { kind: "watch.noticed", code: notice.name, state: notice.kind } as const;
    await tellChange(tx, { ...change, actor: EXCHANGE_ACTOR, nowMs });
  }
  if (round.notices.length > 0) await forgetOldNotices(tx);
  await tx.run(
    `UPDATE watch_progress SET looked_on = ?, heard_on = ?, feed_number = ?, looked_at = ?`,
    round.lookedOn ?? null,
    // Records of the day that is not over may still come.
    Math.max(progress.heard_on, (readings.fedOn ?? 0) - 1),
    feedNumber,
    nowMs,
  );
  return round.notices.length;
}

/** Since when each State is named; what was told of one that is not named any more is withdrawn. */
async function nameStates(
  tx: Transaction,
  named: readonly string[],
  today: number,
): Promise<{ readonly since: ReadonlyMap<string, number>; readonly isChanged: boolean }> {
  const rows = await tx.all<SqlRow & { state: string; since: number }>("SELECT * FROM watch_named");
  const since = new Map(rows.map(({ since: day, state }) => [state, day]));
  let isChanged = false;
  for (const state of [...since.keys()].filter((one) => !named.includes(one))) {
    since.delete(state);
    isChanged = true;
    await withdrawNotices(tx, state);
    await tx.run("DELETE FROM watch_named WHERE state = ?", state);
    await tx.run("DELETE FROM watch_heard WHERE state = ?", state);
  }
  for (const state of named.filter((one) => !since.has(one))) {
    since.set(state, today);
    isChanged = true;
    await tx.run("INSERT INTO watch_named (state, since) VALUES (?, ?)", state, today);
  }
  return { since, isChanged };
}

async function progressOf(tx: Transaction, today: number): Promise<Progress> {
  const found = await tx.get<Progress>("SELECT * FROM watch_progress");
  if (found !== undefined) return found;
  const first = { started_on: today, looked_on: null, heard_on: 0, feed_number: -1, looked_at: 0 };
  await tx.run(
    `INSERT INTO watch_progress (only_row, started_on, looked_on, heard_on, feed_number, looked_at)
     VALUES (1, ?, NULL, 0, -1, 0)`,
    today,
  );
  return first;
}

async function newestFeedNumber(tx: Transaction): Promise<number> {
  const row = await tx.get<SqlRow & { newest: number | null }>(
    "SELECT max(number) AS newest FROM monitor_feed",
  );
  return row?.newest ?? 0;
}

async function forgetOldNotices(tx: Transaction): Promise<void> {
  const newest = await newestNotice(tx);
  await tx.run("DELETE FROM watch_notice WHERE number <= ?", newest - WATCH_LIMITS.noticesMax);
}

/** What stands now. */
export async function watchStanding(tx: Transaction, _args: unknown) {
  return await standingRows(tx);
}

/** Notices before a number, the newest first; null begins with the newest. */
export async function watchNotices(
  tx: Transaction,
  { before, limit }: { readonly before: number | null; readonly limit: number },
) {
  return await noticesBefore(tx, { before: before ?? Number.MAX_SAFE_INTEGER, limit });
}
