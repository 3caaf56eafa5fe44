import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  Dispatch,
  EntryKind,
  Envelope,
  Header,
  Kind,
  Lane,
  ReceiptItem,
  ReceiptType,
  RefusalCode,
} from "#proto";
import { newMessageId } from "#runtime";
import { generateSigningKey } from "#trust";
import { assembleEnvelope, buildReceipt, inSubject, outSubject } from "#wire";
import { forgeDispatch } from "../../support/forged-dispatch.ts";
import { makeParties } from "../../support/parties.ts";
import {
  openPostExchange,
  type PostExchange,
  type PostMember,
} from "../../support/post-exchange.ts";

let exchange: PostExchange;
let ne: PostMember;
let br: PostMember;

beforeAll(async () => {
  exchange = await openPostExchange(["NE", "BR", "AT"]);
  ne = exchange.member("NE");
  br = exchange.member("BR");
});

afterAll(async () => {
  await exchange.close();
});

const INBOX = inSubject("BR", Lane.NORMAL, Kind.TRACE_REQUEST);

/** Puts bytes into BR's inbox past the gateway, as somebody with the operator's rights could. */
async function inject(data: Uint8Array, subject = INBOX): Promise<void> {
  const operator = exchange.carrier.connect("CORE");
  await operator.publish({ subject, data, transportId: randomUUID() });
}

const incidentsOf = async (member: PostMember): Promise<Readonly<Record<string, number>>> =>
  (await member.store.call("postStatus", undefined)).incidents;

async function untilIncident(member: PostMember, kind: string, count = 1): Promise<void> {
  await exchange.until(`an incident ${kind}`, async () => {
    return ((await incidentsOf(member))[kind] ?? 0) >= count;
  });
}

/** The envelope a member sent, as it lies in its outbox once it is sealed. */
async function sentEnvelope(member: PostMember, messageId: string): Promise<Uint8Array> {
  await exchange.until("it is sealed", async () => {
    const sql = "SELECT 1 FROM post_outbox WHERE message_id = ? AND envelope IS NOT NULL";
    return (await member.rows(sql, messageId)).length === 1;
  });
  const [row] = await member.rows(
    "SELECT envelope FROM post_outbox WHERE message_id = ?",
    messageId,
  );
  return row?.envelope as Uint8Array;
}

/** The same parts under another header, signed by somebody else's valid key. */
function resentBy(senderId: string, original: Uint8Array, changes: Partial<Header> = {}) {
  const envelope = Envelope.decode(original);
  const { parts: infos, ...header } = Header.decode(envelope.header);
  const parts = infos.map((info, index) => ({
    info,
    content: envelope.parts[index]?.content ?? new Uint8Array(),
  }));
  const signer = exchange.parties.party(senderId).signer;
  return assembleEnvelope({ header: { ...header, sender: senderId, ...changes }, parts }, signer);
}

describe("sealed bytes re-sent by a third participant under its own valid signature", () => {
  test("pass the gateway and are rejected by the recipient with SEAL_BINDING (TP-POST-12)", async () => {
    const genuine = await ne.send("BR", "the question of NE");
    await exchange.settled();
    const stolen = resentBy("AT", await sentEnvelope(ne, genuine), {
      messageId: newMessageId(exchange.time.now()),
    });
    const thief = exchange.member("AT");
    await thief.transport.publish({
      subject: outSubject("AT", Lane.NORMAL, Kind.TRACE_REQUEST),
      data: stolen.bytes,
      transportId: randomUUID(),
    });
    await untilIncident(br, "SEAL_BINDING");
    await exchange.settled();
    const { messageId } = Header.decode(stolen.headerBytes);
    const [stored] = await br.rows(
      "SELECT state, code, receipts_sent FROM post_inbox WHERE message_id = ?",
      messageId,
    );
    expect(stored).toMatchObject({ state: "rejected", code: "SEAL_BINDING", receipts_sent: 1 });
    expect(await br.rows("SELECT * FROM effects WHERE message_id = ?", messageId)).toEqual([]);
  });
});

