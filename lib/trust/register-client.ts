import type { KeyObject } from "node:crypto";
import { type Refusal, TracepostError } from "#errors";
import type { RegisterBundle } from "#proto";
import { type Clock, REGISTER_LIMITS } from "#runtime";
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
import { type CompromisedKey, compromisedKeys } from "./versions/compromised-keys.ts";
import { type EarlierEntry, earlierEntry } from "./versions/earlier-entry.ts";
import { type KeyDoubt, keyDoubts } from "./versions/key-doubts.ts";
import { openManifest } from "./versions/manifest.ts";
import { asRegisterBundle, givenRoots, openBundleFor } from "./versions/open-bundle.ts";
import {
  type OwnIdentity,
  type RegisterAlarm,
  registerAlarms,
} from "./versions/register-alarms.ts";
import { bundleOf, formatRegisterBundle } from "./versions/register-bundle.ts";
import { formatRegisterPins, parseRegisterPins } from "./versions/register-pins.ts";
import {
  type RegisterOutcome,
  type RegisterRefusal,
  registerRefused,
} from "./versions/register-refusal.ts";
import {
  firstState,
  hearVersion,
  type RegisterState,
  type TakenRegister,
} from "./versions/register-state.ts";
import { believeStatement, takeRegister } from "./versions/take-register.ts";

/** What is to be done with a register that was offered. */
export type RegisterVerdict =
  | { readonly outcome: "newer"; readonly register: VerifiedRegister }
  /** It is the one in force, said to be the newest at a later time than was known. */
  | { readonly outcome: "fresher"; readonly register: VerifiedRegister }
  /** It is the one in force. */
  | { readonly outcome: "known" }
  /** Not signed as it must be, not well-formed, or no successor of the one in force. */
  | {
      readonly outcome: "refused";
      readonly refusal: Refusal;
      /** Code of REGISTER_REFUSALS. */
      readonly why: RegisterRefusal["code"];
      /** ENTRY_MISSING: SHA-256 of the entries to fetch, hex. */
      readonly missing?: readonly string[];
    };

/**
 * Judges registers that are offered, and holds the one in force (TP-RUN-3). Judging changes
 * nothing: between judging and putting in force its owner makes the register durable.
 */
export class RegisterClient {
  readonly current: CurrentRegister;
  readonly #roots: readonly KeyObject[];
  readonly #clock: Clock;
  #inForce: VerifiedRegister;
  /** What is pinned; without a bundle yet, the root keys alone. */
  #state: RegisterState;

