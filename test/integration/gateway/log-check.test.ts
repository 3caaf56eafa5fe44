import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseEvidence, verifyEvidence } from "#message-log";
import { createLogger } from "#runtime";
import { savePublicKey } from "#trust";
import { ExchangePaths } from "../../../deploy/local/index.ts";
import { ALONE } from "../../../gateway/instances/duty.ts";
import { LogChecker } from "../../../gateway/log-checker.ts";
import { type FilledGateway, fillGateway } from "../../support/filled-gateway.ts";
import { tracepostHere as tracepost } from "../../support/in-process.ts";

let gateway: FilledGateway;

beforeAll(async () => {
  gateway = await fillGateway();
});
afterAll(() => gateway.close());

/** Message 1 is delivered, 2 rejected, 3 open, 4 expired, 5 and 6 receipts, 7 refused. */
const ADD_PART = "INSERT INTO parts (id, name, only_for, content) VALUES";
const MESSAGE = (entry: number): RegExp =>
  new RegExp(`message [0-9a-f-]{36} of .. \\(entry ${entry}\\)`);

describe("records compared with the log (TP-LOG-15)", () => {
  test("are found as they were recorded when nobody has changed anything", async () => {
    const { isDone, position, problems } = await gateway.tampered("SELECT 1");
    expect(problems).toEqual([]);
    expect(isDone).toBe(true);
    expect(position.size).toBeGreaterThan(260);
  });

  test.each([
    ["two messages exchanged", SWAPPED("messages"), MESSAGE(0)],
    ["a message put in", INSERTED("messages", "900", "message_id = 'x'"), /message 900 belongs/],
    ["a part edited", "UPDATE parts SET content = x'00' WHERE id = 1025", /another part 1/],
    ["a part in two places", "UPDATE parts SET content = x'00' WHERE id = 1024", /says two places/],
    ["a part renamed", "UPDATE parts SET name = 'x' WHERE id = 1024", /another part 0/],
    ["a part deleted", "DELETE FROM parts WHERE id = 1024", /lacks its part 0/],
    ["a part added", `${ADD_PART} (1100, 'x', '', x'')`, /parts that its header/],
    ["parts of nobody", `${ADD_PART} (819200, 'x', '', x'')`, /part 819200 belongs/],
    ["a delivery deleted", "DELETE FROM deliveries WHERE id = 256", /delivery to BR is missing/],
    [
      "a delivery to another",
      "UPDATE deliveries SET recipient = 'AT' WHERE id = 256",
      /delivery to BR names AT/,
    ],
    [
      "a delivery that never was",
      "UPDATE deliveries SET state = 2 WHERE id = 768",
      /delivery to NE names no receipt/,
    ],
    [
      "a delivery under a receipt of another",
      "UPDATE deliveries SET receipt = 6 WHERE id = 256",
      /delivery to BR names no receipt/,
    ],
    [
      "an expiry undone",
      "UPDATE deliveries SET state = 1 WHERE state = 4",
      /ended a delivery that does not/,
    ],
    [
      "an expiry dated back",
      "UPDATE deliveries SET expiry_at = 1 WHERE state = 4",
      /delivery to AT names no end/,
    ],
    ["a policy edited", "UPDATE policies SET policy = x'00'", /policy version 2 .* not the one/],
    ["a policy deleted", "DELETE FROM policies", /policy version 2 .* not kept/],
    ["a schedule edited", "UPDATE schedules SET schedule = x'00'", /schedule version 3 .* not the/],
    ["a schedule deleted", "DELETE FROM schedules", /schedule version 3 .* not kept/],
    [
      "a policy put in",
      "INSERT INTO policies SELECT 9, digest, policy, 3, taken_at FROM policies",
      /policy version 9 was never logged/,
    ],
    [
      "a register put in",
      "INSERT INTO registers SELECT 9, digest, register, 1, 'x', NULL, NULL, 1 FROM registers LIMIT 1",
      /register version 9 was never logged/,
    ],
    ["an item of quarantine edited", "UPDATE quarantine SET code = 3", /item 1 of quarantine/],
    ["an entry deleted", "DELETE FROM log_entries WHERE entry_index = 3", /entry 3 is missing/],
    [
      "an entry edited with its hash",
      "UPDATE log_entries SET (entry, leaf_hash) = (SELECT entry, leaf_hash FROM log_entries WHERE entry_index = 0) WHERE entry_index = 2",
      /tile 0 of level 0 has other hashes/,
    ],
    ["a tile edited", "UPDATE log_tiles SET hashes = zeroblob(8192)", /tile 0 of level 0/],
    ["a tile deleted", "DELETE FROM log_tiles", /tile 0 of level 0 is missing/],
    ["the tree head", "UPDATE log_head SET root_hash = zeroblob(32)", /tree head/],
    ["the checkpoint", "UPDATE log_head SET checkpoint = 'x'", /kept checkpoint is none/],
  ])("show %s, and name it", async (_, sql, problem) => {
    const found = await gateway.tampered(sql);
    expect(found.changed).toBeGreaterThan(0);
    expect(found.problemsTotal).toBeGreaterThanOrEqual(found.problems.length);
    expect(found.problems.join("\n")).toMatch(problem);
  });

  test("are compared in a running gateway, from where the check had come to", async () => {
    const { clock, store } = gateway.bench;
    const logger = createLogger({ name: "test", level: "silent" });
    const checker = new LogChecker({ store, duty: ALONE, clock, logger });
    await checker.check();
    const first = await store.call("loadLogCheck", undefined);
    expect(first?.position.size).toBeGreaterThan(260);
    const held = [{ sender: "NE", messages: 1 }];
    const head = await store.call("logOverQuota", {
      nowMs: clock.now() + 1,
      registerVersion: 1,
      held,
    });
    gateway.bench.checkpoints.note(head);
    await gateway.bench.checkpoints.stop();
    const next = { from: first?.position ?? null, entries: 100 };
    const page = await store.call("checkLog", next);
    expect(page).toMatchObject({ isDone: true, problems: [], position: { size: head.size } });
    await checker.check();
    const kept = await store.call("loadLogCheck", undefined);
    expect(kept).toMatchObject({ position: { size: head.size }, wholeAtMs: first?.wholeAtMs });
    await checker.stop();
    const events = await store.call("eventCounts", undefined);
    expect(JSON.stringify(events)).not.toContain("LOG_DAMAGED");
  });
});

