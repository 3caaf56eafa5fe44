/**
 * Writes until the disk is full, then once more in what room is left. Started under a limit on the
 * size of files (`ulimit -f`), which is how a full disk looks to one process. Prints a report.
 */
import { openSqliteStore } from "#store";
import type { HostileProcedures } from "./store-fixture-hostile.ts";

const store = await openSqliteStore<HostileProcedures>({
  file: process.argv[2] ?? "",
  module: new URL("./store-fixture-hostile.ts", import.meta.url),
});

const large = new Uint8Array(200 * 1024).fill(1);
let kept = 0;
let codes: string[] = [];
while (codes.length === 0) {
  const results = await Promise.allSettled([store.call("put", large), store.call("put", large)]);
  kept += results.filter((result) => result.status === "fulfilled").length;
  codes = results.flatMap((result) => (result.status === "rejected" ? [result.reason.code] : []));
}
const counted = await store.call("count", undefined);
await store.call("put", new Uint8Array(10));
process.stdout.write(JSON.stringify({ kept, counted, codes }));
await store.close().catch(() => undefined);
