import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { TracepostError } from "#errors";
import {
  Dispatch,
  Envelope,
  ExchangeStatus,
  Header,
  Lane,
  ReceiptItem,
  ReceiptType,
  Signature,
} from "#proto";
import { newMessageId, WIRE_LIMITS } from "#runtime";
import {
  buildReceipt,
  checkSubject,
  decodeExactly,
  filterForRecipient,
  type ParsedMessage,
  parseDispatch,
  parseEnvelope,
  parseReceipt,
  type ReceiptDraft,
  resign,
  sha256,
  signaturesDigest,
} from "#wire";
import { recipientReceipt, traceRequest } from "../../support/messages.ts";
import { makeParties } from "../../support/parties.ts";

const parties = makeParties([{ id: "NE" }, { id: "BR" }, { id: "IT" }, { id: "AT" }]);
const NE = parties.party("NE");

function parsed(bytes: Uint8Array): ParsedMessage {
  const outcome = parseEnvelope(bytes);
  if (!outcome.ok) throw new TypeError(`${outcome.refusal.field} ${outcome.refusal.detail}`);
  return outcome.value;
}

describe("a message", () => {
  it("is known by SHA-256 over its header bytes, and its signatures by theirs", () => {
    const built = traceRequest(NE, ["BR"]);
    const message = parsed(built.bytes);
    const digest = createHash("sha256").update(built.headerBytes).digest();
    expect(Buffer.from(message.headerDigest)).toEqual(digest);
    expect(Buffer.from(built.headerDigest)).toEqual(digest);
    const { signatures } = message.envelope;
    const [signature] = signatures;
    if (signature === undefined) throw new TypeError("no signature");
    const one = Signature.encode(signature).finish();
    expect(signaturesDigest(signatures)).toEqual(sha256(one));
    const two = Buffer.concat([one, one]);
    expect(signaturesDigest([signature, signature])).toEqual(sha256(two));
  });

  it("signed anew keeps header and parts byte for byte", () => {
    const built = traceRequest(NE, ["BR"]);
    const again = parsed(resign(built.bytes, parties.party("BR").signer));
    const before = parsed(built.bytes);
    expect(again.headerDigest).toEqual(before.headerDigest);
    expect(again.envelope.parts).toEqual(before.envelope.parts);
    expect(again.envelope.signatures[0]?.keyId).toBe(parties.party("BR").key.keyId);
    expect(resign(resign(built.bytes, parties.party("BR").signer), NE.signer)).toEqual(built.bytes);
  });

  it("in invalid UTF-8 is refused, where the decoder alone would put another letter", () => {
    const built = traceRequest(NE, ["BR"], { addressedGroup: "Sahel" });
    const header = Buffer.from(built.headerBytes);
    header[header.indexOf("Sahel")] = 0xff;
    expect(Header.decode(header).addressedGroup).toBe("\u{FFFD}ahel");
    const { parts, signatures } = Envelope.decode(built.bytes);
    const outcome = parseEnvelope(Envelope.encode({ header, parts, signatures }).finish());
    expect(outcome).toMatchObject({ ok: false, refusal: { code: "MALFORMED", field: "header" } });
  });

  it("with a submessage twice is refused, which decoders read in two ways", () => {
    const built = traceRequest(NE, ["BR"]);
    const twice = Buffer.from([...built.headerBytes, 0x82, 0x01, 0x02, 0x08, 0x05]);
    const { parts, signatures } = Envelope.decode(built.bytes);
    const outcome = parseEnvelope(Envelope.encode({ header: twice, parts, signatures }).finish());
    expect(outcome).toMatchObject({ ok: false, refusal: { code: "MALFORMED", field: "header" } });
    expect(decodeExactly(Header, twice)).toBeUndefined();
  });
});

describe("a subject", () => {
  const message = parsed(traceRequest(NE, ["BR"]).bytes);
  it.each([
    ["tp.out.NE.normal.trace-request", "ok"],
    ["tp.in.BR.normal.trace-request", "ok"],
    ["tp.out.BR.normal.trace-request", "SENDER_MISMATCH"],
    ["tp.in.IT.normal.trace-request", "NOT_ADDRESSED"],
    ["tp.out.NE.urgent.trace-request", "MALFORMED"],
    ["tp.out.NE.normal.trace-reply", "MALFORMED"],
    ["tp.out.NE.normal", "MALFORMED"],
    ["tp.out.*.normal.trace-request", "MALFORMED"],
  ])("%s gives %s", (subject, code) => {
    const outcome = checkSubject(message, subject);
    expect(outcome.ok ? "ok" : outcome.refusal.code).toBe(code);
  });
});

