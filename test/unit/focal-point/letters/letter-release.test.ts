import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { FEED_PROCEDURES } from "#feed";
import { Handling, PersonsBlock, Priority, Tlp, TraceFollowUp, TraceRequest } from "#proto";
import { USER_PROCEDURES } from "#users";
import { findCase } from "../../../../services/focal-point/cases/case-record.ts";
import { linkOf } from "../../../../services/focal-point/chain/link-record.ts";
import {
  type LinkedCaseToOpen,
  openLinkedCase,
} from "../../../../services/focal-point/chain/open-linked.ts";
import { noteDispatched } from "../../../../services/focal-point/letters/off-exchange-cases.ts";
import { blocksOf } from "../../../../services/focal-point/persons/person-record.ts";
import { confirmRelease } from "../../../../services/focal-point/releases/decide.ts";
import { HELD_ACTIONS } from "../../../../services/focal-point/releases/held-actions.ts";
import { Clearance, noteByLetter } from "../../../../services/focal-point/releases/hold.ts";
import { listReleases } from "../../../../services/focal-point/releases/release-record.ts";
import { openCaseStore } from "../../../support/case-store.ts";
import type { MemoryTransaction } from "../../../support/memory-transaction.ts";
import { draftOf } from "../../../support/post-drafts.ts";

const NOW_MS = Date.UTC(2026, 2, 2, 9);
let tx: MemoryTransaction;

beforeEach(async () => {
  tx = openCaseStore();
  await FEED_PROCEDURES.feedOpen(tx, { keptMax: 1_000, incidentsPerMinuteMax: 10 });
  for (const userId of ["first", "second"]) {
    const roles = ["FOCAL_POINT_SUPERVISOR"] as const;
    const kept = { kind: "person", responsible: null, name: userId, roles } as const;
    await USER_PROCEDURES.userAdd(tx, { actor: "installation", nowMs: NOW_MS, userId, ...kept });
  }
});

/** A request by letter to a State off the exchange. */
function byLetter(changes: { tlp?: Tlp; persons?: boolean; priority?: Priority } = {}) {
  const { persons = false, priority = Priority.ROUTINE, tlp = Tlp.AMBER } = changes;
  const [caseId, messageId] = [randomUUID(), randomUUID()];
  const request = TraceRequest.create({ requestingState: "NE", requestedState: "ML" });
  const block = PersonsBlock.create({ persons: [{ personRef: "P1", name: "Madeup Nobody" }] });
  const part = {
    name: "persons",
    plaintext: PersonsBlock.encode(block).finish(),
    schema: "tracepost.v1.PersonsBlock",
    retentionClass: "persons",
  } as const;
  const draft = draftOf("NE", ["ML"], "body", NOW_MS);
  const facts = { caseId, requestId: messageId, isOwn: true, isActual: true };
  const args: LinkedCaseToOpen = {
    caseId,
    peer: "ML",
    nationalCaseNumber: "NE-1",
    request: TraceRequest.encode(request).finish(),
    draft: {
      ...draft,
      parts: [...draft.parts, ...(persons ? [part] : [])],
      messageId,
      conversationId: caseId,
      priority,
      handling: Handling.create({ tlp, originatorState: "NE" }),
    },
    ...(persons ? { persons: block } : {}),
    link: linkOf(request, facts),
    byLetter: true,
    actor: "first",
    nowMs: NOW_MS,
  };
  return args;
}

const by = { userId: "second", tokenId: "aaaaaaaaaaaa", mayConfirm: true };

