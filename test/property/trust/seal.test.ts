import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Envelope, Header } from "#proto";
import {
  authenticateHeader,
  createSealer,
  generateSealingKey,
  type Sealer,
  type SealingKeyPair,
} from "#trust";
import { type AssembledEnvelope, parseEnvelope, sha256, timestampMs } from "#wire";
import { anyShare } from "../../support/any-share.ts";
import { makeParties } from "../../support/parties.ts";
import {
  bodyPart,
  personsPart,
  sealedTraceRequest,
  withParts,
} from "../../support/sealed-message.ts";

/** Each takes some tens of milliseconds of key agreement. */
const SEAL_RUNS = 15;

const parties = makeParties([{ id: "NE" }, { id: "BR" }]);
const NE = parties.party("NE");
let sealer: Sealer;
let br: SealingKeyPair;
let message: AssembledEnvelope;

beforeAll(async () => {
  sealer = createSealer({ workers: 2 });
  br = await generateSealingKey();
  message = await sealedTraceRequest(sealer, NE, [{ id: "BR", sealingKey: br.recipient }]);
});

afterAll(async () => {
  await sealer.close();
});

describe("any plaintext", () => {
  const plaintext = fc.oneof(
    fc.uint8Array({ maxLength: 3_000 }),
    fc.integer({ min: 0, max: 140_000 }).map((size) => new Uint8Array(size).fill(size % 251)),
  );

  it("opens to itself, with and without persons, and its size shows a step only", async () => {
    await fc.assert(
      fc.asyncProperty(plaintext, fc.option(plaintext), async (body, persons) => {
        const parts = persons === null ? [bodyPart(body)] : [bodyPart(body), personsPart(persons)];
        const to = [{ id: "BR", sealingKey: br.recipient }];
        const { bytes } = await sealedTraceRequest(sealer, NE, to, { parts });
        const job = { envelope: bytes, recipient: "BR", identities: [br.identity] };
        const outcome = await sealer.open(job);
        if (!outcome.ok) throw new TypeError(outcome.refusal.detail);
        for (const part of parts) {
          const opened = outcome.value.parts.get(part.name) ?? [];
          expect(Buffer.from(opened).equals(part.plaintext)).toBe(true);
        }
        expect(outcome.value.parts.size).toBe(parts.length);
      }),
      { numRuns: SEAL_RUNS },
    );
  });
});

describe("any bit of a sealed message", () => {
  const bit = anyShare();

  function flipped(bytes: Uint8Array, share: number): Uint8Array {
    const copy = Uint8Array.from(bytes);
    const index = Math.floor(share * bytes.length * 8);
    copy[index >> 3] = (copy[index >> 3] ?? 0) ^ (1 << (index & 7));
    return copy;
  }

  it("in the header breaks the signature, where the header can still be read", async () => {
    let read = 0;
    await fc.assert(
      fc.asyncProperty(bit, async (share) => {
        const envelope = Envelope.decode(message.bytes);
        const header = flipped(envelope.header, share);
        const parsed = parseEnvelope(Envelope.encode({ ...envelope, header }).finish());
        if (!parsed.ok) return;
        read += 1;
        const nowMs = timestampMs(parsed.value.header.sentAt) ?? 0;
        const { sender } = parsed.value.header;
        const outcome = await authenticateHeader(parsed.value, sender, parties.register, nowMs);
        const code = outcome.ok ? "ok" : outcome.refusal.code;
        // A changed time may leave the key's window; a changed sender has another key.
        expect(["SIGNATURE_INVALID", "SENDER_MISMATCH", "KEY_EXPIRED"]).toContain(code);
      }),
      { numRuns: 2_000 },
    );
    expect(read).toBeGreaterThan(0);
  });

  it("in the signature breaks it", async () => {
    await fc.assert(
      fc.asyncProperty(bit, async (share) => {
        const envelope = Envelope.decode(message.bytes);
        const signatures = envelope.signatures.map((it) => ({
          ...it,
          value: flipped(it.value, share),
        }));
        const parsed = parseEnvelope(Envelope.encode({ ...envelope, signatures }).finish());
        if (!parsed.ok) throw new TypeError(parsed.refusal.detail);
        const nowMs = timestampMs(parsed.value.header.sentAt) ?? 0;
        const outcome = await authenticateHeader(parsed.value, "NE", parties.register, nowMs);
        expect(outcome).toMatchObject({ ok: false, refusal: { code: "SIGNATURE_INVALID" } });
      }),
      { numRuns: 512 },
    );
  });

  it("anywhere keeps it from opening, and ends no thread", async () => {
    await fc.assert(
      fc.asyncProperty(bit, async (share) => {
        const envelope = flipped(message.bytes, share);
        const parsed = parseEnvelope(envelope);
        const outcome = await sealer.open({
          envelope,
          recipient: "BR",
          identities: [br.identity],
        });
        // The seal does not cover what the signature covers: there the signature is what breaks.
        if (outcome.ok) expect(parsed.ok).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it("in sealed bytes is refused by whoever opens them, though the table fits and is signed", async () => {
    const { parts } = Envelope.decode(message.bytes);
    const header = Header.decode(message.headerBytes);
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: parts.length - 1 }), bit, async (index, share) => {
        const built = header.parts.map((info, position) => {
          const content = parts[position]?.content ?? new Uint8Array();
          return { info, content: position === index ? flipped(content, share) : content };
        });
        const fitting = built.map(({ content, info }) => ({
          content,
          info: { ...info, sha256: sha256(content) },
        }));
        const { bytes: envelope } = withParts(header, fitting, NE);
        const outcome = await sealer.open({ envelope, recipient: "BR", identities: [br.identity] });
        const code = outcome.ok ? "ok" : outcome.refusal.code;
        expect(["CANNOT_OPEN", "MALFORMED", "NOT_SEALED"]).toContain(code);
      }),
      { numRuns: 200 },
    );
  });
});
