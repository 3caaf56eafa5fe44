import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLogger, type Database, INSTANCE_LIMITS } from "#runtime";
import { openSqliteStore } from "#store";
import { Instances } from "../../../gateway/instances/instances.ts";
import { quotaShare } from "../../../gateway/steps/admit.ts";
import type { GatewayProcedures } from "../../../gateway/store.ts";

let dir: string;
let store: Database<GatewayProcedures>;
const logger = createLogger({ name: "instances", level: "silent" });

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-instances-"));
  const module = new URL("../../../gateway/store.ts", import.meta.url);
  store = await openSqliteStore<GatewayProcedures>({ file: join(dir, "gateway.sqlite"), module });
});

afterAll(async () => {
  await store.close();
  await rm(dir, { recursive: true, force: true });
});

/** Instances that measure time by one counter of the test. */
function together(count: number): { time: { ms: number }; all: Instances[]; taken: number[] } {
  const time = { ms: 0 };
  const taken: number[] = [];
  const all = Array.from({ length: count }, (_, at) => {
    const one = new Instances({ store, logger, elapsedMs: () => time.ms });
    one.onTaken(() => taken.push(at));
    return one;
  });
  return { time, all, taken };
}

const onDuty = (all: readonly Instances[]) => all.flatMap(({ isMine }, at) => (isMine ? [at] : []));

test("passes the duty within two seconds when an instance dies, and never to two (TP-INST-3)", async () => {
  const { all, taken, time } = together(3);
  for (const one of all) await one.beat();
  expect(onDuty(all)).toEqual([0]);
  expect(all[2]?.count).toBe(3);
  // The first one is killed right after its sign of life; the others go on.
  const killedAtMs = time.ms;
  while (onDuty(all.slice(1)).length === 0) {
    time.ms += INSTANCE_LIMITS.beatMs;
    // It believes so no longer, before anybody else does.
    expect(onDuty(all).length).toBeLessThanOrEqual(1);
    await all[1]?.beat();
    await all[2]?.beat();
    expect(onDuty(all).length).toBeLessThanOrEqual(1);
  }
  expect(time.ms - killedAtMs).toBeLessThanOrEqual(INSTANCE_LIMITS.passMs);
  expect(taken).toEqual([0, 1]);
  expect(all[2]?.count).toBe(2);
  for (const one of all) await one.stop();
});

test("takes no duty from one that lives, however slow its clock or another's (TP-INST-3)", async () => {
  const { all, taken, time } = together(2);
  for (let round = 0; round < 20; round += 1) {
    for (const one of all) await one.beat();
    time.ms += INSTANCE_LIMITS.silentMs - 1;
  }
  expect(taken).toEqual([0]);
  for (const one of all) await one.stop();
});

test("gives the duty away at once when it ends, and has one that was frozen ask anew", async () => {
  const { all, taken, time } = together(2);
  const [first, second] = all;
  for (const one of all) await one.beat();
  await first?.stop();
  await second?.beat();
  expect(taken).toEqual([0, 1]);
  // Frozen for longer than anybody waits, while nobody else is there: it goes on.
  time.ms += 60_000;
  expect(onDuty(all)).toEqual([]);
  await second?.beat();
  expect(onDuty(all)).toEqual([1]);
  await second?.stop();
});

test("says where the store stands at each sign of life (TP-INST-5)", async () => {
  const { all } = together(1);
  const [one] = all;
  const stands: unknown[] = [];
  one?.onStand((stand) => stands.push(stand));
  await one?.beat();
  const change = { digest: new Uint8Array(32), nowMs: 1, registerVersion: 0 };
  await store.call("keepPolicy", { ...change, version: 7, policy: Buffer.from("7") });
  await one?.beat();
  expect(stands).toMatchObject([
    { register: 0, policy: 0, schedule: 0, kept: 0, cosigned: 0 },
    { register: 0, policy: 7, schedule: 0 },
  ]);
  await one?.stop();
});

test("gives each instance its share of what a sender may send (TP-INST-6)", () => {
  const quota = { messagesPerSecond: 30, burst: 120, bytesPerDay: 3_000 };
  expect(quotaShare(quota, 1)).toBe(quota);
  expect(quotaShare(quota, 3)).toEqual({ messagesPerSecond: 10, burst: 40, bytesPerDay: 1_000 });
  expect(quotaShare({ ...quota, burst: 2 }, 4).burst).toBe(1);
});
