import { beforeEach, expect, test } from "vitest";
import { FEED_PROCEDURES } from "#feed";
import { Envelope, FinalReply, PersonsBlock, Priority, TraceOutcome, TraceReply } from "#proto";
import { sendMove } from "../../../services/focal-point/moves/send-move.ts";
import { blocksOf } from "../../../services/focal-point/persons/person-record.ts";
import { Clearance } from "../../../services/focal-point/releases/hold.ts";
import { openCaseStore, putCase } from "../../support/case-store.ts";
import type { MemoryTransaction } from "../../support/memory-transaction.ts";

/** TP-PERS-8: personal data of an answer. */

const NOW_MS = Date.UTC(2026, 2, 2, 9);
const HOLDER = PersonsBlock.create({
  necessity: "The last legal holder is a natural person.",
  legalBasis: "Police Act section 12 (made up)",
  persons: [{ personRef: "P1", role: 4, accuracy: 1, name: "Madeup Nobody" }],
});
let tx: MemoryTransaction;

beforeEach(async () => {
  tx = openCaseStore();
  await FEED_PROCEDURES.feedOpen(tx, { keptMax: 1_000, incidentsPerMinuteMax: 10 });
});

async function replyWith(persons: PersonsBlock, clearance?: Clearance) {
  const caseId = await putCase(tx, { priority: Priority.ROUTINE, nowMs: NOW_MS });
  const outcome = TraceOutcome.LAST_LEGAL_HOLDER_IDENTIFIED;
  const final = FinalReply.create({ outcome, remarks: "The dealer's books name a person." });
  const args = {
    caseId,
    kind: "reply",
    body: TraceReply.encode(
      TraceReply.create({ content: { $case: "final", value: final } }),
    ).finish(),
    persons: PersonsBlock.encode(persons).finish(),
    self: { participant: "NE", state: "NE" },
    actor: "first",
    nowMs: NOW_MS,
  } as const;
  return { caseId, sent: await sendMove(tx, args, clearance) };
}

test("an answer with personal data waits for a second person (TP-PERS-8)", async () => {
  const { caseId, sent } = await replyWith(HOLDER);
  expect(sent).toMatchObject({ type: "held", reasons: ["PERSONS"] });
  expect(await blocksOf(tx, caseId)).toEqual([]);
});

test("it travels in a part of its own and is kept apart from the case (TP-PERS-8)", async () => {
  const { caseId, sent } = await replyWith(HOLDER, Clearance.grant(["PERSONS"]));
  expect(sent).toMatchObject({ type: "sent" });
  const row = await tx.get<{ draft: Uint8Array }>("SELECT draft FROM post_outbox");
  const { parts } = Envelope.decode(row?.draft ?? new Uint8Array());
  expect(parts.map(({ name }) => name)).toEqual(["body", "persons"]);
  expect(Buffer.from(parts[0]?.content ?? []).includes("Madeup Nobody")).toBe(false);
  expect(await blocksOf(tx, caseId)).toMatchObject([
    { direction: "sent", sender: "NE", persons: 1, erased: null },
  ]);
});

test("it is refused without a necessity (TP-PERS-8, TP-PERS-2)", async () => {
  const { sent } = await replyWith({ ...HOLDER, necessity: "" });
  expect(sent).toMatchObject({
    type: "invalid",
    errors: [{ field: "persons.necessity", rule: "missing" }],
  });
});
