import { spawnSync } from "node:child_process";
import { copyFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DailyCounts, EntryKind, LogEntry, MonitorFeed } from "#proto";
import { COUNT_CRASH_POINTS } from "#runtime";
import { dayName, dayOf } from "#statistics";
import { equalBytes, sha256 } from "#wire";
import { checkStore } from "../support/checked-store.ts";
import { openCountingGateway } from "../support/counting-gateway.ts";

/** kill -9 while what was recorded is counted and fed (TP-COUNT-3, TP-FEED-8, TP-FEED-9). */

const CHILD = fileURLToPath(new URL("../support/counting-child.ts", import.meta.url));
const DAY_MS = 86_400_000;

let dir: string;
let filled: string;
let filledAtMs: number;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-counting-"));
  filled = join(dir, "filled.sqlite");
  filledAtMs = Date.now();
  const gateway = await openCountingGateway(filled, filledAtMs);
  await gateway.fill();
  await gateway.close();
});

afterAll(() => rm(dir, { recursive: true, force: true }));

/** Counts a day later in a process that is killed; gives how it ended. */
function killedAt(point: string, file: string): string {
  const { signal, stderr } = spawnSync(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", CHILD, file, String(filledAtMs + DAY_MS), point],
    { encoding: "utf8" },
  );
  return signal ?? stderr;
}

/** What is kept, and the numbers that were put on the carrier. */
async function stateOf(file: string) {
  const db = new DatabaseSync(file, { readOnly: true });
  const blobs = (sql: string) =>
    db
      .prepare(sql)
      .all()
      .map((row) => new Uint8Array(Object.values(row)[0] as Uint8Array));
  const days = blobs("SELECT counts FROM daily_counts").map((one) => DailyCounts.decode(one));
  const logged = blobs("SELECT entry FROM log_entries").filter(
    (entry) => LogEntry.decode(entry).kind === EntryKind.DAILY_COUNTS,
  );
  const chain = blobs("SELECT feed FROM monitor_feed ORDER BY number");
  db.close();
  const pushed = await readFile(`${file}.pushed`, "utf8").catch(() => "");
  const { problems } = await checkStore(file);
  return { days, logged: logged.length, chain, pushed: pushed.trim().split("\n"), problems };
}

test.each(COUNT_CRASH_POINTS)(
  "a gateway that is killed at %s counts each day and event once",
  async (point) => {
    const file = join(dir, `${point}.sqlite`);
    await copyFile(filled, file);
    expect(killedAt(point, file)).toBe("SIGKILL");
    const between = await stateOf(file);
    const isKept = point === "gateway.counts-kept";
    expect(between).toMatchObject({ logged: isKept ? 1 : 0, problems: [] });
    expect(between.days).toHaveLength(between.logged);
    const next = await openCountingGateway(file, filledAtMs + DAY_MS);
    await next.count();
    await next.close();
    const { chain, days, logged, problems, pushed } = await stateOf(file);
    expect({ logged, problems, days: days.map(({ day }) => day) }).toEqual({
      ...{ logged: 1, problems: [] },
      days: [dayName(dayOf(filledAtMs))],
    });
    expect(days[0]?.counts.map(({ records }) => records)).toEqual([3n]);
    const feeds = chain.map((one) => MonitorFeed.decode(one));
    expect(feeds.map(({ content }) => content?.$case)).toEqual(["events", "counts"]);
    const [events, share] = feeds.map(({ content }) => content);
    expect(events?.$case === "events" ? events.value.events : []).toHaveLength(3);
    expect(share?.$case === "counts" ? share.value.events : 0n).toBe(3n);
    const [first = new Uint8Array()] = chain;
    expect(equalBytes(feeds[1]?.previousDigest ?? first, sha256(first))).toBe(true);
    // Each is put on its way, and twice only where it was not known that it had been.
    expect([...new Set(pushed)]).toEqual(["1", "2"]);
    expect(pushed).toHaveLength(point === "gateway.feed-published" ? 3 : 2);
  },
);
