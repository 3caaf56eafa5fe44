import type { FirearmCandidate, FirearmRecord } from "#casework";
import type { SqlRow, Transaction } from "#runtime";

/** What the register knows of a request received, and the answer it would give (TP-ANS-8). */
export interface DraftAnswer {
  /** Names this very draft: another look at another register may find another one. */
  readonly draftId: string;
  /** Encoded TraceReply. */
  readonly reply: Uint8Array;
  readonly candidates: readonly FirearmCandidate<FirearmRecord>[];
  /** There are more than are told. */
  readonly more: boolean;
  /** As of when: neither the register nor the case has changed since. */
  readonly madeAtMs: number;
}

/** The draft that is kept, if nothing has changed since it was made; otherwise null. */
export async function findDraft(
  tx: Transaction,
  { caseId }: { readonly caseId: string },
): Promise<DraftAnswer | null> {
  const row = await tx.get<
    SqlRow & {
      draft_id: string;
      reply: Uint8Array;
      candidates: string;
      more: number;
      made_at: number;
    }
  >(
    `SELECT d.* FROM trace_draft AS d JOIN register_change AS r ON r.version = d.register_version
     WHERE d.case_id = ? AND d.due = 0 AND r.is_noted = 1`,
    caseId,
  );
  if (row === undefined) return null;
  return {
    draftId: row.draft_id,
    reply: row.reply,
    candidates: JSON.parse(row.candidates) as DraftAnswer["candidates"],
    more: row.more === 1,
    madeAtMs: row.made_at,
  };
}

/** Keeps a draft in the place of the one before. */
export async function keepDraft(
  tx: Transaction,
  caseId: string,
  { draft, registerVersion }: { readonly draft: DraftAnswer; readonly registerVersion: number },
): Promise<void> {
  await tx.run(
    `UPDATE trace_draft SET due = 0, register_version = ?, draft_id = ?, reply = ?, candidates = ?,
       more = ?, made_at = ? WHERE case_id = ?`,
    registerVersion,
    draft.draftId,
    draft.reply,
    JSON.stringify(draft.candidates),
    draft.more ? 1 : 0,
    draft.madeAtMs,
    caseId,
  );
}

/** Whether the rules have yet to look at a request; they look once. */
export async function isUndecided(tx: Transaction, caseId: string): Promise<boolean> {
  const changed = await tx.run(
    "UPDATE trace_draft SET undecided = 0 WHERE case_id = ? AND undecided = 1",
    caseId,
  );
  return changed > 0;
}

/** Takes note of what has changed in the register; gives its version of now. */
export async function noteRegister(tx: Transaction, _args?: unknown): Promise<number> {
  await tx.run("UPDATE register_change SET version = version + 1, is_noted = 1 WHERE is_noted = 0");
  const row = await tx.get<{ version: number }>("SELECT version FROM register_change");
  return row?.version ?? 0;
}

/** What is due. */
export interface DraftsStanding {
  readonly registerVersion: number;
  /** The register has changed since. */
  readonly hasChanged: boolean;
  /** Cases that arrived or moved, then those whose draft is older than the register. */
  readonly due: readonly string[];
  readonly stale: readonly string[];
}

/** What is due; in the mode "register" what it leaves to an officer. */
const DUE_SQL = {
  officer: `SELECT case_id FROM trace_draft INDEXED BY trace_draft_due
    WHERE due = 1 ORDER BY position LIMIT ?`,
  register: `SELECT case_id FROM trace_draft INDEXED BY trace_draft_left
    WHERE due = 1 AND left_to_officer = 1 ORDER BY position LIMIT ?`,
} as const;

/** Looks what is due; costs the same however many cases are closed, or wait for the register. */
export async function draftsStanding(
  tx: Transaction,
  args: { readonly answering: "officer" | "register"; readonly limit: number },
): Promise<DraftsStanding> {
  const row = await tx.get<{ version: number; is_noted: number }>("SELECT * FROM register_change");
  const registerVersion = row?.version ?? 0;
  const due = await tx.all<{ case_id: string }>(DUE_SQL[args.answering], args.limit);
  const stale = await tx.all<{ case_id: string }>(
    `SELECT d.case_id FROM trace_draft AS d INDEXED BY trace_draft_version
     WHERE d.due = 0 AND d.register_version < ? ORDER BY d.register_version LIMIT ?`,
    registerVersion,
    args.limit,
  );
  const ids = (rows: readonly { case_id: string }[]) => rows.map(({ case_id }) => case_id);
  return {
    registerVersion,
    hasChanged: row?.is_noted === 0,
    due: ids(due),
    stale: ids(stale),
  };
}
