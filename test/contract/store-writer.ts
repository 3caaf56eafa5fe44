/**
 * A process that writes until it is killed: `node store-writer.ts PLACE FIRST_ID`. Prints the
 * id of each call once the store has said that it lasts. Each call writes two rows.
 */
import { writeSync } from "node:fs";
import { openStore } from "#store";
import type { ContractProcedures } from "./store-fixture.ts";

const IN_FLIGHT = 8;
const [place = "", firstId = "1"] = process.argv.slice(2);
const store = await openStore<ContractProcedures>({
  place: JSON.parse(place),
  module: new URL("./store-fixture.ts", import.meta.url),
});

let nextId = Number(firstId);
const body = new Uint8Array(500);
await Promise.all(
  Array.from({ length: IN_FLIGHT }, async () => {
    for (;;) {
      const id = nextId;
      nextId += 2;
      await store.call("putAll", [
        { id, label: `label ${id}`, body },
        { id: id + 1, label: `label ${id + 1}`, body },
      ]);
      writeSync(1, `${id}\n`);
    }
  }),
);
