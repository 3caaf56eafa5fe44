import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Registry } from "prom-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createCheckpointSigner } from "#message-log";
import { TIMESTAMP_LIMITS } from "#runtime";
import { parseTimestampAnswer, verifyTimestampToken } from "#timestamps";
import { savePublicKey, writePublic } from "#trust";
import { ExchangePaths, verifyLogOf } from "../../../deploy/local/index.ts";
import { ALONE } from "../../../gateway/instances/duty.ts";
import { addTimestampGauge, TimestampKeeper } from "../../../gateway/timestamp-keeper.ts";
import { checkStore, copyChanged } from "../../support/checked-store.ts";
import { type GatewayBench, openGatewayBench } from "../../support/gateway-bench.ts";
import { tracepostHere } from "../../support/in-process.ts";
import { recipientReceipt, traceRequest } from "../../support/messages.ts";
import { OperatorDoor } from "../../support/operator-door.ts";
import { makeParties } from "../../support/parties.ts";
import { OTHER_POLICY, TimestampAuthorities } from "../../support/timestamp-authority.ts";

const DAY_MS = 86_400_000;
const notAfterMs = Date.UTC(2090, 0, 1);
const parties = makeParties([
  { id: "NE", notAfterMs },
  { id: "BR", notAfterMs },
]);
const [ne, br] = [parties.party("NE"), parties.party("BR")];

let made: TimestampAuthorities;
let root: Uint8Array;
let bench: GatewayBench;
let keeper: TimestampKeeper;
let door: OperatorDoor;
let url: string;
/** The authority answers with something else while this is set. */
let instead: (() => Promise<Uint8Array>) | undefined;
let asked = 0;

beforeAll(async () => {
  made = await TimestampAuthorities.make();
  root = await made.der("root");
  url = await made.serve((query) => {
    asked += 1;
    return instead === undefined ? made.reply(query) : instead();
  });
  bench = await openGatewayBench(parties);
  // The authority's clock is that of this machine.
  bench.nowMs = Date.now();
  const authorities = [{ url, roots: [root], digest: "SHA-512" }] as const;
  const witnesses = { cosigned: undefined };
  keeper = new TimestampKeeper({ ...bench, authorities, witnesses, duty: ALONE });
  await record();
  door = new OperatorDoor(bench, [parties.root.publicKey], undefined, undefined, keeper);
  await door.open();
});

afterAll(async () => {
  await door.close();
  await keeper.stop();
  await bench.close();
  await made[Symbol.asyncDispose]();
});

/** A message that is delivered, under a checkpoint that is kept. */
async function record(): Promise<void> {
  const message = traceRequest(ne, ["BR"]);
  await bench.send(message);
  await bench.send(recipientReceipt(br, [{ sender: "NE", message }]));
  await bench.checkpoints.stop();
}

const kept = () => bench.store.call("listTimestamps", { before: null, limit: 10 });

