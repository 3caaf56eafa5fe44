import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { addPolicySignature, DEFAULT_POLICY_TEXT, draftPolicy } from "#policy";
import { EntryKind, ExchangeStatus, LogEntry } from "#proto";
import { generateSigningKey } from "#trust";
import { parseDispatch, parseReceipt, refusalNameOf, toTimestamp } from "#wire";
import {
  followPolicy,
  openGatewayPolicy,
  type PolicyKeeperDeps,
} from "../../../gateway/policy/policy-keeper.ts";
import type { WatchedFile } from "../../../gateway/watched-file.ts";
import { type GatewayBench, openGatewayBench } from "../../support/gateway-bench.ts";
import { traceRequest } from "../../support/messages.ts";
import { makeParties, type Parties } from "../../support/parties.ts";

const NO_TESTS = `${DEFAULT_POLICY_TEXT}
@id("LOCAL-1")
@title("No tests on this exchange")
@code("NOT_PERMITTED")
@field("header.status")
forbid (principal, action, resource) when { context.status == Status::"TEST" };
`;

let folder: string;
let parties: Parties;
let bench: GatewayBench;
let keeper: WatchedFile;
let place: { policyFile: string };
let client: PolicyKeeperDeps["client"];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracepost-policy-"));
  parties = makeParties([{ id: "NE" }, { id: "BR" }]);
  bench = await openGatewayBench(parties);
  const roots = [parties.root.publicKey];
  client = { current: bench.register, rootKeys: roots, rootKeysEver: roots };
  place = { policyFile: join(folder, "policy.bin") };
  keeper = followPolicy(parts());
});

afterEach(async () => {
  await keeper.stop();
  await bench.close();
  await rm(folder, { recursive: true, force: true });
});

function opening() {
  const { checkpoints, clock, store } = bench;
  return { place, checkpoints, clock, client, store };
}

function parts(): PolicyKeeperDeps {
  const betweenBatches = (work: () => Promise<void>) => bench.pipeline.betweenBatches(work);
  return { ...opening(), current: bench.policy, logger: bench.logger, betweenBatches };
}

async function open() {
  return await openGatewayPolicy(opening());
}

async function publish(version: bigint, text: string, root = parties.root): Promise<void> {
  const issuedAt = toTimestamp(bench.nowMs);
  const draft = draftPolicy({ version, issuedAt, text, reason: "For a test" });
  await writeFile(place.policyFile, addPolicySignature(draft, root));
}

/** A request marked as a test, and what its receipt says: code and policy of the decision. */
async function sendTest(): Promise<{ code: string | undefined; policy: bigint }> {
  const request = traceRequest(parties.party("NE"), ["BR"], { status: ExchangeStatus.TEST });
  expect(await bench.send(request)).toBe("ack");
  const last = bench.published.findLast(({ subject }) => subject === "tp.in.NE.normal.receipt");
  const parsed = parseDispatch(last?.data ?? new Uint8Array(), { allowGatewaySender: true });
  const receipt = parsed.ok ? parseReceipt(parsed.value.message) : parsed;
  if (!receipt.ok) throw new TypeError(receipt.refusal.field);
  const entry = LogEntry.decode(receipt.value.items[0]?.evidence?.entry ?? new Uint8Array());
  return { code: refusalNameOf(entry.code), policy: entry.policyVersion };
}

async function stored<T extends Record<string, number | Uint8Array>>(sql: string): Promise<T[]> {
  return await bench.read((tx) => tx.all<T>(sql));
}

