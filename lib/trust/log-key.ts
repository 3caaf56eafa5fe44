/** The log's post-quantum key, ML-DSA-44 (FIPS 204): checkpoints are signed with it too. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from "node:crypto";
import { TracepostError } from "#errors";
import { parsed } from "./key-files.ts";
import { keyIdOf } from "./keys.ts";
import { readSecret } from "./secret-file.ts";

const KIND = "ml-dsa-44";
/** Bytes of a raw ML-DSA-44 public key. */
export const LOG_KEY_BYTES = 1_312;

/** An ML-DSA-44 key pair. */
export interface LogKeyPair {
  /** First 16 bytes of SHA-256 over the raw public key, lower-case hex. */
  readonly keyId: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** Raw public key, 1,312 bytes. */
  readonly publicRaw: Uint8Array;
}

/** Makes a fresh key of the log. */
export function generateLogKey(): LogKeyPair {
  return pairOf(generateKeyPairSync(KIND).privateKey);
}

/** Public key of raw bytes. Throws TracepostError KEY_FILE for another length. */
export function logPublicKeyOf(publicRaw: Uint8Array): KeyObject {
  if (publicRaw.length !== LOG_KEY_BYTES) {
    const bytes = publicRaw.length;
    throw new TracepostError(
      "KEY_FILE",
      `a key of the log has ${LOG_KEY_BYTES} bytes, not ${bytes}`,
    );
  }
  const pub = Buffer.from(publicRaw).toString("base64url");
  return createPublicKey({ key: { kty: "AKP", alg: "ML-DSA-44", pub }, format: "jwk" });
}

/**
 * Reads the log's key, PKCS#8 PEM, mode 0600 (TP-TRUST-3). Throws TracepostError KEY_FILE naming
 * the file when it is absent, open to others, or another kind of key.
 */
export async function loadLogKey(file: string): Promise<LogKeyPair> {
  const pem = await readSecret(file);
  return parsed(file, "an ML-DSA-44 private key in PKCS#8 PEM", () =>
    pairOf(createPrivateKey(pem)),
  );
}

function pairOf(privateKey: KeyObject): LogKeyPair {
  const publicKey = createPublicKey(privateKey);
  if (publicKey.asymmetricKeyType !== KIND) {
    throw new TracepostError("KEY_FILE", "the key is not an ML-DSA-44 key");
  }
  const { pub } = publicKey.export({ format: "jwk" }) as { readonly pub?: string };
  const publicRaw = Buffer.from(pub ?? "", "base64url");
  return { keyId: keyIdOf(publicRaw), privateKey, publicKey, publicRaw };
}