describe("a request by letter that one person may not send (TP-OFF-7)", () => {
  test.each([
    ["with restricted handling", { tlp: Tlp.RED }, "RESTRICTED_HANDLING"],
    ["with personal data", { persons: true }, "PERSONS"],
  ])("%s waits: no case and no letter until a second person confirms it", async (_is, of, why) => {
    const args = byLetter(of);
    const idempotency = { key: "once", bodyDigest: Buffer.alloc(32) };
    const held = await openLinkedCase(tx, { ...args, idempotency });
    expect(held).toMatchObject({ type: "held", reasons: [why] });
    expect(await openLinkedCase(tx, { ...args, idempotency })).toEqual(held);
    const { caseId } = args;
    expect(await findCase(tx, caseId)).toBeUndefined();
    const where = { channel: "POST", reference: "R-1", onDate: "2026-03-02" } as const;
    const about = { language: "fr", note: "", actor: "first", nowMs: NOW_MS };
    const letter = { direction: "out", ...where, ...about } as const;
    expect(await noteDispatched(tx, { caseId, letter })).toEqual({ type: "unknown" });
    const releaseId = held.type === "held" ? held.releaseId : "";
    const decision = { releaseId, note: "", nowMs: NOW_MS + 1 };
    const alone = { ...decision, by: { ...by, userId: "first" } };
    expect(await confirmRelease(tx, alone)).toEqual({ type: "same-person" });
    expect(await confirmRelease(tx, { ...decision, by })).toMatchObject({ type: "confirmed" });
    expect(await findCase(tx, caseId)).toMatchObject({ state: "DRAFT", offExchange: true });
    expect(await listReleases(tx, { after: 0, limit: 9 })).toMatchObject([
      { state: "RELEASED", messageId: args.draft.messageId, decidedBy: "second" },
    ]);
    expect(await tx.all("SELECT 1 FROM post_outbox")).toEqual([]);
    const kept = await blocksOf(tx, caseId);
    expect(kept).toHaveLength("persons" in of ? 1 : 0);
    expect(await noteDispatched(tx, { caseId, letter })).toMatchObject({ type: "done" });
  });

  test("leaves by one person alone where it is urgent, for review", async () => {
    const alone = { reason: "the vessel leaves tonight" };
    const routine = { ...byLetter({ tlp: Tlp.RED }), alone };
    expect(await openLinkedCase(tx, routine)).toEqual({ type: "not-alone" });
    const urgent = { ...byLetter({ tlp: Tlp.RED, priority: Priority.URGENT }), alone };
    expect(await openLinkedCase(tx, urgent)).toMatchObject({ type: "opened" });
    expect(await listReleases(tx, { after: 0, limit: 9 })).toMatchObject([
      { state: "REVIEW_DUE", messageId: urgent.draft.messageId },
    ]);
  });

  test("cannot leave without a clearance, whoever asks", async () => {
    const { draft } = byLetter({ tlp: Tlp.RED });
    const attempt = noteByLetter(tx, draft, Clearance.none());
    await expect(attempt).rejects.toMatchObject({ code: "INTERNAL" });
  });

  test("is opened at once where one person is enough", async () => {
    expect(await openLinkedCase(tx, byLetter())).toMatchObject({ type: "opened" });
  });
});

test("a second person sees by which letter a follow-up goes (TP-OFF-8)", () => {
  const content = { $case: "reminder", value: { number: 2, text: "" } } as const;
  const body = TraceFollowUp.encode(TraceFollowUp.create({ content, languageTag: "en" })).finish();
  const move = { caseId: randomUUID(), kind: "followUp", body } as const;
  const where = { channel: "COURIER", reference: "NE/OUT/3", onDate: "2026-03-02" } as const;
  const about = { language: "fr", note: "With the bag.", actor: "first", nowMs: NOW_MS };
  const letter = { direction: "out", ...where, ...about } as const;
  expect(HELD_ACTIONS.move?.view({ ...move, letter })).toMatchObject({
    reminder: { number: 2 },
    byLetter: {
      channel: "COURIER",
      reference: "NE/OUT/3",
      dispatchedOn: "2026-03-02",
      language: "fr",
      note: "With the bag.",
    },
  });
  expect(HELD_ACTIONS.move?.view(move)).not.toHaveProperty("byLetter");
});
