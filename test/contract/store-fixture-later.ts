/** A later version of the contract suite's store: two more steps, the last one on filled tables. */
import type { StoreDefinition } from "#runtime";
import { migrations, procedures, readOnly } from "./store-fixture.ts";

export const store = {
  name: "contract",
  migrations: [
    ...migrations,
    { version: 2, name: "kinds", sql: "CREATE TABLE kinds (name TEXT PRIMARY KEY) STRICT;" },
    {
      version: 3,
      name: "item kinds",
      sql: `
        ALTER TABLE items ADD COLUMN kind TEXT NOT NULL DEFAULT 'old';
        INSERT INTO kinds (name) SELECT DISTINCT kind FROM items;
      `,
    },
  ],
  procedures,
  readOnly,
} satisfies StoreDefinition;
