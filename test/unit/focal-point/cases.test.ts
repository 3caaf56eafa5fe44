import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import type { InboundRecord, MessageFate } from "#post";
import {
  Envelope,
  ExchangeStatus,
  Header,
  Instrument,
  Kind,
  Lane,
  OutcomeClass,
  Priority,
  Tlp,
  TraceMove,
  TraceOutcome,
  TraceReply,
  UseRestriction,
} from "#proto";
import { toTimestamp } from "#wire";
import { caseHooks, type TraceEffect } from "../../../services/focal-point/cases/case-hooks.ts";
import { caseCounts, openCase } from "../../../services/focal-point/cases/case-procedures.ts";
import { findCase } from "../../../services/focal-point/cases/case-record.ts";
import { sendMove } from "../../../services/focal-point/moves/send-move.ts";
import { Clearance } from "../../../services/focal-point/releases/hold.ts";
import { openCaseTables } from "../../support/case-tables.ts";
import type { MemoryTransaction } from "../../support/memory-transaction.ts";
import { draftOf } from "../../support/post-drafts.ts";

let tx: MemoryTransaction;
const REQUEST_ID = "00000000-0000-7000-8000-000000000001";
const DIGEST = Buffer.alloc(32, 1);

beforeEach(() => {
  tx = openCaseTables();
});

/** A case of ours with State BR, its request sealed. */
async function ownCase(caseId = randomUUID()): Promise<string> {
  const draft = { ...draftOf("NE", ["BR"], "body", 1_000), messageId: REQUEST_ID };
  await openCase(tx, {
    caseId,
    peer: "BR",
    nationalCaseNumber: "NE-1",
    request: Buffer.from("request"),
    draft: { ...draft, conversationId: caseId },
    actor: "officer",
    nowMs: 1_000,
  });
  await tx.run("UPDATE post_outbox SET header_digest = ?", DIGEST);
  return caseId;
}

function inbound(caseId: string, header: Partial<Header>, sender = "BR"): InboundRecord {
  return {
    sender,
    messageId: randomUUID(),
    kind: header.kind ?? Kind.TRACE_REPLY,
    lane: Lane.NORMAL,
    conversationId: caseId,
    headerDigest: Buffer.alloc(32, 9),
    header: Header.encode(Header.create(header)).finish(),
    recordedAtMs: 1_500,
    nowMs: 2_000,
  };
}

const boundTo = (messageId: string, headerDigest: Uint8Array) => ({
  inReplyTo: { originalSender: "NE", messageId, headerDigest },
});

const effectOf = (move: TraceMove, outcome: string | null): TraceEffect => ({
  type: "move",
  by: "requested",
  body: Buffer.from("reply"),
  outcomeClass: OutcomeClass.UNSPECIFIED,
  move,
  outcome,
});

const FINAL = effectOf(TraceMove.FINAL, "NO_RECORD");

const fate = (caseId: string, what: MessageFate["fate"], code?: string): MessageFate => ({
  messageId: REQUEST_ID,
  conversationId: caseId,
  kind: Kind.TRACE_REQUEST,
  recipient: "BR",
  fate: what,
  nowMs: 3_000,
  ...(code === undefined ? {} : { code }),
});

const stateOf = async (caseId: string) => (await findCase(tx, caseId))?.state;

describe("an own request", () => {
  test("is submitted, then delivered by the recipient's receipt", async () => {
    const caseId = await ownCase();
    expect(await stateOf(caseId)).toBe("SUBMITTED");
    await caseHooks.onFate(tx, fate(caseId, "accepted"));
    expect(await stateOf(caseId)).toBe("SUBMITTED");
    await caseHooks.onFate(tx, fate(caseId, "delivered"));
    expect(await stateOf(caseId)).toBe("DELIVERED");
  });

  test.each(["refused", "rejected", "expired"] as const)("that is %s shows why", async (what) => {
    const caseId = await ownCase();
    await caseHooks.onFate(tx, fate(caseId, what, "BODY_INVALID"));
    expect(await findCase(tx, caseId)).toMatchObject({
      state: "REJECTED_BY_GATEWAY",
      refusalCode: "BODY_INVALID",
    });
  });

  test("that expired and was delivered after all counts as delivered", async () => {
    const caseId = await ownCase();
    await caseHooks.onFate(tx, fate(caseId, "expired", "EXPIRED"));
    await caseHooks.onFate(tx, fate(caseId, "delivered"));
    expect(await findCase(tx, caseId)).toMatchObject({ state: "DELIVERED", refusalCode: null });
  });

  test("with the same idempotency key is the same case, with another body none", async () => {
    const first = { key: "k", bodyDigest: Buffer.from("digest") };
    const args = (messageId: string, idempotency: typeof first) => ({
      caseId: randomUUID(),
      peer: "BR",
      nationalCaseNumber: "NE-1",
      request: Buffer.from("request"),
      draft: { ...draftOf("NE", ["BR"], "body", 1_000), messageId },
      idempotency,
      actor: "officer",
      nowMs: 1_000,
    });
    const opened = await openCase(tx, args("m1", first));
    const repeated = await openCase(tx, args("m2", first));
    expect(opened.type).toBe("opened");
    expect(repeated.type).toBe("repeated");
    if (!("record" in opened && "record" in repeated)) return;
    expect(repeated.record.caseId).toBe(opened.record.caseId);
    const other = await openCase(tx, args("m3", { key: "k", bodyDigest: Buffer.from("other") }));
    expect(other.type).toBe("mismatch");
    expect(await tx.all("SELECT message_id FROM post_outbox")).toEqual([{ message_id: "m1" }]);
  });
});

