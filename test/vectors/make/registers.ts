import { ECDH, hash } from "node:crypto";
import type { PlainFields } from "../../support/contract.ts";
import { type FixedKey, fixedKey, fixedP256Key, PAYLOAD_TYPE, signAs } from "./fixed-keys.ts";
import { bytesField } from "./raw-protobuf.ts";
import type { Encoder } from "./sample-message.ts";
import { base64, type InvalidVector, refusedAlike } from "./vector-forms.ts";

const FROM = { seconds: Date.UTC(2020, 0, 1) / 1_000 };
const UNTIL = { seconds: Date.UTC(2040, 0, 1) / 1_000 };
const WINDOW = { not_before: FROM, not_after: UNTIL };
const ROOT = fixedKey("root");
const SECOND_ROOT = fixedKey("second root");

const signingKey = (name: string, purpose: string): PlainFields => {
  const { keyId, publicRaw } = fixedKey(name);
  return { key_id: keyId, public_key: publicRaw, purpose: `KEY_PURPOSE_${purpose}`, ...WINDOW };
};

/** A key on P-256, as a participant with older hardware has it. */
const p256Key = (name: string, purpose: string): PlainFields => {
  const { keyId, publicRaw } = fixedP256Key(name);
  const key = { key_id: keyId, public_key: publicRaw, purpose: `KEY_PURPOSE_${purpose}` };
  return { ...key, algorithm: "SIGNATURE_ALGORITHM_ES256", ...WINDOW };
};

function participant(id: string, changes: PlainFields = {}): PlainFields {
  return {
    id,
    legal_name: `Focal point of ${id} (made up)`,
    role: "ROLE_FOCAL_POINT",
    state: id.slice(0, 2),
    status: "PARTICIPANT_STATUS_ACTIVE",
    instruments: [{ instrument: "INSTRUMENT_ITI", boundness: "BOUNDNESS_COMMITTED", since: FROM }],
    signing_keys: [signingKey(id, "HEADER")],
    languages: ["en", "fr"],
    ...changes,
  };
}

function register(changes: PlainFields = {}): PlainFields {
  return {
    version: 12,
    issued_at: FROM,
    expires_at: UNTIL,
    log_origin: "tracepost.example/vectors",
    participants: [participant("NE"), participant("AT")],
    gateway_keys: [
      signingKey("gateway receipt", "RECEIPT"),
      signingKey("gateway log", "CHECKPOINT"),
    ],
    ...changes,
  };
}

/**
 * A register signed by two roots, and registers that are refused by readers who know these roots.
 */
export function registerVectors(encoder: Encoder) {
  const encode = (fields: PlainFields) => encoder.message("ParticipantRegister", fields);
  const sign = (bytes: Uint8Array, roots: readonly FixedKey[] = [ROOT, SECOND_ROOT]) =>
    encoder.message("SignedRegister", {
      register: bytes,
      signatures: roots.map((root) => ({
        key_id: root.keyId,
        value: signAs(root, PAYLOAD_TYPE.register, bytes),
      })),
    });
  return {
    root_public_keys: [ROOT, SECOND_ROOT].map(({ publicRaw }) => publicRaw.toString("hex")),
    valid: {
      bytes: base64(sign(encode(register()))),
      version: 12,
      log_origin: "tracepost.example/vectors",
      participants: ["NE", "AT"],
      header_keys: { NE: fixedKey("NE").keyId, AT: fixedKey("AT").keyId },
      receipt_keys: [fixedKey("gateway receipt").keyId],
      checkpoint_keys: [fixedKey("gateway log").keyId],
    },
    valid_mixed: {
      bytes: base64(
        sign(
          encode(
            register({
              participants: [
                participant("NE", { signing_keys: [p256Key("NE", "HEADER")] }),
                participant("AT"),
              ],
            }),
          ),
        ),
      ),
      header_keys: { NE: fixedP256Key("NE").keyId, AT: fixedKey("AT").keyId },
    },
    invalid: [...badSignatures(encode, sign), ...badContents((it) => sign(encode(it)))],
  };
}

function badSignatures(
  encode: (fields: PlainFields) => Buffer,
  sign: (bytes: Uint8Array, roots?: readonly FixedKey[]) => Buffer,
): InvalidVector[] {
  const bytes = encode(register());
  const good = sign(bytes);
  const signatures = good.subarray(bytesField(1, bytes).length);
  const tampered = Buffer.concat([bytesField(1, encode(register({ version: 13 }))), signatures]);
  const swapped = sign(bytes, [
    { ...ROOT, keyId: SECOND_ROOT.keyId },
    { ...SECOND_ROOT, keyId: ROOT.keyId },
  ]);
  return [
    ...refusedAlike("TP-TRUST-4", "KEY_UNKNOWN", "register.signatures", {
      "a register without a signature": sign(bytes, []),
      "a register signed by one root of two": sign(bytes, [ROOT]),
      "a register signed by a stranger": sign(bytes, [ROOT, fixedKey("stranger")]),
    }),
    ...refusedAlike("TP-TRUST-4", "SIGNATURE_INVALID", "register.signatures", {
      "a register changed after it was signed": tampered,
      "a register with the signatures of the roots swapped": swapped,
    }),
    ...refusedAlike("TP-TRUST-4", "MALFORMED", "register", {
      "a register that is text": Buffer.from("hello"),
      "a register with its last byte cut off": good.subarray(0, -1),
      "a register written twice": Buffer.concat([bytesField(1, bytes), good]),
      "a signed register that is not encoded as we do": sign(Buffer.from([8, 0x8c, 0])),
    }),
  ];
}

