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
import { noteReleased, readReleased } from "./read-released.ts";
import { watchRound } from "./round.ts";
import type { WatchRule } from "./rules.ts";

/** What a look is made with. */
export interface LookArgs {
  readonly rules: readonly WatchRule[];
  /** States whose events the register lets it see by consent now. */
  readonly named: readonly string[];
  /** States whose volumes it lets it see, as releases tell them. */
  readonly namedInReleases: readonly string[];
  readonly nowMs: number;
  readonly reminderDays: number;
  /** Looks even where nothing came since the look before, as at a start. */
  readonly isFirst: boolean;
}

interface Progress extends SqlRow {
  started_on: number;
  looked_on: number | null;
  released_on: number | null;
  released_number: number;
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
  const named = await nameStates(tx, [...args.named, ...args.namedInReleases], today);
  const progress = await progressOf(tx, today);
  const feedNumber = await newestFeedNumber(tx);
  const isIdle =
    feedNumber === progress.feed_number &&
    Math.floor(nowMs / HOUR_MS) === Math.floor(progress.looked_at / HOUR_MS);
  if (isIdle && !isFirst && !named.isChanged) return 0;
  await noteHeard(tx, progress.heard_on);
  await noteReleased(tx, progress.released_number);
  const startedOn = progress.started_on;
  const isFed = ([state]: [string, number]): boolean => args.named.includes(state);
  const since = [...named.since];
  const ofEvents = new Map(since.filter(isFed));
  const ofReleases = new Map(since.filter((one) => !isFed(one)));
  const readings = await readReadings(tx, { nowMs, startedOn, named: ofEvents });
  const released = await readReleased(tx, { nowMs, startedOn, named: ofReleases });
  const before = await standingRows(tx);
  const times = {
    ...{ nowMs, reminderDays, lookedOn: progress.looked_on ?? undefined },
    releasedOn: progress.released_on ?? undefined,
  };
  const round = watchRound(rules, { before, readings, released }, times);
  await writeStanding(tx, before, round.standing);
  for (const notice of round.notices) {
    await addNotice(tx, notice);
    const change = { kind: "watch.noticed", code: notice.name, state: notice.kind } as const;
    await tellChange(tx, { ...change, actor: EXCHANGE_ACTOR, nowMs });
  }
  if (round.notices.length > 0) await forgetOldNotices(tx);
  await tx.run(
    `UPDATE watch_progress SET looked_on = ?, released_on = ?, heard_on = ?, released_number = ?,
       feed_number = ?, looked_at = ?`,
    round.lookedOn ?? null,
    round.releasedOn ?? null,
    // Records of the day that is not over may still come.
    Math.max(progress.heard_on, (readings.fedOn ?? 0) - 1),
    feedNumber,
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
    await tx.run("DELETE FROM watch_released WHERE state = ?", state);
  }
  for (const state of new Set(named.filter((one) => !since.has(one)))) {
    since.set(state, today);
    isChanged = true;
    await tx.run("INSERT INTO watch_named (state, since) VALUES (?, ?)", state, today);
  }
  return { since, isChanged };
}

async function progressOf(tx: Transaction, today: number): Promise<Progress> {
  const found = await tx.get<Progress>("SELECT * FROM watch_progress");
  if (found !== undefined) return found;
  const first = {
    ...{ started_on: today, looked_on: null, heard_on: 0, feed_number: -1, looked_at: 0 },
    ...{ released_on: null, released_number: 0 },
  };
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