describe("a gateway with a time-stamping authority (TP-STAMP-4)", () => {
  test("has the newest checkpoint stamped, and enters the token in the log (TP-STAMP-5)", async () => {
    const stamped = bench.checkpoints.published;
    await keeper.look();
    const [one, ...more] = await kept();
    expect(more).toEqual([]);
    expect(one).toMatchObject({ url, checkpoint: stamped?.note, size: stamped?.size });
    const message = Buffer.from(one?.checkpoint ?? "");
    expect(verifyTimestampToken(one?.token ?? root, { message, roots: [root] }).ok).toBe(true);
    expect(one?.logIndex).toBe((bench.checkpoints.newest?.size ?? 0) - 1);
    await bench.checkpoints.stop();
  });

  test("asks again when the interval has passed, and something was recorded", async () => {
    await record();
    await keeper.look();
    expect(asked).toBe(1);
    bench.nowMs = Date.now() + 60_000;
    const late = new TimestampKeeper({
      ...{ ...bench, duty: ALONE, witnesses: { cosigned: undefined }, everyMs: 30_000 },
      authorities: [{ url, roots: [root], digest: "SHA-256", policy: OTHER_POLICY }],
    });
    await late.look();
    expect(await kept()).toHaveLength(2);
    expect(asked).toBe(2);
    await bench.checkpoints.stop();
    const idle = new TimestampKeeper({
      ...{ ...bench, authorities: [], duty: { isMine: false }, witnesses: { cosigned: undefined } },
    });
    await idle.look();
    expect(await idle.askAll()).toEqual([]);
  });

  test("takes the newest cosigned checkpoint where there is one", async () => {
    const cosigned = bench.checkpoints.published;
    await record();
    const witnesses = { cosigned: cosigned && { ...cosigned, cosignedAtMs: 0 } };
    const watched = new TimestampKeeper({
      ...{ ...bench, duty: ALONE, witnesses },
      authorities: [{ url, roots: [root], digest: "SHA-256" }],
    });
    expect(await watched.askAll()).toMatchObject([{ type: "stamped", size: cosigned?.size }]);
    expect((await kept())[0]?.checkpoint).toBe(cosigned?.note);
    await bench.checkpoints.stop();
  });

  test("tells of what does not count, waits longer each time, and keeps nothing", async () => {
    await record();
    const before = (await kept()).length;
    const impatient = new TimestampKeeper({
      ...{ ...bench, duty: ALONE, witnesses: { cosigned: undefined }, everyMs: 60_000 },
      authorities: [{ url, roots: [root], digest: "SHA-256" }],
    });
    instead = async () => Buffer.from("<html>sorry</html>");
    const began = bench.nowMs;
    asked = 0;
    bench.nowMs += DAY_MS;
    for (const afterMs of [0, 1, TIMESTAMP_LIMITS.retryFirstMs, 1, TIMESTAMP_LIMITS.retryFirstMs]) {
      bench.nowMs += afterMs;
      await impatient.look();
    }
    // At once, after a minute, and not yet after two.
    expect(asked).toBe(2);
    expect(await kept()).toHaveLength(before);
    const all = { before: null, isOpen: true, kind: null, participant: null, limit: 10 };
    const events = await bench.store.call("listEvents", all);
    expect(events.find(({ kind }) => kind === "TIME_STAMP_FAILED")).toMatchObject({
      subject: url,
      count: 2,
      detail: "it is no answer of a time-stamping authority",
    });
    expect(events.find(({ kind }) => kind === "TIME_STAMP_OVERDUE")).toMatchObject({ count: 1 });
    instead = undefined;
    bench.nowMs = began;
    expect(await impatient.askAll()).toMatchObject([{ type: "stamped" }]);
    expect(await impatient.askAll()).toMatchObject([{ type: "nothing-new" }]);
    await bench.checkpoints.stop();
    const registry = new Registry();
    addTimestampGauge(registry, { store: bench.store, urls: [url] });
    expect(await registry.metrics()).toMatch(/newest_seconds\{authority="http.*"\} 1[0-9]{9}/);
  });

  test("shows them at its door, and asks when a person wants it (TP-STAMP-6)", async () => {
    const token = await door.person("olga", "GATEWAY_OPERATOR");
    const headers = { authorization: `Bearer ${token}` };
    const at = `${door.url}/v1/log/timestamps`;
    const page = await (await fetch(`${at}?limit=1`, { headers })).json();
    expect(page).toMatchObject({ authorities: [url], timestamps: [{ url }] });
    const next = await (await fetch(`${at}?limit=1&after=${page.next}`, { headers })).json();
    expect(next.timestamps[0].logIndex).toBeLessThan(page.timestamps[0].logIndex);
    await record();
    const body = JSON.stringify({});
    const json = { ...headers, "content-type": "application/json" };
    const now = await fetch(at, { method: "POST", headers: json, body });
    expect(await now.json()).toMatchObject({ asked: [{ url, type: "stamped" }] });
    await bench.checkpoints.stop();
  });
});

/** What the authority gives over a note, whatever that says. */
async function tokenOver(note: string): Promise<Uint8Array> {
  const query = await made.query("sha256", Buffer.from(note));
  const token = parseTimestampAnswer(await made.reply(query));
  return token.ok ? token.value : expect.fail(token.why);
}

/** Bytes as SQL has them. */
const literal = (bytes: Uint8Array): string => `x'${Buffer.from(bytes).toString("hex")}'`;

