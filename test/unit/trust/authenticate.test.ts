import { describe, expect, it } from "vitest";
import type { Outcome } from "#errors";
import {
  Dispatch,
  ExchangeStatus,
  Lane,
  ReceiptItem,
  ReceiptType,
  SignatureAlgorithm,
} from "#proto";
import { newMessageId } from "#runtime";
import { authenticateHeader, createSigner, lowSignature, PAYLOAD_TYPES } from "#trust";
import {
  type AssembledEnvelope,
  buildReceipt,
  GATEWAY_SENDER,
  type HeaderSigner,
  type ParsedMessage,
  parseDispatch,
  parseEnvelope,
  resign,
  sha256,
} from "#wire";
import { type HeaderChanges, traceRequest } from "../../support/messages.ts";
import { makeParties } from "../../support/parties.ts";
import { mirrored } from "../../vectors/make/fixed-keys.ts";

const NOW_MS = Date.UTC(2026, 5, 1);
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const parties = makeParties([
  { id: "NE" },
  { id: "BR" },
  { id: "KE", algorithm: SignatureAlgorithm.ES256 },
  { id: "IT", notAfterMs: NOW_MS },
  { id: "AT", revokedAtMs: NOW_MS },
  { id: "DE", revokedAtMs: NOW_MS + 1 },
  { id: "TR", revokedAtMs: NOW_MS - 1, notAfterMs: NOW_MS - 1 },
]);
const { register } = parties;

function message(sender: string, changes: HeaderChanges = {}): ParsedMessage {
  const times = { sentAtMs: NOW_MS, expiresAtMs: NOW_MS + 90 * DAY_MS };
  const to = sender === "BR" ? "NE" : "BR";
  return parsed(traceRequest(parties.party(sender), [to], { ...times, ...changes }).bytes);
}

function parsed(bytes: Uint8Array): ParsedMessage {
  const outcome = parseEnvelope(bytes);
  if (!outcome.ok) throw new TypeError(`${outcome.refusal.field} ${outcome.refusal.detail}`);
  return outcome.value;
}

function resigned(of: ParsedMessage, signer: HeaderSigner): ParsedMessage {
  return parsed(resign(of.bytes, signer));
}

function codeOf(outcome: Outcome<unknown>): string {
  return outcome.ok ? "ok" : outcome.refusal.code;
}

const judge = async (of: ParsedMessage, subjectSender = of.header.sender, nowMs = NOW_MS) =>
  codeOf(await authenticateHeader(of, subjectSender, register, nowMs));

