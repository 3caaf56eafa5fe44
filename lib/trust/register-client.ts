import { createHash, type KeyObject } from "node:crypto";
import type { Refusal } from "#errors";
import { SignedRegister } from "#proto";
import { systemClock } from "#runtime";
import { CurrentRegister } from "./current-register.ts";
import { loadPublicKey } from "./key-files.ts";
import { openOrThrow, openRegister, readRegisterFile, registerRefusal } from "./register.ts";
import type { RegisterView } from "./register-view.ts";
import { givenRoots, isRegisterBundle, openBundle } from "./versions/open-bundle.ts";
import { parseRegisterBundle } from "./versions/register-bundle.ts";
import { firstState, type RegisterState, type TakenRegister } from "./versions/register-state.ts";
import { takeRegister } from "./versions/take-register.ts";

/** A version of the register whose signatures and content hold. */
export interface VerifiedRegister {
  readonly view: RegisterView;
  /** As it was published, to be kept and handed on. */
  readonly bytes: Uint8Array;
  /** SHA-256 of what the root keys signed; the log entry of the change names it. */
  readonly digest: Uint8Array;
  /** Of a bundle: what is pinned once it is in force. */
  readonly state?: RegisterState;
}

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

  /** Whether bytes are a register that may follow the one in force; never throws on bad bytes. */
  judge(bytes: Uint8Array, nowMs = systemClock.now()): RegisterVerdict {
    if (isRegisterBundle(bytes)) return this.#judgeBundle(bytes, nowMs);
    const opened = openRegister(bytes, this.#roots);
    if (!opened.ok) return { outcome: "refused", refusal: opened.refusal };
    return this.#compare(verified(opened.value, bytes));
  }

  /** A bundle is judged by what is pinned: chain, threshold, own statements, time (TP-REG-5). */
  #judgeBundle(bytes: Uint8Array, nowMs: number): RegisterVerdict {
    const bundle = parseRegisterBundle(bytes);
    if (!bundle.ok) return { outcome: "refused", refusal: registerRefusal(bundle.refusal) };
    const taking = takeRegister(this.#state, bundle.value, nowMs);
    switch (taking.outcome) {
      case "refused":
        return { outcome: "refused", refusal: registerRefusal(taking.refusal) };
      case "known":
        return { outcome: "known" };
      case "taken":
        return this.#compare(ofState(taking.state, taking.taken, bytes));
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
  const given = reopened(bytes, kept.file, roots);
  const { taken } = kept;
  if (taken === undefined) return new RegisterClient(roots, given);
  const later = reopened(taken.bytes, taken.name, roots);
  const newest = later.view.version >= given.view.version ? later : given;
  return new RegisterClient(roots, newest);
}

/** What was kept, verified anew. Throws TracepostError VERIFICATION naming it. */
function reopened(bytes: Uint8Array, name: string, roots: readonly KeyObject[]): VerifiedRegister {
  const view = openOrThrow(bytes, name, roots);
  const bundle = isRegisterBundle(bytes) ? parseRegisterBundle(bytes) : undefined;
  const opened = bundle?.ok ? openBundle(bundle.value, givenRoots(roots)) : undefined;
  if (!opened?.ok) return verified(view, bytes);
  return ofState(opened.value, opened.value.taken, bytes);
}

function ofState(
  state: RegisterState,
  { manifest, view }: TakenRegister,
  bytes: Uint8Array,
): VerifiedRegister {
  return { view, bytes, digest: manifest.digest, state };
}

function verified(view: RegisterView, bytes: Uint8Array): VerifiedRegister {
  const { register } = SignedRegister.decode(bytes);
  return { view, bytes, digest: createHash("sha256").update(register).digest() };
}

function refusedVersion(detail: string): RegisterVerdict {
  const refusal: Refusal = { code: "NOT_PERMITTED", field: "register.version", detail };
  return { outcome: "refused", refusal };
}
