/** A store that holds a message log and nothing else. */
import {
  appendLogEntries,
  consistencyProof,
  inclusionPath,
  LOG_MIGRATION_SQL,
  loadCheckpoint,
  loadLogEntry,
  loadLogHead,
  loadTile,
  rootAt,
  saveCheckpoint,
} from "#message-log";
import type { SqlValue, StoreDefinition, Transaction } from "#runtime";

interface Sizes {
  readonly size1: number;
  readonly size2: number;
}

const procedures = {
  append: async (tx: Transaction, entries: readonly Uint8Array[]) =>
    await appendLogEntries(tx, entries),
  appendThenThrow: async (tx: Transaction, entries: readonly Uint8Array[]): Promise<void> => {
    await appendLogEntries(tx, entries);
    throw new RangeError("the record beside it was refused");
  },
  head: async (tx: Transaction) => await loadLogHead(tx),
  entry: async (tx: Transaction, index: number) => await loadLogEntry(tx, index),
  checkpoint: async (tx: Transaction) => await loadCheckpoint(tx),
  save: async (tx: Transaction, { note, size }: { note: string; size: number }) =>
    await saveCheckpoint(tx, note, size),
  root: async (tx: Transaction, size: number) => await rootAt(tx, size),
  paths: async (tx: Transaction, asked: readonly { index: number; size: number }[]) => {
    const paths: Uint8Array[][] = [];
    for (const { index, size } of asked) paths.push(await inclusionPath(tx, index, size));
    return paths;
  },
  proof: async (tx: Transaction, { size1, size2 }: Sizes) =>
    await consistencyProof(tx, size1, size2),
  tile: async (tx: Transaction, at: { level: number; index: number; width: number }) =>
    await loadTile(tx, at, Number.MAX_SAFE_INTEGER),
  tamper: async (tx: Transaction, { sql, params }: { sql: string; params: SqlValue[] }) =>
    await tx.run(sql, ...params),
};

/** The procedures, for the type of the open store. */
export type LogProcedures = typeof procedures;

export const store = {
  name: "log fixture",
  migrations: [{ version: 1, name: "message log", sql: LOG_MIGRATION_SQL }],
  procedures,
  readOnly: ["head", "entry", "checkpoint", "root", "paths", "proof", "tile"],
} satisfies StoreDefinition;