/** The same point in the form of 65 bytes; its id is that of its bytes. */
function uncompressedKey(name: string): PlainFields {
  const { publicRaw } = fixedP256Key(name);
  const point = ECDH.convertKey(publicRaw, "prime256v1", undefined, undefined, "uncompressed");
  return keyOfBytes(point as Buffer);
}

/** The next X that no point has. */
function pointlessKey(name: string): PlainFields {
  const raw = Buffer.from(fixedP256Key(name).publicRaw);
  for (;;) {
    raw[32] = ((raw[32] ?? 0) + 1) & 255;
    try {
      ECDH.convertKey(raw, "prime256v1");
    } catch {
      return keyOfBytes(raw);
    }
  }
}

function keyOfBytes(raw: Buffer): PlainFields {
  const keyId = hash("sha256", raw, "hex").slice(0, 32);
  return { ...p256Key("NE", "HEADER"), key_id: keyId, public_key: raw };
}

function badContents(sign: (fields: PlainFields) => Buffer): InvalidVector[] {
  const [neKey = {}] = participant("NE").signing_keys as PlainFields[];
  const withKey = (changes: PlainFields) =>
    sign(
      register({ participants: [participant("NE", { signing_keys: [{ ...neKey, ...changes }] })] }),
    );
  const withNe = (changes: PlainFields) =>
    sign(register({ participants: [participant("NE", changes)] }));
  const malformed = (field: string, vectors: Readonly<Record<string, Buffer>>) =>
    refusedAlike("TP-TRUST-4", "MALFORMED", `register.${field}`, vectors);
  const twice = participant("AT", { signing_keys: [signingKey("NE", "HEADER")] });
  return [
    ...malformed("version", { "a register of no version": sign(register({ version: 0 })) }),
    ...malformed("expires_at", {
      "a register that ends before it begins": sign(
        register({ issued_at: UNTIL, expires_at: FROM }),
      ),
    }),
    ...malformed("log_origin", {
      "a log origin of two lines": sign(register({ log_origin: "tracepost.example\nx" })),
    }),
    ...malformed("participants", {
      "a participant whose id is a wildcard": sign(register({ participants: [participant("*")] })),
      "a participant that calls itself the gateway": sign(
        register({ participants: [participant("GATEWAY")] }),
      ),
      "one key of two participants": sign(register({ participants: [participant("NE"), twice] })),
      "a gateway key that is a participant's too": sign(
        register({ gateway_keys: [signingKey("NE", "RECEIPT")] }),
      ),
    }),
    ...malformed("participants[NE]", {
      "a participant that is there twice": sign(
        register({ participants: [participant("NE"), participant("NE", { signing_keys: [] })] }),
      ),
    }),
    ...malformed("participants[NE].role", {
      "a participant without a role": withNe({ role: "ROLE_UNSPECIFIED" }),
    }),
    ...malformed("participants[NE].status", {
      "a participant without a status": withNe({ status: "PARTICIPANT_STATUS_UNSPECIFIED" }),
    }),
    ...malformed("participants[NE].state", {
      "a participant of another State": withNe({ state: "AT" }),
    }),
    ...malformed("participants[NE].instruments", {
      "a standing without a date": withNe({
        instruments: [{ instrument: "INSTRUMENT_ITI", boundness: "BOUNDNESS_PARTY" }],
      }),
    }),
    ...malformed("participants[NE].signing_keys", {
      "a key id that is not its key's": withKey({ key_id: "0".repeat(32) }),
      "a key of 31 bytes": withKey({ public_key: Buffer.alloc(31, 1) }),
      "a participant's key for receipts of the gateway": withKey({
        purpose: "KEY_PURPOSE_RECEIPT",
      }),
      "a key on P-256 that says it is Ed25519": withKey({
        ...p256Key("NE", "HEADER"),
        algorithm: undefined,
      }),
      "an Ed25519 key that says it is on P-256": withKey({
        algorithm: "SIGNATURE_ALGORITHM_ES256",
      }),
      "a key of a suite that nobody knows": withKey({ algorithm: 2 }),
      "a key on P-256 in uncompressed form": withKey(uncompressedKey("NE")),
      "a key that is no point of P-256": withKey(pointlessKey("NE")),
      "a key without an end": withKey({ not_after: undefined }),
      "a key that ends before it begins": withKey({ not_before: UNTIL, not_after: FROM }),
    }),
    ...malformed("participants[NE].sealing_keys", {
      "a sealing key that a quantum computer opens": withNe({
        sealing_keys: [
          {
            recipient: "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",
            ...WINDOW,
          },
        ],
      }),
    }),
    ...malformed("gateway_keys", {
      "a gateway key on P-256": sign(
        register({ gateway_keys: [p256Key("gateway receipt", "RECEIPT")] }),
      ),
      "a gateway key for headers": sign(
        register({ gateway_keys: [signingKey("gateway", "HEADER")] }),
      ),
    }),
  ];
}