describe("a policy that changes while a gateway runs (TP-POLICY-7)", () => {
  test("decides from the next batch on, and each record names the policy of its decision", async () => {
    expect(await sendTest()).toEqual({ code: undefined, policy: 0n });
    await publish(1n, DEFAULT_POLICY_TEXT);
    await keeper.start();
    expect(await sendTest()).toEqual({ code: undefined, policy: 1n });
    await publish(2n, NO_TESTS);
    await keeper.look();
    expect(await sendTest()).toEqual({ code: "NOT_PERMITTED", policy: 2n });
    const rows = await stored<{ policy_version: number }>(
      "SELECT policy_version FROM messages ORDER BY id",
    );
    expect(rows.map(({ policy_version: version }) => version)).toEqual([0, 1, 2]);
    const entries = await stored<{ entry: Uint8Array }>("SELECT entry FROM log_entries");
    const changes = entries
      .map(({ entry }) => LogEntry.decode(entry))
      .filter(({ kind }) => kind === EntryKind.POLICY_CHANGE);
    expect(changes.map(({ policyVersion }) => policyVersion)).toEqual([1n, 2n]);
  });

  test("stays as it is for what is not signed, no policy, or not higher", async () => {
    await publish(2n, DEFAULT_POLICY_TEXT);
    await keeper.start();
    await publish(3n, NO_TESTS, makeParties([{ id: "NE" }]).root);
    await keeper.look();
    await publish(3n, `${NO_TESTS}\npermit (principal, action, resource);`);
    await keeper.look();
    await publish(1n, NO_TESTS);
    await keeper.look();
    await publish(2n, NO_TESTS);
    await keeper.look();
    await rm(place.policyFile);
    await keeper.look();
    expect(await sendTest()).toEqual({ code: undefined, policy: 2n });
  });

  test("is the newest taken after a start, though an older file was laid back", async () => {
    await publish(2n, NO_TESTS);
    await keeper.start();
    await publish(1n, DEFAULT_POLICY_TEXT);
    const after = await open();
    expect(after.current.view()).toMatchObject({ version: 2n, text: NO_TESTS });
    const fresh = await openGatewayPolicy({
      ...opening(),
      place: {},
      store: { call: async () => null as never },
    });
    expect(fresh.current.view().version).toBe(0n);
  });

  test("is stored and logged at a start before it is in force, or nothing starts", async () => {
    await publish(3n, NO_TESTS);
    const call = (async (name: string) => {
      if (name === "newestPolicy") return null;
      throw new TypeError("no room");
    }) as unknown as typeof bench.store.call;
    await expect(openGatewayPolicy({ ...opening(), store: { call } })).rejects.toThrow("no room");
    expect(await stored("SELECT version FROM policies")).toEqual([]);
    const { current, seen } = await open();
    expect(current.view().version).toBe(3n);
    expect(seen).toEqual(await readFile(place.policyFile));
    expect(await stored("SELECT version, log_index FROM policies")).toHaveLength(1);
    // The same file again is opened from the store, and stored no second time.
    expect((await open()).current.view().version).toBe(3n);
    expect(await stored("SELECT version FROM policies")).toHaveLength(1);
  });

  test("is taken at a later look when the store failed at the first", async () => {
    let isFull = true;
    const call = (async (name: never, args: never) => {
      if (isFull) throw new TypeError("no room");
      return await bench.store.call(name, args);
    }) as typeof bench.store.call;
    const late = followPolicy({ ...parts(), store: { call } });
    await publish(1n, NO_TESTS);
    await late.look();
    expect(bench.policy.view().version).toBe(0n);
    isFull = false;
    await late.look();
    expect(bench.policy.view().version).toBe(1n);
    expect(await stored("SELECT version FROM policies")).toHaveLength(1);
  });

  test("follows the root keys of the register, and keeps what was taken (TP-KEY-3)", async () => {
    await publish(1n, DEFAULT_POLICY_TEXT);
    await keeper.start();
    const next = generateSigningKey();
    const ever = [parties.root.publicKey, next.publicKey];
    const rotated = { ...client, rootKeys: [next.publicKey], rootKeysEver: ever };
    const rotatedKeeper = followPolicy({ ...parts(), client: rotated });
    const started = await openGatewayPolicy({ ...opening(), client: rotated });
    expect(started.current.view().version).toBe(1n);
    await publish(2n, NO_TESTS);
    await rotatedKeeper.look();
    expect(bench.policy.view().version, "the old root signs no more").toBe(1n);
    await expect(openGatewayPolicy({ ...opening(), client: rotated })).rejects.toThrow("root keys");
    await publish(2n, NO_TESTS, next);
    await rotatedKeeper.look();
    expect(bench.policy.view().version).toBe(2n);
  });
});
