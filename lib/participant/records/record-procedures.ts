import {
  type BatchWish,
  createHoldProcedures,
  DISPOSAL_PROCEDURES,
  DISPOSAL_READ_ONLY,
  timeNoted,
} from "#disposal";
import type { Transaction } from "#runtime";
import { disposeBatch } from "./dispose-batch.ts";
import { noteKeeper } from "./keeper-name.ts";
import { listDue, lookForDue } from "./look-for-due.ts";
import { PARTY_HOLDS } from "./party-holds.ts";
import type { RecordKinds } from "./record-kind.ts";
import { SCHEDULE_PROCEDURES } from "./schedules.ts";

/** Procedures of the records of a participant, which are of these kinds. */
export function createRecordProcedures(kinds: RecordKinds) {
  return {
    ...DISPOSAL_PROCEDURES,
    ...SCHEDULE_PROCEDURES,
    ...createHoldProcedures(PARTY_HOLDS),
    noteKeeper,
    timeSeen: (tx: Transaction) => timeNoted(tx),
    lookForDue: (tx: Transaction, args: { readonly nowMs: number; readonly limit: number }) =>
      lookForDue(tx, kinds, args),
    listDue: (
      tx: Transaction,
      args: { readonly after: number; readonly limit: number; readonly nowMs: number },
    ) => listDue(tx, kinds, args),
    disposeBatch: (tx: Transaction, args: BatchWish) => disposeBatch(tx, kinds, args),
  };
}

/** What {@link createRecordProcedures} makes. */
export type RecordProcedures = ReturnType<typeof createRecordProcedures>;

/** Those of them that only read. */
export const RECORD_READ_ONLY = [
  ...DISPOSAL_READ_ONLY,
  "takenSchedules",
  "timeSeen",
  "listDue",
] as const;
