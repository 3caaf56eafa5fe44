import { beforeEach, describe, expect, test } from "vitest";
import { Envelope, Header, Kind, Lane, Priority, ReceiptType } from "#proto";
import { POST_LIMITS } from "#runtime";
import { draftMessage, type MessageDraft, readDraft } from "../../../lib/post/draft.ts";
import type { MessageFate, PostHooks } from "../../../lib/post/hooks.ts";
import { POST_SUCCESSION_MIGRATION_SQL } from "../../../lib/post/log-succession.ts";
import {
  backoffMs,
  createStoreSealed,
  postDraftsToSeal,
  postPublishFailed,
  postResume,
  postStoreResigned,
  postTakeDue,
} from "../../../lib/post/outbox-procedures.ts";
import { createApplyReceipt } from "../../../lib/post/receipt-procedures.ts";
import { POST_MIGRATION_SQL } from "../../../lib/post/schema.ts";
import { type MemoryTransaction, openMemoryTransaction } from "../../support/memory-transaction.ts";
import { digestOf, QUIET_HOOKS, receiptOf } from "../../support/outbox-parts.ts";
import { draftOf } from "../../support/post-drafts.ts";

let tx: MemoryTransaction;
let fates: MessageFate[];

const hooks: PostHooks = {
  ...QUIET_HOOKS,
  onFate: async (_tx, fate) => {
    fates.push(fate);
  },
};
const storeSealed = createStoreSealed(hooks);
const applyReceipt = createApplyReceipt(hooks);

beforeEach(() => {
  tx = openMemoryTransaction(POST_MIGRATION_SQL, POST_SUCCESSION_MIGRATION_SQL);
  fates = [];
});

const FIRST_MS = 10_000;
const ALERT = { kind: Kind.ALERT, priority: Priority.URGENT } as const;

const EXPIRES_AT_S = 4;

/** Drafts and seals a message; its digest and envelope are made from its id. */
async function sealed(
  to: string,
  changes: Partial<MessageDraft> = {},
  expiresAtS = EXPIRES_AT_S,
): Promise<string> {
  const { messageId } = await draftMessage(tx, {
    ...draftOf("NE", [to], "text", 1_000),
    ...changes,
  });
  const envelope = envelopeOf(messageId, expiresAtS);
  const one = { messageId, envelope, headerDigest: digestOf(messageId) };
  await storeSealed(tx, { sealed: [one], unsealable: [], nowMs: 1_000 });
  return messageId;
}

function envelopeOf(messageId: string, expiresAtS: number): Uint8Array {
  const expiresAt = { seconds: BigInt(expiresAtS), nanos: 0 };
  const header = Header.encode(Header.create({ messageId, expiresAt })).finish();
  return Envelope.encode(Envelope.create({ header })).finish();
}

const takeDue = (nowMs: number, room = 100) => postTakeDue(tx, { nowMs, room, firstMs: FIRST_MS });

const stateOf = async (messageId: string) =>
  (await tx.get<{ state: string }>("SELECT state FROM post_outbox WHERE message_id = ?", messageId))
    ?.state;

describe("drafting (TP-POST-1, TP-POST-2)", () => {
  test("numbers the messages of each recipient and lane without a hole", async () => {
    const numbers: unknown[] = [];
    for (const [to, changes] of [
      ["BR", {}],
      ["AT", {}],
      ["BR", {}],
      ["BR", ALERT],
      ["BR", {}],
    ] as const) {
      const drafted = await draftMessage(tx, { ...draftOf("NE", [to], "text", 1), ...changes });
      numbers.push([to, drafted.lane, drafted.pairSequences[to]]);
    }
    expect(numbers).toEqual([
      ["BR", Lane.NORMAL, 1],
      ["AT", Lane.NORMAL, 1],
      ["BR", Lane.NORMAL, 2],
      ["BR", Lane.URGENT, 1],
      ["BR", Lane.NORMAL, 3],
    ]);
  });

  test("keeps header and parts until they are sealed", async () => {
    await draftMessage(tx, { ...draftOf("NE", ["BR"], "the text", 1_000), supersedes: "older" });
    const { drafts } = await postDraftsToSeal(tx, { limit: 5 });
    const read = readDraft(drafts[0]?.draft ?? new Uint8Array());
    expect(read.header).toMatchObject({ sender: "NE", recipients: ["BR"], supersedes: "older" });
    expect(Buffer.from(read.parts[0]?.plaintext ?? []).toString()).toBe("the text");
  });

  test("refuses a message without a recipient", async () => {
    await expect(draftMessage(tx, draftOf("NE", [], "text", 1))).rejects.toMatchObject({
      code: "INTERNAL",
    });
  });
});

