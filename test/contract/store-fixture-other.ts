/** A store of another kind than the contract suite's. */
import type { StoreDefinition } from "#runtime";
import { migrations, procedures, readOnly } from "./store-fixture.ts";

export const store = {
  name: "another kind",
  migrations,
  procedures,
  readOnly,
} satisfies StoreDefinition;