describe("a message", () => {
  it("of an active key, signed now, is authentic", async () => {
    expect(await judge(message("NE"))).toBe("ok");
  });

  it("of a key on P-256 is verified as the register says, whatever it is signed with", async () => {
    expect(await judge(message("KE"))).toBe("ok");
    const stranger = createSigner(parties.party("NE").key, PAYLOAD_TYPES.header);
    const { keyId } = parties.party("KE").signer;
    const posed = resigned(message("KE"), { keyId, sign: (bytes) => stranger.sign(bytes) });
    expect(await judge(posed)).toBe("SIGNATURE_INVALID");
  });

  it("whose signature on P-256 somebody has mirrored is invalid (TP-TRUST-9)", async () => {
    const { keyId, sign } = parties.party("KE").signer;
    const high = resigned(message("KE"), { keyId, sign: (bytes) => mirrored(sign(bytes)) });
    expect(await judge(high)).toBe("SIGNATURE_INVALID");
    const low = resigned(message("KE"), {
      keyId,
      sign: (bytes) => lowSignature(mirrored(sign(bytes))) ?? new Uint8Array(),
    });
    expect(await judge(low)).toBe("ok");
    expect(lowSignature(new Uint8Array(63))).toBeUndefined();
    expect(lowSignature(new Uint8Array(64).fill(255))).toBeUndefined();
  });

  it("on another's subject is a mismatch, whoever signed it", async () => {
    expect(await judge(message("NE"), "BR")).toBe("SENDER_MISMATCH");
    expect(await judge(message("NE"), GATEWAY_SENDER)).toBe("SENDER_MISMATCH");
  });

  it("signed with another participant's key is a mismatch", async () => {
    expect(await judge(resigned(message("NE"), parties.party("BR").signer))).toBe(
      "SENDER_MISMATCH",
    );
  });

  it("signed with a key of the gateway is a mismatch", async () => {
    const { checkpointKey, receiptKey } = parties;
    for (const key of [receiptKey, checkpointKey]) {
      const signer = createSigner(key, PAYLOAD_TYPES.header);
      expect(await judge(resigned(message("NE"), signer))).toBe("SENDER_MISMATCH");
    }
  });

  it("signed with a key that nobody registered is unknown, and may be signed anew", async () => {
    const stranger = makeParties([{ id: "NE" }]).party("NE").signer;
    expect(await judge(resigned(message("NE"), stranger))).toBe("KEY_UNKNOWN");
  });

  it("is judged by the window of its key at the time of recording, the end excluded", async () => {
    expect(await judge(message("IT"), "IT", NOW_MS - 1)).toBe("ok");
    expect(await judge(message("IT"), "IT", NOW_MS)).toBe("KEY_EXPIRED");
    const early = Date.UTC(2019, 11, 31);
    const old = message("NE", { sentAtMs: early, expiresAtMs: early + DAY_MS });
    expect(await judge(old, "NE", early)).toBe("KEY_EXPIRED");
  });

  it("of a revoked key is refused for good from the moment of revocation", async () => {
    expect(await judge(message("AT"))).toBe("KEY_REVOKED");
    expect(await judge(message("AT"), "AT", NOW_MS - 1)).toBe("ok");
    expect(await judge(message("DE"))).toBe("ok");
  });

  it("of a key both revoked and expired is refused for good", async () => {
    expect(await judge(message("TR"))).toBe("KEY_REVOKED");
  });

  it("whose signature is of other bytes, or of another purpose, is invalid", async () => {
    const own = message("NE");
    const other = message("NE");
    const [signature] = other.envelope.signatures;
    if (signature === undefined) throw new TypeError("no signature");
    const swapped = { keyId: signature.keyId, sign: () => signature.value };
    expect(await judge(resigned(own, swapped))).toBe("SIGNATURE_INVALID");
    const asReceipt = createSigner(parties.party("NE").key, PAYLOAD_TYPES.receipt);
    expect(await judge(resigned(own, asReceipt))).toBe("SIGNATURE_INVALID");
  });

  it("may be five minutes ahead and ninety days behind, no more", async () => {
    const sentAt = (sentAtMs: number) =>
      judge(message("NE", { sentAtMs, expiresAtMs: NOW_MS + DAY_MS }));
    expect(await sentAt(NOW_MS + 5 * MINUTE_MS)).toBe("ok");
    expect(await sentAt(NOW_MS + 5 * MINUTE_MS + 1)).toBe("CLOCK_SKEW");
    expect(await sentAt(NOW_MS - 90 * DAY_MS)).toBe("ok");
    expect(await sentAt(NOW_MS - 90 * DAY_MS - 1)).toBe("CLOCK_SKEW");
  });

  it("is expired at the moment it says", async () => {
    const expiring = (expiresAtMs: number) =>
      judge(message("NE", { sentAtMs: NOW_MS - DAY_MS, expiresAtMs }));
    expect(await expiring(NOW_MS + 1)).toBe("ok");
    expect(await expiring(NOW_MS)).toBe("EXPIRED");
  });

  it("is believed nothing about time before it is known who wrote it", async () => {
    const late = message("NE", { sentAtMs: NOW_MS - DAY_MS, expiresAtMs: NOW_MS - 1 });
    const forged = { keyId: parties.party("NE").key.keyId, sign: () => new Uint8Array(64) };
    expect(await judge(resigned(late, forged))).toBe("SIGNATURE_INVALID");
  });
});

