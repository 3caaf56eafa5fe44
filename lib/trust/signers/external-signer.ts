import { hash, type KeyObject } from "node:crypto";
import { TracepostError } from "#errors";
import { SignatureAlgorithm } from "#proto";
import { type PayloadType, preAuthEncoding } from "../dsse.ts";
import { keyIdOf, rawPublicKey } from "../keys.ts";
import { algorithmOf, lowSignature, verifyNowWith } from "../signature-suites.ts";
import type { KeySigner } from "./key-signer.ts";
import { SignerProcess, type SignerProcessOptions } from "./signer-process.ts";
import { suiteName } from "./signer-protocol.ts";

/**
 * Keys whose private halves are with another program: an HSM, a smart card, a process of another
 * user (TP-SIGN-2). It is started with the first signature, and again after it has ended.
 */
export class ExternalSigner {
  readonly #process: SignerProcess;

  constructor(options: SignerProcessOptions) {
    this.#process = new SignerProcess(options);
  }

  /** Why the last signature could not be had; undefined while all is well. */
  get problem(): string | undefined {
    return this.#process.problem;
  }

  /** The signer of a key, known by its public half. */
  key(publicKey: KeyObject): KeySigner {
    const publicRaw = rawPublicKey(publicKey);
    const facts = { keyId: keyIdOf(publicRaw), algorithm: algorithmOf(publicKey), publicKey };
    return {
      ...facts,
      publicRaw,
      sign: (type, payload) => this.#sign({ ...facts, publicRaw }, type, payload),
    };
  }

  /** Ends the program. */
  async close(): Promise<void> {
    await this.#process.close();
  }

  async #sign(
    key: Omit<KeySigner, "sign">,
    payloadType: PayloadType,
    payload: Uint8Array,
  ): Promise<Uint8Array> {
    const bytes = preAuthEncoding(payloadType, payload);
    const isP256 = key.algorithm === SignatureAlgorithm.ES256;
    const answer = await this.#process.ask({
      keyId: key.keyId,
      algorithm: suiteName(key.algorithm),
      publicKey: Buffer.from(key.publicRaw).toString("base64"),
      payloadType,
      bytes: Buffer.from(bytes).toString("base64"),
      ...(isP256 ? { digest: hash("sha256", bytes, "base64") } : {}),
    });
    const given = Buffer.from(answer, "base64");
    // Hardware gives S in either half of the group; one of the two is taken (TP-TRUST-9).
    const signature = isP256 ? lowSignature(given) : given;
    // What does not verify would be refused by everybody, and bind the message to nothing.
    if (signature !== undefined && verifyNowWith(key.publicKey, bytes, signature)) return signature;
    const problem = `the signer gave a signature that key ${key.keyId} does not verify`;
    this.#process.note(problem);
    throw new TracepostError("UNAVAILABLE", problem, {
      remedy: "Look which key the signer signs with; it must be the private half of this one.",
    });
  }
}
