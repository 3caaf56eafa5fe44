import { rm } from "node:fs/promises";
import { Registry } from "prom-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TIMESTAMP_LIMITS } from "#runtime";
import { verifyTimestampToken } from "#timestamps";
import { ALONE } from "../../../gateway/instances/duty.ts";
import { addTimestampGauge, TimestampKeeper } from "../../../gateway/timestamp-keeper.ts";
import { checkStore, copyChanged } from "../../support/checked-store.ts";
import { type GatewayBench, openGatewayBench } from "../../support/gateway-bench.ts";
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

describe("a table of time-stamps that was changed (TP-STAMP-5, TP-LOG-15)", () => {
  const changes: readonly (readonly [sql: string, finding: RegExp])[] = [
    ["UPDATE log_timestamp SET token = x'3000'", /is not the one that was logged/],
    ["UPDATE log_timestamp SET size = size + 1000", /is over a checkpoint that is not of this log/],
    ["UPDATE log_timestamp SET checkpoint = checkpoint || 'x'", /does not hold: it is about anot/],
    ["UPDATE log_timestamp SET root = x'3000'", /does not hold: no path leads/],
    ["UPDATE log_timestamp SET stamped_at = stamped_at - 86400000", /has another time than/],
    ["DELETE FROM log_timestamp", /the time-stamp of entry \d+ is not kept/],
    ["UPDATE log_timestamp SET log_index = 0", /the time-stamp of entry 0 was never logged/],
    ["UPDATE log_timestamp SET log_index = 900", /the time-stamp of entry 900 was never logged/],
  ];

  test("is sound before; each change, removal and addition is named", async () => {
    const copy = `${bench.file}.copy`;
    expect(await checkStore(bench.file)).toMatchObject({ isDone: true, problems: [] });
    for (const [sql, finding] of changes) {
      const newest = " WHERE log_index = (SELECT max(log_index) FROM log_timestamp)";
      await copyChanged(bench.file, copy, sql + newest);
      expect((await checkStore(copy)).problems.join("\n"), sql).toMatch(finding);
      await rm(copy);
    }
  });
});
