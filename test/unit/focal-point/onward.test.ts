import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import {
  CustodyEvent,
  CustodyEventKind,
  Envelope,
  Handling,
  Header,
  IntendedUse,
  InterimReply,
  OutcomeClass,
  PersonsBlock,
  Tlp,
  TraceMove,
  TraceReply,
  TraceRequest,
  UseRestriction,
} from "#proto";
import { insertCase } from "../../../services/focal-point/cases/case-record.ts";
import { linkCase, linkOf } from "../../../services/focal-point/chain/link-record.ts";
import {
  type LinkedCaseToOpen,
  openLinkedCase,
} from "../../../services/focal-point/chain/open-linked.ts";
import { addMove } from "../../../services/focal-point/moves/move-record.ts";
import { judgeOnward, replyToJudge } from "../../../services/focal-point/onward/judge-onward.ts";
import {
  keepGrants,
  listOnwardCopies,
} from "../../../services/focal-point/onward/onward-record.ts";
import { keepBlock } from "../../../services/focal-point/persons/person-record.ts";
import { Clearance } from "../../../services/focal-point/releases/hold.ts";
import { openCaseTables } from "../../support/case-tables.ts";
import type { MemoryTransaction } from "../../support/memory-transaction.ts";
import { draftOf } from "../../support/post-drafts.ts";

let tx: MemoryTransaction;
beforeEach(() => {
  tx = openCaseTables();
});

const NOW = 1_000;
const IN_CONFIDENCE = Handling.create({
  tlp: Tlp.AMBER_STRICT,
  use: [UseRestriction.NO_ONWARD],
  originatorState: "US",
});
const EXPORTED = CustodyEvent.create({
  kind: CustodyEventKind.EXPORTED,
  date: "2009-03-01",
  fromState: "IT",
  toState: "CH",
});
const INTERIM = TraceReply.create({
  content: { $case: "interim", value: InterimReply.create({ custodyEvents: [EXPORTED] }) },
});
const NOBODY = PersonsBlock.create({
  necessity: "The record is kept under this name.",
  persons: [{ personRef: "P1", name: "Madeup  NOBODY" }],
});

/** A case of AT: a request that US sent, or one that AT sent to IT. */
async function putCase(
  side: "received" | "sent",
  request: Partial<TraceRequest> = {},
): Promise<{ caseId: string; requestId: string }> {
  const [caseId, requestId] = [randomUUID(), randomUUID()];
  const isOwn = side === "sent";
  const body = TraceRequest.create({
    requestingState: isOwn ? "AT" : "US",
    requestedState: isOwn ? "IT" : "AT",
    intendedUse: IntendedUse.CRIMINAL_INVESTIGATION,
    ...request,
  });
  const header = Header.create({ sender: isOwn ? "AT" : "US", handling: IN_CONFIDENCE });
  await insertCase(tx, {
    caseId,
    role: isOwn ? "requesting" : "requested",
    peer: isOwn ? "IT" : "US",
    state: "DELIVERED",
    nationalCaseNumber: "1",
    request: TraceRequest.encode(body).finish(),
    requestMessageId: requestId,
    requestHeader: Header.encode(header).finish(),
    actor: "exchange",
    nowMs: NOW,
  });
  await linkCase(tx, linkOf(body, { caseId, requestId, isOwn, isActual: true }));
  return { caseId, requestId };
}

/** IT answers a request of AT that the firearm was exported. */
async function answered(caseId: string): Promise<string> {
  const messageId = randomUUID();
  const handling = { ...IN_CONFIDENCE, originatorState: "IT" };
  const header = Header.create({ sender: "IT", handling });
  await addMove(tx, caseId, {
    messageId,
    by: "requested",
    move: TraceMove.INTERIM,
    outcomeClass: OutcomeClass.UNSPECIFIED,
    outcome: null,
    body: TraceReply.encode(INTERIM).finish(),
    sentAtMs: NOW,
    keptAtMs: NOW,
    actor: "exchange",
  });
  const envelope = Envelope.create({ header: Header.encode(header).finish() });
  await tx.run(
    `INSERT INTO post_inbox (sender, message_id, header_digest, kind, lane, exchange_status,
       conversation_id, state, envelope, received_at) VALUES ('IT', ?, ?, 2, 1, 3, ?, 'delivered', ?, 0)`,
    messageId,
    Buffer.alloc(32),
    caseId,
    Envelope.encode(envelope).finish(),
  );
  return messageId;
}

/** A request of AT to CH that goes on with another one. */
function goingOn(previousRequestId: string, changes: Partial<LinkedCaseToOpen> = {}) {
  const [caseId, messageId] = [randomUUID(), randomUUID()];
  const request = TraceRequest.create({
    previousRequestId,
    hopNumber: 1,
    requestingState: "AT",
    requestedState: "CH",
    intendedUse: IntendedUse.CRIMINAL_INVESTIGATION,
    custodyHistory: [EXPORTED],
  });
  const handling = Handling.create({ tlp: Tlp.AMBER, originatorState: "AT" });
  const facts = { caseId, requestId: messageId, isOwn: true, isActual: true };
  return {
    caseId,
    peer: "CH",
    nationalCaseNumber: "AT-1",
    request: TraceRequest.encode(request).finish(),
    draft: { ...draftOf("AT", ["CH"], "body", NOW), handling, messageId, conversationId: caseId },
    link: linkOf(request, facts),
    actor: "desk-1",
    nowMs: NOW,
    ...changes,
  };
}
const clearance = Clearance.grant(["PERSONS", "RESTRICTED_HANDLING"]);
const copies = async () =>
  await listOnwardCopies(tx, { caseId: undefined, before: undefined, limit: 10 });

