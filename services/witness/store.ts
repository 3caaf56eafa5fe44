import type { StoreDefinition } from "#runtime";
import {
  WITNESS_ENDED_MIGRATION_SQL,
  WITNESS_MIGRATION_SQL,
  WITNESS_PROCEDURES,
  WITNESS_READ_ONLY,
} from "#witness";

/** The store of a witness that is a process of its own. */
export const store = {
  name: "tracepost-witness",
  migrations: [
    { version: 1, name: "checkpoints and conflicts", sql: WITNESS_MIGRATION_SQL },
    { version: 2, name: "logs that have ended", sql: WITNESS_ENDED_MIGRATION_SQL },
  ],
  procedures: WITNESS_PROCEDURES,
  readOnly: [...WITNESS_READ_ONLY],
} satisfies StoreDefinition;
