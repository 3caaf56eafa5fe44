/** A version of the contract suite's store whose last step cannot be taken. */
import type { StoreDefinition } from "#runtime";
import { migrations, procedures, readOnly } from "./store-fixture.ts";

export const store = {
  name: "contract",
  migrations: [
    ...migrations,
    {
      version: 2,
      name: "impossible",
      sql: "CREATE TABLE half_done (id INTEGER) STRICT; INSERT INTO no_such_table VALUES (1);",
    },
  ],
  procedures,
  readOnly,
} satisfies StoreDefinition;