describe("the envelope of one recipient", () => {
  const recipients = ["BR", "IT", "AT"];
  const { envelope, header, headerBytes } = parsed(
    traceRequest(NE, recipients, { recipients }).bytes,
  );

  it("has the sender's header and signature, and no key part of others", () => {
    for (const recipient of recipients) {
      const filtered = Envelope.decode(filterForRecipient(envelope, header, recipient));
      expect(Buffer.from(filtered.header).equals(headerBytes)).toBe(true);
      expect(filtered.signatures).toEqual(envelope.signatures);
      expect(filtered.parts.map(({ onlyFor }) => onlyFor)).toEqual(["", recipient]);
    }
  });

  it("is not made for somebody else", () => {
    expect(() => filterForRecipient(envelope, header, "XK")).toThrow(TracepostError);
  });

  it("is taken from a dispatch, and nowhere else", () => {
    const filtered = filterForRecipient(envelope, header, "IT");
    expect(parseEnvelope(filtered).ok).toBe(false);
    const bytes = Dispatch.encode(Dispatch.create({ envelope: filtered })).finish();
    const outcome = parseDispatch(bytes);
    expect(outcome.ok && outcome.value.message.envelope.parts).toHaveLength(2);
  });

  it("is as large as a dispatch may be, no more", () => {
    const outcome = parseDispatch(new Uint8Array(WIRE_LIMITS.dispatchBytesMax + 1));
    expect(outcome).toMatchObject({ ok: false, refusal: { code: "TOO_LARGE" } });
  });
});

describe("a receipt", () => {
  const about = traceRequest(NE, ["BR"]);
  const item = (changes: Partial<ReceiptItem> = {}) =>
    ReceiptItem.create({
      message: {
        originalSender: "NE",
        messageId: Header.decode(about.headerBytes).messageId,
        headerDigest: about.headerDigest,
      },
      ...changes,
    });
  const draft = (changes: Partial<ReceiptDraft> = {}): ReceiptDraft => ({
    type: ReceiptType.DELIVERED,
    items: [item()],
    sender: "BR",
    recipient: "NE",
    lane: Lane.URGENT,
    messageId: newMessageId(),
    sentAtMs: Date.now(),
    registerVersion: 1n,
    status: ExchangeStatus.TEST,
    ...changes,
  });
  const BR = parties.party("BR");

  it("is the same bytes when it is made again from the same facts", () => {
    const facts = draft();
    expect(buildReceipt(facts, BR.signer).bytes).toEqual(buildReceipt(facts, BR.signer).bytes);
  });

  it("travels on the lane of what it answers", () => {
    for (const lane of [Lane.URGENT, Lane.NORMAL, Lane.BULK]) {
      expect(parsed(buildReceipt(draft({ lane }), BR.signer).bytes).header.lane).toBe(lane);
    }
  });

  it("covers as many messages as one may, no more", () => {
    const items = (count: number) => Array.from({ length: count }, () => item());
    const most = WIRE_LIMITS.receiptItemsMax;
    const built = buildReceipt(draft({ items: items(most) }), BR.signer);
    const outcome = parseReceipt(parsed(built.bytes));
    expect(outcome.ok && outcome.value.items).toHaveLength(most);
    expect(() => buildReceipt(draft({ items: items(most + 1) }), BR.signer)).toThrow(
      TracepostError,
    );
    expect(() => buildReceipt(draft({ items: [] }), BR.signer)).toThrow(TracepostError);
  });

  it("of a recipient says what was delivered, in order", () => {
    const other = traceRequest(NE, ["BR"]);
    const bundle = recipientReceipt(BR, [
      { sender: "NE", message: about },
      { sender: "NE", message: other },
    ]);
    const outcome = parseReceipt(parsed(bundle.bytes));
    if (!outcome.ok) throw new TypeError(outcome.refusal.detail);
    const digests = outcome.value.items.map(({ message }) => message?.headerDigest);
    expect(digests.map((it) => Buffer.from(it ?? []))).toEqual(
      [about, other].map((it) => Buffer.from(it.headerDigest)),
    );
  });
});
