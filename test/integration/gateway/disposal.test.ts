import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { DisposalClerk } from "#disposal";
import { verifyLog } from "#message-log";
import {
  Disclosed,
  DisposalCertificate,
  ExchangeStatus,
  HoldActKind,
  HoldScope,
  Kind,
  OutcomeClass,
  TraceMove,
} from "#proto";
import { itemsOf } from "#records";
import { PAYLOAD_TYPES, verifyBytesNow } from "#trust";
import { type AssembledEnvelope, sha256 } from "#wire";
import { checkAll, checkStore, copyChanged } from "../../support/checked-store.ts";
import { declineOpen, disposalClerk } from "../../support/disposing.ts";
import { type GatewayBench, onPostgres, openGatewayBench } from "../../support/gateway-bench.ts";
import { headerOf, messageOn, recipientReceipt, traceRequest } from "../../support/messages.ts";
import { OperatorDoor } from "../../support/operator-door.ts";
import { makeParties } from "../../support/parties.ts";
import { receiptsIn } from "../../support/read-receipts.ts";

const DAY_MS = 86_400_000;
const YEAR_MS = 366 * DAY_MS;
const EXERCISE = 0x51;
const TRACE = 0x52;

const notAfterMs = Date.UTC(2090, 0, 1);
const parties = makeParties([
  { id: "NE", notAfterMs },
  { id: "BR", notAfterMs },
]);
const [ne, br] = [parties.party("NE"), parties.party("BR")];

let bench: GatewayBench;
let clerk: DisposalClerk;
let exercise: AssembledEnvelope;
let trace: AssembledEnvelope;

beforeAll(async () => {
  bench = await openGatewayBench(parties);
  // Messages are made at the time that the gateway sees.
  vi.useFakeTimers({ toFake: ["Date"], now: bench.nowMs });
  clerk = disposalClerk(bench, parties);
  // Large: on SQLite its body lies in a file, on PostgreSQL in its row.
  exercise = traceRequest(ne, ["BR"], { bodyBytes: 6_000 }, EXERCISE);
  trace = traceRequest(ne, ["BR"], { status: ExchangeStatus.ACTUAL }, TRACE);
  for (const message of [exercise, trace]) await deliver(message);
  expect(await clerk.clockJumped()).toBe(false);
});

afterAll(async () => {
  await clerk.stop();
  await bench.close();
  vi.useRealTimers();
});

/** Sends a message, and the receipt of its recipient. */
async function deliver(message: AssembledEnvelope, from = br, sender = "NE"): Promise<void> {
  expect(await bench.send(message)).toBe("ack");
  await bench.send(recipientReceipt(from, [{ sender, message }]));
}

const due = () => bench.store.call("listDue", { after: 0, limit: 200, nowMs: bench.nowMs });

/** Asks for a run as an officer does, and has it done. */
async function dispose() {
  const clockJumped = await clerk.clockJumped();
  await clerk.look();
  const wish = { authority: "schedule", actor: "officer-1", nowMs: bench.nowMs, clockJumped };
  const asked = await bench.store.call("askRun", wish);
  clerk.wake();
  await clerk.idle();
  return await bench.store.call("loadRun", { id: asked.id });
}

/** Time goes by with a look each time, as the running gateway has one each hour. */
async function later(ms: number): Promise<void> {
  bench.nowMs += ms;
  vi.setSystemTime(bench.nowMs);
  await clerk.look();
}

/** What a server's files still hold is its administrator's (TP-STORE-8): there, what rows hold. */
async function inFiles(fill: number): Promise<boolean> {
  if (onPostgres) return await inRows(fill);
  const files = await Promise.all(["", "-wal"].map((end) => readFile(`${bench.file}${end}`)));
  const dir = `${bench.file}.bodies`;
  for (const name of await readdir(dir)) files.push(await readFile(join(dir, name)));
  return files.some((bytes) => bytes.includes(Buffer.alloc(64, fill)));
}

async function inRows(fill: number): Promise<boolean> {
  const rows = await bench.read((tx) =>
    tx.all<{ content: Uint8Array }>("SELECT content FROM parts"),
  );
  return rows.some(({ content }) => Buffer.from(content).includes(Buffer.alloc(64, fill)));
}

async function check(file = bench.file): Promise<readonly string[]> {
  if (onPostgres) return await bench.read(async (tx) => (await checkAll(tx)).problems);
  return (await checkStore(file)).problems;
}

