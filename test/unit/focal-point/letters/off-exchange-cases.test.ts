import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import {
  FinalReply,
  Header,
  Instrument,
  Priority,
  RefusalGround,
  TraceMove,
  TraceOutcome,
  TraceReply,
} from "#proto";
import { caseCounts } from "../../../../services/focal-point/cases/case-procedures.ts";
import { eventsOf, findCase } from "../../../../services/focal-point/cases/case-record.ts";
import {
  type Channel,
  type LetterRecord,
  lettersOf,
} from "../../../../services/focal-point/letters/letter-record.ts";
import { notOpenText } from "../../../../services/focal-point/letters/letter-routes.ts";
import {
  dispatchOnce,
  enterAnswer,
  noteDispatched,
  openByLetter,
} from "../../../../services/focal-point/letters/off-exchange-cases.ts";
import { movesOf } from "../../../../services/focal-point/moves/move-record.ts";
import { store } from "../../../../services/focal-point/store.ts";
import {
  type MemoryTransaction,
  openMemoryTransaction,
} from "../../../support/memory-transaction.ts";
import { draftOf } from "../../../support/post-drafts.ts";

let tx: MemoryTransaction;
let caseId: string;

beforeEach(async () => {
  tx = openMemoryTransaction(...store.migrations.map(({ sql }) => sql));
  caseId = randomUUID();
  const draft = { ...draftOf("NE", ["ML"], "body", 1_000), messageId: randomUUID() };
  await openByLetter(tx, {
    caseId,
    peer: "ML",
    nationalCaseNumber: "NE-1",
    request: Buffer.from("request"),
    draft: {
      ...draft,
      conversationId: caseId,
      priority: Priority.URGENT,
      instrumentBasis: [Instrument.ITI],
    },
    actor: "officer",
    nowMs: 1_000,
  });
});

const common = { channel: "POST" as Channel, language: "fr", note: "", actor: "officer" };
const out = (reference: string): LetterRecord & { direction: "out" } => {
  return { ...common, direction: "out", reference, onDate: "2026-02-03", nowMs: 2_000 };
};
const into = (reference: string): LetterRecord & { direction: "in" } => {
  return { ...common, direction: "in", reference, onDate: "2026-03-01", nowMs: 3_000 };
};
const replyOf = (content: TraceReply["content"]) =>
  TraceReply.encode(TraceReply.create({ content, languageTag: "fr" })).finish();
const FINAL = replyOf({
  $case: "final",
  value: FinalReply.create({ outcome: TraceOutcome.NO_RECORD }),
});
const DELAY = replyOf({
  $case: "delay",
  value: {
    ground: RefusalGround.ONGOING_INVESTIGATION,
    explanation: "An investigation would be compromised.",
    reviewOn: "2026-07-01",
  },
});
const stateOf = async () => (await findCase(tx, caseId))?.state;

describe("a case with a State off the exchange (TP-OFF-1)", () => {
  test("is a draft, with nothing for the post, and keeps what a header would say", async () => {
    const record = await findCase(tx, caseId);
    expect(record).toMatchObject({ state: "DRAFT", offExchange: true, role: "requesting" });
    expect(await tx.all("SELECT * FROM post_outbox")).toEqual([]);
    const header = Header.decode(record?.requestHeader ?? new Uint8Array());
    expect(header).toMatchObject({ priority: Priority.URGENT, instrumentBasis: [Instrument.ITI] });
  });

  test("is counted among all, and once more apart (TP-OFF-2)", async () => {
    expect(await caseCounts(tx, undefined)).toMatchObject({
      requesting: { DRAFT: 1 },
      offExchange: { DRAFT: 1 },
    });
    await noteDispatched(tx, { caseId, letter: out("R-1") });
    await enterAnswer(tx, { caseId, letter: into("A-1"), reply: FINAL });
    const counts = await caseCounts(tx, undefined);
    expect(counts.requesting).toEqual({ ANSWERED: 1 });
    expect(counts.offExchange).toEqual({ ANSWERED: 1 });
    expect(counts.repliesReceived).toEqual({ NO_RECORD: 1 });
  });
});

