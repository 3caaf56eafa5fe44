import type { SqlRow, Transaction } from "#runtime";

/** What a person may do with records. */
export const RECORD_ACTIONS = [
  "search",
  "show",
  "export",
  "hold",
  "release",
  "dispose",
  "evidence",
  "audit",
] as const;

/** A name of {@link RECORD_ACTIONS}. */
export type RecordAction = (typeof RECORD_ACTIONS)[number];

/** What somebody did with records: who, when, what, and why where that was said. */
export interface RecordAct {
  readonly action: RecordAction;
  /** User id. */
  readonly actor: string;
  readonly atMs: number;
  /** What it was done to, such as `record 45` or `hold 3`; empty for what is about many. */
  readonly subject: string;
  /** What was asked for, or what came of it; no content. */
  readonly detail: string;
  /** Empty: none was given. */
  readonly reason: string;
}

/** An act as it is kept. */
export interface KeptAct extends RecordAct {
  readonly id: number;
}

/** Keeps an act in the trail, in the transaction that does it (TP-AUDIT-1). */
export async function noteAct(tx: Transaction, act: RecordAct): Promise<void> {
  const { action, actor, atMs, detail, reason, subject } = act;
  await tx.run(
    `INSERT INTO record_act (at, actor, action, subject, detail, reason)
     VALUES (?, ?, ?, ?, ?, ?)`,
    atMs,
    actor,
    action,
    subject,
    detail,
    reason,
  );
}

/** A row of `record_act`. */
export interface ActRow extends SqlRow {
  id: number;
  at: number;
  actor: string;
  action: RecordAction;
  subject: string;
  detail: string;
  reason: string;
}

/** The act that a row keeps. */
export function actOf({ at: atMs, ...row }: ActRow): KeptAct {
  return { ...row, atMs };
}
