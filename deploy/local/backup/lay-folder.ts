import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { copyDurably, filesBelow } from "./durable-files.ts";
import { classOf, isLogMemory } from "./file-classes.ts";
import { isOfUnit, type Unit } from "./folder-units.ts";
import type { BackupManifest } from "./manifest.ts";

/** Where from, what, and where it is laid. */
export interface Laying {
  readonly from: string;
  readonly manifest: BackupManifest;
  readonly units: readonly Unit[];
  /** The folder that is replaced; it need not be there. */
  readonly dataDir: string;
  readonly staging: string;
}

/**
 * Lays the files of a backup into a folder, and beside them what the backup leaves out and the
 * replaced folder has: keys, and what is remembered of the log, which a backup cannot know better
 * (TP-BACK-6). Returns what was laid from the backup, and the keys that are in neither.
 */
export async function layFolder({ dataDir, from, manifest, staging, units }: Laying) {
  const there = new Set((await filesBelow(dataDir)).filter((path) => isOfUnit(path, units)));
  const isKept = (path: string): boolean => isLogMemory(path) && there.has(path);
  const laid = new Set<string>();
  for (const { path } of [...manifest.stores, ...manifest.files]) {
    if (!isOfUnit(path, units) || isKept(path)) continue;
    await copyDurably(join(from, path), join(staging, path));
    laid.add(path);
  }
  for (const path of there) {
    const isKey = ["key", "root-key"].includes(classOf(path)) && !laid.has(path);
    if (isKey || isKept(path)) await copyDurably(join(dataDir, path), join(staging, path));
  }
  const missingKeys = manifest.left
    .filter(({ path, why }) => why === "private key" && isOfUnit(path, units) && !there.has(path))
    .map(({ path }) => path);
  return { laid, missingKeys };
}

/** Whether a folder is absent or has nothing in it. */
export async function isVacant(dir: string): Promise<boolean> {
  return (await readdir(dir).catch(() => [])).length === 0;
}
