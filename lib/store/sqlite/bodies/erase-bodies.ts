import { closeSync, fdatasyncSync, fstatSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { BODY_LIMITS, passCrashPoint } from "#runtime";
import { syncFolder } from "../sqlite-file.ts";
import { inTransaction } from "../sqlite-schema.ts";
import { bodyFault } from "./body-faults.ts";
import { bodyFolder, bodyName } from "./body-file.ts";
import { type BodyFileRow, bodyFileRows, hasBodyTables } from "./body-tables.ts";
import { cutBodyFiles } from "./cut-bodies.ts";

/** Bytes of a body that was dropped. */
interface Dropped {
  readonly file: number;
  readonly at: number;
  readonly bytes: number;
}

/**
 * Overwrites what was dropped, then removes files in which nothing lives (TP-DISP-4). What is noted
 * as dropped stays so until its zeros are on disk: killed anywhere, it is done again by the next.
 * Nobody may read a state in which it was not dropped yet. Throws TracepostError STORE.
 */
export function eraseBodies(db: DatabaseSync, storeFile: string): void {
  if (!hasBodyTables(db)) return;
  const folder = bodyFolder(storeFile);
  const sql = "SELECT file, at, bytes FROM tracepost_body_drop ORDER BY file, at LIMIT ?";
  const next = db.prepare(sql);
  for (;;) {
    const dropped = next.all(BODY_LIMITS.eraseBodies) as unknown as Dropped[];
    if (dropped.length === 0) break;
    eraseAll(db, folder, dropped);
  }
  removeEmpty(db, folder);
  cutBodyFiles(db, folder);
}

function eraseAll(db: DatabaseSync, folder: string, dropped: readonly Dropped[]): void {
  const names = new Map(bodyFileRows(db).map((row) => [row.id, bodyName(row, row.id)]));
  for (const [file, places] of Map.groupBy(dropped, (one) => one.file)) {
    const name = names.get(file);
    if (name !== undefined) overwrite(join(folder, name), name, places);
  }
  passCrashPoint("store.bodies-overwritten");
  inTransaction(db, () => {
    const forget = db.prepare("DELETE FROM tracepost_body_drop WHERE file = ? AND at = ?");
    for (const { at, file } of dropped) forget.run(file, at);
  });
}

/** What is dropped of a file and may not be overwritten yet. */
export function droppedIn(db: DatabaseSync, file: number): readonly Dropped[] {
  const sql = "SELECT file, at, bytes FROM tracepost_body_drop WHERE file = ? ORDER BY at";
  return db.prepare(sql).all(file) as unknown as Dropped[];
}

/** Writes zeros over some places of a file, as far as it reaches. */
export function overwrite(path: string, name: string, places: readonly Dropped[]): void {
  let fd: number | undefined;
  try {
    fd = openSync(path, "r+");
    const size = fstatSync(fd).size;
    const zeros = Buffer.alloc(BODY_LIMITS.chunkBytes);
    for (const { at, bytes } of places) {
      const end = Math.min(at + bytes, size);
      for (let next = at; next < end; ) {
        next += writeSync(fd, zeros, 0, Math.min(zeros.length, end - next), next);
      }
    }
    fdatasyncSync(fd);
  } catch (caught) {
    // What is not there needs no erasing.
    if ((caught as NodeJS.ErrnoException).code !== "ENOENT") throw bodyFault(caught, name);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function removeEmpty(db: DatabaseSync, folder: string): void {
  const isEmpty = ({ live }: BodyFileRow): boolean => live === 0;
  if (!bodyFileRows(db).some(isEmpty)) return;
  inTransaction(db, () => {
    const forget = db.prepare("DELETE FROM tracepost_body_file WHERE id = ?");
    // Under the lock: nobody begins a body in it meanwhile.
    for (const row of bodyFileRows(db).filter(isEmpty)) {
      rmSync(join(folder, bodyName(row, row.id)), { force: true });
      forget.run(row.id);
    }
    syncFolder(folder);
    passCrashPoint("store.body-file-removed");
  });
}
