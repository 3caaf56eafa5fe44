import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Envelope, SignedRegister } from "#proto";
import { authenticateHeader, openRegister, publicKeyOf } from "#trust";
import { parseEnvelope, timestampMs } from "#wire";
import { bytesOf, readVectors } from "../../support/vectors.ts";

interface Registers {
  readonly root_public_keys: readonly string[];
  readonly valid: { readonly bytes: string };
}

interface Named {
  readonly name: string;
  readonly bytes: string;
}

const RANDOM_RUNS = 1_000;

const registers = readVectors<Registers>("register/registers.json");
const roots = registers.root_public_keys.map((root) => publicKeyOf(Buffer.from(root, "hex")));
const registerBytes = bytesOf(registers.valid.bytes);

/** The bytes with each bit of them changed in turn. */
function* everyBitChanged(bytes: Uint8Array): Generator<Uint8Array> {
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const copy = Uint8Array.from(bytes);
    copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    yield copy;
  }
}

describe("a golden header of which any one bit was changed", () => {
  const golden = readVectors<Named[]>("envelope/valid.json").find(
    ({ name }) => name === "trace request to one State",
  );
  const envelope = Envelope.decode(bytesOf(golden?.bytes ?? ""));
  const register = openRegister(registerBytes, roots);

  it("is refused or does not verify, each of them", async () => {
    if (!register.ok) throw new TypeError(register.refusal.detail);
    let read = 0;
    let tried = 0;
    for (const header of everyBitChanged(envelope.header)) {
      tried += 1;
      const parsed = parseEnvelope(Envelope.encode({ ...envelope, header }).finish());
      if (!parsed.ok) continue;
      read += 1;
      const nowMs = timestampMs(parsed.value.header.sentAt) ?? 0;
      const { sender } = parsed.value.header;
      const outcome = await authenticateHeader(parsed.value, sender, register.value, nowMs);
      expect(outcome.ok).toBe(false);
    }
    expect(tried).toBe(envelope.header.length * 8);
    expect(read).toBeGreaterThan(100);
  });
});

describe("a register", () => {
  it("of which any one bit was changed does not open", () => {
    for (const bytes of everyBitChanged(registerBytes)) {
      expect(openRegister(bytes, roots).ok).toBe(false);
    }
  });

  it("of any other bytes does not open, and nothing is thrown", () => {
    const signed = SignedRegister.decode(registerBytes);
    const inside = fc.uint8Array({ maxLength: 200 }).map((register) =>
      // Good signatures beside other bytes get past the outermost checks.
      SignedRegister.encode({ ...signed, register }).finish(),
    );
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), inside), (bytes) => {
        expect(openRegister(bytes, roots).ok).toBe(false);
      }),
      { numRuns: RANDOM_RUNS },
    );
  });
});
