import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { DisposalClerk } from "#disposal";
import {
  AlertKind,
  AlertMove,
  AlertScope,
  Disclosed,
  ExchangeStatus,
  HoldActKind,
  HoldScope,
  Kind,
  Lane,
  OutcomeClass,
  TraceMove,
} from "#proto";
import type { AssembledEnvelope } from "#wire";
import { checkStore } from "../../support/checked-store.ts";
import { disposalClerk } from "../../support/disposing.ts";
import { type GatewayBench, openGatewayBench } from "../../support/gateway-bench.ts";
import { headerOf, messageOn, recipientReceipt, traceRequest } from "../../support/messages.ts";
import { OperatorDoor } from "../../support/operator-door.ts";
import { makeParties } from "../../support/parties.ts";

const DAY_MS = 86_400_000;
const YEAR_MS = 366 * DAY_MS;
const ACTUAL = { status: ExchangeStatus.ACTUAL };

const notAfterMs = Date.UTC(2095, 0, 1);
const parties = makeParties([
  { id: "NE", notAfterMs },
  { id: "BR", notAfterMs },
  { id: "AT", notAfterMs },
]);
const [ne, br] = [parties.party("NE"), parties.party("BR")];

let bench: GatewayBench;
let clerk: DisposalClerk;

beforeAll(async () => {
  bench = await openGatewayBench(parties);
  vi.useFakeTimers({ toFake: ["Date"], now: bench.nowMs });
  clerk = disposalClerk(bench, parties);
  expect(await clerk.clockJumped()).toBe(false);
});

afterAll(async () => {
  await clerk.stop();
  await bench.close();
  vi.useRealTimers();
});

async function deliver(message: AssembledEnvelope, from = br, sender = "NE"): Promise<void> {
  expect(await bench.send(message)).toBe("ack");
  await bench.send(recipientReceipt(from, [{ sender, message }]));
}

async function later(ms: number): Promise<void> {
  bench.nowMs += ms;
  vi.setSystemTime(bench.nowMs);
  await clerk.look();
}

/** Names of the parts of a message that are due. */
async function dueOf(message: AssembledEnvelope): Promise<string[]> {
  const { records } = await bench.store.call("listDue", {
    ...{ after: 0, limit: 200, nowMs: bench.nowMs },
  });
  const { messageId } = headerOf(message);
  const parts = records.filter((one) => one.messageId === messageId).flatMap((one) => one.parts);
  return parts.map(({ name, onlyFor }) => `${name} ${onlyFor}`.trim());
}

describe("a legal hold", () => {
  test("names what is recorded, as it is written there, and looks at it are kept (TP-HOLD-5, TP-AUDIT-1)", async () => {
    const notice = traceRequest(ne, ["BR"], { kind: Kind.NOTICE });
    await deliver(notice);
    const door = new OperatorDoor(bench);
    await door.open();
    try {
      const officer = await door.person("officer-1", "RECORDS_OFFICER");
      const auditor = await door.person("auditor-1", "AUDITOR");
      const ask = (wish: object) =>
        door.ask(officer, "/holds", { reason: "x", authority: "x", ...wish });
      const { conversationId } = headerOf(notice);
      const queried = (query: object) => ask({ query });
      const large = await queried({ conversationId: conversationId.toUpperCase() });
      expect(large).toMatchObject({ status: 422, body: { code: "INPUT_INVALID" } });
      for (const [name, value] of Object.entries({
        party: "ZZ",
        recipient: "AT",
        conversationId: "00000000-0000-4000-8000-000000000000",
      })) {
        const { body } = await queried({ kinds: ["NOTICE"], [name]: value });
        expect(body).toMatchObject({ code: "NOTHING_TO_HOLD", field: `query.${name}` });
      }
      const held = await ask({ conversationId });
      expect(held).toMatchObject({ status: 201, body: { covers: true } });
      await door.ask(auditor, "/holds");
      await door.ask(auditor, `/holds/${held.body.id}`);
      await door.ask(auditor, "/disposals/due");
      const { acts } = (await door.ask(auditor, "/records/audit?actor=auditor-1")).body;
      expect(acts.map(({ subject }: { subject: string }) => subject)).toEqual([
        "records due",
        `hold ${held.body.id}`,
        "holds",
      ]);
      const { id } = held.body;
      const act = { id, reason: "x", reviewAtMs: null, registerVersion: 1, nowMs: bench.nowMs };
      await bench.store.call("actOnHold", {
        ...act,
        actor: "officer-2",
        kind: HoldActKind.DECLINED,
      });
    } finally {
      await door.close();
    }
  });
});