describe("a dispatch that no honest gateway sends", () => {
  test("of junk is counted by digest and size, and answered by nothing", async () => {
    const before = (await br.store.call("postStatus", undefined)).receiptsOwed;
    await inject(Buffer.from("no message at all"));
    await untilIncident(br, "JUNK");
    const [kept] = await br.store.call("postIncidents", { limit: 1 });
    expect(kept).toMatchObject({ kind: "JUNK", subject: INBOX, sizeBytes: 17, sender: "" });
    expect((await br.store.call("postStatus", undefined)).receiptsOwed).toBe(before);
  });

  test("that was never logged is rejected with NOT_LOGGED", async () => {
    const original = await sentEnvelope(ne, await ne.send("AT", "for AT alone"));
    await exchange.settled();
    const unlogged = resentBy("NE", await sentEnvelope(ne, await ne.send("BR", "logged")), {
      messageId: newMessageId(exchange.time.now()),
    });
    const other = Envelope.decode(original).header;
    const evidence = { header: other, recordedAtMs: exchange.time.now() };
    await inject(forgeDispatch(exchange.parties, unlogged.bytes, evidence));
    await untilIncident(br, "NOT_LOGGED");
    const { messageId } = Header.decode(unlogged.headerBytes);
    const rows = await br.rows(
      "SELECT state, code FROM post_inbox WHERE message_id = ?",
      messageId,
    );
    expect(rows).toEqual([{ state: "rejected", code: "NOT_LOGGED" }]);
  });

  test("that the log says went to somebody else is rejected with NOT_LOGGED", async () => {
    const before = (await incidentsOf(br)).NOT_LOGGED ?? 0;
    const sent = await sentEnvelope(ne, await ne.send("BR", "routed elsewhere"));
    const moved = resentBy("NE", sent, { messageId: newMessageId(exchange.time.now()) });
    const evidence = { routedTo: ["AT"], recordedAtMs: exchange.time.now() };
    await inject(forgeDispatch(exchange.parties, moved.bytes, evidence));
    await untilIncident(br, "NOT_LOGGED", before + 1);
  });

  test("without any evidence is rejected with NOT_LOGGED", async () => {
    const before = (await incidentsOf(br)).NOT_LOGGED ?? 0;
    const sent = await sentEnvelope(ne, await ne.send("BR", "no evidence"));
    const { bytes } = resentBy("NE", sent, { messageId: newMessageId(exchange.time.now()) });
    await inject(Dispatch.encode({ envelope: bytes, evidence: undefined }).finish());
    await untilIncident(br, "NOT_LOGGED", before + 1);
  });

  test("whose checkpoint is of a key we do not know waits, and is taken with a known one (TP-KEY-5)", async () => {
    const before = (await incidentsOf(br)).NOT_LOGGED ?? 0;
    exchange.carrier.intercept = (publication) =>
      publication.subject === INBOX ? undefined : publication;
    const messageId = await ne.send("BR", "under a newer checkpoint key");
    const sent = await sentEnvelope(ne, messageId);
    const recordedAtMs = exchange.time.now();
    const checkpointKey = generateSigningKey();
    const newer = forgeDispatch(exchange.parties, sent, { recordedAtMs, checkpointKey });
    exchange.carrier.intercept = (publication) =>
      publication.subject === INBOX && publication.data !== newer ? undefined : publication;
    await inject(newer);
    await untilIncident(br, "NOT_LOGGED", before + 1);
    expect(await br.rows("SELECT * FROM post_inbox WHERE message_id = ?", messageId)).toEqual([]);
    exchange.carrier.intercept = (publication) => publication;
    await inject(forgeDispatch(exchange.parties, sent, { recordedAtMs }));
    await exchange.settled();
    const effects = await br.rows("SELECT applied FROM effects WHERE message_id = ?", messageId);
    expect(effects).toEqual([{ applied: 1 }]);
  });

  test("under a message id with another header is raised and not delivered", async () => {
    const messageId = await ne.send("BR", "the first of its id");
    await exchange.settled();
    const sent = await sentEnvelope(ne, messageId);
    const second = resentBy("NE", sent, { conversationId: randomUUID() });
    const evidence = { recordedAtMs: exchange.time.now() };
    await inject(forgeDispatch(exchange.parties, second.bytes, evidence));
    await untilIncident(br, "ID_REUSED");
    expect(await br.rows("SELECT applied FROM effects WHERE message_id = ?", messageId)).toEqual([
      { applied: 1 },
    ]);
  });

  test("signed by a key of no register is counted and answered by nothing", async () => {
    const stranger = makeParties([{ id: "NE" }]).party("NE");
    const sent = await sentEnvelope(ne, await ne.send("BR", "copied"));
    const envelope = Envelope.decode(sent);
    const signatures = [{ keyId: stranger.signer.keyId, value: stranger.signer.sign(sent) }];
    const forged = Envelope.encode({ ...envelope, signatures }).finish();
    await inject(forgeDispatch(exchange.parties, forged, { recordedAtMs: exchange.time.now() }));
    await untilIncident(br, "UNAUTHENTICATED");
  });
});

