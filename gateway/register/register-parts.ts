import type { SignedManifest } from "#proto";
import {
  formatRegisterBundle,
  openManifest,
  parseRegisterBundle,
  type RegisterClient,
  registerDelta,
  type TakenRegister,
  type VerifiedRegister,
} from "#trust";

/** The register in force, as far as it travels in parts (TP-REG-13). */
export interface RegisterInParts {
  readonly taken: TakenRegister;
  /** That it keeps, the last one of the version in force. */
  readonly manifests: readonly SignedManifest[];
}

/** Taken apart once for each version: whoever asks for parts is not known. */
const TAKEN_APART = new WeakMap<VerifiedRegister, RegisterInParts>();

/** The parts of the register in force; undefined for one that was signed as a whole. */
export function registerParts({ inForce }: RegisterClient): RegisterInParts | undefined {
  const known = TAKEN_APART.get(inForce);
  if (known !== undefined) return known;
  const taken = inForce.state?.taken;
  if (taken === undefined) return undefined;
  const parsed = parseRegisterBundle(inForce.bytes);
  if (!parsed.ok) return undefined;
  const parts = { taken, manifests: parsed.value.manifests };
  TAKEN_APART.set(inForce, parts);
  return parts;
}

/** Manifests after a version, and the digests of all entries: the names to ask for them by. */
export function manifestsAfter({ manifests, taken }: RegisterInParts, after: bigint): Uint8Array {
  const digests = taken.entries.map(({ digest }) => digest);
  return formatRegisterBundle(registerDelta({ version: after, digests }, taken, manifests));
}

/** One entry by the SHA-256 of its bytes, hex; undefined when the version has none such. */
export function entryBytes({ taken }: RegisterInParts, digest: string): Uint8Array | undefined {
  return taken.entries.find((entry) => entry.digest === digest)?.bytes;
}

/**
 * What a reader lacks that has the version of other bytes: the manifests since, and the entries
 * that are not in there. Undefined when those bytes are no bundle.
 */
export function deltaFrom(
  { manifests, taken }: RegisterInParts,
  before: Uint8Array,
): Uint8Array | undefined {
  const parsed = parseRegisterBundle(before);
  const last = parsed.ok ? parsed.value.manifests.at(-1) : undefined;
  const opened = last && openManifest(last);
  if (!parsed.ok || !opened?.ok) return undefined;
  const digests = parsed.value.entryDigests.map((digest) => Buffer.from(digest).toString("hex"));
  const { version } = opened.value.manifest;
  return formatRegisterBundle(registerDelta({ version, digests }, taken, manifests));
}