test("two persons are two: neither has made the other (TP-HOLD-3, TP-DISP-5)", async () => {
  await deliver(traceRequest(ne, ["BR"]));
  const door = new OperatorDoor(bench);
  await door.open();
  try {
    const both = await door.person("both", "ADMINISTRATOR", "RECORDS_OFFICER");
    await door.ask(both, "/users", { userId: "made", name: "x", roles: ["RECORDS_OFFICER"] });
    const made = (await door.ask(both, "/users/made/tokens", {})).body.token;
    const hold = { party: "NE", reason: "x", authority: "x" };
    for (const [first, second] of [
      [both, made],
      [made, both],
    ]) {
      const { id } = (await door.ask(first ?? "", "/holds", hold)).body;
      const answer = await door.ask(second ?? "", `/holds/${id}/decline`, { reason: "x" });
      expect(answer).toMatchObject({ status: 403, body: { code: "HOLD_SECOND_PERSON" } });
      const other = await door.person(`other-${id}`, "RECORDS_OFFICER");
      expect((await door.ask(other, `/holds/${id}/decline`, { reason: "x" })).status).toBe(200);
    }
    const wish = { authority: "x", actor: "both", nowMs: bench.nowMs, clockJumped: true };
    const { id } = await bench.store.call("askRun", wish);
    const confirm = { id, reason: "x", nowMs: bench.nowMs, clockJumped: true };
    const alone = await bench.store.call("confirmRun", { ...confirm, actor: "made" });
    expect(alone.type).toBe("same-person");
    const other = await bench.store.call("confirmRun", { ...confirm, actor: "officer-1" });
    expect(other.type).toBe("confirmed");
    clerk.wake();
    await clerk.idle();
  } finally {
    await door.close();
  }
});

describe("a clock that jumped", () => {
  test("over a stop is not hidden by what is recorded after it (TP-DISP-6)", async () => {
    const restarted = disposalClerk(bench, parties);
    bench.nowMs += 2 * DAY_MS;
    vi.setSystemTime(bench.nowMs);
    await deliver(traceRequest(ne, ["BR"], ACTUAL));
    expect(await restarted.clockJumped()).toBe(true);
    expect(await restarted.clockJumped()).toBe(true);
    await restarted.trustClock();
    expect(await restarted.clockJumped()).toBe(false);
    await clerk.trustClock();
  });

  test("in small steps is seen all the same (TP-DISP-6)", async () => {
    const counted = bench.nowMs;
    const stepped = disposalClerk(bench, parties, () => counted);
    expect(await stepped.clockJumped()).toBe(false);
    bench.nowMs += 20 * 3_600_000;
    expect(await stepped.clockJumped()).toBe(false);
    bench.nowMs += 20 * 3_600_000;
    expect(await stepped.clockJumped()).toBe(true);
    await clerk.trustClock();
  });
});

describe("a run", () => {
  test("stops when much more has become due than people knew of (TP-DISP-5)", async () => {
    for (let n = 0; n < 101; n += 1) await deliver(traceRequest(ne, ["BR"]));
    const wish = { authority: "x", actor: "officer-1", nowMs: bench.nowMs, clockJumped: false };
    const asked = await bench.store.call("askRun", wish);
    expect(asked).toMatchObject({ state: "running", due: 0 });
    await later(91 * DAY_MS);
    clerk.wake();
    await clerk.idle();
    const stopped = await bench.store.call("loadRun", { id: asked.id });
    expect(stopped).toMatchObject({ state: "stopped", why: "SHARE", records: 0 });
    const by = { id: asked.id, actor: "officer-2", reason: "x", nowMs: bench.nowMs };
    // The clock jumps while the share is looked at: nobody has looked at the clock.
    const jumped = await bench.store.call("confirmRun", { ...by, clockJumped: true });
    expect(jumped).toMatchObject({ type: "otherwise", run: { state: "stopped", why: "CLOCK" } });
    const confirmed = await bench.store.call("confirmRun", { ...by, clockJumped: true });
    expect(confirmed).toMatchObject({ type: "confirmed", run: { state: "running" } });
    clerk.wake();
    await clerk.idle();
    const done = await bench.store.call("loadRun", { id: asked.id });
    expect(done).toMatchObject({ state: "done", confirmedBy: "officer-2" });
    expect(done?.records).toBeGreaterThan(100);
  });
});