describe("a reply", () => {
  test("bound to the exact request concludes the case, also before the receipt", async () => {
    const caseId = await ownCase();
    const message = inbound(caseId, boundTo(REQUEST_ID, DIGEST));
    expect(await caseHooks.onMessage(tx, message, FINAL)).toBeUndefined();
    expect(await findCase(tx, caseId)).toMatchObject({ state: "ANSWERED", outcome: "NO_RECORD" });
    await caseHooks.onFate(tx, fate(caseId, "delivered"));
    expect(await stateOf(caseId)).toBe("ANSWERED");
    expect(await caseCounts(tx, undefined)).toMatchObject({
      requesting: { ANSWERED: 1 },
      repliesReceived: { NO_RECORD: 1 },
      effects: { messages: 1, duplicates: 0 },
    });
  });

  test.each([
    ["to another header of the request", boundTo(REQUEST_ID, Buffer.alloc(32, 2)), "BR"],
    ["to another message", boundTo("another", DIGEST), "BR"],
    ["to nothing", {}, "BR"],
    ["from a State that was not asked", boundTo(REQUEST_ID, DIGEST), "AT"],
  ])("bound %s is refused and has no effect", async (_what, header, sender) => {
    const caseId = await ownCase();
    const refusal = await caseHooks.onMessage(tx, inbound(caseId, header, sender), FINAL);
    expect(refusal).toMatchObject({ code: "ILLEGAL_MOVE" });
    expect(await stateOf(caseId)).toBe("SUBMITTED");
    expect((await caseCounts(tx, undefined)).effects.messages).toBe(0);
  });

  test("after the final one is refused", async () => {
    const caseId = await ownCase();
    await caseHooks.onMessage(tx, inbound(caseId, boundTo(REQUEST_ID, DIGEST)), FINAL);
    const later = { ...boundTo(REQUEST_ID, DIGEST), sentAt: toTimestamp(2_000) };
    const second = inbound(caseId, later);
    expect(await caseHooks.onMessage(tx, second, FINAL)).toMatchObject({ code: "ILLEGAL_MOVE" });
  });
});

describe("a request of another State", () => {
  const asked: Partial<Header> = {
    kind: Kind.TRACE_REQUEST,
    priority: Priority.URGENT,
    status: ExchangeStatus.EXERCISE,
    instrumentBasis: [Instrument.ECOWAS],
    handling: {
      tlp: Tlp.RED,
      use: [UseRestriction.INTELLIGENCE_ONLY],
      releasableTo: ["AT"],
      originatorState: "BR",
    },
  };
  const request: TraceEffect = {
    type: "request",
    request: Buffer.from("request"),
    nationalCaseNumber: "BR-1",
  };

  test("opens one case; another request cannot take over its conversation", async () => {
    const caseId = randomUUID();
    const first = inbound(caseId, asked);
    expect(await caseHooks.onMessage(tx, first, request)).toBeUndefined();
    expect(await caseHooks.onMessage(tx, inbound(caseId, asked, "AT"), request)).toMatchObject({
      code: "ILLEGAL_MOVE",
      field: "header.conversation_id",
    });
    expect(await findCase(tx, caseId)).toMatchObject({ peer: "BR", state: "DELIVERED" });
  });

  test("is answered once, on its terms and at least as strictly", async () => {
    const caseId = randomUUID();
    const message = inbound(caseId, asked);
    await caseHooks.onMessage(tx, message, request);
    const reply = TraceReply.create({
      content: {
        $case: "final",
        value: {
          outcome: TraceOutcome.NO_RECORD,
          custodyEvents: [],
          nextState: "",
          remarks: "",
          answers: [],
        },
      },
    });
    const args = {
      caseId,
      kind: "reply" as const,
      body: TraceReply.encode(reply).finish(),
      self: { participant: "NE", state: "NE" },
      actor: "officer",
      nowMs: 4_000,
    };
    expect(await sendMove(tx, args)).toMatchObject({ type: "held" });
    const clearance = Clearance.grant(["RESTRICTED_HANDLING"]);
    const sent = await sendMove(tx, args, clearance);
    expect(sent).toMatchObject({ type: "sent", state: "ANSWERED" });
    const again = await sendMove(tx, args, clearance);
    expect(again).toMatchObject({ type: "illegal", state: "ANSWERED" });
    const drafts = await tx.all<{ draft: Uint8Array }>("SELECT draft FROM post_outbox");
    expect(drafts).toHaveLength(1);
    const envelope = Envelope.decode(drafts[0]?.draft ?? new Uint8Array());
    const header = Header.decode(envelope.header);
    expect(header).toMatchObject({
      recipients: ["BR"],
      conversationId: caseId,
      inReplyTo: { originalSender: "BR", messageId: message.messageId },
      priority: Priority.URGENT,
      lane: Lane.URGENT,
      status: ExchangeStatus.EXERCISE,
      instrumentBasis: [Instrument.ECOWAS],
      disclosed: { move: TraceMove.FINAL, outcomeClass: OutcomeClass.NOT_ESTABLISHED },
      handling: { tlp: Tlp.RED, releasableTo: [], originatorState: "NE" },
    });
    expect(header.handling?.use).toContain(UseRestriction.INTELLIGENCE_ONLY);
    expect(header.handling?.use).toContain(UseRestriction.NO_ONWARD);
  });

  test("of a case that is not ours to answer is not answered", async () => {
    const caseId = await ownCase();
    const args = {
      caseId,
      kind: "reply" as const,
      body: new Uint8Array(),
      self: { participant: "NE", state: "NE" },
      actor: "officer",
      nowMs: 1,
    };
    expect(await sendMove(tx, args)).toEqual({ type: "unknown" });
  });
});
