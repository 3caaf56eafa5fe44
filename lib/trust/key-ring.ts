import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { TracepostError } from "#errors";
import { timestampMs } from "#wire";
import { loadSealingKey, loadSigningKey, type SealingKeyPair } from "./key-files.ts";
import type { SigningKeyPair } from "./keys.ts";
import type { AskPassphrase } from "./passphrase.ts";
import type { RegisterView } from "./register-view.ts";
import { isValidAt } from "./versions/key-windows.ts";

/** A key as a ring holds it. */
type RingKey = Pick<SigningKeyPair, "keyId">;

/**
 * The signing keys of one purpose that lie in a folder: `NAME.key`, and `NAME-….key` for those that
 * came with a rotation (TP-RUN-7, TP-KEY-1). Which one signs is for the register to say, each time.
 */
export class SigningRing<K extends RingKey = SigningKeyPair> {
  readonly #folder: string;
  readonly #name: string;
  readonly #load: (file: string) => Promise<K>;
  #pairs: readonly K[] = [];

  private constructor(folder: string, name: string, load: (file: string) => Promise<K>) {
    this.#folder = folder;
    this.#name = name;
    this.#load = load;
  }

  /** Reads the keys. Throws TracepostError KEY_FILE for one that cannot be read, or for none. */
  static async open(folder: string, name: string): Promise<SigningRing> {
    return await SigningRing.openWith(folder, name, loadSigningKey);
  }

  /** The same for keys that are read another way; not all have their private half here. */
  static async openWith<K extends RingKey>(
    folder: string,
    name: string,
    load: (file: string) => Promise<K>,
  ): Promise<SigningRing<K>> {
    const ring = new SigningRing(folder, name, load);
    await ring.reload();
    return ring;
  }

  /** Reads them again: a new key was laid there before its register was published. */
  async reload(): Promise<void> {
    const files = await keyFiles(this.#folder, this.#name, ".key");
    this.#pairs = await Promise.all(files.map((file) => this.#load(file)));
  }

  /** Ids of the keys that are here. */
  get keyIds(): readonly string[] {
    return this.#pairs.map(({ keyId }) => keyId);
  }

  /**
   * The key to sign with: of those the register has, that are valid now and not revoked, the one
   * valid since last. Without any, the first one here: what it signs is refused with the reason,
   * and signed again.
   */
  newest(register: RegisterView, nowMs: number): K {
    const usable = this.#pairs
      .map((pair) => ({ pair, sinceMs: validSince(register, pair.keyId, nowMs) }))
      .filter(({ sinceMs }) => sinceMs !== undefined)
      .toSorted((left, right) => (right.sinceMs ?? 0) - (left.sinceMs ?? 0));
    return usable[0]?.pair ?? (this.#pairs[0] as K);
  }
}

/** Since when a key may be used that may be used now; undefined for any other. */
function validSince(register: RegisterView, keyId: string, nowMs: number): number | undefined {
  const key = register.signingKey(keyId)?.key;
  return key !== undefined && isValidAt(key, nowMs) ? timestampMs(key.notBefore) : undefined;
}

/**
 * Every sealing key of a folder, `seal.age` and `seal-….age`: what was sealed to an earlier one
 * still opens. Throws TracepostError KEY_FILE.
 */
export async function loadSealingKeys(
  folder: string,
  ask?: AskPassphrase,
): Promise<readonly SealingKeyPair[]> {
  const files = await keyFiles(folder, "seal", ".age");
  return await Promise.all(files.map((file) => loadSealingKey(file, ask)));
}

async function keyFiles(folder: string, name: string, ending: string): Promise<string[]> {
  const first = `${name}${ending}`;
  const found = await readdir(folder).catch((caught: unknown) => {
    throw new TracepostError("KEY_FILE", `${folder} cannot be read`, {
      cause: caught,
      remedy: "Put the key folder back from your copy.",
    });
  });
  const others = found.filter((file) => file.startsWith(`${name}-`) && file.endsWith(ending));
  // The first one is always looked for: its absence is said with its name.
  return [first, ...others.toSorted()].map((file) => join(folder, file));
}
