import { beforeEach, describe, expect, test } from "vitest";
import { type PostHooks, RECOVERY_MIGRATION_SQL } from "#post";
import { Envelope, Header, ReceiptType } from "#proto";
import { draftMessage } from "../../../lib/post/draft.ts";
import type { MessageFate } from "../../../lib/post/hooks.ts";
import { eraseMessages, keptMessages } from "../../../lib/post/kept-messages.ts";
import {
  noteInboxAgain,
  POST_SUCCESSION_MIGRATION_SQL,
  postFollowedLog,
  postFollowFirstLog,
  postFollowNextLog,
} from "../../../lib/post/log-succession.ts";
import { createStoreSealed, postTakeDue } from "../../../lib/post/outbox-procedures.ts";
import { createApplyReceipt } from "../../../lib/post/receipt-procedures.ts";
import { POST_MIGRATION_SQL } from "../../../lib/post/schema.ts";
import { type MemoryTransaction, openMemoryTransaction } from "../../support/memory-transaction.ts";
import { digestOf, QUIET_HOOKS, receiptOf } from "../../support/outbox-parts.ts";
import { draftOf } from "../../support/post-drafts.ts";

const OLD = "hub.example/log";
const NEW = "hub.example/log/2";
const END = 10;

let tx: MemoryTransaction;
let fates: MessageFate[] = [];
const hooks: PostHooks = {
  ...QUIET_HOOKS,
  onFate: async (_tx, fate) => {
    fates.push(fate);
  },
};
const applyReceipt = createApplyReceipt(hooks);

beforeEach(async () => {
  tx = openMemoryTransaction(
    POST_MIGRATION_SQL,
    POST_SUCCESSION_MIGRATION_SQL,
    RECOVERY_MIGRATION_SQL,
  );
  fates = [];
  await postFollowFirstLog(tx, { origin: OLD });
});

async function sealed(to = "BR"): Promise<string> {
  const { messageId } = await draftMessage(tx, draftOf("NE", [to], "text", 1_000));
  const header = Header.encode(Header.create({ messageId })).finish();
  const envelope = Envelope.encode(Envelope.create({ header })).finish();
  const one = { messageId, envelope, headerDigest: digestOf(messageId) };
  await createStoreSealed(hooks)(tx, { sealed: [one], unsealable: [], nowMs: 1_000 });
  return messageId;
}

/** The receipt of a log about a message. */
async function said(
  type: ReceiptType,
  messageId: string,
  log: string,
  claim: object = {},
  receiptId = `${type} ${messageId} ${log}`,
) {
  const envelope = Buffer.from(`receipt of ${log}`);
  await applyReceipt(tx, receiptOf(type, messageId, { receiptId, envelope, claim }));
}

const ended = async (logIndex: number): Promise<string> => {
  const id = await sealed();
  await said(ReceiptType.ACCEPTED, id, OLD, { logIndex });
  await said(ReceiptType.DELIVERED, id, OLD);
  return id;
};

const follow = () =>
  postFollowNextLog(tx, { oldOrigin: OLD, newOrigin: NEW, size: END, nowMs: 6_000 });
const due = async (nowMs = 900_000) =>
  (await postTakeDue(tx, { nowMs, room: 100, firstMs: 10_000 })).due.map((one) => one.messageId);
const stateOf = async (id: string) =>
  (await tx.get<{ state: string }>("SELECT state FROM post_outbox WHERE message_id = ?", id))
    ?.state;
const incidents = async () => (await tx.all("SELECT kind FROM post_incident")).length;

