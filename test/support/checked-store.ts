import { copyFile, rm } from "node:fs/promises";
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

/** Copies a store in use, and changes the copy behind everybody's back; says how many rows. */
export async function copyChanged(from: string, to: string, sql: string): Promise<number> {
  await rm(`${to}-shm`, { force: true });
  await copyFile(from, to);
  await copyFile(`${from}-wal`, `${to}-wal`);
  const db = new DatabaseSync(to);
  try {
    db.exec(sql);
    return Number(db.prepare("SELECT total_changes() AS n").get()?.n);
  } finally {
    db.close();
  }
}