describe("sealing (TP-POST-3)", () => {
  test("takes urgent drafts first and gives each the digest of the one before", async () => {
    const first = await sealed("BR");
    await draftMessage(tx, draftOf("NE", ["BR"], "normal", 1));
    await draftMessage(tx, { ...draftOf("NE", ["BR"], "urgent", 1), ...ALERT });
    const { drafts } = await postDraftsToSeal(tx, { limit: 5 });
    expect(drafts.map((draft) => draft.lane)).toEqual([Lane.URGENT, Lane.NORMAL]);
    expect(drafts[0]?.recipients[0]?.prevPairDigest).toEqual(new Uint8Array());
    expect(Buffer.from(drafts[1]?.recipients[0]?.prevPairDigest ?? [])).toEqual(digestOf(first));
  });

  test("ends a draft that cannot be sealed as refused and closes its number", async () => {
    const { messageId } = await draftMessage(tx, draftOf("NE", ["ZZ"], "text", 1));
    const unsealable = [{ messageId, code: "RECIPIENT_UNKNOWN", field: "header.recipients" }];
    await storeSealed(tx, { sealed: [], unsealable, nowMs: 2 });
    expect(await stateOf(messageId)).toBe("refused");
    expect(fates).toMatchObject([{ fate: "refused", recipient: "ZZ", code: "RECIPIENT_UNKNOWN" }]);
    expect(await tx.all("SELECT void_due FROM post_outbox_recipient")).toEqual([{ void_due: 1 }]);
  });
});

describe("sending (TP-POST-4, TP-POST-5)", () => {
  test("goes by urgency, counts the attempt first and doubles the wait", async () => {
    const normal = await sealed("BR");
    const urgent = await sealed("BR", ALERT);
    const first = await takeDue(1_000);
    expect(first.due.map(({ messageId, attempt }) => [messageId, attempt])).toEqual([
      [urgent, 1],
      [normal, 1],
    ]);
    expect(first.nextAtMs).toBe(11_000);
    expect((await takeDue(10_999)).due).toEqual([]);
    const second = await takeDue(11_000);
    expect(second.due.map((message) => message.attempt)).toEqual([2, 2]);
    expect(second.nextAtMs).toBe(31_000);
  });

  test("never waits longer than the longest wait", () => {
    expect(backoffMs(1, FIRST_MS)).toBe(10_000);
    expect(backoffMs(4, FIRST_MS)).toBe(80_000);
    expect(backoffMs(400, FIRST_MS)).toBe(POST_LIMITS.resendMaxMs);
  });

  test("keeps room for urgent messages while others wait", async () => {
    for (let count = 0; count < 5; count += 1) await sealed("BR");
    const room = POST_LIMITS.publishUrgentReserve + 2;
    const busy = await takeDue(1_000, room);
    expect(busy.due).toHaveLength(2);
    expect(busy.full).toBe(true);
    const urgent = await sealed("BR", ALERT);
    const reserved = await takeDue(1_000, POST_LIMITS.publishUrgentReserve);
    expect(reserved.due.map((message) => message.messageId)).toEqual([urgent]);
  });

  test("is brought forward by a failure and by a restart, never put off", async () => {
    const messageId = await sealed("BR");
    await takeDue(1_000);
    await postPublishFailed(tx, { messageIds: [messageId], nextAtMs: 2_000 });
    expect((await takeDue(2_000)).due).toHaveLength(1);
    await postPublishFailed(tx, { messageIds: [messageId], nextAtMs: 900_000 });
    await postResume(tx, { nowMs: 3_000 });
    expect((await takeDue(3_000)).due).toMatchObject([{ messageId, attempt: 3 }]);
  });
});

describe("a clock that is set back", () => {
  test("puts nothing off by more than the longest wait", async () => {
    const messageId = await sealed("BR");
    const hourMs = 3_600_000;
    await takeDue(1_000 + hourMs);
    expect((await takeDue(1_000)).due).toMatchObject([{ messageId, attempt: 2 }]);
  });
});

