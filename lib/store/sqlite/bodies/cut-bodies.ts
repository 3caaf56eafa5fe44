import { readdirSync, rmSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { syncFolder } from "../sqlite-file.ts";
import { bodyName, isBodyName } from "./body-file.ts";
import { bodyFileRows } from "./body-tables.ts";

/**
 * Cuts off what a process that died, or the power with it, has written behind the last commit, and
 * takes away files that no commit names. Part of a clean-up and never of opening a store: an older
 * one that was laid beside newer files is refused by its service before that. Under the lock: what
 * another process writes right now lies behind the end too. Throws what the disk does.
 */
export function cutBodyFiles(db: DatabaseSync, folder: string): void {
  const isThere = statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
  if (!isThere) return;
  db.exec("BEGIN IMMEDIATE");
  try {
    const rows = bodyFileRows(db);
    const ends = new Map(rows.map((row) => [bodyName(row, row.id), row.bytes]));
    for (const name of readdirSync(folder).filter(isBodyName)) {
      const path = join(folder, name);
      const end = ends.get(name);
      if (end === undefined) rmSync(path);
      else if (statSync(path).size > end) truncateSync(path, end);
    }
    syncFolder(folder);
  } finally {
    db.exec("ROLLBACK");
  }
}
