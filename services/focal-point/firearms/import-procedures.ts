import type { SqlRow, Transaction } from "#runtime";
import { type IncomingFirearm, noteGlyphs, putFirearm } from "./put-firearm.ts";

/** A line of an import that can be read. */
export interface StagedLine {
  /** Number of the line, from 1. */
  readonly line: number;
  readonly record: IncomingFirearm;
}

/** A line whose id an earlier line has. */
export interface RepeatedLine {
  readonly line: number;
  readonly id: string;
  readonly firstLine: number;
}

/** What an import did. */
export interface ImportCounts {
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
}

/** Begins an import; nothing of it shows before it is committed. */
export async function beginImport(
  tx: Transaction,
  args: { readonly actor: string; readonly nowMs: number },
): Promise<number> {
  await tx.run(
    "INSERT INTO firearm_import (state, started_at, actor) VALUES ('staging', ?, ?)",
    args.nowMs,
    args.actor,
  );
  const row = await tx.get<{ id: number }>("SELECT max(import_id) AS id FROM firearm_import");
  return row?.id ?? 0;
}

const STAGE_SQL = `INSERT INTO firearm_staged_line (import_id, line, id, record)
  VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`;

/** Keeps lines aside; gives those whose id the same import has already. */
export async function stageImport(
  tx: Transaction,
  args: { importId: number; lines: readonly StagedLine[] },
): Promise<RepeatedLine[]> {
  const repeated: RepeatedLine[] = [];
  for (const { line, record } of args.lines) {
    const text = JSON.stringify(record);
    const added = await tx.run(STAGE_SQL, args.importId, line, record.id, text);
    if (added > 0) continue;
    const first = await tx.get<{ line: number }>(
      "SELECT line FROM firearm_staged_line WHERE import_id = ? AND id = ?",
      args.importId,
      record.id,
    );
    repeated.push({ line, id: record.id, firstLine: first?.line ?? 0 });
  }
  return repeated;
}

/** Decides that an import takes place; from here on it is finished, whatever happens. */
export async function decideImport(tx: Transaction, args: { importId: number }): Promise<void> {
  await tx.run(
    "UPDATE firearm_import SET state = 'committing' WHERE import_id = ? AND state = 'staging'",
    args.importId,
  );
}

/**
 * Moves one portion of a decided import into the register. Gives null while there is more: a large
 * import goes in portions, so that it never holds up the post.
 */
export async function advanceImport(
  tx: Transaction,
  args: { importId: number; limit: number },
): Promise<ImportCounts | null> {
  const rows = await tx.all<SqlRow & { id: string; record: string }>(
    "SELECT id, record FROM firearm_staged_line WHERE import_id = ? ORDER BY id LIMIT ?",
    args.importId,
    args.limit,
  );
  const moved = { inserted: 0, updated: 0, unchanged: 0 };
  const records = rows.map(({ record }) => JSON.parse(record) as IncomingFirearm);
  for (const record of records) {
    const { change } = await putFirearm(tx, record);
    moved[change] += 1;
    await tx.run(
      "DELETE FROM firearm_staged_line WHERE import_id = ? AND id = ?",
      args.importId,
      record.id,
    );
  }
  await noteGlyphs(tx, records);
  const isDone = rows.length < args.limit;
  await tx.run(
    `UPDATE firearm_import SET inserted = inserted + ?, updated = updated + ?,
       unchanged = unchanged + ?, state = CASE WHEN ? = 1 THEN 'done' ELSE state END
     WHERE import_id = ?`,
    moved.inserted,
    moved.updated,
    moved.unchanged,
    isDone ? 1 : 0,
    args.importId,
  );
  return isDone ? await countsOf(tx, args.importId) : null;
}

async function countsOf(tx: Transaction, importId: number): Promise<ImportCounts> {
  const row = await tx.get<SqlRow & { inserted: number; updated: number; unchanged: number }>(
    "SELECT inserted, updated, unchanged FROM firearm_import WHERE import_id = ?",
    importId,
  );
  return {
    inserted: row?.inserted ?? 0,
    updated: row?.updated ?? 0,
    unchanged: row?.unchanged ?? 0,
  };
}

/** Gives up an undecided import, a portion at a time; false while there is more. */
export async function abandonImport(
  tx: Transaction,
  args: { importId: number; limit: number },
): Promise<boolean> {
  const removed = await tx.run(
    `DELETE FROM firearm_staged_line WHERE import_id = ? AND id IN
       (SELECT id FROM firearm_staged_line WHERE import_id = ? LIMIT ?)`,
    args.importId,
    args.importId,
    args.limit,
  );
  if (removed >= args.limit) return false;
  await tx.run(
    "DELETE FROM firearm_import WHERE import_id = ? AND state = 'staging'",
    args.importId,
  );
  return true;
}

/** Imports that a process which ended left behind. */
export async function unfinishedImports(
  tx: Transaction,
  _args: unknown,
): Promise<{ importId: number; state: "staging" | "committing" }[]> {
  const rows = await tx.all<SqlRow & { import_id: number; state: "staging" | "committing" }>(
    "SELECT import_id, state FROM firearm_import WHERE state <> 'done' ORDER BY import_id",
  );
  return rows.map((row) => ({ importId: row.import_id, state: row.state }));
}
