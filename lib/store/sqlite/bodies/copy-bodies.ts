import { createReadStream, createWriteStream, mkdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { pipeline } from "node:stream/promises";
import { BODY_LIMITS } from "#runtime";
import { bodyFault, unreadableBody } from "./body-faults.ts";
import { bodyFolder, bodyName } from "./body-file.ts";
import { bodyFileRows, hasBodyTables } from "./body-tables.ts";
import { droppedIn, overwrite } from "./erase-bodies.ts";

/**
 * Copies the body files of the state that a connection reads, each as far as that state has it
 * written; what it has dropped is zeros in the copy. Returns their names, beside the new store.
 * Throws TracepostError STORE, also for a file that is missing or cut: half of it is no copy.
 */
export async function copyBodyFiles(
  db: DatabaseSync,
  from: string,
  to: string,
): Promise<readonly string[]> {
  if (!hasBodyTables(db)) return [];
  const copied: string[] = [];
  for (const row of bodyFileRows(db).filter(({ live }) => live > 0)) {
    const name = bodyName(row, row.id);
    const target = join(bodyFolder(to), name);
    mkdirSync(bodyFolder(to), { recursive: true, mode: 0o700 });
    try {
      const highWaterMark = BODY_LIMITS.chunkBytes;
      await pipeline(
        createReadStream(join(bodyFolder(from), name), { end: row.bytes - 1, highWaterMark }),
        createWriteStream(target, { flags: "wx", mode: 0o600 }),
      );
    } catch (caught) {
      throw bodyFault(caught, name);
    }
    const { size } = statSync(target);
    if (size < row.bytes)
      throw unreadableBody(`the body file ${name} has ${size} bytes of ${row.bytes}`);
    overwrite(target, name, droppedIn(db, row.id));
    copied.push(`${basename(bodyFolder(to))}/${name}`);
  }
  return copied;
}
