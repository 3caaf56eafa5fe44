import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { callApi } from "#http";
import {
  createCheckpointSigner,
  formatAddCheckpoint,
  hashLeaf,
  openCheckpoint,
  witnessesOf,
} from "#message-log";
import { LogWitnessSet } from "#proto";
import { createLogger } from "#runtime";
import { openSqliteStore } from "#store";
import { CurrentRegister, openRegister, type RegisterView } from "#trust";
import type { SignedHead } from "../../../gateway/checkpoint-keeper.ts";
import { ALONE } from "../../../gateway/instances/duty.ts";
import type { GatewayProcedures } from "../../../gateway/store.ts";
import { WitnessCollector } from "../../../gateway/witness-collector.ts";
import { copyChanged } from "../../support/checked-store.ts";
import { type GatewayBench, openGatewayBench } from "../../support/gateway-bench.ts";
import { MONITOR } from "../../support/made-feed.ts";
import { type Parties, reissue } from "../../support/parties.ts";
import { WholeMonitor } from "../../support/whole-monitor.ts";

/** A whole monitor that cosigns the log of a real gateway (TP-MON-19, TP-MON-20). */

const NAME = "witness.example/ecowas";
const GATEWAY_STORE = new URL("../../../gateway/store.ts", import.meta.url);
const logger = createLogger({ name: "test", level: "silent" });
let dir: string;
let parties: Parties;
let bench: GatewayBench;
let monitor: WholeMonitor;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-monitor-witness-"));
  monitor = await WholeMonitor.make(dir);
  parties = monitor.parties;
  bench = await openGatewayBench(parties);
  await grow(5);
  await startMonitor();
});

afterAll(async () => {
  await monitor?.stop();
  await bench?.close();
  await rm(dir, { recursive: true, force: true });
});

const newest = (): SignedHead | undefined => bench.checkpoints.published;

/** Starts it, or again with what it holds. */
async function startMonitor(): Promise<void> {
  const witness = { name: NAME, keyFile: monitor.file("witness.key") };
  await monitor.start(bench.clock, { witness });
}

async function grow(messages: number): Promise<void> {
  const held = Array.from({ length: messages }, (_, n) => ({ sender: `Y${n}`, messages: 1 }));
  const nowMs = bench.nowMs + 200_000;
  bench.checkpoints.note(
    await bench.store.call("logOverQuota", { nowMs, registerVersion: 1, held }),
  );
  await bench.checkpoints.stop();
}

/** What the monitor says of itself. */
const summary = () =>
  callApi<{ attention: { level: string; what: string }[]; witness: Record<string, unknown> }>(
    monitor.door,
    { path: "/v1/summary", timeoutMs: 10_000 },
  );

/** The register with the monitor's witness in it, by what the monitor says of itself. */
async function watched(): Promise<{ bytes: Uint8Array; view: RegisterView }> {
  const { witness } = await summary();
  const publicKey = Buffer.from(String(witness.publicKey), "base64");
  const own = { name: NAME, participant: MONITOR, publicKey, url: `${monitor.door.url}/witness` };
  const witnesses = LogWitnessSet.create({ quorum: 1, witnesses: [own] });
  const bytes = reissue(parties, parties.registerBytes, () => ({ witnesses }));
  const opened = openRegister(bytes, [parties.root.publicKey]);
  if (!opened.ok) throw new TypeError(`${opened.refusal.field} ${opened.refusal.detail}`);
  return { bytes, view: opened.value };
}

/** What the gateway asks witnesses with. */
const collector = (register: RegisterView, published = newest, store = bench.store) =>
  new WitnessCollector({
    ...{ store, duty: ALONE, clock: bench.clock, logger },
    register: new CurrentRegister(register),
    checkpoints: {
      get published() {
        return published();
      },
    },
  });

const signer = () => createCheckpointSigner(parties.checkpointKey, parties.register.logOrigin);

