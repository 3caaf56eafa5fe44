import { beforeEach, describe, expect, test } from "vitest";
import { HoldActKind, HoldScope, Instrument, Kind } from "#proto";
import { addPeriod, parsePeriod } from "#records";
import type { SqlValue } from "#runtime";
import { openCaseStore } from "../../support/case-store.ts";
import type { MemoryTransaction } from "../../support/memory-transaction.ts";
import { store } from "../../support/party-store.ts";

const { actOnHold, askHold, erasePersonsUnlessHeld, listDue, lookForDue } = store.procedures;
const { makeAlert, makeCase, noteKeeper, putInbox, readPersons } = store.procedures;

const DAY_MS = 86_400_000;
const START = Date.UTC(2028, 1, 29, 12);
const CLOSED = START + 10 * DAY_MS;
const after = (fromMs: number, count: number): number =>
  addPeriod(fromMs, parsePeriod(`P${count}Y`) ?? { months: 0, days: 0 });
/** What is not held is due by then. */
const LATE = after(CLOSED, 40);

let tx: MemoryTransaction;

beforeEach(async () => {
  tx = openCaseStore();
  await noteKeeper(tx, { participant: "NE" });
});

/** Asks for a hold; its id, or why it came to nothing. */
async function hold(scope: Parameters<typeof HoldScope.create>[0], nowMs = START + DAY_MS) {
  const by = { actor: "officer-1", reason: "Trial (made up)", authority: "Court (made up)" };
  const rest = { reviewAtMs: null, registerVersion: 1, isRegistered: false, repeat: undefined };
  const asked = await askHold(tx, { ...by, ...rest, nowMs, scope: HoldScope.create(scope) });
  return asked.result;
}

/** Keys of the items that are due or held at a time. */
async function keysOf(what: "due" | "held", nowMs = LATE): Promise<string[]> {
  while (!(await lookForDue(tx, { nowMs, limit: 50 })).isDone);
  const rows = await tx.all<{ key: string }>(
    `SELECT key FROM record_item JOIN record_due USING (id) WHERE is_${what} = 1`,
  );
  return rows.map(({ key }) => key);
}

const run = (sql: string, ...values: SqlValue[]) => tx.run(sql, ...values);

async function isErased(caseId: string): Promise<boolean> {
  const sql = "SELECT block_id FROM person_block WHERE case_id = ?";
  const blockId = (await tx.get<{ block_id: string }>(sql, caseId))?.block_id ?? "";
  const by = { actor: "officer-1", reason: "Over (made up)", nowMs: LATE };
  return (await erasePersonsUnlessHeld(tx, { blockId, ...by })) !== "held";
}

describe("a hold on this State itself (TP-PREC-6)", () => {
  test("covers messages of it that name nobody, and what came to it", async () => {
    const content = [Kind.ATTACHMENT_CHUNK, Buffer.alloc(100, 7), START];
    await run(
      `INSERT INTO post_outbox (message_id, conversation_id, kind, lane, state, envelope, drafted_at)
       VALUES ('own', 'pieces of ours', ?, 2, 'delivered', ?, ?)`,
      ...content,
    );
    await run(
      `INSERT INTO post_inbox (sender, message_id, header_digest, kind, lane, exchange_status,
         conversation_id, state, envelope, received_at, receipts_sent)
       VALUES ('BR', 'other', x'00', ?, 2, 1, 'pieces of theirs', 'delivered', ?, ?, 1)`,
      ...content,
    );
    await hold({ query: { sender: "NE" } });
    expect(await keysOf("held")).toContain("pieces of ours");
    expect(await keysOf("due")).toContain("pieces of theirs");
    await hold({ party: "NE" });
    const keys = ["pieces of ours", "pieces of theirs"];
    await run("UPDATE record_due SET look_at = 0");
    expect(await keysOf("held")).toEqual(expect.arrayContaining(keys));
  });
});

describe("personal data of a case (TP-PREC-6)", () => {
  let caseId: string;
  let replyId: string;

  beforeEach(async () => {
    caseId = await makeCase(tx, { nowMs: START, closedAtMs: CLOSED, persons: true });
    const reply = { conversationId: caseId, kind: Kind.TRACE_REPLY, nowMs: START };
    replyId = await putInbox(tx, reply);
  });

  test("stays under a hold on any message of it", async () => {
    await hold({ messages: [{ sender: "BR", messageId: replyId }] });
    expect(await isErased(caseId)).toBe(false);
  });

  test("stays under a query that finds any message of it", async () => {
    await hold({ query: { kinds: [Kind.TRACE_REPLY] } });
    expect(await isErased(caseId)).toBe(false);
  });

  test("stays under a hold on this State", async () => {
    await hold({ party: "NE" });
    expect(await isErased(caseId)).toBe(false);
  });

  test("is erased where holds are on something else", async () => {
    const other = await makeCase(tx, { nowMs: START, sender: "AT" });
    await hold({ conversationId: other });
    await hold({ query: { kinds: [Kind.ALERT] } });
    expect(await isErased(caseId)).toBe(true);
  });
});

