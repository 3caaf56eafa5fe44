import type { Transaction } from "#runtime";
import type { AuditProcedures, AuditStore } from "./audit.ts";

/** A store's file, open for reading. */
export interface StoreReader {
  read<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  close(): void;
}

/** The focal point's own reading procedures: what its columns mean is known there alone. */
const FOCAL_POINT_STORE = new URL("../services/focal-point/store.ts", import.meta.url);

/** Reads a focal point's store with its own procedures, in this thread: it is only looked at. */
export async function openAuditStore(reader: StoreReader): Promise<AuditStore> {
  const { store } = (await import(FOCAL_POINT_STORE.href)) as {
    store: { procedures: AuditProcedures };
  };
  const { caseCounts, listCases, postMessageReceipts } = store.procedures;
  return {
    caseCounts: () => reader.read((tx) => caseCounts(tx, undefined)),
    listCases: (args) => reader.read((tx) => listCases(tx, args)),
    messageReceipts: (args) => reader.read((tx) => postMessageReceipts(tx, args)),
    close: () => reader.close(),
  };
}