const partsLeft = async (message: AssembledEnvelope): Promise<string[]> => {
  const sql =
    "SELECT p.name FROM parts p JOIN messages m ON m.id = p.id / 1024 WHERE m.message_id = ?";
  const { messageId } = headerOf(message);
  const rows = await bench.read((tx) => tx.all<{ name: string }>(sql, messageId));
  return rows.map(({ name }) => name);
};

/** Certificates of a run, read. */
async function certificatesOf(run: number) {
  const kept = await bench.store.call("listCertificates", { run, after: 0, limit: 100 });
  return kept.map((one) => ({ ...one, said: DisposalCertificate.decode(one.bytes) }));
}

describe("records that are due", () => {
  test("are none before their time (TP-DISP-2)", async () => {
    await later(89 * DAY_MS);
    expect(await due()).toEqual({ count: 0, held: 0, records: [] });
    expect(await dispose()).toMatchObject({ state: "done", due: 0, records: 0 });
  });

  test("are told with part, line and basis (TP-DISP-2)", async () => {
    await later(2 * DAY_MS);
    const { count, records } = await due();
    expect(count).toBe(2);
    const told = records.map(({ class: name, parts }) => {
      return [name, parts.map((part) => `${part.name} ${part.plan.class}`)];
    });
    expect(told).toEqual([
      ["exercise", ["body exercise", "key exercise"]],
      ["trace", ["key transport"]],
    ]);
    expect(records[0]?.parts[0]?.plan.why.at(-1)?.basis).not.toBe("");
  });

  test("leave no byte in the files, and prove themselves (TP-DISP-3, TP-DISP-4)", async () => {
    expect(await inFiles(EXERCISE)).toBe(true);
    const run = await dispose();
    expect(run).toMatchObject({ state: "done", records: 2, parts: 3, held: 0 });
    expect(await inFiles(EXERCISE)).toBe(false);
    expect(await partsLeft(exercise)).toEqual([]);
    expect(await partsLeft(trace)).toEqual(["body"]);
    const [certificate] = await certificatesOf(run?.id ?? 0);
    expect(certificate?.said).toMatchObject({
      authority: "schedule",
      askedBy: "officer-1",
      itemsCount: 2,
    });
    const items = certificate && itemsOf(certificate.said, certificate.keptItems);
    expect(items).toMatchObject([
      { messageId: headerOf(exercise).messageId, retentionClass: "exercise" },
      { messageId: headerOf(trace).messageId, parts: [{ name: "key", onlyFor: "BR" }] },
    ]);
    const digests = items?.[0]?.parts.map(({ sha256: digest }) => digest);
    expect(digests).toEqual(headerOf(exercise).parts.map(({ sha256: digest }) => digest));
    const { bytes, signature } = certificate ?? { bytes: Buffer.of(), signature: null };
    const key = parties.receiptKey.publicKey;
    expect(verifyBytesNow(key, PAYLOAD_TYPES.disposal, bytes, signature ?? Buffer.of())).toBe(true);
  });

  test("leave a log that verifies, and records that fit it (TP-DISP-7)", async () => {
    expect(await check()).toEqual([]);
    await bench.checkpoints.stop();
    const origin = parties.register.logOrigin;
    const publicKeys = [parties.checkpointKey.publicKey];
    const report = await bench.read((tx) => verifyLog(tx, { origin, publicKeys }));
    expect(report).toMatchObject({ verified: true, problems: [] });
  });

  test("are known when they come again, and get their receipts (TP-DISP-1, TP-DISP-4)", async () => {
    const before = bench.published.length;
    expect(await bench.send(exercise)).toBe("ack");
    const said = receiptsIn(bench.published.slice(before));
    expect(said.length).toBeGreaterThan(0);
    expect(await partsLeft(exercise)).toEqual([]);
    expect(await check()).toEqual([]);
  });
});

const disclosed = (move: TraceMove): Disclosed => {
  const isFinal = move === TraceMove.FINAL;
  return Disclosed.create({ move, outcomeClass: isFinal ? OutcomeClass.ESTABLISHED : 0 });
};

