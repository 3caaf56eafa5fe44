import type { KeyObject } from "node:crypto";
import type { Refusal } from "#errors";
import type { RegisterBundle } from "#proto";
import { systemClock } from "#runtime";
import { CurrentRegister } from "./current-register.ts";
import { loadPublicKey } from "./key-files.ts";
import { keyIdOf, publicKeyOf, rawPublicKey } from "./keys.ts";
import {
  openOrThrow,
  readRegisterFile,
  registerRefusal,
  type VerifiedRegister,
  verifiedBundle,
  verifySignedRegister,
} from "./register.ts";
import { openManifest } from "./versions/manifest.ts";
import { asRegisterBundle, givenRoots } from "./versions/open-bundle.ts";
import { firstState, type RegisterState } from "./versions/register-state.ts";
import { takeRegister } from "./versions/take-register.ts";

/** What is to be done with a register that was offered. */
export type RegisterVerdict =
  | { readonly outcome: "newer"; readonly register: VerifiedRegister }
  /** It is the one in force. */
  | { readonly outcome: "known" }
  /** Not signed as it must be, not well-formed, or no successor of the one in force. */
  | { readonly outcome: "refused"; readonly refusal: Refusal };

/**
 * Judges registers that are offered, and holds the one in force (TP-RUN-3). Judging changes
 * nothing: between judging and putting in force its owner makes the register durable.
 */
export class RegisterClient {
  readonly current: CurrentRegister;
  readonly #roots: readonly KeyObject[];
  #inForce: VerifiedRegister;
  /** What is pinned; without a bundle yet, the root keys alone. */
  #state: RegisterState;

  constructor(roots: readonly KeyObject[], first: VerifiedRegister) {
    this.#roots = roots;
    this.#inForce = first;
    this.#state = first.state ?? firstState(givenRoots(roots));
    this.current = new CurrentRegister(first.view);
  }

  /** The version in force, as it was published. */
  get inForce(): VerifiedRegister {
    return this.#inForce;
  }

  /** Root keys that sign what comes next: of the register in force, or as they were given. */
  get rootKeys(): readonly KeyObject[] {
    return this.#state.roots.keys.map(({ publicKey }) => publicKeyOf(publicKey));
  }

  /** Those, and every one before them that the register in force tells of. */
  get rootKeysEver(): readonly KeyObject[] {
    const { manifests = [] } = asRegisterBundle(this.#inForce.bytes) ?? {};
    const told = manifests.flatMap((signed) => {
      const opened = openManifest(signed);
      return opened.ok ? (opened.value.manifest.roots?.keys ?? []) : [];
    });
    const byText = [...this.#roots, ...this.rootKeys].concat(
      told.map(({ publicKey }) => publicKeyOf(publicKey)),
    );
    return [...new Map(byText.map((key) => [keyIdOf(rawPublicKey(key)), key])).values()];
  }

  /** Whether bytes are a register that may follow the one in force; never throws on bad bytes. */
  judge(bytes: Uint8Array, nowMs = systemClock.now()): RegisterVerdict {
    const bundle = asRegisterBundle(bytes);
    if (bundle !== undefined) return this.#judgeBundle(bundle, bytes, nowMs);
    const verified = verifySignedRegister(bytes, this.#roots);
    if (!verified.ok) return { outcome: "refused", refusal: verified.refusal };
    return this.#compare(verified.value);
  }

  /** A bundle is judged by what is pinned: chain, threshold, own statements, time (TP-REG-5). */
  #judgeBundle(bundle: RegisterBundle, bytes: Uint8Array, nowMs: number): RegisterVerdict {
    const taking = takeRegister(this.#state, bundle, nowMs);
    switch (taking.outcome) {
      case "refused":
        return { outcome: "refused", refusal: registerRefusal(taking.refusal) };
      case "known":
        return { outcome: "known" };
      case "taken":
        return this.#compare(verifiedBundle(taking.state, taking.taken, bytes));
      default:
        return taking satisfies never;
    }
  }

  #compare(register: VerifiedRegister): RegisterVerdict {
    const before = this.#inForce;
    if (register.view.version > before.view.version) return { outcome: "newer", register };
    if (register.view.version < before.view.version) {
      return refusedVersion(`is ${register.view.version}; ${before.view.version} is in force`);
    }
    if (Buffer.compare(register.digest, before.digest) === 0) return { outcome: "known" };
    return refusedVersion(`is another register ${before.view.version} than the one in force`);
  }

  /** Puts a register that was judged newer, and is durable, in force. */
  putInForce(register: VerifiedRegister): void {
    const before = this.#inForce;
    const pinned = this.#state;
    this.#inForce = register;
    this.#state = register.state ?? pinned;
    try {
      this.current.replace(register.view);
    } catch (caught) {
      this.#inForce = before;
      this.#state = pinned;
      throw caught;
    }
  }
}

/** Where a register is kept, and what it must be signed by. */
export interface KeptRegisters {
  /** The file that was given by hand. */
  readonly file: string;
  /** What was taken since, with a name for messages; none before the first change. */
  readonly taken: { readonly name: string; readonly bytes: Uint8Array } | undefined;
  readonly rootPublicKeyFiles: readonly string[];
}

/**
 * Opens a client on the newer of what was given and what was taken since. What does not verify is
 * refused, never passed over: somebody may have put it there. Throws TracepostError VERIFICATION or
 * KEY_FILE.
 */
export async function openRegisterClient(kept: KeptRegisters): Promise<RegisterClient> {
  const roots = await Promise.all(kept.rootPublicKeyFiles.map((file) => loadPublicKey(file)));
  const bytes = await readRegisterFile(kept.file);
  const given = openOrThrow(bytes, kept.file, roots);
  const { taken } = kept;
  if (taken === undefined) return new RegisterClient(roots, given);
  const later = openOrThrow(taken.bytes, taken.name, roots);
  const newest = later.view.version >= given.view.version ? later : given;
  return new RegisterClient(roots, newest);
}

function refusedVersion(detail: string): RegisterVerdict {
  const refusal: Refusal = { code: "NOT_PERMITTED", field: "register.version", detail };
  return { outcome: "refused", refusal };
}