describe("what another State sent is passed on (TP-PERS-17)", () => {
  test("not at all without its leave: the message and the way out are named", async () => {
    const { requestId } = await putCase("received");
    expect(await openLinkedCase(tx, goingOn(requestId), clearance)).toMatchObject({
      type: "refused",
      refusal: {
        code: "HANDLING_VIOLATION",
        field: "header.handling.use",
        detail: `body of message ${requestId} of US is not passed on without the originator's leave`,
      },
    });
    expect(await copies()).toEqual([]);
  });

  test("with consent, or with leave that a decision gave; who received it is written down", async () => {
    const consented = await putCase("received", { onwardForwardConsent: true });
    const first = goingOn(consented.requestId);
    expect(await openLinkedCase(tx, first, clearance)).toMatchObject({ type: "opened" });
    const other = await putCase("received");
    const about = { sender: "US", messageId: other.requestId };
    await keepGrants(tx, about, { releaseTo: ["CH"], requestId: "n1", nowMs: NOW });
    const second = goingOn(other.requestId);
    expect(await openLinkedCase(tx, second, clearance)).toMatchObject({ type: "opened" });
    expect(await copies()).toMatchObject([
      {
        of: { ...about, part: "body" },
        messageId: second.draft.messageId,
        caseId: second.caseId,
        to: "CH",
        byLetter: false,
        ground: "GRANTED",
        actor: "desk-1",
      },
      { of: { messageId: consented.requestId }, messageId: first.draft.messageId },
    ]);
  });

  test("no less strictly handled than it came", async () => {
    const { requestId } = await putCase("received", { onwardForwardConsent: true });
    await openLinkedCase(tx, goingOn(requestId), clearance);
    const row = await tx.get<{ draft: Uint8Array }>("SELECT draft FROM post_outbox");
    const { header } = Envelope.decode(row?.draft ?? new Uint8Array());
    expect(Header.decode(header).handling).toMatchObject({
      tlp: Tlp.AMBER_STRICT,
      use: [UseRestriction.NO_ONWARD],
      originatorState: "AT",
    });
  });

  test("in a custody history, where it repeats a step that was told in confidence", async () => {
    const { caseId, requestId } = await putCase("sent");
    expect(await openLinkedCase(tx, goingOn(requestId), clearance)).toMatchObject({
      type: "opened",
    });
    const messageId = await answered(caseId);
    expect(await openLinkedCase(tx, goingOn(requestId), clearance)).toMatchObject({
      type: "refused",
      refusal: { detail: expect.stringContaining(`body of message ${messageId} of IT`) },
    });
    const about = { sender: "IT", messageId };
    await keepGrants(tx, about, { releaseTo: ["CH"], requestId: "n1", nowMs: NOW });
    await openLinkedCase(tx, goingOn(requestId), clearance);
    expect(await copies()).toMatchObject([{ of: { sender: "IT", messageId }, to: "CH" }]);
  });

  test("as personal data of the same person, however the name is written", async () => {
    const { caseId, requestId } = await putCase("received");
    const about = { sender: "US", messageId: requestId };
    await keepBlock(tx, {
      ...about,
      caseId,
      direction: "received",
      peer: "US",
      data: PersonsBlock.encode(NOBODY).finish(),
      persons: 1,
      reviewAtMs: NOW,
      actor: "exchange",
      nowMs: NOW,
    });
    await keepGrants(tx, about, { releaseTo: ["CH"], requestId: "n1", nowMs: NOW });
    const persons = PersonsBlock.create({ persons: [{ personRef: "X", name: "Madeup Nobody" }] });
    await openLinkedCase(tx, goingOn(requestId, { persons }), clearance);
    expect((await copies()).map(({ of }) => of.part)).toEqual(["persons", "body"]);
  });
});

describe("an answer that repeats what others told (TP-PERS-17)", () => {
  const judged = async (behalf: string) => {
    const received = await putCase("received", { onwardForwardConsent: true });
    const previous = { previousRequestId: received.requestId, hopNumber: 1 };
    const { caseId } = await putCase("sent", { ...previous, forwardedFor: behalf });
    await answered(caseId);
    const request = TraceRequest.create({ requestingState: "US" });
    const around = { requestId: received.requestId, participant: "US", request };
    return await judgeOnward(tx, replyToJudge(INTERIM, { ...around, persons: undefined }));
  };

  test("needs their leave", async () => {
    expect(await judged("")).toMatchObject({ ok: false });
  });

  test("has it where they were asked on behalf of the State that hears it", async () => {
    expect(await judged("US")).toMatchObject({
      ok: true,
      value: [{ sender: "IT", ground: "GRANTED" }],
    });
  });
});