async function add(oldSize: number, checkpoint: string) {
  const body = formatAddCheckpoint({ oldSize, proof: [], checkpoint });
  const response = await fetch(`${monitor.door.url}/witness/add-checkpoint`, {
    method: "POST",
    body,
  });
  return { status: response.status, text: await response.text() };
}

async function conflicts(): Promise<{ kept: string; other: string }[]> {
  const answer = await fetch(`${monitor.door.url}/witness/conflicts`);
  return ((await answer.json()) as { conflicts: { kept: string; other: string }[] }).conflicts;
}

test("says its key, is entered, and cosigns what grows (TP-MON-19)", async () => {
  expect((await summary()).attention.map(({ what }) => what)).toEqual([
    expect.stringContaining("does not name this witness"),
  ]);
  const { view } = await watched();
  const asking = collector(view);
  for (const size of [5, 8]) {
    await asking.ask();
    expect(asking.cosigned?.size).toBe(size);
    expect(witnessesOf(asking.cosigned?.note ?? "", view.witnesses.witnesses)).toEqual([NAME]);
    await grow(3);
  }
  expect((await summary()).witness).toMatchObject({ isRegistered: false, size: 8, conflicts: 0 });
});

test("signs no rollback, and the gateway hears of it (TP-MON-19)", async () => {
  const { view } = await watched();
  const older = join(dir, "older.sqlite");
  await copyChanged(bench.file, older, "SELECT 1");
  await grow(1);
  await collector(view).ask();
  const store = await openSqliteStore<GatewayProcedures>({ file: older, module: GATEWAY_STORE });
  const head = await store.call("logHead", undefined);
  const note = signer().sign(head.size, head.rootHash);
  expect(await add(head.size, note)).toEqual({ status: 409, text: "12\n" });
  await collector(view, () => ({ size: head.size, note }), store).ask();
  expect(JSON.stringify(await store.call("eventCounts", undefined))).toContain("LOG_FORKED");
  await store.close();
  expect(await conflicts()).toEqual([]);
});

test("signs no fork, keeps both checkpoints over a restart, raises it once (TP-MON-20)", async () => {
  const { size = 0 } = newest() ?? {};
  const shown = signer().sign(size, hashLeaf(Buffer.from("what this monitor alone is shown")));
  for (const _ of [1, 2]) expect((await add(size, shown)).status).toBe(422);
  const { bytes } = await watched();
  await writeFile(monitor.file("register.bin"), bytes);
  await startMonitor();
  // What it has cosigned before is what it goes on from: a beginning is refused.
  expect(await add(0, newest()?.note ?? "")).toEqual({ status: 409, text: `${size}\n` });
  const [pair, ...others] = await conflicts();
  expect(others).toEqual([]);
  const keys = [parties.checkpointKey.publicKey];
  const heads = [pair?.kept, pair?.other].map((note) =>
    openCheckpoint(note ?? "", parties.register.logOrigin, keys),
  );
  expect(heads.map((head) => head?.size)).toEqual([size, size]);
  expect(heads[0]?.rootHash).not.toEqual(heads[1]?.rootHash);
  const { attention, witness } = await summary();
  expect(attention).toMatchObject([
    { level: "stuck", what: expect.stringContaining("two roots for one size") },
    { level: "look", what: expect.stringContaining("Incident LOG_FORKED: 1 in all") },
  ]);
  expect(witness).toMatchObject({ name: NAME, isRegistered: true, size, conflicts: 1 });
  const { incidents } = await callApi<{ incidents: { kind: string; detail: string }[] }>(
    monitor.door,
    {
      ...{ path: "/v1/incidents", timeoutMs: 10_000 },
    },
  );
  expect(incidents.map(({ detail, kind }) => `${kind} ${detail}`)).toEqual([
    `LOG_FORKED witness: ${parties.register.logOrigin} has signed two roots for ${size} entries`,
  ]);
  expect(await (await fetch(`${monitor.door.url}/metrics`)).text()).toContain(
    "tracepost_regional_monitor_witness_conflicts 1",
  );
});