describe("a letter that left (TP-OFF-5)", () => {
  test("makes the case delivered, with channel, reference and day", async () => {
    const done = await noteDispatched(tx, { caseId, letter: out("R-1") });
    expect(done).toEqual({ type: "done", state: "DELIVERED" });
    const events = await eventsOf(tx, caseId, 10);
    expect(events.map(({ event, state }) => `${event}: ${state}`)).toEqual([
      "opened: DRAFT",
      "letter dispatched: SUBMITTED",
      "taken as delivered: no receipts off the exchange: DELIVERED",
    ]);
    expect(events[1]).toMatchObject({ detail: "POST R-1, 2026-02-03", actor: "officer" });
  });

  test("is kept beside the first when it is another one, and moves nothing", async () => {
    await noteDispatched(tx, { caseId, letter: out("R-1") });
    await noteDispatched(tx, { caseId, letter: out("R-2") });
    expect(await stateOf()).toBe("DELIVERED");
    const kept = await lettersOf(tx, { caseId, limit: 10 });
    expect(kept.map(({ direction, reference }) => `${direction} ${reference}`)).toEqual([
      "out R-1",
      "out R-2",
    ]);
  });

  test("is noted once under one idempotency key", async () => {
    const repeat = { userId: "officer", key: "once", digest: Buffer.alloc(32) };
    const args = { caseId, letter: out("R-1"), repeat };
    expect(await dispatchOnce(tx, args)).toMatchObject({ repeated: false });
    expect(await dispatchOnce(tx, args)).toMatchObject({ repeated: true, state: "DELIVERED" });
    expect(await lettersOf(tx, { caseId, limit: 10 })).toHaveLength(1);
  });
});

describe("an answer entered by hand (TP-OFF-6)", () => {
  const enter = (reply: Uint8Array) => enterAnswer(tx, { caseId, letter: into("A-1"), reply });

  test("is not taken before the letter has left, nor twice", async () => {
    expect(await enter(FINAL)).toEqual({ type: "illegal", state: "DRAFT" });
    await noteDispatched(tx, { caseId, letter: out("R-1") });
    expect(await enter(DELAY)).toEqual({ type: "illegal", state: "DELIVERED" });
    expect(await enter(FINAL)).toEqual({ type: "done", state: "ANSWERED" });
    expect(await enter(FINAL)).toEqual({ type: "illegal", state: "ANSWERED" });
    expect(await lettersOf(tx, { caseId, limit: 10 })).toHaveLength(2);
  });

  test("is marked as entered, with who entered it and whence it came", async () => {
    await noteDispatched(tx, { caseId, letter: out("R-1") });
    await enter(FINAL);
    expect((await eventsOf(tx, caseId, 10)).at(-1)).toMatchObject({
      event: "answer entered by hand",
      detail: "NO_RECORD: POST A-1, 2026-03-01",
      actor: "officer",
    });
    expect(await movesOf(tx, caseId)).toMatchObject([
      { by: "requested", move: TraceMove.FINAL, effect: "moved", byLetter: true, fate: "" },
    ]);
    expect(await findCase(tx, caseId)).toMatchObject({ outcome: "NO_RECORD", offExchange: true });
  });

  test("is held to the rules of a reply, and corrects the answer that is in force", async () => {
    await noteDispatched(tx, { caseId, letter: out("R-1") });
    const nothing = replyOf({ $case: "final", value: FinalReply.create() });
    expect(await enter(nothing)).toMatchObject({
      type: "invalid",
      errors: [{ field: "final.outcome", rule: "missing" }],
    });
    await enter(FINAL);
    const corrected = FinalReply.create({ outcome: TraceOutcome.REPORTED_LOST_OR_STOLEN });
    const value = { correctedMessageId: "", reason: "It was reported since.", corrected };
    expect(await enter(replyOf({ $case: "correction", value }))).toMatchObject({ type: "done" });
    const [first, second] = await movesOf(tx, caseId);
    const { content } = TraceReply.decode(second?.body ?? new Uint8Array());
    expect(content).toMatchObject({ value: { correctedMessageId: first?.messageId } });
    expect(await findCase(tx, caseId)).toMatchObject({ outcome: "REPORTED_LOST_OR_STOLEN" });
  });

  test("belongs to no case of the exchange, and to no case that is not there", async () => {
    await tx.run("UPDATE trace_case SET off_exchange = 0");
    expect(await enter(FINAL)).toEqual({ type: "on exchange" });
    await tx.run("UPDATE trace_case SET role = 'requested'");
    expect(await enter(FINAL)).toEqual({ type: "unknown" });
    caseId = "none";
    expect(await enter(FINAL)).toEqual({ type: "unknown" });
  });
});

test("why an answer is not entered says what to do first for a draft (TP-OFF-6)", () => {
  expect(notOpenText("DRAFT")).toMatch(
    /^the case is DRAFT; .*; note first how its letter left \(tracepost trace dispatched\)$/u,
  );
  expect(notOpenText("CLOSED")).not.toContain("dispatched");
});
