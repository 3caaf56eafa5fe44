import { randomUUID } from "node:crypto";
import { describe, expect } from "vitest";
import { Envelope, Header, Kind, Lane, Priority, ReceiptType } from "#proto";
import { createSigner, generateSigningKey, PAYLOAD_TYPES } from "#trust";
import {
  assembleEnvelope,
  type BuiltPart,
  outSubject,
  resign,
  toTimestamp,
  unsealedPart,
} from "#wire";
import { attack } from "../support/attack.ts";
import { AttackedExchange, PATIENCE } from "../support/attacked-exchange.ts";
import { headerOf, recipientReceipt } from "../support/messages.ts";
import { takenApart, withParts } from "../support/sealed-message.ts";

// Names, times, addresses and receipts that are not what they say (TP-TRUST-5, TP-TRUST-6).

const DAY_MS = 86_400_000;
const DELIVERED = { by: "BR", said: "delivered" };

const exchange = new AttackedExchange();

/** Body and key part of a request to BR, and its header. */
async function bodyAndKey() {
  const { header, parts } = takenApart(await exchange.request());
  const [body, key] = parts;
  if (body === undefined || key === undefined) throw new TypeError("parts are missing");
  return { header, body, key };
}

/** A key part under another recipient's name. */
function onlyFor(key: BuiltPart, recipient: string): BuiltPart {
  return { ...key, info: { ...key.info, onlyFor: recipient } };
}

/** The first bit is another. */
function turned(bytes: Uint8Array): Uint8Array {
  return bytes.with(0, (bytes[0] ?? 0) ^ 1);
}

describe("a forged or borrowed name", () => {
  exchange.refusedByGateway(
    "turns a bit of its signature",
    { code: "SIGNATURE_INVALID", field: "envelope.signatures[0].value" },
    async () => {
      const { sign, keyId } = exchange.niger.party.signer;
      const wrong = { keyId, sign: (bytes: Uint8Array) => turned(sign(bytes)) };
      return { data: resign((await exchange.request()).bytes, wrong) };
    },
  );

  exchange.refusedByGateway(
    "signs its header as if it were a receipt",
    { code: "SIGNATURE_INVALID", field: "envelope.signatures[0].value" },
    async () => {
      const signer = createSigner(exchange.niger.party.key, PAYLOAD_TYPES.receipt);
      return { data: resign((await exchange.request()).bytes, signer) };
    },
  );

  exchange.refusedByGateway(
    "puts another's key id on its own signature",
    { code: "SENDER_MISMATCH", field: "envelope.signatures[0].key_id" },
    async () => {
      const { sign } = exchange.niger.party.signer;
      const { keyId } = exchange.ghana.party.signer;
      return { data: resign((await exchange.request()).bytes, { keyId, sign }) };
    },
  );

  exchange.refusedByGateway(
    "signs with a key of its own making",
    { code: "KEY_UNKNOWN", field: "envelope.signatures[0].key_id" },
    async () => {
      const signer = createSigner(generateSigningKey(), PAYLOAD_TYPES.header);
      return { data: resign((await exchange.request()).bytes, signer) };
    },
  );

  exchange.refusedByGateway(
    "names another sender in its header",
    { code: "SENDER_MISMATCH", field: "header.sender" },
    () => exchange.withHeader({ sender: "GH" }),
  );

  exchange.refusedByGateway(
    "sends another's message, byte for byte, as its own",
    { code: "SENDER_MISMATCH", field: "header.sender" },
    async () => ({ data: (await exchange.ghana.request("BR")).bytes }),
  );

  exchange.refusedByGateway(
    "names the gateway as sender",
    { code: "MALFORMED", field: "header.sender" },
    () => exchange.withHeader({ sender: "GATEWAY" }),
  );

  exchange.refusedByGateway(
    "sends a header nobody signed",
    { code: "MALFORMED", field: "envelope.signatures" },
    async () => {
      const envelope = Envelope.decode((await exchange.request()).bytes);
      return { data: Envelope.encode({ ...envelope, signatures: [] }).finish() };
    },
  );

  exchange.refusedByGateway(
    "signs its header twice",
    { code: "MALFORMED", field: "envelope.signatures" },
    async () => {
      const envelope = Envelope.decode((await exchange.request()).bytes);
      const signatures = [...envelope.signatures, ...envelope.signatures];
      return { data: Envelope.encode({ ...envelope, signatures }).finish() };
    },
  );
});