test("what was said about information stays as long as its case does (TP-PREC-3)", async () => {
  const made = { nowMs: START, closedAtMs: CLOSED, bodyClass: "authorization" };
  const caseId = await makeCase(tx, { ...made, instruments: [Instrument.EU] });
  await run(
    `INSERT INTO onward_copy (about_sender, about_message_id, about_part, onward_message_id,
       recipient, by_letter, case_id, ground, actor, kept_at)
     VALUES ('BR', 'a', 'body', 'b', 'AT', 0, ?, 'made up', 'officer-1', ?)`,
    caseId,
    CLOSED,
  );
  expect(await keysOf("due", after(CLOSED, 16))).toEqual([]);
  await keysOf("due", after(CLOSED, 20));
  const due = await listDue(tx, { after: 0, limit: 10, nowMs: after(CLOSED, 20) });
  expect(due.records.map(({ parts }) => parts.map(({ name }) => name))).toEqual([
    ["case", "notices"],
  ]);
});

describe("days of logs (TP-PREC-6)", () => {
  const day = (table: string, ms: number): string =>
    `${table} ${new Date(ms).toISOString().slice(0, 10)}`;
  const readAt = CLOSED + 5 * DAY_MS;

  test("of accesses are held by a query that was asked before the day, and by any message", async () => {
    const caseId = await makeCase(tx, { nowMs: START, closedAtMs: CLOSED, persons: true });
    const other = await makeCase(tx, { nowMs: START, closedAtMs: CLOSED, persons: true });
    const replyId = await putInbox(tx, { conversationId: caseId, nowMs: START });
    await hold({
      query: { conversationId: caseId, to: { seconds: BigInt(CLOSED / 1_000), nanos: 0 } },
    });
    const by = { actor: "officer-1", reason: "A look (made up)" };
    await readPersons(tx, { caseId, ...by, nowMs: readAt });
    await readPersons(tx, { caseId: other, ...by, nowMs: readAt + DAY_MS });
    expect(await keysOf("held")).toContain(day("person_access", readAt));
    expect(await keysOf("due")).toContain(day("person_access", readAt + DAY_MS));
    await run("UPDATE hold SET covers = 0");
    await hold({ messages: [{ sender: "BR", messageId: replyId }] }, readAt);
    await run("UPDATE record_due SET look_at = 0");
    expect(await keysOf("held")).toContain(day("person_access", readAt));
  });

  test("of checks are held with the alert that was found", async () => {
    const alertId = await makeAlert(tx, { nowMs: START, expiresAtMs: CLOSED });
    const sql = "SELECT message_id FROM alert_message WHERE conversation_id = ?";
    const found = (await tx.get<{ message_id: string }>(sql, alertId))?.message_id ?? "";
    await hold({ query: { recipient: "NE", kinds: [Kind.ALERT] } });
    const check = async (atMs: number, alerts: readonly string[]): Promise<number> =>
      await run(
        `INSERT INTO alert_check (at, actor, questions, possible, digest, asked, found)
         VALUES (?, 'post', 1, 1, x'00', '[]', ?)`,
        atMs,
        JSON.stringify([{ alerts }]),
      );
    await check(readAt, [found]);
    await check(readAt + DAY_MS, []);
    expect(await keysOf("held")).toContain(day("alert_check", readAt));
    expect(await keysOf("due")).toContain(day("alert_check", readAt + DAY_MS));
  });

  test("of acts are held while a hold that they tell of covers", async () => {
    const conversationId = await makeCase(tx, { nowMs: START });
    const asked = await hold({ conversationId });
    const id = asked.type === "asked" ? asked.id : 0;
    const acts = day("record_act", START + DAY_MS);
    expect(await keysOf("held")).toContain(acts);
    const by = { actor: "officer-2", reason: "Not so (made up)", reviewAtMs: null };
    const kind = HoldActKind.DECLINED;
    await actOnHold(tx, { id, kind, ...by, nowMs: LATE, registerVersion: 1 });
    expect(await keysOf("due")).toContain(acts);
  });
});

test("what was disposed of is not held any more (TP-PREC-6)", async () => {
  const conversationId = await makeCase(tx, { nowMs: START });
  const messageId = await putInbox(tx, { conversationId, nowMs: START });
  const message = { messages: [{ sender: "BR", messageId }] };
  const own = { messages: [{ sender: "NE", messageId: "own" }] };
  await run(
    `INSERT INTO post_outbox (message_id, conversation_id, kind, lane, state, draft, drafted_at)
     VALUES ('own', '', 1, 2, 'delivered', x'00', 1)`,
  );
  for (const scope of [message, own, { conversationId }]) {
    expect(await hold(scope)).toMatchObject({ type: "asked" });
  }
  await run("UPDATE post_inbox SET envelope = x''");
  await run("UPDATE post_outbox SET draft = NULL");
  await run("UPDATE record_item SET certificate = 1 WHERE kind = 'conversation'");
  expect(await hold(message)).toMatchObject({ type: "unknown-message", position: 0 });
  expect(await hold(own)).toMatchObject({ type: "unknown-message", position: 0 });
  expect(await hold({ conversationId })).toMatchObject({ type: "unknown-conversation" });
  const criterion = { type: "unknown-criterion", name: "conversationId" };
  expect(await hold({ query: { conversationId } })).toMatchObject(criterion);
});
