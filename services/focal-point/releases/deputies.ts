import { doOnce, type RepeatKey } from "#repeats";
import { RELEASE_LIMITS, type SqlRow, type Transaction } from "#runtime";
import { findUser } from "#users";

/** Somebody who may confirm for a time, whatever his role is. */
export interface Deputy {
  readonly deputyId: number;
  readonly userId: string;
  readonly validFromMs: number;
  readonly validUntilMs: number;
  readonly reason: string;
  readonly namedBy: string;
  readonly namedAtMs: number;
  /** Empty while nobody has ended it before its time. */
  readonly endedBy: string;
  readonly endedAtMs: number | null;
}

interface DeputyRow extends SqlRow {
  deputy_id: number;
  user_id: string;
  valid_from: number;
  valid_until: number;
  reason: string;
  named_by: string;
  named_at: number;
  ended_by: string;
  ended_at: number | null;
}

/** Whether a user is a deputy at a time (TP-ANS-5). */
export async function deputyAt(tx: Transaction, userId: string, nowMs: number): Promise<boolean> {
  const row = await tx.get(
    `SELECT 1 FROM release_deputy WHERE user_id = ? AND valid_until > ? AND valid_from <= ?
       AND ended_at IS NULL LIMIT 1`,
    userId,
    nowMs,
    nowMs,
  );
  return row !== undefined;
}

/** A deputy to name. */
export interface NewDeputy {
  readonly userId: string;
  readonly validFromMs: number;
  readonly validUntilMs: number;
  readonly reason: string;
  readonly actor: string;
  readonly nowMs: number;
}

/** What became of it. */
export type DeputyNamed =
  | { readonly type: "named"; readonly deputy: Deputy }
  /** There is no active person of this id. */
  | { readonly type: "unknown" }
  /** Nobody names himself. */
  | { readonly type: "oneself" }
  | { readonly type: "too-many" };

/** Names a deputy, once for each idempotency key (TP-ANS-5). Times are checked before. */
export async function nameDeputyOnce(
  tx: Transaction,
  args: NewDeputy & { readonly repeat: RepeatKey | undefined },
) {
  const { repeat, nowMs } = args;
  return await doOnce(tx, { repeat, made: "named", nowMs }, () => nameDeputy(tx, args));
}

async function nameDeputy(tx: Transaction, args: NewDeputy): Promise<DeputyNamed> {
  const { userId, validFromMs, validUntilMs, reason, actor, nowMs } = args;
  const user = await findUser(tx, userId);
  if (user?.kind !== "person" || user.status !== "active") return { type: "unknown" };
  if (userId === actor) return { type: "oneself" };
  const live = await tx.get<{ count: number }>(
    "SELECT count(*) AS count FROM release_deputy WHERE valid_until > ? AND ended_at IS NULL",
    nowMs,
  );
  if ((live?.count ?? 0) >= RELEASE_LIMITS.deputiesMax) return { type: "too-many" };
  await tx.run(
    `INSERT INTO release_deputy (user_id, valid_from, valid_until, reason, named_by, named_at)
     VALUES (?, ?, ?, ?, ?, ?)`,
    userId,
    validFromMs,
    validUntilMs,
    reason,
    actor,
    nowMs,
  );
  const [deputy] = await listDeputies(tx, { limit: 1 });
  return deputy === undefined ? { type: "unknown" } : { type: "named", deputy };
}

/** Ends a deputyship before its time; saying it again changes nothing. */
export async function endDeputy(
  tx: Transaction,
  args: { readonly deputyId: number; readonly actor: string; readonly nowMs: number },
): Promise<Deputy | null> {
  await tx.run(
    `UPDATE release_deputy SET ended_by = ?, ended_at = ?
     WHERE deputy_id = ? AND ended_at IS NULL`,
    args.actor,
    args.nowMs,
    args.deputyId,
  );
  const row = await tx.get<DeputyRow>(
    "SELECT * FROM release_deputy WHERE deputy_id = ?",
    args.deputyId,
  );
  return row === undefined ? null : deputyOf(row);
}

/** Deputies, the newest first; those of the past stay on the list. */
export async function listDeputies(tx: Transaction, args: { limit: number }): Promise<Deputy[]> {
  const rows = await tx.all<DeputyRow>(
    "SELECT * FROM release_deputy ORDER BY deputy_id DESC LIMIT ?",
    args.limit,
  );
  return rows.map(deputyOf);
}

function deputyOf(row: DeputyRow): Deputy {
  return {
    deputyId: row.deputy_id,
    userId: row.user_id,
    validFromMs: row.valid_from,
    validUntilMs: row.valid_until,
    reason: row.reason,
    namedBy: row.named_by,
    namedAtMs: row.named_at,
    endedBy: row.ended_by,
    endedAtMs: row.ended_at,
  };
}
