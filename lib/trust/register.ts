import type { KeyObject } from "node:crypto";
import { readFile } from "node:fs/promises";
import { accepted, type Outcome, type Refusal, refuse, refused, TracepostError } from "#errors";
import { ParticipantRegister, SignedRegister } from "#proto";
import { TRUST_LIMITS } from "#runtime";
import { decodeExactly, sha256 } from "#wire";
import { checkRegister } from "./check-register.ts";
import { createSigner, PAYLOAD_TYPES, verifyBytesNow } from "./dsse.ts";
import { loadPublicKey } from "./key-files.ts";
import { keyIdOf, rawPublicKey, type SigningKeyPair } from "./keys.ts";
import { createRegisterView, type RegisterView } from "./register-view.ts";
import { asRegisterBundle, givenRoots, openBundle } from "./versions/open-bundle.ts";
import type { RegisterRefusal } from "./versions/register-refusal.ts";
import type { RegisterState, TakenRegister } from "./versions/register-state.ts";
import type { TakenState } from "./versions/take-register.ts";

/**
 * Encodes a register and signs it with every given root key (TP-TRUST-4). Does not check what it
 * says: a register that does not open again is found by opening it.
 */
export function signRegister(
  register: ParticipantRegister,
  rootKeys: readonly SigningKeyPair[],
): Uint8Array {
  const bytes = ParticipantRegister.encode(register).finish();
  const signatures = rootKeys.map((pair) => {
    const signer = createSigner(pair, PAYLOAD_TYPES.register);
    return { keyId: signer.keyId, value: signer.sign(bytes) };
  });
  return SignedRegister.encode({ register: bytes, signatures }).finish();
}

/** A version of the register whose signatures and content hold. */
export interface VerifiedRegister {
  readonly view: RegisterView;
  /** As it was published, to be kept and handed on. */
  readonly bytes: Uint8Array;
  /** SHA-256 of what the root keys signed; the log entry of the change names it. */
  readonly digest: Uint8Array;
  /** Of a bundle: what is pinned once it is in force. */
  readonly state?: TakenState;
}

/**
 * Verifies and reads a register (TP-TRUST-4): a bundle as a newcomer does, or one that was signed
 * as a whole by every given root key; all it says must be well-formed. KEY_UNKNOWN when a root's
 * signature is missing, SIGNATURE_INVALID, TOO_LARGE or MALFORMED; never half a register. Whether
 * it has expired is for the caller to judge, by `expiresAtMs`.
 */
export function openRegister(
  bytes: Uint8Array,
  rootPublicKeys: readonly KeyObject[],
): Outcome<RegisterView> {
  const verified = verifyRegister(bytes, rootPublicKeys);
  return verified.ok ? accepted(verified.value.view) : verified;
}

function verifyRegister(
  bytes: Uint8Array,
  rootPublicKeys: readonly KeyObject[],
): Outcome<VerifiedRegister> {
  const bundle = asRegisterBundle(bytes);
  if (bundle === undefined) return verifySignedRegister(bytes, rootPublicKeys);
  const opened = openBundle(bundle, givenRoots(rootPublicKeys));
  if (!opened.ok) return { ok: false, refusal: registerRefusal(opened.refusal) };
  return accepted(verifiedBundle(opened.value, opened.value.taken, bytes));
}

/** A bundle that was taken, with what is pinned of it. */
export function verifiedBundle(
  state: RegisterState,
  taken: TakenRegister,
  bytes: Uint8Array,
): VerifiedRegister {
  const { manifest, view } = taken;
  return { view, bytes, digest: manifest.digest, state: { ...state, taken } };
}

/** One that was signed as a whole, by every given root key; refusals as of `openRegister`. */
export function verifySignedRegister(
  bytes: Uint8Array,
  rootPublicKeys: readonly KeyObject[],
): Outcome<VerifiedRegister> {
  if (bytes.length > TRUST_LIMITS.registerBytesMax) {
    return refused("TOO_LARGE", "register", `over ${TRUST_LIMITS.registerBytesMax} bytes`);
  }
  const signed = decodeExactly(SignedRegister, bytes);
  if (signed === undefined) return refused("MALFORMED", "register", "is not encoded as we do");
  const verified = checkSignatures(signed, rootPublicKeys);
  if (!verified.ok) return verified;
  const register = decodeExactly(ParticipantRegister, signed.register);
  if (register === undefined) return refused("MALFORMED", "register", "is not encoded as we do");
  const refusal = checkRegister(register);
  if (refusal !== undefined) return { ok: false, refusal };
  return accepted({ view: createRegisterView(register), bytes, digest: sha256(signed.register) });
}

/** In the words of the table of refusals: too few signatures, or a register that says nonsense. */
export function registerRefusal({ code, detail, field }: RegisterRefusal): Refusal {
  const said = `${detail} (${code})`;
  return refuse(code === "THRESHOLD" ? "KEY_UNKNOWN" : "MALFORMED", `register.${field}`, said);
}

/**
 * Reads a register file with the root keys it must be signed by. Throws TracepostError VERIFICATION
 * when it is absent or does not open, KEY_FILE when a root key cannot be read.
 */
export async function loadRegister(
  file: string,
  rootPublicKeyFiles: readonly string[],
): Promise<RegisterView> {
  const roots = await Promise.all(rootPublicKeyFiles.map((rootFile) => loadPublicKey(rootFile)));
  return openOrThrow(await readRegisterFile(file), file, roots).view;
}

/** The same for bytes that came from somewhere, named in messages. */
export async function openRegisterOf(
  bytes: Uint8Array,
  name: string,
  rootPublicKeyFiles: readonly string[],
): Promise<RegisterView> {
  const roots = await Promise.all(rootPublicKeyFiles.map((rootFile) => loadPublicKey(rootFile)));
  return openOrThrow(bytes, name, roots).view;
}

const REMEDY = "Fetch the register again from the secretariat; do not work with this one.";

/** Reads the bytes of a register file. Throws TracepostError VERIFICATION. */
export async function readRegisterFile(file: string): Promise<Uint8Array> {
  return await readFile(file).catch((caught: unknown) => {
    throw new TracepostError("VERIFICATION", `${file} cannot be read`, {
      cause: caught,
      remedy: REMEDY,
    });
  });
}

/** Opens what is kept under a name. Throws TracepostError VERIFICATION naming it. */
export function openOrThrow(
  bytes: Uint8Array,
  name: string,
  roots: readonly KeyObject[],
): VerifiedRegister {
  const opened = verifyRegister(bytes, roots);
  if (opened.ok) return opened.value;
  const { code, detail, field } = opened.refusal;
  throw new TracepostError("VERIFICATION", `${name} is no register signed by the root keys`, {
    problems: [`${field} ${detail} (${code})`],
    remedy: REMEDY,
  });
}

function checkSignatures(
  { register, signatures }: SignedRegister,
  rootPublicKeys: readonly KeyObject[],
): Outcome<void> {
  if (rootPublicKeys.length === 0) {
    return refused("KEY_UNKNOWN", "register.signatures", "no root key is known");
  }
  for (const root of rootPublicKeys) {
    const keyId = keyIdOf(rawPublicKey(root));
    const signature = signatures.find((candidate) => candidate.keyId === keyId);
    if (signature === undefined) {
      return refused("KEY_UNKNOWN", "register.signatures", "lack one of a root key");
    }
    if (!verifyBytesNow(root, PAYLOAD_TYPES.register, register, signature.value)) {
      return refused("SIGNATURE_INVALID", "register.signatures", "do not verify");
    }
  }
  return accepted(undefined);
}