describe("the door of the gateway (TP-DISP-8)", () => {
  test("tells officers what is due, and gives certificates; operators nothing", async () => {
    const door = new OperatorDoor(bench, [], clerk);
    await door.open();
    try {
      const officer = await door.person("officer-3", "RECORDS_OFFICER");
      const listed = await door.ask(officer, "/disposals/due");
      expect(listed).toMatchObject({ status: 200, body: { due: 0, held: 0, records: [] } });
      const asked = await door.ask(officer, "/disposals", { authority: "order 7" });
      expect(asked).toMatchObject({ status: 202, body: { state: "running", due: 0 } });
      await clerk.idle();
      const { id } = asked.body;
      expect((await door.ask(officer, `/disposals/${id}`)).body.state).toBe("done");
      const again = await door.ask(officer, `/disposals/${id}/confirm`, { reason: "x" });
      expect(again.body.code).toBe("DISPOSAL_OTHERWISE");
      const runs = (await door.ask(officer, "/disposals")).body.disposals;
      const [first] = runs.filter(({ records }: { records: number }) => records > 0);
      const kept = (await door.ask(officer, `/disposals/${first.id}/certificates`)).body;
      expect(kept.certificates).toMatchObject([{ records: 2, isSigned: true }]);
      const operator = await door.operator();
      expect((await door.ask(operator, "/disposals/due")).status).toBe(403);
      expect((await door.ask(operator, "/disposals", { authority: "x" })).status).toBe(403);
    } finally {
      await door.close();
    }
  });
});

describe("a run", () => {
  test("waits for a second person when the clock has jumped (TP-DISP-6)", async () => {
    await deliver(traceRequest(ne, ["BR"], {}, EXERCISE));
    await later(91 * DAY_MS);
    const restarted = disposalClerk(bench, parties);
    expect(await restarted.clockJumped()).toBe(true);
    const wish = { authority: "x", actor: "officer-1", nowMs: bench.nowMs, clockJumped: true };
    const asked = await bench.store.call("askRun", wish);
    expect(asked).toMatchObject({ state: "waiting", why: "CLOCK" });
    const { id } = asked;
    const alone = { id, actor: "officer-1", reason: "x", nowMs: bench.nowMs, clockJumped: true };
    expect((await bench.store.call("confirmRun", alone)).type).toBe("same-person");
    const confirm = { ...alone, actor: "officer-2" };
    expect((await bench.store.call("confirmRun", confirm)).type).toBe("confirmed");
    // The clock is set forward while the run is under way, and nothing counts on with it.
    const counted = bench.nowMs;
    const jumping = disposalClerk(bench, parties, () => counted);
    expect(await jumping.clockJumped()).toBe(false);
    bench.nowMs += 2 * DAY_MS;
    jumping.wake();
    await jumping.idle();
    expect(await bench.store.call("loadRun", { id })).toMatchObject({ state: "stopped" });
    await bench.store.call("confirmRun", { ...confirm, nowMs: bench.nowMs });
    await jumping.trustClock();
    jumping.wake();
    await jumping.idle();
    const run = await bench.store.call("loadRun", { id });
    expect(run).toMatchObject({ state: "done", confirmedBy: "officer-2", records: 1 });
    await clerk.trustClock();
  });

  test("waits for a second person when much is due at once, and is declined (TP-DISP-5, TP-DISP-10)", async () => {
    for (let n = 0; n < 101; n += 1) {
      await deliver(traceRequest(ne, ["BR"]));
    }
    await later(91 * DAY_MS);
    expect(await dispose()).toMatchObject({ state: "waiting", why: "SHARE", due: 101 });
    await declineOpen(bench, clerk);
    expect(await dispose()).toMatchObject({ state: "waiting", why: "SHARE", due: 101 });
    const open = await bench.store.call("openRun", undefined);
    const by = { actor: "officer-2", reason: "x", nowMs: bench.nowMs, clockJumped: false };
    const confirm = { id: open?.id ?? 0, ...by };
    await bench.store.call("confirmRun", confirm);
    clerk.wake();
    await clerk.idle();
    expect(await bench.store.call("openRun", undefined)).toBeNull();
    expect(await check()).toEqual([]);
  });
});

describe("records of a case", () => {
  test("are the parts of a case so long after it was closed (TP-DISP-2)", async () => {
    const move = { kind: Kind.TRACE_REPLY, status: ExchangeStatus.ACTUAL };
    const final = messageOn(trace, br, { ...move, disclosed: disclosed(TraceMove.FINAL) });
    await deliver(final, ne, "BR");
    const closing = { kind: Kind.TRACE_FOLLOW_UP, status: ExchangeStatus.ACTUAL };
    const closed = messageOn(trace, ne, {
      ...closing,
      recipients: ["BR"],
      disclosed: disclosed(TraceMove.CASE_CLOSED),
    });
    await deliver(closed);
    const closedAtMs = bench.nowMs;
    for (let years = 1; years <= 19; years += 1) await later(365 * DAY_MS);
    const earlier = await due();
    expect(earlier.records.flatMap(({ parts }) => parts.map(({ name }) => name))).toEqual([
      "key",
      "key",
    ]);
    await later(closedAtMs + 20 * YEAR_MS - bench.nowMs);
    const { records } = await due();
    const bodies = records.filter(({ parts }) => parts.some(({ name }) => name === "body"));
    expect(bodies.map(({ messageId }) => messageId)).toEqual(
      [trace, final, closed].map((message) => headerOf(message).messageId),
    );
  });
});

