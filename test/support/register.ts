import {
  FIREARM_MIGRATION_SQL,
  IMPORT_ACTOR_MIGRATION_SQL,
  REGISTER_MIGRATION_SQL,
} from "../../services/focal-point/firearms/firearm-tables.ts";
import { type MemoryTransaction, openMemoryTransaction } from "./memory-transaction.ts";

/** An empty firearm register in memory. */
export function openRegister(): MemoryTransaction {
  return openMemoryTransaction(
    FIREARM_MIGRATION_SQL,
    IMPORT_ACTOR_MIGRATION_SQL,
    REGISTER_MIGRATION_SQL,
  );
}
