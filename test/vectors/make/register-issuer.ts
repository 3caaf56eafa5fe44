import { hash } from "node:crypto";
import type { PlainFields } from "../../support/contract.ts";
import { type FixedKey, fixedKey, PAYLOAD_TYPE, signAs } from "./fixed-keys.ts";
import type { Encoder } from "./sample-message.ts";

/** When the first version is issued, seconds since 1970. */
export const START = Date.UTC(2030, 0, 1) / 1_000;
/** Seconds of a day. */
export const DAY = 86_400;
const WINDOW = {
  not_before: { seconds: START - 900 * DAY },
  not_after: { seconds: START + 900 * DAY },
};
/** The root keys in the beginning. */
export const ROOTS = ["root A", "root B", "root C"].map(fixedKey);

const sha256 = (bytes: Uint8Array): Buffer => hash("sha256", bytes, "buffer");

const key = (name: string, purpose: string): PlainFields => {
  const { keyId, publicRaw } = fixedKey(name);
  return { key_id: keyId, public_key: publicRaw, purpose: `KEY_PURPOSE_${purpose}`, ...WINDOW };
};

/** A set of root keys as fields. */
export const rootSet = (keys: readonly FixedKey[], threshold: number): PlainFields => ({
  threshold,
  keys: keys.map(({ keyId, publicRaw }, index) => ({
    key_id: keyId,
    public_key: publicRaw,
    state: ["KE", "AT", "BR"][index],
  })),
});

/** Makes register bundles by hand: encoded by protobufjs, hashed and signed here. */
export class RegisterIssuer {
  readonly #encoder: Encoder;

  constructor(encoder: Encoder) {
    this.#encoder = encoder;
  }

  /** A key statement, signed by the two keys in it. */
  statement(participant: string, sequence: number, identity: string, header: string): PlainFields {
    const bytes = this.#encoder.message("KeyStatement", {
      participant,
      sequence,
      identity_key: key(identity, "IDENTITY"),
      signing_keys: [key(header, "HEADER")],
      made_at: { seconds: START },
    });
    return {
      statement: bytes,
      signatures: [identity, header].map((name) => ({
        key_id: fixedKey(name).keyId,
        value: signAs(fixedKey(name), PAYLOAD_TYPE.keyStatement, bytes),
      })),
    };
  }

  /** An entry of a focal point. */
  entry(id: string, statement: PlainFields, more: PlainFields = {}): Buffer {
    return this.#encoder.message("RegisterEntry", {
      participant: {
        id,
        legal_name: `Focal point of ${id} (made up)`,
        role: "ROLE_FOCAL_POINT",
        state: id,
        status: "PARTICIPANT_STATUS_ACTIVE",
      },
      statement,
      ...more,
    });
  }

  /** A manifest of entries, following `previous`. */
  manifest(version: number, entries: readonly Buffer[], previous: Buffer, more: PlainFields = {}) {
    const digests = entries.map(sha256);
    return this.#encoder.message("RegisterManifest", {
      version,
      issued_at: { seconds: START + version },
      expires_at: { seconds: START + 7 * DAY },
      log_origin: "tracepost.example/vectors",
      entry_count: entries.length,
      entries_root: rootOf(digests),
      ...(previous.length > 0 ? { previous_sha256: sha256(previous) } : {}),
      roots: rootSet(ROOTS, 2),
      gateway_keys: [key("gateway receipt", "RECEIPT"), key("gateway log", "CHECKPOINT")],
      freshness_keys: [key("freshness", "FRESHNESS")],
      ...more,
    });
  }

  /** A manifest with signatures. */
  signed(manifest: Buffer, signers: readonly FixedKey[]): PlainFields {
    const signatures = signers.map((signer) => ({
      key_id: signer.keyId,
      value: signAs(signer, PAYLOAD_TYPE.registerManifest, manifest),
    }));
    return { manifest, signatures };
  }

  /** A bundle, whole, with freshness of version 1 if it is given. */
  bundle(manifests: readonly PlainFields[], entries: readonly Buffer[], freshAt?: number): Buffer {
    const last = manifests.at(-1)?.manifest as Buffer;
    return this.#encoder.message("RegisterBundle", {
      manifests: [...manifests],
      entry_digests: entries.map(sha256),
      entries: [...entries],
      ...(freshAt === undefined ? {} : { freshness: this.#freshness(last, freshAt) }),
    });
  }

  #freshness(manifest: Buffer, seconds: number): PlainFields {
    const bytes = this.#encoder.message("RegisterFreshness", {
      version: 1,
      manifest_sha256: sha256(manifest),
      signed_at: { seconds },
    });
    const signer = fixedKey("freshness");
    const value = signAs(signer, PAYLOAD_TYPE.registerFreshness, bytes);
    return { freshness: bytes, signature: { key_id: signer.keyId, value } };
  }
}

/** RFC 6962, as the text of section 2.1 has it. */
function rootOf(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return sha256(Buffer.alloc(0));
  const [leaf] = leaves;
  if (leaves.length === 1 && leaf) return sha256(Buffer.concat([Buffer.of(0), leaf]));
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  const children = [rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split))];
  return sha256(Buffer.concat([Buffer.of(1), ...children]));
}
