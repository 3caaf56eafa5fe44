import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createHttpServer } from "#http";
import { fetchScheduleFrom } from "#participant";
import { EntryKind, LogEntry } from "#proto";
import { addScheduleSignature, DEFAULT_SCHEDULE_TEXT, draftSchedule } from "#records";
import { generateSigningKey } from "#trust";
import { toTimestamp } from "#wire";
import { addScheduleFetch } from "../../../gateway/api/schedule-routes.ts";
import {
  followSchedule,
  openSchedules,
  type ScheduleKeeperDeps,
} from "../../../gateway/retention/schedule-keeper.ts";
import { scheduleHistoryOf } from "../../../gateway/store/schedules.ts";
import type { WatchedFile } from "../../../gateway/watched-file.ts";
import { type GatewayBench, openGatewayBench } from "../../support/gateway-bench.ts";
import { traceRequest } from "../../support/messages.ts";
import { makeParties, type Parties } from "../../support/parties.ts";
import { TEST_TITLE } from "../../support/test-route.ts";

const LONGER = DEFAULT_SCHEDULE_TEXT.replaceAll("P10Y", "P15Y");

let folder: string;
let parties: Parties;
let bench: GatewayBench;
let keeper: WatchedFile;
let client: ScheduleKeeperDeps["client"];
let place: { scheduleFile: string; policyThreshold: number };
const second = generateSigningKey();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracepost-schedule-"));
  parties = makeParties([{ id: "NE" }, { id: "BR" }]);
  bench = await openGatewayBench(parties);
  const roots = [parties.root.publicKey, second.publicKey];
  client = { current: bench.register, rootKeys: roots, rootKeysEver: roots };
  place = { scheduleFile: join(folder, "schedule.bin"), policyThreshold: 2 };
  keeper = followSchedule(deps());
});

afterEach(async () => {
  await keeper.stop();
  await bench.close();
  await rm(folder, { recursive: true, force: true });
});

function deps(): ScheduleKeeperDeps {
  const { checkpoints, clock, logger, schedules: history, store } = bench;
  const betweenBatches = (work: () => Promise<void>) => bench.pipeline.betweenBatches(work);
  return { place, history, client, store, checkpoints, betweenBatches, clock, logger };
}

async function publish(version: bigint, text: string, roots = [parties.root, second]) {
  const issuedAt = toTimestamp(bench.nowMs);
  const draft = draftSchedule({ version, issuedAt, text, reason: "For a test" });
  await writeFile(place.scheduleFile, roots.reduce(addScheduleSignature, draft));
}

async function stored<T extends Record<string, number | Uint8Array>>(sql: string): Promise<T[]> {
  return await bench.read((tx) => tx.all<T>(sql));
}

const send = () => bench.send(traceRequest(parties.party("NE"), ["BR"]));

describe("a retention schedule that changes while a gateway runs (TP-RET-8)", () => {
  test("is named by each record taken in from then on, and logged", async () => {
    await keeper.start();
    await send();
    await publish(1n, DEFAULT_SCHEDULE_TEXT);
    await keeper.look();
    await send();
    await publish(3n, LONGER);
    await keeper.look();
    await send();
    const rows = await stored<{ schedule_version: number }>(
      "SELECT schedule_version FROM messages ORDER BY id",
    );
    expect(rows.map((row) => row.schedule_version)).toEqual([0, 1, 3]);
    const entries = (await stored<{ entry: Uint8Array }>("SELECT entry FROM log_entries")).map(
      ({ entry }) => LogEntry.decode(entry),
    );
    const said = entries.map(({ kind, scheduleVersion }) => [kind, Number(scheduleVersion)]);
    expect(said).toEqual([
      [EntryKind.MESSAGE, 0],
      [EntryKind.SCHEDULE_CHANGE, 1],
      [EntryKind.MESSAGE, 1],
      [EntryKind.SCHEDULE_CHANGE, 3],
      [EntryKind.MESSAGE, 3],
    ]);
    // After a start it is what was taken, whatever lies in the folder.
    await publish(2n, DEFAULT_SCHEDULE_TEXT);
    const opened = await openSchedules(deps());
    expect(opened.current).toMatchObject({ version: 3, text: LONGER });
    expect(opened.since(1).map(({ version }) => version)).toEqual([1, 3]);
    const beside = await bench.read(scheduleHistoryOf);
    expect(beside.since(0).map(({ version }) => version)).toEqual([0, 1, 3]);
  });

  test("stays as it is for what too few signed, what is no schedule, and what is not higher", async () => {
    await publish(2n, DEFAULT_SCHEDULE_TEXT);
    await keeper.start();
    const wrong: [bigint, string, Parties["root"][]?][] = [
      [3n, LONGER, [parties.root]],
      [3n, LONGER, [parties.root, parties.root]],
      [3n, LONGER, [parties.root, generateSigningKey()]],
      [3n, LONGER.replace("P15Y", "ten years")],
      [1n, LONGER],
      [2n, LONGER],
    ];
    for (const [version, text, roots] of wrong) {
      await publish(version, text, roots);
      await keeper.look();
      expect(bench.schedules.current).toMatchObject({ version: 2, text: DEFAULT_SCHEDULE_TEXT });
    }
    expect(await stored("SELECT version FROM schedules")).toHaveLength(1);
  });

  test("is taken at a later look when the store failed, and not believed when it was altered", async () => {
    let isFull = true;
    const call = (async (name: never, args: never) => {
      if (isFull) throw new TypeError("no room");
      return await bench.store.call(name, args);
    }) as typeof bench.store.call;
    const late = followSchedule({ ...deps(), store: { call } });
    await publish(1n, LONGER);
    await late.look();
    expect(bench.schedules.current.version).toBe(0);
    isFull = false;
    await late.look();
    expect(bench.schedules.current.version).toBe(1);
    const others = { ...client, rootKeysEver: [generateSigningKey().publicKey] };
    await expect(openSchedules({ ...deps(), client: others })).rejects.toThrow("does not open");
  });

  test("is handed out to whoever asks, each version as it was signed", async () => {
    const { logger, schedules, store } = bench;
    const server = await createHttpServer({
      ...{ host: "127.0.0.1", port: 0, health: {}, title: TEST_TITLE, logger },
      openRoutes: (routes) => addScheduleFetch(routes, { schedules, store }),
    });
    try {
      const fetchSchedule = fetchScheduleFrom(server.url);
      await expect(fetchSchedule(), "none was published").rejects.toThrow("answers 404");
      await publish(1n, LONGER);
      const first = await readFile(place.scheduleFile);
      await keeper.look();
      await publish(2n, DEFAULT_SCHEDULE_TEXT);
      await keeper.look();
      expect(await fetchSchedule()).toEqual(await readFile(place.scheduleFile));
      expect(await fetchSchedule(1)).toEqual(first);
      await expect(fetchSchedule(7)).rejects.toThrow("answers 404");
    } finally {
      await server.close();
    }
  });
});