test("what was held when it was disposed of is found and named (TP-HOLD-6)", async () => {
  const message = traceRequest(ne, ["BR"]);
  await deliver(message);
  const { messageId } = headerOf(message);
  const now = { nowMs: bench.nowMs, registerVersion: 1, reviewAtMs: null };
  const { result } = await bench.store.call("askHold", {
    ...{ ...now, reason: "x", authority: "x", actor: "officer-1" },
    ...{ isRegistered: true, repeat: undefined },
    scope: HoldScope.create({ messages: [{ sender: "NE", messageId }] }),
  });
  await later(91 * DAY_MS);
  // Who has the file takes the hold away for the length of a run, and puts it back.
  const cover = (covers: number): void => {
    using db = new DatabaseSync(bench.file);
    db.exec(`UPDATE hold SET covers = ${covers} WHERE id = (SELECT max(id) FROM hold);
      UPDATE record_due SET look_at = 0, is_held = 0 WHERE is_held = 1;`);
  };
  cover(0);
  await clerk.look();
  const wish = { authority: "x", actor: "officer-1", nowMs: bench.nowMs, clockJumped: false };
  await bench.store.call("askRun", wish);
  clerk.wake();
  await clerk.idle();
  cover(1);
  const { problems } = await checkStore(bench.file);
  expect(problems).toHaveLength(1);
  const id = result.type === "asked" ? result.id : 0;
  const found = new RegExp(
    `certificate \\d+ .* the message of entry \\d+, which legal hold ${id} covered$`,
    "u",
  );
  expect(problems[0]).toMatch(found);
});

describe("a part is counted from", () => {
  test("the record time, for a key of whom the message never went to (TP-DISP-2)", async () => {
    const notice = traceRequest(ne, ["BR", "ZZ"], { ...ACTUAL, kind: Kind.NOTICE });
    await deliver(notice);
    await later(91 * DAY_MS);
    expect(await dueOf(notice)).toEqual(["key BR", "key ZZ"]);
  });

  test("the last version of an alert, and never from before the record (TP-DISP-2, TP-RET-4)", async () => {
    const said = { ...ACTUAL, instrumentBasis: [] };
    const facts = { alertKind: AlertKind.WANTED_FIREARM, alertScope: AlertScope.PRIVATE };
    const version = (alertMove: AlertMove) => ({
      ...{ ...said, kind: Kind.ALERT, lane: Lane.URGENT },
      disclosed: Disclosed.create({ alertMove, ...facts }),
    });
    const alert = traceRequest(ne, ["BR"], version(AlertMove.ALERT));
    const trace = traceRequest(ne, ["BR"], ACTUAL);
    for (const message of [alert, trace]) await deliver(message);
    const moved = (kind: Kind, move: TraceMove, outcomeClass: OutcomeClass) => ({
      ...{ ...ACTUAL, kind, disclosed: Disclosed.create({ move, outcomeClass }) },
    });
    const final = moved(Kind.TRACE_REPLY, TraceMove.FINAL, OutcomeClass.ESTABLISHED);
    await deliver(messageOn(trace, br, final), ne, "BR");
    const closing = moved(Kind.TRACE_FOLLOW_UP, TraceMove.CASE_CLOSED, OutcomeClass.UNSPECIFIED);
    await deliver(messageOn(trace, ne, { ...closing, recipients: ["BR"] }));
    await later(2 * YEAR_MS);
    await deliver(messageOn(alert, ne, { ...version(AlertMove.UPDATE), recipients: ["BR"] }));
    const { conversationId } = headerOf(trace);
    const notice = traceRequest(ne, ["BR"], { ...said, kind: Kind.NOTICE, conversationId });
    await deliver(notice);
    await later(9 * YEAR_MS);
    expect(await dueOf(notice)).toEqual(["key BR"]);
    await later(2 * YEAR_MS);
    expect(await dueOf(alert)).toEqual(["key BR"]);
    await later(2 * YEAR_MS);
    expect(await dueOf(alert)).toEqual(["body", "key BR"]);
    await later(1 * YEAR_MS);
    expect(await dueOf(notice)).toEqual(["key BR"]);
    await later(2 * YEAR_MS);
    expect(await dueOf(notice)).toEqual(["body", "key BR"]);
  });
});