describe("a message that is refused", () => {
  const KEY_ID = "envelope.signatures[0].key_id";
  const { checkpointKey } = parties;

  it.each<[says: string, refused: () => readonly [ParsedMessage, sender?: string]]>([
    ["SENDER_MISMATCH header.sender is not the sender of the subject", () => [message("NE"), "BR"]],
    [
      `KEY_UNKNOWN ${KEY_ID} is not in the register`,
      () => [resigned(message("NE"), makeParties([{ id: "NE" }]).party("NE").signer)],
    ],
    [
      `SENDER_MISMATCH ${KEY_ID} is a key of another participant`,
      () => [resigned(message("NE"), createSigner(checkpointKey, PAYLOAD_TYPES.header))],
    ],
    [`KEY_REVOKED ${KEY_ID} was revoked`, () => [message("AT")]],
    [`KEY_EXPIRED ${KEY_ID} is outside its validity window`, () => [message("IT")]],
    [
      "SIGNATURE_INVALID envelope.signatures[0].value does not verify",
      () => [resigned(message("NE"), createSigner(parties.party("NE").key, PAYLOAD_TYPES.receipt))],
    ],
    [
      "CLOCK_SKEW header.sent_at is more than 5 minutes ahead",
      () => [message("NE", { sentAtMs: NOW_MS + DAY_MS })],
    ],
    [
      "CLOCK_SKEW header.sent_at is more than 90 days behind",
      () => [message("NE", { sentAtMs: NOW_MS - 91 * DAY_MS })],
    ],
    [
      "EXPIRED header.expires_at has passed",
      () => [message("NE", { sentAtMs: NOW_MS - DAY_MS, expiresAtMs: NOW_MS })],
    ],
  ])("is told %s", async (says, refused) => {
    const [of, sender = of.header.sender] = refused();
    const outcome = await authenticateHeader(of, sender, register, NOW_MS);
    if (outcome.ok) throw new TypeError("it was not refused");
    const { code, detail, field } = outcome.refusal;
    expect(`${code} ${field} ${detail}`).toBe(says);
  });

  it("has no signature", async () => {
    const { envelope, ...rest } = message("NE");
    const unsigned = { ...rest, envelope: { ...envelope, signatures: [] } };
    expect(await judge(unsigned)).toBe("KEY_UNKNOWN");
  });

  it("is not refused in the first moment of its key", async () => {
    const first = Date.UTC(2020, 0, 1);
    const times = { sentAtMs: first, expiresAtMs: first + DAY_MS };
    expect(await judge(message("NE", times), "NE", first)).toBe("ok");
    expect(await judge(message("NE", times), "NE", first - 1)).toBe("KEY_EXPIRED");
  });
});

describe("a receipt of the gateway", () => {
  const { checkpointKey, receiptKey } = parties;

  function gatewayReceipt(signer: HeaderSigner): AssembledEnvelope {
    const item = ReceiptItem.create({
      message: {
        originalSender: "NE",
        messageId: newMessageId(),
        headerDigest: sha256(Buffer.of()),
      },
      evidence: { index: 0n },
    });
    return buildReceipt(
      {
        type: ReceiptType.ACCEPTED,
        items: [item],
        sender: GATEWAY_SENDER,
        recipient: "NE",
        lane: Lane.NORMAL,
        messageId: newMessageId(),
        sentAtMs: NOW_MS,
        registerVersion: 1n,
        status: ExchangeStatus.TEST,
      },
      signer,
    );
  }

  function dispatched(signer: HeaderSigner): ParsedMessage {
    const envelope = gatewayReceipt(signer).bytes;
    const outcome = parseDispatch(Dispatch.encode(Dispatch.create({ envelope })).finish());
    if (!outcome.ok) throw new TypeError(outcome.refusal.detail);
    return outcome.value.message;
  }

  it("is authentic with its key for receipts, signed as a receipt", async () => {
    expect(await judge(dispatched(createSigner(receiptKey, PAYLOAD_TYPES.receipt)))).toBe("ok");
  });

  it("signed as a header, by the checkpoint key or by a participant is not", async () => {
    const asHeader = createSigner(receiptKey, PAYLOAD_TYPES.header);
    expect(await judge(dispatched(asHeader))).toBe("SIGNATURE_INVALID");
    const byCheckpoint = createSigner(checkpointKey, PAYLOAD_TYPES.receipt);
    expect(await judge(dispatched(byCheckpoint))).toBe("KEY_UNKNOWN");
    const byParticipant = createSigner(parties.party("NE").key, PAYLOAD_TYPES.receipt);
    expect(await judge(dispatched(byParticipant))).toBe("SENDER_MISMATCH");
  });
});