describe("a message that is sent again, or to somebody else", () => {
  exchange.harmless("replays its message", "the stored outcome, one effect", async () => {
    const message = await exchange.request();
    exchange.expectCase(message);
    for (let copy = 0; copy < 5; copy += 1) await exchange.niger.put(message.bytes);
    expect(await exchange.niger.verdictOn(message.headerDigest)).toMatchObject(DELIVERED);
    await exchange.goesOn();
    const said = exchange.niger.verdictsOn(message.headerDigest).map((verdict) => verdict.said);
    expect(new Set(said)).toEqual(new Set(["delivered"]));
    const { messageId } = headerOf(message);
    const effects = "SELECT applied FROM trace_effect WHERE message_id = ?";
    expect(await exchange.range.rows("receiver", effects, messageId)).toEqual([{ applied: 1 }]);
    const records = "SELECT count(*) AS count FROM messages WHERE message_id = ?";
    expect(await exchange.range.rows("gateway", records, messageId)).toEqual([{ count: 1 }]);
  });

  exchange.refusedByGateway(
    "uses a message id again",
    { code: "ID_REUSED", field: "header.message_id" },
    async () => {
      const message = await exchange.request();
      exchange.expectCase(message);
      await exchange.niger.put(message.bytes);
      await exchange.niger.verdictOn(message.headerDigest);
      return exchange.withHeader({ conversationId: randomUUID() }, message);
    },
  );

  exchange.refusedByGateway(
    "re-addresses a message under its old signature",
    { code: "SIGNATURE_INVALID", field: "envelope.signatures[0].value" },
    async () => {
      const { header, body, key } = await bodyAndKey();
      const { keyId, sign } = exchange.niger.party.signer;
      // What was signed is the header with its first recipient.
      const old = sign(Header.encode(header).finish());
      const parts = [body, onlyFor(key, "GH")];
      const moved = { header: { ...header, recipients: ["GH"] }, parts };
      return { data: assembleEnvelope(moved, { keyId, sign: () => old }).bytes };
    },
  );

  exchange.refusedByGateway(
    "re-addresses a message without a key part for the new recipient",
    { code: "MALFORMED", field: "header.parts[1].only_for" },
    () => exchange.withHeader({ recipients: ["GH"] }),
  );

  exchange.refusedByGateway(
    "addresses a trace to two States",
    { code: "NOT_PERMITTED", field: "header.recipients" },
    async () => {
      const { header, body, key } = await bodyAndKey();
      const other = onlyFor(key, "GH");
      const both = { ...header, recipients: ["BR", "GH"] };
      return { data: withParts(both, [body, key, other], exchange.niger.party).bytes };
    },
  );

  exchange.refusedByGateway(
    "addresses a State that is in no register",
    { code: "RECIPIENT_UNKNOWN", field: "header.recipients[0]" },
    async () => {
      const { header, body, key } = await bodyAndKey();
      const moved = onlyFor(key, "XX");
      const elsewhere = { ...header, recipients: ["XX"] };
      return { data: withParts(elsewhere, [body, moved], exchange.niger.party).bytes };
    },
  );

  exchange.refusedByGateway(
    "addresses itself",
    { code: "MALFORMED", field: "header.recipients[0]" },
    () => exchange.withHeader({ recipients: ["NE"] }),
  );
});

describe("a false time", () => {
  const at = (sentAtMs: number, expiresAtMs: number) => () =>
    exchange.withHeader({
      sentAt: toTimestamp(sentAtMs),
      expiresAt: toTimestamp(expiresAtMs),
    });
  const now = Date.now();

  exchange.refusedByGateway(
    "post-dates a message by an hour",
    { code: "CLOCK_SKEW", field: "header.sent_at" },
    at(now + 3_600_000, now + 90 * DAY_MS),
  );
  exchange.refusedByGateway(
    "back-dates a message by 91 days",
    { code: "CLOCK_SKEW", field: "header.sent_at" },
    at(now - 91 * DAY_MS, now + DAY_MS),
  );
  exchange.refusedByGateway(
    "sends a message that has expired",
    { code: "EXPIRED", field: "header.expires_at" },
    at(now - 2 * DAY_MS, now - DAY_MS),
  );
  exchange.refusedByGateway(
    "sends a message that expired before it was sent",
    { code: "MALFORMED", field: "header.expires_at" },
    at(now, now - DAY_MS),
  );
  exchange.refusedByGateway(
    "sends a message without a time",
    { code: "MALFORMED", field: "header.sent_at" },
    () => exchange.withHeader({ sentAt: undefined }),
  );
  exchange.refusedByGateway(
    "dates a message beyond every calendar",
    { code: "MALFORMED", field: "header.expires_at" },
    () =>
      exchange.withHeader({
        expiresAt: { seconds: 2n ** 62n, nanos: 0 },
      }),
  );
});