describe("a hold", () => {
  const hold = (scope: Partial<HoldScope>, actor = "officer-1") =>
    bench.store.call("askHold", {
      scope: HoldScope.create(scope),
      isRegistered: true,
      reason: "x",
      authority: "x",
      actor,
      reviewAtMs: null,
      nowMs: bench.nowMs,
      registerVersion: 1,
      repeat: undefined,
    });

  test("that is placed during a run stops it where it covers (TP-DISP-3)", async () => {
    const wish = { authority: "x", actor: "officer-1", nowMs: bench.nowMs, clockJumped: false };
    const asked = await bench.store.call("askRun", wish);
    const args = { run: asked.id, limit: 1, nowMs: bench.nowMs, registerVersion: 1 };
    expect((await bench.store.call("disposeBatch", args)).type).toBe("disposed");
    await hold({ party: "NE" });
    for (const _ of [1, 2]) {
      expect((await bench.store.call("disposeBatch", args)).type).toBe("nothing");
    }
    expect((await bench.store.call("disposeBatch", args)).type).toBe("finished");
    clerk.wake();
    await clerk.idle();
    const run = await bench.store.call("loadRun", { id: asked.id });
    expect(run).toMatchObject({ state: "done", records: 1, held: 2 });
    expect((await due()).held).toBe(2);
    expect(await check()).toEqual([]);
  });

  test("that is released lets go what is due (TP-DISP-3)", async () => {
    const [held] = await bench.store.call("listHolds", {
      ...{ before: null, state: null, reviewDueAtMs: null, limit: 1 },
    });
    const act = { id: held?.id ?? 0, reason: "x", reviewAtMs: null, registerVersion: 1 };
    const declined = { ...act, kind: HoldActKind.DECLINED, actor: "officer-2", nowMs: bench.nowMs };
    expect((await bench.store.call("actOnHold", declined)).result.type).toBe("done");
    expect(await dispose()).toMatchObject({ state: "done", records: 2 });
    expect(await inFiles(TRACE)).toBe(false);
  });
});

describe.skipIf(onPostgres)(
  "disposal changed behind everybody's back is found and named (TP-DISP-7)",
  () => {
    const tampered = async (sql: string): Promise<string> => {
      const file = `${bench.file}.copy`;
      await copyChanged(bench.file, file, sql);
      return (await check(file)).join("\n");
    };

    test.each([
      ["nothing", "SELECT 1", /^$/],
      [
        "a certificate edited",
        "UPDATE disposal_certificate SET certificate = x'0a00' WHERE id = 1",
        /disposal certificate 1 \(entry \d+\) is not the one that was logged/,
      ],
      [
        "a certificate deleted",
        "DELETE FROM disposal_certificate WHERE id = 1",
        /the disposal certificate of entry \d+ is not kept/,
      ],
      [
        "a part noted as gone no more",
        "DELETE FROM disposed_part WHERE id = 1024",
        /disposal certificate 1 .* names part 0 of the message of entry 0/,
      ],
      [
        "a part that came back",
        "INSERT INTO parts (id, name, only_for, content) VALUES (1024, 'body', '', x'00')",
        /\(entry 0\) has its part 0 \(body\), disposed of before/,
      ],
      [
        "a part taken out under a certificate",
        `DELETE FROM parts WHERE id IN (SELECT max(id) FROM parts WHERE id / 1024 IN
         (SELECT id FROM messages WHERE kind = 6));
       INSERT INTO disposed_part SELECT max(id) * 1024, 1 FROM messages WHERE kind = 6`,
        /lost its part 0 \(body\), which no certificate names/,
      ],
    ])("%s", async (_, sql, found) => {
      expect(await tampered(sql)).toMatch(found);
    });

    test("certificates bind what they name: one digest is the log's", async () => {
      const [run] = await bench.store.call("listRuns", { before: 3, limit: 1 });
      const [first] = await certificatesOf(run?.id ?? 0);
      const row = await bench.read((tx) =>
        tx.get<{ entry: Uint8Array }>(
          "SELECT entry FROM log_entries WHERE entry_index = ?",
          first?.logIndex ?? 0,
        ),
      );
      const digest = Buffer.from(sha256(first?.bytes ?? Buffer.of()));
      expect(Buffer.from(row?.entry ?? []).includes(digest)).toBe(true);
    });
  },
);
