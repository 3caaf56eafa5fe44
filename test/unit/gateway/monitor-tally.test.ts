import { expect, test } from "vitest";
import { Kind, MonitorFeed, OutcomeClass, TraceMove } from "#proto";
import { equalBytes, sha256 } from "#wire";
import { appendFeed } from "../../../gateway/store/monitor/feed-chain.ts";
import { SPREAD } from "../../../gateway/store/monitor/monitor-tables.ts";
import { tallyRecords } from "../../../gateway/store/monitor/tally.ts";
import { MIGRATIONS } from "../../../gateway/store/tables.ts";
import { KeptConversations } from "../../support/kept-conversations.ts";
import { openMemoryTransaction } from "../../support/memory-transaction.ts";

const HOUR_MS = 3_600_000;
const BEGIN = Date.UTC(2026, 9, 3, 22, 30);
const ECOWAS = { id: "ORG-ECOWAS", states: ["NE"] };

/** A store with a case that is answered after five hours and closed, and one that stays open. */
async function filled() {
  const tx = openMemoryTransaction(...MIGRATIONS.map(({ sql }) => sql));
  const kept = new KeptConversations(tx);
  const say = async (step: "request" | "final" | "close", hours: number, request?: object) => {
    const nowMs = BEGIN + hours * HOUR_MS;
    const about = { step, request: request as never, isIti: true, nowMs, scheduleVersion: 0 };
    return await kept.send(about);
  };
  const first = await say("request", 0);
  await say("request", 1);
  if (first === undefined) throw new TypeError("nothing is recorded");
  const answer = await say("final", 5, first);
  if (answer === undefined) throw new TypeError("nothing is answered");
  await kept.receipt(answer, true, { nowMs: BEGIN + 6 * HOUR_MS, scheduleVersion: 0 });
  await say("close", 7, first);
  // Out of turn: recorded, and refused with its code.
  expect(await say("final", 8, first)).toBeUndefined();
  return tx;
}

const step = { nowMs: BEGIN + 9 * HOUR_MS, registerVersion: 4, monitors: [ECOWAS] };

test("records are counted once, by what their headers say, receipts never (TP-FEED-4, TP-FEED-5)", async () => {
  const tx = await filled();
  expect(await tallyRecords(tx, step)).toEqual({ isDone: true });
  const cells = await tx.all("SELECT * FROM monitor_cell ORDER BY hour, kind");
  const hour = Math.floor(BEGIN / HOUR_MS);
  expect(cells).toMatchObject([
    { hour, kind: Kind.TRACE_REQUEST, from_state: "NE", to_state: "BR", code: 0, records: 1 },
    { hour: hour + 1, kind: Kind.TRACE_REQUEST, records: 1 },
    { hour: hour + 5, move: TraceMove.FINAL, outcome_class: OutcomeClass.ESTABLISHED, records: 1 },
    { hour: hour + 7, kind: Kind.TRACE_FOLLOW_UP, move: TraceMove.CASE_CLOSED, records: 1 },
    { hour: hour + 8, kind: Kind.TRACE_REPLY, code: expect.any(Number), records: 1 },
  ]);
  expect(cells[4]?.code).not.toBe(0);
  const recount = await tx.get("SELECT COUNT(*) AS records FROM messages WHERE kind <> ?", 6);
  expect(recount).toEqual({ records: cells.length });
  expect(await tallyRecords(tx, step)).toEqual({ isDone: true });
  expect(await tx.all("SELECT * FROM monitor_cell ORDER BY hour, kind")).toEqual(cells);
});

test("times are whole hours of the request, and an open request is one of its day (TP-FEED-6)", async () => {
  const tx = await filled();
  await tallyRecords(tx, step);
  const day = Math.floor(BEGIN / HOUR_MS / 24);
  const spread = async (measure: number) =>
    await tx.all("SELECT day, value, records FROM monitor_spread WHERE measure = ?", measure);
  expect(await spread(SPREAD.answer)).toEqual([{ day: day + 1, value: 5, records: 1 }]);
  expect(await spread(SPREAD.opened)).toEqual([{ day, value: 0, records: 2 }]);
  // Closed again after it was answered: its end is the first one.
  expect(await spread(SPREAD.closed)).toEqual([{ day, value: 1, records: 1 }]);
  expect(await spread(SPREAD.chain)).toEqual([{ day, value: 1, records: 2 }]);
});

test("events name who has consented, in a chain that begins at 1 (TP-FEED-7, TP-FEED-8)", async () => {
  const tx = await filled();
  await tallyRecords(tx, { ...step, monitors: [ECOWAS, { id: "ORG-OAS", states: ["CO"] }] });
  const share = { day: "2026-10-03", salt: new Uint8Array(16), logIndex: 9n, events: 5n };
  const value = { ...share, eventsDigest: new Uint8Array(32), counts: [] };
  const content = { $case: "counts", value } as const;
  const draft = { monitor: "ORG-ECOWAS", nowMs: BEGIN, registerVersion: 4, content };
  expect(await appendFeed(tx, draft)).toBe(2);
  const rows = await tx.all<{ monitor: string; feed: Uint8Array }>("SELECT * FROM monitor_feed");
  expect(rows.map(({ monitor }) => monitor)).toEqual(["ORG-ECOWAS", "ORG-ECOWAS"]);
  const [first, second] = rows.map(({ feed }) => MonitorFeed.decode(feed));
  expect(first).toMatchObject({ number: 1n, registerVersion: 4n, previousDigest: { length: 0 } });
  const before = sha256(rows[0]?.feed ?? new Uint8Array());
  expect(equalBytes(second?.previousDigest ?? new Uint8Array(), before)).toBe(true);
  if (first?.content?.$case !== "events") throw new TypeError("no events");
  const { events } = first.content.value;
  expect(events.map(({ logIndex }) => logIndex)).toEqual([0n, 1n, 2n, 4n, 5n]);
  expect(events[0]).toMatchObject({ fromState: "NE", toState: "", recipients: 1, chainLength: 1 });
  expect(events[2]).toMatchObject({ fromState: "", toState: "NE", hoursSinceRequest: 5 });
  // The answer ends its request, and nothing that follows ends it again.
  const asked = Math.floor(BEGIN / HOUR_MS);
  expect(events.map((one) => one.endedRequestHour)).toEqual([0, 0, asked, 0, 0]);
  expect(new Set(events.map(({ salt }) => Buffer.from(salt).toString("hex"))).size).toBe(5);
});

test("without a consent nothing is fed (TP-FEED-7)", async () => {
  const tx = await filled();
  await tallyRecords(tx, { ...step, monitors: [{ id: "ORG-OAS", states: ["CO"] }] });
  expect(await tx.all("SELECT * FROM monitor_feed")).toEqual([]);
});