describe("another lane, kind or subject than the header's", () => {
  const ordinary = async () => (await exchange.request()).bytes;

  exchange.refusedByGateway(
    "puts a routine message into the urgent lane",
    { code: "MALFORMED", field: "header.lane" },
    async () => ({
      data: await ordinary(),
      subject: outSubject("NE", Lane.URGENT, Kind.TRACE_REQUEST),
    }),
  );
  exchange.refusedByGateway(
    "names the urgent lane without urgency",
    { code: "MALFORMED", field: "header.lane" },
    async () => ({
      ...(await exchange.withHeader({ lane: Lane.URGENT })),
      subject: outSubject("NE", Lane.URGENT, Kind.TRACE_REQUEST),
    }),
  );
  exchange.refusedByGateway(
    "names urgency and travels in the bulk lane",
    { code: "MALFORMED", field: "header.lane" },
    async () => ({
      ...(await exchange.withHeader({
        priority: Priority.URGENT,
        lane: Lane.BULK,
      })),
      subject: outSubject("NE", Lane.BULK, Kind.TRACE_REQUEST),
    }),
  );
  exchange.refusedByGateway(
    "sends a request as an alert",
    { code: "MALFORMED", field: "header.kind" },
    async () => ({
      data: await ordinary(),
      subject: "tp.out.NE.normal.alert",
    }),
  );
  exchange.refusedByGateway(
    "sends a register of its own making",
    { code: "NOT_PERMITTED", field: "header.kind" },
    async () => {
      const { header } = takenApart(await exchange.request());
      const body = unsealedPart("body", Buffer.of(), "tracepost.v1.SignedRegister", "transport");
      const register = {
        ...header,
        kind: Kind.REGISTER,
        conversationId: "",
        instrumentBasis: [],
        handling: undefined,
        disclosed: undefined,
      };
      return {
        data: withParts(register, [body], exchange.niger.party).bytes,
        subject: outSubject("NE", Lane.NORMAL, Kind.REGISTER),
      };
    },
  );
  exchange.refusedByGateway(
    "sends figures of its own making to a regional monitor",
    { code: "MALFORMED", field: "header.sender" },
    async () => {
      const { header } = takenApart(await exchange.request());
      const body = unsealedPart("body", Buffer.of(), "tracepost.v1.MonitorFeed", "transport");
      const feed = {
        ...header,
        kind: Kind.MONITOR_FEED,
        lane: Lane.BULK,
        conversationId: "",
        instrumentBasis: [],
        handling: undefined,
        disclosed: undefined,
      };
      return {
        data: withParts(feed, [body], exchange.niger.party).bytes,
        subject: outSubject("NE", Lane.BULK, Kind.MONITOR_FEED),
      };
    },
  );
  exchange.refusedByGateway(
    "sends a kind that does not exist",
    { code: "SCHEMA_UNSUPPORTED", field: "header.kind" },
    () => exchange.withHeader({ kind: 77 as Kind }),
  );
});

describe("a false receipt", () => {
  const receipts = outSubject("NE", Lane.NORMAL, Kind.RECEIPT);
  for (const [what, type, field] of [
    ["another's message was delivered", ReceiptType.DELIVERED, "receipt.items"],
    ["a message is accepted, in the gateway's place", ReceiptType.ACCEPTED, "receipt.type"],
  ] as const) {
    const note = { attacker: "a participant", attack: `says that ${what}` };
    const refused = { outcome: "refused", answer: "gateway: NOT_PERMITTED" } as const;
    attack({ ...note, ...refused }, async () => {
      const message = await exchange.ghana.request("BR");
      const { bytes } = recipientReceipt(exchange.niger.party, [{ sender: "GH", message }], type);
      await exchange.niger.put(bytes, receipts);
      const kept = { code: "NOT_PERMITTED", field };
      await expect.poll(() => exchange.range.keptOf(bytes), PATIENCE).toEqual(kept);
      await exchange.goesOn();
    });
  }
});
