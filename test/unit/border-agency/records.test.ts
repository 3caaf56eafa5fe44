import { afterEach, beforeEach, expect, test } from "vitest";
import { addPeriod, parsePeriod } from "#records";
import { store } from "../../../services/border-agency/store.ts";
import { type MemoryTransaction, openMemoryTransaction } from "../../support/memory-transaction.ts";
import { makeAlert } from "../../support/party-store.ts";

/** What a border agency disposes of: alerts, checks, lines of its posts (TP-PREC-3, TP-PREC-5). */

const START = Date.UTC(2028, 1, 29, 12);
const plus = (fromMs: number, period: string): number =>
  addPeriod(fromMs, parsePeriod(period) ?? { months: 0, days: 0 });
const { procedures } = store;

let tx: MemoryTransaction;

beforeEach(() => {
  tx = openMemoryTransaction(...store.migrations.map(({ sql }) => sql));
});

afterEach(() => tx[Symbol.dispose]());

async function dueAt(nowMs: number): Promise<string[]> {
  await procedures.lookForDue(tx, { nowMs, limit: 100 });
  const { records } = await procedures.listDue(tx, { after: 0, limit: 100, nowMs });
  return records.map(({ subject }) => subject);
}

async function dispose(nowMs: number): Promise<void> {
  await procedures.lookForDue(tx, { nowMs, limit: 100 });
  const by = { authority: "x", actor: "officer-1", nowMs, clockJumped: false };
  const { id: run } = await procedures.askRun(tx, by);
  await procedures.disposeBatch(tx, { run, limit: 200, nowMs });
  await procedures.endRun(tx, { id: run, nowMs });
}

const POST = { postId: "gate-1", name: "Gate", recipient: "age1pq1x", actor: "officer-1" };
const line = { n: 1, line: '{"asked":"made up"}' };
const home = { postId: "gate-1", entries: [line as never], actor: "officer-1" };

test("lines of checks and of posts end ten years after the last of their day, alerts by theirs", async () => {
  const alert = await makeAlert(tx, { nowMs: START, expiresAtMs: plus(START, "P30D") });
  const check = { actor: "officer-1", questions: 1, possible: 0, asked: "[]", found: "[]" };
  await procedures.noteCheck(tx, { ...check, atMs: START, digest: Buffer.alloc(32) });
  await procedures.addPost(tx, { ...POST, nowMs: START });
  await procedures.takePostLog(tx, { ...home, nowMs: START });
  const lines = ["lines of alert_check 2028-02-29", "lines of post_check 2028-02-29"];
  expect(await dueAt(plus(START, "P10Y") - 1)).toEqual([]);
  expect((await dueAt(plus(START, "P10Y"))).toSorted()).toEqual(lines);
  expect(await dueAt(plus(plus(START, "P30D"), "P10Y"))).toContain(`alert ${alert}`);
});

test("what is gone stays known: a line that comes home again, and the alert", async () => {
  const alert = await makeAlert(tx, { nowMs: START, expiresAtMs: START });
  await procedures.addPost(tx, { ...POST, nowMs: START });
  await procedures.takePostLog(tx, { ...home, nowMs: START });
  await dispose(plus(START, "P11Y"));
  expect(await tx.get("SELECT 1 FROM alert")).toBeUndefined();
  expect(await tx.get("SELECT line FROM post_check")).toEqual({ line: "" });
  const again = await procedures.takePostLog(tx, { ...home, nowMs: plus(START, "P11Y") });
  expect(again).toMatchObject({ taken: 0, changed: 0, known: 1, missing: 0 });
  const sql = "SELECT 1 AS gone FROM disposed_conversation WHERE conversation_id = ?";
  expect(await tx.get(sql, alert)).toEqual({ gone: 1 });
  expect(await dueAt(plus(START, "P20Y"))).toEqual([]);
});