describe("an outbox whose log is succeeded (TP-SUCC-7)", () => {
  test("sends again what has no end, and what was accepted beyond the end of the log", async () => {
    const proven = await ended(END - 1);
    const beyond = await ended(END);
    const open = await sealed();
    await said(ReceiptType.ACCEPTED, open, OLD, { logIndex: 3 });
    const fresh = await sealed();
    expect(await follow()).toBe(3);
    expect((await due(6_000)).toSorted()).toEqual([beyond, open, fresh].toSorted());
    expect(await stateOf(proven)).toBe("delivered");
    expect(await postFollowedLog(tx)).toMatchObject({ origin: NEW, position: 1 });
  });

  test("goes over once, whenever it is told again", async () => {
    await ended(END);
    expect(await follow()).toBe(1);
    expect(await follow()).toBe(0);
    const other = { oldOrigin: "other.example/log", newOrigin: "x", size: 1, nowMs: 1 };
    await expect(postFollowNextLog(tx, other)).rejects.toThrow("the post follows");
  });

  test("tells nobody twice what became of a message, and stops once it is recorded", async () => {
    const id = await ended(END + 2);
    const told = fates.length;
    await follow();
    await said(ReceiptType.ACCEPTED, id, NEW, { logIndex: 1 });
    expect(await due()).toEqual([id]);
    await said(ReceiptType.DELIVERED, id, NEW);
    expect(await due()).toEqual([]);
    expect(fates).toHaveLength(told);
    expect(await stateOf(id)).toBe("delivered");
    expect(await incidents()).toBe(0);
    const kept = "SELECT count(*) AS count FROM";
    expect(await tx.get(`${kept} post_receipt_before`)).toEqual({ count: 2 });
    expect(await tx.get(`${kept} post_receipt`)).toEqual({ count: 2 });
  });

  test("takes no effect back when the new log refuses, and ends what had none", async () => {
    const delivered = await ended(END + 2);
    const open = await sealed();
    await said(ReceiptType.ACCEPTED, open, OLD, { logIndex: 3 });
    await follow();
    const claim = { code: "EXPIRED", field: "header.expires_at" };
    for (const id of [delivered, open]) await said(ReceiptType.REFUSED, id, NEW, claim);
    expect(await due()).toEqual([]);
    expect(await stateOf(delivered)).toBe("delivered");
    expect(await stateOf(open)).toBe("refused");
    expect(fates.filter(({ fate }) => fate === "refused")).toHaveLength(1);
    expect(await incidents()).toBe(0);
  });

  test("tries again what the new log holds back, and takes an expiry for a recipient", async () => {
    const id = await ended(END + 2);
    await follow();
    await said(ReceiptType.REFUSED, id, NEW, { code: "KEY_EXPIRED", field: "signatures[0]" });
    expect(await due()).toEqual([id]);
    await said(ReceiptType.ACCEPTED, id, NEW, { logIndex: 4 });
    await said(ReceiptType.EXPIRED, id, NEW, { recipient: "BR" });
    expect(await due()).toEqual([]);
    expect(await stateOf(id)).toBe("delivered");
  });
});

describe("disposal and a succession of the log (TP-PREC-4, TP-SUCC-7)", () => {
  const keptOf = async (id: string) => {
    const row = await tx.get<{ conversation_id: string }>(
      "SELECT conversation_id FROM post_outbox WHERE message_id = ?",
      id,
    );
    return await keptMessages(tx, { conversationId: row?.conversation_id ?? "" });
  };
  const dispose = async (id: string) => await eraseMessages(tx, await keptOf(id));
  const envelopes = async () =>
    (await tx.all<{ receipt_id: string }>("SELECT receipt_id FROM post_receipt_envelope")).map(
      (row) => row.receipt_id,
    );

  test("a receipt of the old log stays while a message is kept that it is about", async () => {
    const [proven, beyond] = [await sealed(), await sealed()];
    const [first, last] = [{ logIndex: END - 1 }, { logIndex: END }];
    await said(ReceiptType.ACCEPTED, proven, OLD, first, "about both");
    await said(ReceiptType.ACCEPTED, beyond, OLD, last, "about both");
    for (const id of [proven, beyond]) await said(ReceiptType.DELIVERED, id, OLD);
    await follow();
    await dispose(proven);
    expect((await envelopes()).toSorted()).toEqual(
      ["about both", `${ReceiptType.DELIVERED} ${beyond} ${OLD}`].toSorted(),
    );
    await said(ReceiptType.ACCEPTED, beyond, NEW, { logIndex: 1 });
    await said(ReceiptType.DELIVERED, beyond, NEW);
    await dispose(beyond);
    expect(await envelopes()).toEqual([]);
  });

  test("what is to be recorded again is open until it is", async () => {
    const id = await ended(END);
    const isOpen = async () => (await keptOf(id)).map((message) => message.isOpen);
    expect(await isOpen()).toEqual([false]);
    await follow();
    expect(await isOpen()).toEqual([true]);
    await said(ReceiptType.ACCEPTED, id, NEW, { logIndex: 1 });
    await said(ReceiptType.DELIVERED, id, NEW);
    expect(await isOpen()).toEqual([false]);
  });

  test("what was disposed of is not recorded again", async () => {
    await dispose(await ended(END));
    expect(await follow()).toBe(0);
    expect(await tx.all("SELECT * FROM post_recorded_again")).toEqual([]);
  });

  test("the proof of a received message goes with it, and does not come back", async () => {
    await follow();
    const header = Header.encode(Header.create({ messageId: "m", sender: "BR" })).finish();
    await tx.run(
      `INSERT INTO post_inbox (sender, message_id, header_digest, kind, lane, exchange_status,
         conversation_id, state, envelope, received_at) VALUES ('BR', 'm', ?, 1, 1, 1, 'c',
         'delivered', ?, 1)`,
      digestOf("m"),
      Envelope.encode(Envelope.create({ header })).finish(),
    );
    const message = { sender: "BR", messageId: "m" };
    const proofs = async () => (await tx.all("SELECT * FROM post_inbox_again")).length;
    await noteInboxAgain(tx, message, Buffer.of(1));
    expect(await proofs()).toBe(1);
    await eraseMessages(tx, await keptMessages(tx, { conversationId: "c" }));
    expect(await proofs()).toBe(0);
    await noteInboxAgain(tx, message, Buffer.of(1));
    expect(await proofs()).toBe(0);
  });
});
