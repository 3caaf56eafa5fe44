import type { MailFailure } from "#mail";
import { type SqlRow, type Transaction, WATCH_LIMITS } from "#runtime";
import { newestNotice, noticesBetween } from "./notice-record.ts";
import type { NumberedNotice } from "./notice-text.ts";

/** How far a mail is (TP-WATCH-9). */
export type MailState =
  | "WAITING"
  | "SENT"
  /** The mail server will not take it, or nobody took it for too long. */
  | "FAILED"
  /** Its address is not in the configuration any more, or nothing of it may be told any more. */
  | "DROPPED";

/** A mail as it is listed. */
export interface MailRecord {
  readonly mail: number;
  readonly address: string;
  /** It tells the notices after the first number up to the second, as far as they are there. */
  readonly after: number;
  readonly upto: number;
  readonly madeAtMs: number;
  readonly state: MailState;
  readonly attempts: number;
  readonly nextAttemptAtMs: number;
  readonly failure: MailFailure | "";
  readonly detail: string;
  readonly endedAtMs: number | undefined;
}

/** A mail that is due, with what it tells. */
export interface DueMail {
  readonly mail: number;
  readonly madeAtMs: number;
  readonly notices: readonly NumberedNotice[];
  /** Notices it stands for; `notices` has the first of them. */
  readonly total: number;
}

interface MailRow extends SqlRow {
  mail: number;
  address: string;
  after: number;
  upto: number;
  made_at: number;
  state: string;
  attempts: number;
  next_attempt_at: number;
  failure: string;
  detail: string;
  ended_at: number | null;
}

/** Sets who is told: a new address is told what comes from now on, one that is gone nothing. */
export async function mailAddresses(
  tx: Transaction,
  { addresses, nowMs }: { readonly addresses: readonly string[]; readonly nowMs: number },
): Promise<void> {
  const newest = await newestNotice(tx);
  const rows = await tx.all<SqlRow & { address: string }>("SELECT address FROM watch_address");
  const known = rows.map(({ address }) => address);
  for (const address of known.filter((one) => !addresses.includes(one))) {
    await tx.run("DELETE FROM watch_address WHERE address = ?", address);
    await tx.run(
      `UPDATE watch_mail SET state = 'DROPPED', ended_at = ?
       WHERE address = ? AND state = 'WAITING'`,
      nowMs,
      address,
    );
  }
  for (const address of addresses.filter((one) => !known.includes(one))) {
    await tx.run("INSERT INTO watch_address (address, told_to) VALUES (?, ?)", address, newest);
  }
}

/**
 * The mail that is due at an address, or null: the one that waits, or else a new one of all that
 * waits to be told (TP-WATCH-7).
 */
export async function mailDue(
  tx: Transaction,
  { address, nowMs }: { readonly address: string; readonly nowMs: number },
): Promise<DueMail | null> {
  const waiting = await tx.get<MailRow>(
    "SELECT * FROM watch_mail WHERE address = ? AND state = 'WAITING'",
    address,
  );
  const row = waiting ?? (await newMail(tx, address, nowMs));
  if (row === undefined) return null;
  const { after, mail, made_at: madeAtMs, next_attempt_at: dueAtMs, upto } = row;
  // Further ahead than the longest wait: the clock was set back.
  const isDue = dueAtMs <= nowMs || dueAtMs > nowMs + WATCH_LIMITS.mailRetryMaxMs;
  if (!isDue) return null;
  const notices = await noticesBetween(tx, { after, upto, limit: WATCH_LIMITS.mailNoticesMax });
  if (notices.length > 0) {
    return { mail, madeAtMs, notices, total: await countNotices(tx, after, upto) };
  }
  await endMail(tx, { mail, state: "DROPPED", nowMs });
  return null;
}

async function newMail(
  tx: Transaction,
  address: string,
  nowMs: number,
): Promise<MailRow | undefined> {
  const told = await tx.get<SqlRow & { told_to: number }>(
    "SELECT told_to FROM watch_address WHERE address = ?",
    address,
  );
  const upto = await newestNotice(tx);
  const after = told?.told_to ?? upto;
  if (after >= upto) return undefined;
  await tx.run("UPDATE watch_address SET told_to = ? WHERE address = ?", upto, address);
  if ((await countNotices(tx, after, upto)) === 0) return undefined;
  const row = await tx.get<MailRow>(
    `INSERT INTO watch_mail (address, after, upto, made_at, state, attempts, next_attempt_at,
       failure, detail, ended_at) VALUES (?, ?, ?, ?, 'WAITING', 0, ?, '', '', NULL) RETURNING *`,
    ...[address, after, upto, nowMs, nowMs],
  );
  await tx.run(
    `DELETE FROM watch_mail WHERE state <> 'WAITING'
       AND mail <= (SELECT max(mail) FROM watch_mail) - ?`,
    WATCH_LIMITS.mailsMax,
  );
  return row;
}