describe("tracepost log fsck and prove", () => {
  let dataDir: string;
  beforeAll(async () => {
    dataDir = join(await mkdtemp(join(tmpdir(), "tracepost-fsck-")), "data");
    const { exchange } = new ExchangePaths(dataDir);
    await mkdir(join(dataDir, "gateway"), { recursive: true });
    const [root = ""] = exchange.rootPublicKeys;
    await mkdir(dirname(root), { recursive: true });
    await writeFile(exchange.register, gateway.parties.registerBytes);
    await savePublicKey(root, gateway.parties.root);
    await gateway.copyTo(join(dataDir, "gateway", "gateway.sqlite"), "SELECT 1");
  });
  afterAll(() => rm(join(dataDir, ".."), { recursive: true, force: true }));

  test("say that all is well, and prove an entry under the kept checkpoint", async () => {
    const fsck = await tracepost(["log", "fsck", "--data", dataDir]);
    expect(fsck.out).toMatch(/^Sound: \d+ entries of tracepost\.example\/test/u);
    const out = join(dataDir, "entry.tlog-proof");
    const proven = await tracepost(["log", "prove", "3", "--data", dataDir, "--out", out]);
    expect(proven.code, proven.err).toBe(0);
    const evidence = parseEvidence(await readFile(out, "utf8"));
    const { logOrigin } = gateway.parties.register;
    const keys = [gateway.parties.checkpointKey.publicKey];
    if (!evidence.ok) throw new TypeError(evidence.refusal.detail);
    expect(verifyEvidence(evidence.value, logOrigin, keys)).toMatchObject({ ok: true });
    const kept = await tracepost(["log", "consistency", out, "--data", dataDir, "--json"]);
    expect(JSON.parse(kept.out)).toMatchObject({ consistent: true, relation: "same" });
    const beyond = await tracepost(["log", "prove", "9999", "--data", dataDir]);
    expect(beyond.err).toContain("index must be below");
    expect((await tracepost(["log", "prove", "-1", "--data", dataDir])).code).toBe(2);
  });

  test("count the records of each day again, and name what differs (TP-COUNT-6)", async () => {
    const counts = (...more: readonly string[]) =>
      tracepost(["log", "counts", "--data", dataDir, ...more, "--json"]);
    const { days, sound } = JSON.parse((await counts("--check")).out);
    expect(sound).toBe(true);
    expect(days).toHaveLength(3);
    const [, , first] = days;
    const requests = { kind: "TRACE_REQUEST", status: "TEST", decision: "accepted", records: 4 };
    expect(first.counts).toContainEqual(requests);
    expect(first).toMatchObject({ first: 0, monitors: ["XK"], problems: [], differences: [] });
    const told = await tracepost(["log", "counts", "--data", dataDir, "--limit", "1"]);
    expect(told.out).toMatch(/^\d{4}-\d{2}-\d{2} {2}0 records, no entries, logged as entry \d+\n/u);
    const file = join(dataDir, "gateway", "gateway.sqlite");
    await gateway.copyTo(file, "UPDATE messages SET code = 3 WHERE id = 1");
    const differing = await tracepost(["log", "counts", "--data", dataDir, "--check"]);
    expect(differing.code).toBe(6);
    expect(differing.out).toContain(": NOT as recorded");
    expect(differing.out).toContain("TEST accepted: 4 were counted, the records have 3");
    await gateway.copyTo(file, "UPDATE daily_counts SET counts = x''");
    expect((await counts("--day", first.day, "--check")).code).toBe(6);
    expect((await counts("--day", "1999-01-01")).code).toBe(2);
  });

  test("name what differs and end with 6", async () => {
    const file = join(dataDir, "gateway", "gateway.sqlite");
    await gateway.copyTo(file, "UPDATE messages SET field = 'x' WHERE id = 2");
    const { code, out } = await tracepost(["log", "fsck", "--data", dataDir, "--json"]);
    expect(code).toBe(6);
    expect(JSON.parse(out).problems.join()).toMatch(MESSAGE(1));
    await gateway.copyTo(file, "UPDATE log_entries SET entry = x'00' WHERE entry_index = 2");
    const proven = await tracepost(["log", "prove", "2", "--data", dataDir]);
    expect(proven.code).toBe(6);
    expect(proven.err).toContain("not the one that was logged");
  });
});

function SWAPPED(table: string): string {
  return `UPDATE ${table} SET id = -1 WHERE id = 1; UPDATE ${table} SET id = 1 WHERE id = 3;
    UPDATE ${table} SET id = 3 WHERE id = -1`;
}

function INSERTED(table: string, id: string, change: string): string {
  return `CREATE TEMP TABLE made AS SELECT * FROM ${table} WHERE id = 1;
    UPDATE made SET id = ${id}, ${change}; INSERT INTO ${table} SELECT * FROM made`;
}