  constructor(roots: readonly KeyObject[], first: VerifiedRegister, clock: Clock) {
    this.#roots = roots;
    this.#clock = clock;
    this.#inForce = first;
    this.#state = first.state ?? firstState(givenRoots(roots));
    this.current = new CurrentRegister(first.view, first.state?.taken.freshAtMs);
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
      return opened.ok ? opened.value.roots.keys : [];
    });
    const byText = [...this.#roots, ...this.rootKeys].concat(
      told.map(({ publicKey }) => publicKeyOf(publicKey)),
    );
    return [...new Map(byText.map((key) => [keyIdOf(rawPublicKey(key)), key])).values()];
  }

  /** Keys of participants that the register in force says others may have had (TP-KEY-8). */
  get compromisedKeys(): readonly CompromisedKey[] {
    return compromisedKeys(this.#inForce.view, this.#state.taken?.entries);
  }

  /** Whether somebody has named a higher version than the one in force. */
  get isBehind(): boolean {
    return this.#state.heardVersion > this.current.view().version;
  }

  /** Notes a version that a peer has named inside a seal (TP-REG-9). */
  hear(version: bigint): void {
    this.#state = hearVersion(this.#state, version);
  }

  /** What a person has to look at though the register is in force (TP-REG-7). */
  alarms(own?: OwnIdentity): readonly RegisterAlarm[] {
    return registerAlarms(this.#state, own);
  }

  /** Participants whose keys in the register in force are not believed, with both fingerprints. */
  doubts(): readonly KeyDoubt[] {
    return keyDoubts(this.#state);
  }

  /**
   * The version in force with the keys it gives a participant believed (TP-KEY-9): people have
   * asked it by another channel. To be kept, then put in force; undefined when it is not possible.
   */
  believing(participant: string): VerifiedRegister | undefined {
    const believed = believeStatement(this.#state, participant);
    if (!believed.ok || believed.value.taken === undefined) return undefined;
    return verifiedBundle(believed.value, believed.value.taken, this.#inForce.bytes);
  }

  /** What a version before the one in force said of a participant (TP-REG-16). */
  earlierEntry(version: bigint, bytes: Uint8Array, id: string): RegisterOutcome<EarlierEntry> {
    const chain = asRegisterBundle(this.#inForce.bytes)?.manifests ?? [];
    for (const signed of chain) {
      const opened = openManifest(signed);
      if (!opened.ok || opened.value.manifest.version !== version) continue;
      const bundle = asRegisterBundle(bytes);
      if (bundle !== undefined) return earlierEntry(opened.value, bundle, id);
      return registerRefused("MALFORMED", "register", "is no bundle");
    }
    return registerRefused("GAP", "manifests", `do not tell of version ${version} any more`);
  }

  /** Whether bytes are a register that may follow the one in force; never throws on bad bytes. */
  judge(bytes: Uint8Array): RegisterVerdict {
    const bundle = asRegisterBundle(bytes);
    if (bundle !== undefined) return this.#judgeBundle(bundle, bytes);
    // Signed as a whole it would pass by everything that is pinned (TP-REG-12).
    if (this.#state.taken !== undefined) {
      const refused = registerRefused("MALFORMED", "register", "is no bundle, as the one in force");
      const refusal = registerRefusal(refused.refusal);
      return { outcome: "refused", refusal, why: "MALFORMED" };
    }
    const verified = verifySignedRegister(bytes, this.#roots);
    if (verified.ok) return this.#compare(verified.value);
    const { refusal } = verified;
    const isUnsigned = refusal.code === "KEY_UNKNOWN" || refusal.code === "SIGNATURE_INVALID";
    return { outcome: "refused", refusal, why: isUnsigned ? "THRESHOLD" : "MALFORMED" };
  }

  /** A bundle is judged by what is pinned: chain, threshold, own statements, time (TP-REG-5). */
  #judgeBundle(bundle: RegisterBundle, bytes: Uint8Array): RegisterVerdict {
    const taking = takeRegister(this.#state, bundle, this.#clock.now());
    switch (taking.outcome) {
      case "refused": {
        const { code: why, missing = [] } = taking.refusal;
        return { outcome: "refused", refusal: registerRefusal(taking.refusal), why, missing };
      }
      case "known": {
        const before = this.#state.taken?.freshAtMs ?? 0;
        if (taking.taken.freshAtMs <= before) return { outcome: "known" };
        const { freshness } = taking.taken;
        const whole = asRegisterBundle(this.#inForce.bytes) ?? bundleOf(taking.taken);
        const freshened = formatRegisterBundle({ ...whole, freshness });
        const register = verifiedBundle(taking.state, taking.taken, freshened);
        return { outcome: "fresher", register };
      }
      case "taken": {
        const isWhole = bundle.entries.length >= bundle.entryDigests.length;
        const whole = isWhole ? bytes : this.#wholeOf(bundle, taking.taken);
        return this.#compare(verifiedBundle(taking.state, taking.taken, whole));
      }
      default:
        return taking satisfies never;
    }
  }

  /** A version that came in parts, as it is kept and handed on: with what was here already. */
  #wholeOf({ manifests }: RegisterBundle, taken: TakenRegister): Uint8Array {
    const before = asRegisterBundle(this.#inForce.bytes)?.manifests ?? [];
    const known = new Set(before.map(({ manifest }) => Buffer.from(manifest).toString("base64")));
    const later = manifests.filter(
      ({ manifest }) => !known.has(Buffer.from(manifest).toString("base64")),
    );
    const chain = [...before, ...later].slice(-REGISTER_LIMITS.manifestsKept);
    return formatRegisterBundle({ ...bundleOf(taken), manifests: chain });
  }

  #compare(register: VerifiedRegister): RegisterVerdict {
    const before = this.#inForce;
    const { version } = register.view;
    if (version > before.view.version) {
      const { logOrigin } = before.view;
      // Where manifests are followed this was judged; signed as a whole, no register says why.
      if (register.state !== undefined || register.view.logOrigin === logOrigin) {
        return { outcome: "newer", register };
      }
      const detail = `is ${register.view.logOrigin} after ${logOrigin}`;
      const refusal: Refusal = { code: "NOT_PERMITTED", field: "register.log_origin", detail };
      return { outcome: "refused", refusal, why: "SUCCESSION" };
    }
    if (version < before.view.version) {
      return refusedVersion("ROLLBACK", `is ${version}; ${before.view.version} is in force`);
    }
    if (Buffer.compare(register.digest, before.digest) === 0) return { outcome: "known" };
    return refusedVersion("FORK", `is another register ${version} than the one in force`);
  }

  /** Puts a register that was judged newer or fresher, or believed, and is durable, in force. */
  putInForce(register: VerifiedRegister): void {
    const { state, view } = register;
    const freshAtMs = state?.taken.freshAtMs;
    const isSame = view.version === this.current.view().version;
    if (isSame && freshAtMs !== undefined) this.current.amend(view, freshAtMs);
    else this.current.replace(view, freshAtMs);
    const { heardVersion } = this.#state;
    this.#inForce = register;
    this.#state = state === undefined ? this.#state : hearVersion(state, heardVersion);
  }
}

/** What is to be kept beside a register, so that it is pinned after a restart (TP-REG-12). */
export function pinsOf({ state }: VerifiedRegister): Uint8Array | undefined {
  return state === undefined ? undefined : formatRegisterPins(state);
}

/** Bytes with a name for messages. */
interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Where a register is kept, and what it must be signed by. */
export interface KeptRegisters {
  /** The file that was given by hand. */
  readonly file: string;
  /** What was taken since, with a name for messages; none before the first change. */
  readonly taken: NamedBytes | undefined;
  /** What was pinned; none before the first start that pins. */
  readonly pins: NamedBytes | undefined;
  readonly rootPublicKeyFiles: readonly string[];
  readonly clock: Clock;
}

/**
 * Opens a client on the newest of what was given, taken since, and pinned (TP-REG-12). What does
 * not verify is refused, never passed over: somebody may have put it there; what is older than the
 * pins is not looked at. Throws TracepostError VERIFICATION or KEY_FILE.
 */
export async function openRegisterClient(kept: KeptRegisters): Promise<RegisterClient> {
  const roots = await Promise.all(kept.rootPublicKeyFiles.map((file) => loadPublicKey(file)));
  const given = { name: kept.file, bytes: await readRegisterFile(kept.file) };
  const laid = kept.taken === undefined ? [given] : [given, kept.taken];
  const pinned = kept.pins && openPins(kept.pins);
  if (pinned?.taken !== undefined) {
    return new RegisterClient(roots, newestOver(pinned, pinned.taken, laid), kept.clock);
  }
  // Of two with the same version the one that was taken is as it was published.
  const opened = laid.toReversed().map(({ bytes, name }) => openOrThrow(bytes, name, roots));
  const newest = opened.toSorted((one, other) => Number(other.view.version - one.view.version))[0];
  return new RegisterClient(roots, newest as VerifiedRegister, kept.clock);
}

/** The newest of bundles that follow what is pinned; the pinned one if none does. */
function newestOver(
  pinned: RegisterState,
  taken: TakenRegister,
  laid: readonly NamedBytes[],
): VerifiedRegister {
  let state = pinned;
  let newest = verifiedBundle(state, taken, formatRegisterBundle(bundleOf(taken)));
  for (const { bytes, name } of laid) {
    const bundle = asRegisterBundle(bytes);
    const opened =
      bundle === undefined
        ? registerRefused("MALFORMED", "register", "is no bundle, as the pinned one is")
        : openBundleFor(state, bundle);
    if (opened.ok) {
      state = opened.value;
      newest = verifiedBundle(state, opened.value.taken, bytes);
    } else if (opened.refusal.code !== "ROLLBACK") {
      throw notPinned(name, opened.refusal);
    }
  }
  return newest;
}

function openPins({ bytes, name }: NamedBytes): RegisterState {
  const pins = parseRegisterPins(bytes);
  if (pins.ok) return pins.value;
  throw notPinned(name, pins.refusal);
}

function notPinned(name: string, { code, detail, field }: RegisterRefusal): TracepostError {
  return new TracepostError("VERIFICATION", `${name} does not go with the register pinned here`, {
    problems: [`${field} ${detail} (${code})`],
    remedy:
      "Ask the secretariat which register is valid. Only if the exchange was set up anew: put the " +
      "pins and the register that was taken aside, and start again.",
  });
}

function refusedVersion(why: "ROLLBACK" | "FORK", detail: string): RegisterVerdict {
  const refusal: Refusal = { code: "NOT_PERMITTED", field: "register.version", detail };
  return { outcome: "refused", refusal, why };
}
