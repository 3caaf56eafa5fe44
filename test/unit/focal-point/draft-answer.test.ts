import { beforeEach, describe, expect, test } from "vitest";
import { TraceReply, TraceRequest } from "#proto";
import { draftAnswer } from "../../../services/focal-point/cases/draft-answer.ts";
import { openCaseStore, putCase } from "../../support/case-store.ts";
import type { MemoryTransaction } from "../../support/memory-transaction.ts";
import { completeTraceRequest } from "../../support/trace-bodies.ts";

const NOW_MS = Date.UTC(2026, 2, 2, 9);
const self = { participant: "AT", state: "AT" };
let tx: MemoryTransaction;

beforeEach(() => {
  tx = openCaseStore();
});

describe("a draft answer (TP-ANS-8)", () => {
  test("says what the register would, is the same until it would say otherwise, and sends nothing", async () => {
    const caseId = await putCase(tx, { nowMs: NOW_MS });
    const request = TraceRequest.encode(completeTraceRequest()).finish();
    await tx.run("UPDATE trace_case SET request = ? WHERE case_id = ?", request, caseId);
    const draft = await draftAnswer(tx, { caseId, self, nowMs: NOW_MS });
    const reply = TraceReply.decode(draft?.reply ?? new Uint8Array());
    expect(reply.sourceNote).toContain("Firearm register of AT");
    expect(reply.content?.$case).toBe("final");
    const again = await draftAnswer(tx, { caseId, self, nowMs: NOW_MS + 1 });
    expect(again?.draftId).toBe(draft?.draftId);
    const later = await draftAnswer(tx, { caseId, self, nowMs: NOW_MS + 86_400_000 });
    expect(later?.draftId).not.toBe(draft?.draftId);
    expect(await tx.all("SELECT 1 FROM post_outbox")).toEqual([]);
  });

  test("is there for requests received alone", async () => {
    const own = await putCase(tx, { role: "requesting", nowMs: NOW_MS });
    expect(await draftAnswer(tx, { caseId: own, self, nowMs: NOW_MS })).toBeNull();
    expect(await draftAnswer(tx, { caseId: "none", self, nowMs: NOW_MS })).toBeNull();
  });
});