describe("a table of time-stamps that was changed (TP-STAMP-5, TP-LOG-15)", () => {
  type Change = readonly [sql: string, record: RegExp, log: RegExp];
  const changes: readonly Change[] = [
    ["UPDATE log_timestamp SET token = x'3000'", /is not the one that was/, /does not hold: /],
    [
      "UPDATE log_timestamp SET size = size + 1000",
      /is over a checkpoint that is not of this log/,
      /is kept under another size than its checkpoint has/,
    ],
    [
      "UPDATE log_timestamp SET checkpoint = checkpoint || 'x'",
      /does not hold: it is about anot/,
      /does not hold: it is about another message/,
    ],
    ["UPDATE log_timestamp SET root = x'3000'", /hold: no path leads/, /hold: no path leads/],
    [
      "UPDATE log_timestamp SET stamped_at = stamped_at - 86400000",
      /has another time than/,
      /is kept with another time than its own/,
    ],
    ["DELETE FROM log_timestamp", /entry \d+ is not kept/, /entry \d+ is not kept/],
    ["UPDATE log_timestamp SET log_index = 0", /0 was never logged/, /0 was never logged/],
    ["UPDATE log_timestamp SET log_index = 900", /900 was never logged/, /900 was never logged/],
  ];
  let dataDir = "";
  let copy = "";

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "tracepost-stamped-log-"));
    const paths = new ExchangePaths(dataDir);
    for (const dir of [paths.gateway.keysDir, paths.exchange.rootKeys[0] ?? ""]) {
      await mkdir(dir, { recursive: true });
    }
    await writePublic(paths.exchange.register, parties.registerBytes);
    await savePublicKey(paths.exchange.rootPublicKey, parties.root);
    copy = paths.gateway.store;
  });
  afterAll(() => rm(dataDir, { recursive: true, force: true }));

  /** What `log verify` says of a copy of the store that was changed. */
  async function verified(sql: string, ...args: string[]) {
    await rm(copy, { force: true });
    await copyChanged(bench.file, copy, sql);
    return await tracepostHere(["log", "verify", "--data", dataDir, "--stamps", ...args]);
  }

  test("is sound before; each change, removal and addition is named (TP-STAMP-8)", async () => {
    expect(await checkStore(bench.file)).toMatchObject({ isDone: true, problems: [] });
    const sound = await verified("SELECT 1", "--tsa-root", made.path("root.pem"));
    expect(sound.code, sound.err).toBe(0);
    const count = (await kept()).length;
    expect(sound.out).toMatch(new RegExp(`time-stamps ${count} since .* CN=root, [0-9a-f]{64}\n`));
    for (const [sql, record, log] of changes) {
      const newest = " WHERE log_index = (SELECT max(log_index) FROM log_timestamp)";
      await rm(copy, { force: true });
      await copyChanged(bench.file, copy, sql + newest);
      expect((await checkStore(copy)).problems.join("\n"), sql).toMatch(record);
      const { problems } = await verifyLogOf(dataDir, { stampRoots: [] });
      expect(problems.join("\n"), sql).toMatch(log);
    }
  });

  test("shows a log that was written anew, by what others have stamped (TP-STAMP-8)", async () => {
    const signer = createCheckpointSigner(parties.checkpointKey, parties.register.logOrigin);
    const forked = signer.sign(2, new Uint8Array(32).fill(7));
    const token = await tokenOver(forked);
    const at = verifyTimestampToken(token, { message: Buffer.from(forked), roots: [root] });
    const { atMs } = at.ok ? at.value : expect.fail(at.why);
    const said = `'${forked}', ${literal(token)}, ${literal(root)}, ${atMs}`;
    const fork = await verified(`INSERT INTO log_timestamp VALUES (1, 'x', 2, ${said})`);
    expect(fork.out).toContain("the checkpoint of size 2 has another root than the entries");
    const ahead = signer.sign(9_000, new Uint8Array(32).fill(7));
    const unsigned = await verified(
      `UPDATE log_timestamp SET checkpoint = '${ahead}', token = ${literal(await tokenOver(ahead))}`,
    );
    expect(unsigned.out).toContain("9000 entries were time-stamped");
    const stranger = await verified("SELECT 1", "--tsa-root", "ab".repeat(32), "--json");
    expect([stranger.code, JSON.parse(stranger.out)]).toMatchObject([
      6,
      {
        stamps: [{ isTrusted: false, rootHolder: "C=AA, O=Made up for a test, CN=root" }],
        problems: [`no time-stamp rests on the root certificate ${"ab".repeat(32)}`],
      },
    ]);
  });
});
