import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { checkQuestions } from "#alerts";
import { checkReport } from "#alerts-api";
import { Envelope, LogEntry, LogEvidence } from "#proto";
import { POST_LIMITS } from "#runtime";
import { toTimestamp } from "#wire";
import { store } from "../../../services/focal-point/store.ts";
import { openCaseStore } from "../../support/case-store.ts";
import type { MemoryTransaction } from "../../support/memory-transaction.ts";
import { DAY, note, SENT_AT, wantedAlert } from "../../support/wanted-alerts.ts";

const KEY = "ab".repeat(16);
const { postFlagged, postFollowKeys, postIncidents } = store.procedures;
let tx: MemoryTransaction;

beforeEach(() => {
  tx = openCaseStore();
  return () => tx[Symbol.dispose]();
});

/** Makes the flags follow; gives in how many portions. */
async function follow(sinceMs?: number): Promise<number> {
  const keys = sinceMs === undefined ? [] : [{ keyId: KEY, sinceMs }];
  for (let portions = 1; ; portions += 1) {
    if (!(await postFollowKeys(tx, { keys, nowMs: SENT_AT })).more) return portions;
  }
}

async function signed(messageId: string, recordedAtMs: number, conversation = "alert-1") {
  await tx.run(
    `INSERT INTO post_signed_by (sender, message_id, conversation_id, key_id, recorded_at)
     VALUES ('NE', ?, ?, ?, ?)`,
    messageId,
    conversation,
    KEY,
    recordedAtMs,
  );
}

const flagged = async (conversationId = "alert-1") =>
  (await postFlagged(tx, { conversationId, limit: 10 })).map(({ messageId }) => messageId);
const told = async () =>
  await tx.all("SELECT case_id, state FROM feed_change WHERE kind = 'case.flagged'");

describe("flags of messages under a compromised key (TP-KEY-8)", () => {
  test("follow the date of the register both ways, told for each case", async () => {
    await tx.run("UPDATE feed_bound SET kept_max = 100");
    await signed("m1", SENT_AT);
    await signed("m2", SENT_AT + 1);
    await signed("m3", SENT_AT, "case-2");
    await follow(SENT_AT + 1);
    expect(await flagged()).toEqual(["m2"]);
    await follow(SENT_AT);
    expect([await flagged(), await flagged("case-2")]).toEqual([["m1", "m2"], ["m3"]]);
    await follow();
    expect([await flagged(), await flagged("case-2")]).toEqual([[], []]);
    expect(await told()).toEqual([
      { case_id: "alert-1", state: "FLAGGED" },
      { case_id: "alert-1", state: "FLAGGED" },
      { case_id: "case-2", state: "FLAGGED" },
      { case_id: "alert-1", state: "CLEARED" },
      { case_id: "case-2", state: "CLEARED" },
    ]);
    const counts = (await postIncidents(tx, { limit: 9 })).map(({ count, kind }) => [kind, count]);
    expect(counts).toEqual([
      ["KEY_COMPROMISED", 2],
      ["KEY_COMPROMISED", 1],
    ]);
  });

  test("are set in portions, and count in one incident", async () => {
    const many = POST_LIMITS.flagsInTransactionMax + 1;
    for (let at = 0; at < many; at += 1) await signed(`m${at}`, SENT_AT + at);
    expect(await follow(SENT_AT)).toBe(3);
    expect(await postIncidents(tx, { limit: 9 })).toEqual([
      expect.objectContaining({ kind: "KEY_COMPROMISED", sender: "NE", count: many }),
    ]);
  });

  test("find what was taken in before it was kept who signed", async () => {
    const evidence = (recordedAtMs: number) =>
      LogEvidence.encode(
        LogEvidence.fromPartial({
          entry: LogEntry.encode(
            LogEntry.fromPartial({ recordedAt: toTimestamp(recordedAtMs) }),
          ).finish(),
        }),
      ).finish();
    const envelope = Envelope.encode(
      Envelope.fromPartial({ signatures: [{ keyId: KEY, value: new Uint8Array(64) }] }),
    ).finish();
    const ids = [randomUUID(), randomUUID()];
    for (const [at, messageId] of ids.entries()) {
      await tx.run(
        `INSERT INTO post_inbox (sender, message_id, header_digest, kind, lane, exchange_status,
           conversation_id, state, envelope, evidence, received_at)
         VALUES ('NE', ?, x'00', 1, 2, 1, 'case-3', 'delivered', ?, ?, 0)`,
        messageId,
        envelope,
        evidence(SENT_AT + at),
      );
    }
    await tx.run("UPDATE post_unread SET messages_below = 3");
    await follow(SENT_AT + 1);
    expect(await flagged("case-3")).toEqual([ids[1]]);
    await tx.run("DELETE FROM post_inbox");
    expect(await flagged("case-3")).toEqual([]);
  });

  test("show at an alert, which goes on matching and says so", async () => {
    await note(tx, wantedAlert(), { messageId: "m1" });
    await signed("m1", SENT_AT);
    const before = await tx.get<{ version: number }>("SELECT version FROM alert_copy");
    await follow(SENT_AT);
    const questions = [{ serial: "AB1234C" }];
    const nowMs = SENT_AT + DAY;
    const answers = await checkQuestions(tx, { questions, nowMs });
    const basis = { state: { currentAtMs: nowMs, inForce: 1 } as never, nowMs, staleAfterMs: DAY };
    const [answer] = checkReport(questions, answers, basis).answers;
    expect(answer).toMatchObject({
      result: "POSSIBLE_MATCH",
      matches: [{ messageId: "m1", keyCompromised: true }],
      advice: expect.stringContaining("Others may have had the key of NE"),
    });
    const sinceVersion = before?.version ?? 0;
    const content = await store.procedures.postContent(tx, { sinceVersion, nowMs });
    expect(content.alerts).toMatchObject([{ messageId: "m1", keyCompromised: true }]);
  });
});