describe("a receipt", () => {
  test("of acceptance keeps the message until the recipient's own", async () => {
    const messageId = await sealed("BR");
    await applyReceipt(tx, receiptOf(ReceiptType.ACCEPTED, messageId, { claim: { logIndex: 7 } }));
    expect(await stateOf(messageId)).toBe("accepted");
    expect((await takeDue(20_000)).due).toHaveLength(1);
    await applyReceipt(tx, receiptOf(ReceiptType.DELIVERED, messageId));
    expect(await stateOf(messageId)).toBe("delivered");
    expect((await takeDue(900_000)).due).toEqual([]);
    expect(fates.map(({ fate, logIndex }) => [fate, logIndex])).toEqual([
      ["accepted", 7],
      ["delivered", undefined],
    ]);
  });

  test("that comes again changes nothing", async () => {
    const messageId = await sealed("BR");
    for (let time = 0; time < 3; time += 1) {
      await applyReceipt(tx, receiptOf(ReceiptType.ACCEPTED, messageId));
      await applyReceipt(tx, receiptOf(ReceiptType.DELIVERED, messageId));
    }
    expect(fates).toHaveLength(2);
  });

  test("before the acceptance it overtook leaves the message delivered", async () => {
    const messageId = await sealed("BR");
    await applyReceipt(tx, receiptOf(ReceiptType.DELIVERED, messageId));
    await applyReceipt(tx, receiptOf(ReceiptType.ACCEPTED, messageId, { claim: { logIndex: 3 } }));
    expect(await stateOf(messageId)).toBe("delivered");
  });

  test("of a retryable refusal has the same header signed anew and tried later", async () => {
    const messageId = await sealed("BR");
    await takeDue(1_000);
    const claim = { code: "KEY_EXPIRED", field: "signatures[0].key_id" };
    await applyReceipt(tx, receiptOf(ReceiptType.REFUSED, messageId, { claim }));
    expect(await stateOf(messageId)).toBe("sealed");
    expect(fates).toEqual([]);
    const again = await takeDue(5_000 + FIRST_MS);
    expect(again.due).toMatchObject([{ messageId, attempt: 2, resign: true }]);
    await postStoreResigned(tx, { messageId, envelope: Buffer.from("signed anew") });
    const after = await takeDue(900_000);
    expect(after.due[0]?.resign).toBe(false);
    expect(Buffer.from(after.due[0]?.envelope ?? []).toString()).toBe("signed anew");
  });

  test("of a final refusal ends the message and makes a VOID due", async () => {
    const messageId = await sealed("BR");
    const claim = { code: "NOT_BOUND_BY_INSTRUMENT", field: "header.instrument_basis" };
    const effect = await applyReceipt(tx, receiptOf(ReceiptType.REFUSED, messageId, { claim }));
    expect(effect).toEqual({ applied: 1, voidsDue: true });
    expect(await stateOf(messageId)).toBe("refused");
  });

  test("of delivery after an expiry wins, because the recipient has it", async () => {
    const messageId = await sealed("BR");
    const expired = receiptOf(ReceiptType.EXPIRED, messageId, { claim: { recipient: "BR" } });
    await applyReceipt(tx, expired);
    expect(await stateOf(messageId)).toBe("expired");
    await applyReceipt(tx, receiptOf(ReceiptType.DELIVERED, messageId));
    expect(await stateOf(messageId)).toBe("delivered");
  });

  test("of expiry long before its time is an incident and ends nothing", async () => {
    const messageId = await sealed("BR", {}, 86_400);
    const expired = receiptOf(ReceiptType.EXPIRED, messageId, { claim: { recipient: "BR" } });
    await applyReceipt(tx, expired);
    expect(await stateOf(messageId)).toBe("sealed");
    expect(await tx.all("SELECT kind FROM post_incident")).toEqual([{ kind: "EXPIRED_EARLY" }]);
  });

  test("of a return ends the message for the removed recipient alone, with its code", async () => {
    const messageId = await sealed("BR", { ...ALERT, recipients: ["BR", "AT"] });
    const claim = { recipient: "AT", code: "RECIPIENT_REMOVED", field: "header.recipients" };
    const effect = await applyReceipt(tx, receiptOf(ReceiptType.RETURNED, messageId, { claim }));
    expect(effect).toEqual({ applied: 1, voidsDue: true });
    expect(await stateOf(messageId)).toBe("sealed");
    expect(fates).toMatchObject([{ fate: "refused", recipient: "AT", code: "RECIPIENT_REMOVED" }]);
  });

  test("about another header under our id is an incident and changes nothing", async () => {
    const messageId = await sealed("BR");
    const claim = { headerDigest: Buffer.from("another") };
    await applyReceipt(tx, receiptOf(ReceiptType.DELIVERED, messageId, { claim }));
    expect(await stateOf(messageId)).toBe("sealed");
    expect(await tx.all("SELECT kind FROM post_incident")).toEqual([{ kind: "RECEIPT_UNMATCHED" }]);
  });

  test("that refuses one of several recipients ends the message for that one alone", async () => {
    const messageId = await sealed("BR", { ...ALERT, recipients: ["BR", "AT"] });
    const claim = { refusedFor: [{ recipient: "AT", code: "RECIPIENT_SUSPENDED" }] };
    await applyReceipt(tx, receiptOf(ReceiptType.ACCEPTED, messageId, { claim }));
    expect(await stateOf(messageId)).toBe("accepted");
    await applyReceipt(tx, receiptOf(ReceiptType.DELIVERED, messageId));
    expect(await stateOf(messageId)).toBe("delivered");
    expect(fates.map(({ fate, recipient }) => `${fate} ${recipient}`)).toEqual([
      "accepted ",
      "refused AT",
      "delivered BR",
    ]);
  });
});
