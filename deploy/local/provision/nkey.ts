import { createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import {
  createAccount,
  createOperator,
  createUser,
  fromSeed,
  type KeyPair,
  NKeysError,
  NKeysErrorCode,
} from "@nats-io/nkeys";
import { privateKeyOfSeed, publicTextOf } from "./nkey-codec.ts";

/** What a key stands for in NATS. */
export type NkeyType = "operator" | "account" | "user";

const CREATE = { operator: createOperator, account: createAccount, user: createUser };

/**
 * An Ed25519 key of NATS that signs with node:crypto. The library's own pair derives the key anew
 * in JavaScript at each use (9 ms a signature): an exchange of 24 participants needs about 500.
 */
export class Nkey implements KeyPair {
  readonly #seed: Uint8Array;
  readonly #publicKey: string;
  readonly #privateKey: KeyObject;

  private constructor(pair: KeyPair) {
    this.#seed = pair.getSeed();
    const text = new TextDecoder().decode(this.#seed);
    this.#privateKey = privateKeyOfSeed(text);
    this.#publicKey = publicTextOf(text, this.#privateKey);
  }

  /** Makes a fresh key. */
  static generate(type: NkeyType): Nkey {
    return new Nkey(CREATE[type]());
  }

  /** Takes a key up again from its encoded seed (`S…`). Throws when it is none. */
  static fromSeedText(seed: string): Nkey {
    return new Nkey(fromSeed(new TextEncoder().encode(seed.trim())));
  }

  /** The seed as text, for a file nobody else can read. */
  get seedText(): string {
    return new TextDecoder().decode(this.#seed);
  }

  getPublicKey(): string {
    return this.#publicKey;
  }

  getSeed(): Uint8Array {
    return this.#seed;
  }

  getPrivateKey(): Uint8Array {
    return this.#seed;
  }

  sign(input: Uint8Array): Uint8Array {
    return sign(null, input, this.#privateKey);
  }

  verify(input: Uint8Array, signature: Uint8Array): boolean {
    return verify(null, input, createPublicKey(this.#privateKey), signature);
  }

  clear(): void {
    this.#seed.fill(0);
  }

  seal(): Uint8Array {
    throw new NKeysError(NKeysErrorCode.InvalidNKeyOperation);
  }

  open(): Uint8Array {
    throw new NKeysError(NKeysErrorCode.InvalidNKeyOperation);
  }
}
