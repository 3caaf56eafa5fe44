import type { Database, Procedure, Transaction } from "#runtime";
import {
  FIREARM_MIGRATION_SQL,
  IMPORT_ACTOR_MIGRATION_SQL,
  KEY_MIGRATION_SQL,
  REGISTER_MIGRATION_SQL,
} from "../../services/focal-point/firearms/firearm-tables.ts";
import { orderKeys } from "../../services/focal-point/firearms/order-keys.ts";
import { UPLOAD_MIGRATION_SQL } from "../../services/focal-point/register/upload-tables.ts";
import { type FocalPointProcedures, store } from "../../services/focal-point/store.ts";
import { type MemoryTransaction, openMemoryTransaction } from "./memory-transaction.ts";

/** An empty firearm register in memory. */
export function openRegister(): MemoryTransaction {
  return openMemoryTransaction(
    FIREARM_MIGRATION_SQL,
    IMPORT_ACTOR_MIGRATION_SQL,
    REGISTER_MIGRATION_SQL,
    UPLOAD_MIGRATION_SQL,
    KEY_MIGRATION_SQL,
  );
}

/** Makes the keys of every firearm, as an import does at its end. */
export async function keyFirearms(tx: Transaction): Promise<void> {
  const procedures: Readonly<Record<string, Procedure>> = store.procedures;
  const call = async (name: string, args: unknown) => await procedures[name]?.(tx, args);
  await orderKeys({ call: call as Database<FocalPointProcedures>["call"] });
}
