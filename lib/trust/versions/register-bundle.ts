import { RegisterBundle, type SignedFreshness, type SignedManifest } from "#proto";
import { TRUST_LIMITS } from "#runtime";
import { decodeExactly, encodeMessage } from "#wire";
import { openManifest } from "./manifest.ts";
import { entryDigest } from "./register-entry.ts";
import { type RegisterOutcome, registerRefused } from "./register-refusal.ts";
import type { TakenRegister } from "./register-state.ts";

/**
 * Reads a bundle: a file, a delta or the body of a REGISTER message (TP-REG-4). MALFORMED when it
 * is too large or not encoded as we do; what it says is judged by `takeRegister`.
 */
export function parseRegisterBundle(bytes: Uint8Array): RegisterOutcome<RegisterBundle> {
  if (bytes.length > TRUST_LIMITS.registerBytesMax) {
    const detail = `is over ${TRUST_LIMITS.registerBytesMax} bytes`;
    return registerRefused("MALFORMED", "bundle", detail);
  }
  const bundle = decodeExactly(RegisterBundle, bytes);
  if (bundle === undefined)
    return registerRefused("MALFORMED", "bundle", "is not encoded as we do");
  return { ok: true, value: bundle };
}

/** Writes a bundle. */
export function formatRegisterBundle(bundle: RegisterBundle): Uint8Array {
  return encodeMessage(RegisterBundle, bundle);
}

/** The whole register in force: what a newcomer with today's root keys takes. */
export function bundleOf(taken: TakenRegister): RegisterBundle {
  return {
    manifests: [taken.manifest.signed],
    entryDigests: digestsOf(taken),
    entries: taken.entries.map(({ bytes }) => bytes),
    freshness: taken.freshness,
  };
}

/**
 * What a client lacks that has an older register (TP-REG-4): the manifests after its own, which
 * `manifests` must hold, and the entries that changed. The same version: its freshness alone.
 */
export function registerDelta(
  from: { readonly version: bigint; readonly digests: Iterable<string> },
  to: TakenRegister,
  manifests: readonly SignedManifest[],
): RegisterBundle {
  const has = new Set(from.digests);
  const since = manifests.filter((signed) => {
    const opened = openManifest(signed);
    return opened.ok && opened.value.manifest.version > from.version;
  });
  return {
    manifests: since.length > 0 ? since : [to.manifest.signed],
    entryDigests: digestsOf(to),
    entries: to.entries.filter(({ digest }) => !has.has(digest)).map(({ bytes }) => bytes),
    freshness: to.freshness,
  };
}

/** A bundle of the version in force that says it is still the newest, and no more. */
export function freshnessBundle(taken: TakenRegister, freshness: SignedFreshness): RegisterBundle {
  return { manifests: [taken.manifest.signed], entryDigests: [], entries: [], freshness };
}

/** That word of the bytes of a register, to be handed on; undefined when nobody has said it. */
export function freshnessOf(bytes: Uint8Array): Uint8Array | undefined {
  const parsed = parseRegisterBundle(bytes);
  if (!parsed.ok || parsed.value.freshness === undefined) return undefined;
  const { freshness, manifests } = parsed.value;
  const last = manifests.slice(-1);
  return formatRegisterBundle({ manifests: last, entryDigests: [], entries: [], freshness });
}

/** A bundle with entries added that were fetched by their digests. */
export function withEntries(
  bundle: RegisterBundle,
  entries: readonly Uint8Array[],
): RegisterBundle {
  const has = new Set(bundle.entries.map(entryDigest));
  const more = entries.filter((bytes) => !has.has(entryDigest(bytes)));
  return { ...bundle, entries: [...bundle.entries, ...more] };
}

function digestsOf(taken: TakenRegister): Uint8Array[] {
  return taken.entries.map(({ digest }) => Buffer.from(digest, "hex"));
}
