import type { SqlRow, SqlValue, Transaction } from "#runtime";
import type { Finding, FindingAbout, FindingUnit } from "./evaluate.ts";
import type { NumberedNotice } from "./notice-text.ts";
import type { RuleKind } from "./rules.ts";
import type { Notice, NoticeKind, Standing } from "./standing.ts";

interface FoundRow extends SqlRow {
  name: string;
  subject: string;
  rule: string;
  about: string;
  value: number | null;
  threshold: number | null;
  unit: string;
  since: number;
  detail: string;
  first_seen_at: number;
}

interface StandingRow extends FoundRow {
  told_at: number;
}

interface NoticeRow extends FoundRow {
  number: number;
  at: number;
  kind: string;
}

const FOUND = "name, subject, rule, about, value, threshold, unit, since, detail, first_seen_at";

/** What stands, in the order of the rules' names. */
export async function standingRows(tx: Transaction): Promise<Standing[]> {
  const rows = await tx.all<StandingRow>("SELECT * FROM watch_standing ORDER BY name, subject");
  return rows.map((row) => ({
    ...foundIn(row),
    firstSeenMs: row.first_seen_at,
    toldMs: row.told_at,
  }));
}

/** Puts what stands in the place of what stood. */
export async function writeStanding(
  tx: Transaction,
  before: readonly Standing[],
  standing: readonly Standing[],
): Promise<void> {
  const there = new Set(standing.map(({ name, subject }) => `${name}\n${subject}`));
  for (const { name, subject } of before) {
    if (there.has(`${name}\n${subject}`)) continue;
    await tx.run("DELETE FROM watch_standing WHERE name = ? AND subject = ?", name, subject);
  }
  for (const one of standing) {
    await tx.run(
      `INSERT INTO watch_standing (${FOUND}, told_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (name, subject) DO UPDATE SET value = excluded.value, detail = excluded.detail,
         told_at = excluded.told_at`,
      ...foundValues(one),
      one.firstSeenMs,
      one.toldMs,
    );
  }
}

/** Adds a notice; it gets the next number. */
export async function addNotice(tx: Transaction, notice: Notice): Promise<void> {
  await tx.run(
    `INSERT INTO watch_notice (${FOUND}, at, kind, withdrawn)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`,
    ...foundValues(notice),
    notice.firstSeenMs,
    notice.atMs,
    notice.kind,
  );
}

/** Makes notices about a State nobody's: without its consent it is named nowhere (TP-WATCH-8). */
export async function withdrawNotices(tx: Transaction, state: string): Promise<void> {
  await tx.run(
    "UPDATE watch_notice SET withdrawn = 1, subject = '' WHERE about = 'STATE' AND subject = ?",
    state,
  );
}

/** Notices after a number up to another one, the oldest first. */
export async function noticesBetween(
  tx: Transaction,
  { after, limit, upto }: { readonly after: number; readonly upto: number; readonly limit: number },
): Promise<NumberedNotice[]> {
  const rows = await tx.all<NoticeRow>(
    `SELECT * FROM watch_notice WHERE number > ? AND number <= ? AND withdrawn = 0
     ORDER BY number LIMIT ?`,
    after,
    upto,
    limit,
  );
  return rows.map(noticeIn);
}

/** Notices before a number, the newest first. */
export async function noticesBefore(
  tx: Transaction,
  { before, limit }: { readonly before: number; readonly limit: number },
): Promise<NumberedNotice[]> {
  const rows = await tx.all<NoticeRow>(
    `SELECT * FROM watch_notice WHERE number < ? AND withdrawn = 0
     ORDER BY number DESC LIMIT ?`,
    before,
    limit,
  );
  return rows.map(noticeIn);
}

/** The newest number, withdrawn ones included; 0 before the first. */
export async function newestNotice(tx: Transaction): Promise<number> {
  const row = await tx.get<SqlRow & { newest: number | null }>(
    "SELECT max(number) AS newest FROM watch_notice",
  );
  return row?.newest ?? 0;
}

function foundValues(one: Omit<Finding, "side">): SqlValue[] {
  const { about, detail, name, rule, since, subject, threshold, unit, value } = one;
  return [name, subject, rule, about, value, threshold, unit, since, detail];
}

function foundIn(row: FoundRow): Omit<Finding, "side"> {
  const { detail, name, since, subject, threshold, value } = row;
  return {
    ...{ detail, name, since, subject, threshold, value },
    rule: row.rule as RuleKind,
    about: row.about as FindingAbout,
    unit: row.unit as FindingUnit,
  };
}

function noticeIn(row: NoticeRow): NumberedNotice {
  const { at, first_seen_at: firstSeenMs, kind, number } = row;
  return { ...foundIn(row), number, kind: kind as NoticeKind, atMs: at, firstSeenMs };
}
