import { existsSync } from "node:fs";
import { copyFile, cp, rm } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import type { Transaction } from "#runtime";
import { openSqliteReader } from "#store";
import { checkLog, type LogCheck } from "../../gateway/store/log-check/check-log.ts";

/** What a whole check finds. */
export const checkAll = (tx: Transaction): Promise<LogCheck> =>
  checkLog(tx, { from: null, entries: 10_000 });

/** What a whole check finds in a gateway's store. */
export async function checkStore(file: string): Promise<LogCheck> {
  const reader = openSqliteReader(file);
  try {
    return await reader.read(checkAll);
  } finally {
    reader.close();
  }
}

/** Copies the body files that lie beside a store, if there are any. */
export async function copyBodies(from: string, to: string): Promise<void> {
  await rm(`${to}.bodies`, { recursive: true, force: true });
  if (existsSync(`${from}.bodies`)) await cp(`${from}.bodies`, `${to}.bodies`, { recursive: true });
}

/** Copies a store in use, and changes the copy behind everybody's back; says how many rows. */
export async function copyChanged(from: string, to: string, sql: string): Promise<number> {
  await rm(`${to}-shm`, { force: true });
  await copyFile(from, to);
  await copyFile(`${from}-wal`, `${to}-wal`);
  await copyBodies(from, to);
  const db = new DatabaseSync(to);
  try {
    db.exec(sql);
    return Number(db.prepare("SELECT total_changes() AS n").get()?.n);
  } finally {
    db.close();
  }
}
