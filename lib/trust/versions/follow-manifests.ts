import { RootKeySet, type SignedManifest } from "#proto";
import { REGISTER_LIMITS } from "#runtime";
import { encodeMessage, equalBytes } from "#wire";
import { followSuccession } from "./log-succession.ts";
import { isSameManifest, type OpenedManifest, openManifest } from "./manifest.ts";
import { type RegisterOutcome, registerRefused } from "./register-refusal.ts";
import { meetsThreshold } from "./root-signatures.ts";

/** What a chain of manifests is followed from. */
export interface ManifestAnchor {
  readonly roots: RootKeySet;
  /** The manifest in force; undefined: the first of the chain is taken on its signatures alone. */
  readonly manifest: OpenedManifest | undefined;
}

/**
 * Follows manifests from the one in force to the last (TP-REG-2, TP-REG-5): each the next version,
 * naming the digest of the one before, signed by the threshold of the roots before it and, when it
 * brings other roots, by the threshold of those too. Gives the last one, or MALFORMED, ROLLBACK,
 * FORK, GAP or THRESHOLD. Manifests up to the version in force are looked at for a fork only.
 */
export function followManifests(
  anchor: ManifestAnchor,
  manifests: readonly SignedManifest[],
): RegisterOutcome<OpenedManifest> {
  const opened = openAll(manifests);
  if (!opened.ok) return opened;
  const chain = opened.value;
  const last = chain.at(-1) as OpenedManifest;
  const inForce = anchor.manifest?.manifest.version ?? 0n;
  if (last.manifest.version < inForce) {
    const detail = `is ${last.manifest.version}; ${inForce} is in force here`;
    return registerRefused("ROLLBACK", "manifest.version", detail);
  }
  const same = chain.find(({ manifest }) => manifest.version === inForce);
  if (same !== undefined && anchor.manifest && !isSameManifest(same, anchor.manifest)) {
    return meetsThreshold(same.signed, anchor.roots)
      ? registerRefused("FORK", "manifest", `is another version ${inForce} than the one here`)
      : registerRefused(
          "THRESHOLD",
          "manifest",
          `of version ${inForce} is not signed by the roots`,
        );
  }
  const rest = chain.filter(({ manifest }) => manifest.version > inForce);
  return followEach(anchor, rest, last);
}

function openAll(manifests: readonly SignedManifest[]): RegisterOutcome<readonly OpenedManifest[]> {
  const { manifestsMax } = REGISTER_LIMITS;
  if (manifests.length === 0 || manifests.length > manifestsMax) {
    return registerRefused("MALFORMED", "manifests", `are none, or over ${manifestsMax}`);
  }
  const opened: OpenedManifest[] = [];
  for (const signed of manifests) {
    const manifest = openManifest(signed);
    if (!manifest.ok) return manifest;
    const before = opened.at(-1)?.manifest.version;
    if (before !== undefined && manifest.value.manifest.version !== before + 1n) {
      return registerRefused("MALFORMED", "manifests", `do not follow each other after ${before}`);
    }
    opened.push(manifest.value);
  }
  return { ok: true, value: opened };
}

function followEach(
  anchor: ManifestAnchor,
  chain: readonly OpenedManifest[],
  last: OpenedManifest,
): RegisterOutcome<OpenedManifest> {
  let { manifest: before, roots } = anchor;
  for (const next of chain) {
    const { version } = next.manifest;
    const nextRoots = next.roots;
    if (before !== undefined && version !== before.manifest.version + 1n) {
      const detail = `begin at ${version}; ${before.manifest.version} is in force here`;
      return registerRefused("GAP", "manifests", detail);
    }
    const isSigned = meetsThreshold(next.signed, roots) && meetsThreshold(next.signed, nextRoots);
    if (!isSigned) {
      const who = isSameRoots(roots, nextRoots)
        ? "the root keys"
        : "both the old and new root keys";
      const detail = `of version ${version} is not signed by enough of ${who}`;
      return registerRefused("THRESHOLD", "manifest", detail);
    }
    if (before !== undefined && !equalBytes(next.manifest.previousSha256, before.digest)) {
      const detail = `of version ${version} follows another version ${before.manifest.version}`;
      return registerRefused("FORK", "manifest.previous_sha256", detail);
    }
    const named = before && followSuccession(before.manifest, next.manifest, roots);
    if (named?.ok === false) return named;
    before = next;
    roots = nextRoots;
  }
  return { ok: true, value: last };
}

function isSameRoots(left: RootKeySet, right: RootKeySet): boolean {
  return equalBytes(encodeMessage(RootKeySet, left), encodeMessage(RootKeySet, right));
}
