import { CHECK_LIMITS, type SqlRow, type Transaction } from "#runtime";
import { sweepExpired } from "./note-alert.ts";

/** A request for checks, as it is remembered: who asked what, and what was found (TP-CHECK-8). */
export interface CheckRecord {
  readonly checkId: number;
  readonly atMs: number;
  readonly actor: string;
  readonly questions: number;
  /** Questions with a possible match. */
  readonly possible: number;
  /** SHA-256 over the questions. */
  readonly digest: Uint8Array;
  /** The first questions, as JSON. */
  readonly asked: string;
  /** Questions with a possible match and the alerts found, as JSON. */
  readonly found: string;
}

/** Remembers a request for checks; the oldest give way. Expired alerts are taken out with it. */
export async function noteCheck(
  tx: Transaction,
  check: Omit<CheckRecord, "checkId">,
): Promise<void> {
  const { actor, asked, atMs, digest, found, possible, questions } = check;
  await tx.run(
    `INSERT INTO alert_check (at, actor, questions, possible, digest, asked, found)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    atMs,
    actor,
    questions,
    possible,
    digest,
    asked,
    found,
  );
  await tx.run(
    "DELETE FROM alert_check WHERE check_id <= (SELECT max(check_id) FROM alert_check) - ?",
    CHECK_LIMITS.checksKeptMax,
  );
  await sweepExpired(tx, { nowMs: atMs });
}

interface CheckRow extends SqlRow {
  check_id: number;
  at: number;
  actor: string;
  questions: number;
  possible: number;
  digest: Uint8Array;
  asked: string;
  found: string;
}

/** Requests for checks, the newest first, before a number; 0 begins with the newest. */
export async function listChecks(
  tx: Transaction,
  args: { readonly before: number; readonly limit: number },
): Promise<CheckRecord[]> {
  const rows = await tx.all<CheckRow>(
    `SELECT * FROM alert_check WHERE check_id < ? ORDER BY check_id DESC LIMIT ?`,
    args.before === 0 ? Number.MAX_SAFE_INTEGER : args.before,
    args.limit,
  );
  return rows.map(({ at, check_id: checkId, ...rest }) => ({ ...rest, checkId, atMs: at }));
}