async function countNotices(tx: Transaction, after: number, upto: number): Promise<number> {
  const row = await tx.get<SqlRow & { count: number }>(
    `SELECT count(*) AS count FROM watch_notice
     WHERE number > ? AND number <= ? AND withdrawn = 0`,
    after,
    upto,
  );
  return row?.count ?? 0;
}

/** What became of an attempt. */
export interface MailAttempt {
  readonly mail: number;
  readonly nowMs: number;
  /** Null: it was sent. */
  readonly failure: MailFailure | null;
  readonly detail: string;
}

/** Notes an attempt, and when the next one is; gives how the mail stands (TP-WATCH-9). */
export async function mailAttempted(tx: Transaction, args: MailAttempt): Promise<MailState> {
  const { detail, failure, mail, nowMs } = args;
  const row = await tx.get<MailRow>("SELECT * FROM watch_mail WHERE mail = ?", mail);
  if (row?.state !== "WAITING") return (row?.state ?? "DROPPED") as MailState;
  const attempts = row.attempts + 1;
  await tx.run(
    `UPDATE watch_mail SET attempts = ?, failure = ?, detail = ?, next_attempt_at = ?
     WHERE mail = ?`,
    ...[attempts, failure ?? "", failure === null ? "" : detail, nowMs + retryWaitMs(attempts)],
    mail,
  );
  const isOver = nowMs - row.made_at >= WATCH_LIMITS.mailGiveUpMs;
  if (failure === null) return await endMail(tx, { mail, state: "SENT", nowMs });
  if (failure === "REFUSED" || isOver) return await endMail(tx, { mail, state: "FAILED", nowMs });
  return "WAITING";
}

/** Wait before the attempt after this one. */
function retryWaitMs(attempt: number): number {
  const { mailRetryFirstMs, mailRetryMaxMs } = WATCH_LIMITS;
  return Math.min(mailRetryFirstMs * 2 ** Math.min(attempt - 1, 30), mailRetryMaxMs);
}

async function endMail(
  tx: Transaction,
  {
    mail,
    nowMs,
    state,
  }: { readonly mail: number; readonly state: MailState; readonly nowMs: number },
): Promise<MailState> {
  await tx.run("UPDATE watch_mail SET state = ?, ended_at = ? WHERE mail = ?", state, nowMs, mail);
  return state;
}

/** Mails before a number, the newest first; null begins with the newest. */
export async function watchMails(
  tx: Transaction,
  { before, limit }: { readonly before: number | null; readonly limit: number },
): Promise<MailRecord[]> {
  const rows = await tx.all<MailRow>(
    "SELECT * FROM watch_mail WHERE mail < ? ORDER BY mail DESC LIMIT ?",
    before ?? Number.MAX_SAFE_INTEGER,
    limit,
  );
  return rows.map(mailIn);
}

function mailIn(row: MailRow): MailRecord {
  const { address, after, attempts, detail, mail, upto } = row;
  return {
    ...{ address, after, attempts, detail, mail, upto },
    madeAtMs: row.made_at,
    state: row.state as MailState,
    nextAttemptAtMs: row.next_attempt_at,
    failure: row.failure as MailRecord["failure"],
    endedAtMs: row.ended_at ?? undefined,
  };
}

/** How many notices stand, and how mails are, for gauges and the summary. */
export interface WatchGlance {
  readonly standing: Readonly<Record<string, number>>;
  readonly mails: Readonly<Record<string, number>>;
  /** Why the mails that wait were not taken, each once. */
  readonly failures: readonly MailFailure[];
  readonly lookedAtMs: number | undefined;
}

/** Counts what stands by rule, and mails by state. */
export async function watchGlance(tx: Transaction, _args: unknown): Promise<WatchGlance> {
  const [standing, mails, failures, looked] = await Promise.all([
    tx.all<SqlRow & { rule: string; count: number }>(
      "SELECT rule, count(*) AS count FROM watch_standing GROUP BY rule ORDER BY rule",
    ),
    tx.all<SqlRow & { state: string; count: number }>(
      "SELECT state, count(*) AS count FROM watch_mail GROUP BY state ORDER BY state",
    ),
    tx.all<SqlRow & { failure: string }>(
      `SELECT DISTINCT failure FROM watch_mail WHERE state = 'WAITING' AND failure <> ''
       ORDER BY failure`,
    ),
    tx.get<SqlRow & { looked_at: number }>("SELECT looked_at FROM watch_progress"),
  ]);
  return {
    standing: Object.fromEntries(standing.map(({ count, rule }) => [rule, count])),
    mails: Object.fromEntries(mails.map(({ count, state }) => [state, count])),
    failures: failures.map(({ failure }) => failure as MailFailure),
    lookedAtMs: looked?.looked_at,
  };
}
