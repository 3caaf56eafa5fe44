/**
 * A process that takes messages of a feed and is killed before they are committed: file of the
 * store, monitor, the time, then each message in base64.
 */
import { openSqliteStore } from "#store";
import type { KilledMonitorProcedures } from "./killed-monitor-store.ts";

const [file = "", monitor = "", now = "0", ...feeds] = process.argv.slice(2);
const module = new URL("./killed-monitor-store.ts", import.meta.url);
const store = await openSqliteStore<KilledMonitorProcedures>({ file, module });
const bytes = feeds.map((feed) => Uint8Array.from(Buffer.from(feed, "base64")));
await store.call("takeAndDie", { feeds: bytes, monitor, nowMs: Number(now) });
