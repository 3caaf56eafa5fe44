/**
 * A process with a store of letters that a fault test ends. `keep` keeps four letters of 40,000
 * bytes and prints the number of each once it is acknowledged, `drop` drops all and cleans up,
 * `fill` goes on until a letter is refused. The module says where the store's thread dies.
 */
import { openSqliteStore } from "#store";
import type { BodyProcedures } from "../contract/store-fixture-bodies.ts";

const [work = "", file = "", module = ""] = process.argv.slice(2);
const store = await openSqliteStore<BodyProcedures>({ file, module: new URL(module) });
const group = { label: "trace", month: "2026-02" };
const letter = (id: number, size = 40_000) => {
  return { id, group, content: new Uint8Array(size).fill(id) };
};
let last = (await store.call("ids", undefined)).at(-1) ?? 0;

async function keepOne(size?: number): Promise<void> {
  await store.call("keep", letter(last + 1, size));
  last += 1;
  process.stdout.write(`${last}\n`);
}

if (work === "keep") for (let n = 0; n < 4; n += 1) await keepOne();
if (work === "drop") {
  for (const id of await store.call("ids", undefined)) await store.call("drop", id);
  await store.scrub();
}
if (work === "fill") {
  let refused = "";
  while (refused === "") {
    await keepOne(200_000).catch((caught: { code: string }) => {
      refused = caught.code;
    });
  }
  await store.call("ids", undefined);
  process.stdout.write(`${refused}\n`);
}
await store.close().catch(() => undefined);