describe("a receipt", () => {
  /** A receipt signed by `by` that claims a message of NE was delivered. */
  async function claim(by: string, messageId: string, type: ReceiptType = ReceiptType.DELIVERED) {
    const header = Envelope.decode(await sentEnvelope(ne, messageId)).header;
    const [row] = await ne.rows(
      "SELECT header_digest FROM post_outbox WHERE message_id = ?",
      messageId,
    );
    const message = {
      originalSender: Header.decode(header).sender,
      messageId,
      headerDigest: row?.header_digest as Uint8Array,
    };
    return buildReceipt(
      {
        type,
        items: [ReceiptItem.create({ message, code: codeFor(type) })],
        sender: by,
        recipient: "NE",
        lane: Lane.NORMAL,
        messageId: newMessageId(exchange.time.now()),
        sentAtMs: exchange.time.now(),
        registerVersion: 1n,
        status: 1,
      },
      exchange.parties.party(by).signer,
    );
  }

  const codeFor = (type: ReceiptType): RefusalCode =>
    type === ReceiptType.REJECTED ? RefusalCode.BODY_INVALID : RefusalCode.UNSPECIFIED;

  /** Stops what BR sends, so that the message of the test stays open. */
  async function openMessage(body: string): Promise<string> {
    exchange.carrier.intercept = (publication) =>
      publication.subject.startsWith("tp.out.BR") ? undefined : publication;
    const messageId = await ne.send("BR", body);
    await exchange.until("it is accepted", async () => {
      const sql = "SELECT 1 FROM post_outbox WHERE message_id = ? AND state = 'accepted'";
      return (await ne.rows(sql, messageId)).length === 1;
    });
    return messageId;
  }

  async function heal(): Promise<void> {
    exchange.carrier.intercept = (publication) => publication;
    await exchange.settled();
  }

  const RECEIPTS = inSubject("NE", Lane.NORMAL, Kind.RECEIPT);

  test("of somebody who is no recipient ends nothing and is an incident", async () => {
    const messageId = await openMessage("not for AT");
    const { bytes } = await claim("AT", messageId);
    const evidence = { kind: EntryKind.DELIVERY, recordedAtMs: exchange.time.now() };
    await inject(forgeDispatch(exchange.parties, bytes, evidence), RECEIPTS);
    await untilIncident(ne, "RECEIPT_UNMATCHED");
    const sql = "SELECT state FROM post_outbox WHERE message_id = ?";
    expect(await ne.rows(sql, messageId)).toEqual([{ state: "accepted" }]);
    await heal();
    expect(await ne.rows(sql, messageId)).toEqual([{ state: "delivered" }]);
  });

  test("of a recipient that was never logged ends nothing", async () => {
    const messageId = await openMessage("receipt outside the log");
    const { bytes } = await claim("BR", messageId);
    await inject(Dispatch.encode({ envelope: bytes, evidence: undefined }).finish(), RECEIPTS);
    await untilIncident(ne, "NOT_LOGGED");
    const sql = "SELECT state FROM post_outbox WHERE message_id = ?";
    expect(await ne.rows(sql, messageId)).toEqual([{ state: "accepted" }]);
    await heal();
  });

  test("that contradicts an earlier one changes nothing and is an incident", async () => {
    const messageId = await ne.send("BR", "delivered, then rejected");
    await exchange.settled();
    const { bytes } = await claim("BR", messageId, ReceiptType.REJECTED);
    const evidence = { kind: EntryKind.REJECTION, recordedAtMs: exchange.time.now() };
    await inject(forgeDispatch(exchange.parties, bytes, evidence), RECEIPTS);
    await untilIncident(ne, "RECEIPT_CONTRADICTS");
    const sql = "SELECT state FROM post_outbox WHERE message_id = ?";
    expect(await ne.rows(sql, messageId)).toEqual([{ state: "delivered" }]);
  });
});
