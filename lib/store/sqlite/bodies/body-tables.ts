import { statSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { BODY_LIMITS } from "#runtime";
import { bodyName } from "./body-file.ts";

/**
 * The store's own notes about its body files, of SQLite alone: how far each is written, how many
 * bodies in it are not dropped, and what is dropped and not yet overwritten.
 */
const BODY_SQL = `
  CREATE TABLE IF NOT EXISTS tracepost_body_file (
    id INTEGER PRIMARY KEY,
    label TEXT NOT NULL,
    month TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    live INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS tracepost_body_file_group ON tracepost_body_file (label, month, id);
  CREATE TABLE IF NOT EXISTS tracepost_body_drop (
    file INTEGER NOT NULL,
    at INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (file, at)
  ) STRICT, WITHOUT ROWID;
`;

/** A row about a body file. */
export interface BodyFileRow {
  readonly id: number;
  readonly label: string;
  readonly month: string;
  /** First byte behind what is committed. */
  readonly bytes: number;
  /** Bodies that are not dropped. */
  readonly live: number;
}

/** Makes the notes in a store that has none yet. */
export function makeBodyTables(db: DatabaseSync): void {
  if (!hasBodyTables(db)) db.exec(BODY_SQL);
}

/** Whether a store has notes about body files. */
export function hasBodyTables(db: DatabaseSync): boolean {
  const sql = "SELECT 1 FROM sqlite_schema WHERE name = 'tracepost_body_drop'";
  return db.prepare(sql).get() !== undefined;
}

/** All files that are noted. */
export function bodyFileRows(db: DatabaseSync): readonly BodyFileRow[] {
  const sql = "SELECT id, label, month, bytes, live FROM tracepost_body_file ORDER BY id";
  return db.prepare(sql).all() as unknown as BodyFileRow[];
}

/** Files with bodies that are missing or cut (TP-STORE-12), each as a sentence. */
export function bodyFileProblems(db: DatabaseSync, folder: string): readonly string[] {
  if (!hasBodyTables(db)) return [];
  const problems: string[] = [];
  for (const row of bodyFileRows(db)) {
    const name = bodyName(row, row.id);
    const size = statSync(join(folder, name), { throwIfNoEntry: false })?.size;
    if (row.live === 0 || (size ?? -1) >= row.bytes) continue;
    const what = size === undefined ? "is missing" : `has ${size} bytes of ${row.bytes}`;
    problems.push(`the body file ${name} ${what}`);
  }
  const more = problems.length - BODY_LIMITS.filesToldMax;
  if (more <= 0) return problems;
  return [...problems.slice(0, BODY_LIMITS.filesToldMax), `${more} more body files are in trouble`];
}
