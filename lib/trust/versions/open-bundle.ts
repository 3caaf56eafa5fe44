import type { KeyObject } from "node:crypto";
import type { RegisterBundle, RootKeySet } from "#proto";
import { keyIdOf, rawPublicKey } from "../keys.ts";
import { majority } from "../root-signatures.ts";
import { followManifests } from "./follow-manifests.ts";
import { openFreshness } from "./freshness.ts";
import { isSameManifest } from "./manifest.ts";
import { parseRegisterBundle } from "./register-bundle.ts";
import type { RegisterOutcome } from "./register-refusal.ts";
import { firstState, type RegisterState } from "./register-state.ts";
import { resolveEntries } from "./resolve-entries.ts";
import { freshenedBy, putInForce, type TakenState } from "./take-register.ts";

/** The bundle that bytes are; undefined for a register that was signed as a whole. */
export function asRegisterBundle(bytes: Uint8Array): RegisterBundle | undefined {
  const parsed = parseRegisterBundle(bytes);
  if (!parsed.ok) return undefined;
  return parsed.value.manifests.some(({ manifest }) => manifest.length > 0)
    ? parsed.value
    : undefined;
}

/**
 * Root keys that were given by hand, before any register says how many of them must sign: the
 * majority (TP-REG-2). The manifest's own threshold must be met besides. They lie nowhere known.
 */
export function givenRoots(publicKeys: readonly KeyObject[]): RootKeySet {
  const keys = publicKeys.map((key) => {
    const publicKey = rawPublicKey(key);
    return { keyId: keyIdOf(publicKey), publicKey, state: "ZZ" };
  });
  return { threshold: majority(keys.length), keys };
}

/** Opens a bundle as a newcomer does, whatever the time is; see {@link openBundleFor}. */
export function openBundle(bundle: RegisterBundle, roots: RootKeySet): RegisterOutcome<TakenState> {
  return openBundleFor(firstState(roots), bundle);
}

/** Opens a bundle by what is pinned, as `takeRegister` does, but judges no time. */
export function openBundleFor(
  state: RegisterState,
  bundle: RegisterBundle,
): RegisterOutcome<TakenState> {
  const { roots, taken: before } = state;
  const followed = followManifests({ roots, manifest: before?.manifest }, bundle.manifests);
  if (!followed.ok) return followed;
  const entries = resolveEntries(followed.value, bundle, before?.entries ?? []);
  if (!entries.ok) return entries;
  const inForce = putInForce(state, followed.value, entries.value);
  if (!inForce.ok) return inForce;
  if (before !== undefined && isSameManifest(before.manifest, followed.value)) {
    const taken = freshenedBy(inForce.value.taken, before.freshness, before.freshAtMs);
    return freshened({ ...inForce.value, taken }, bundle);
  }
  return freshened(inForce.value, bundle);
}

function freshened(state: TakenState, bundle: RegisterBundle): RegisterOutcome<TakenState> {
  if (bundle.freshness === undefined) return { ok: true, value: state };
  // It is judged by the time when it is offered; here it is read back.
  const { manifest } = state.taken;
  const freshAtMs = openFreshness(bundle.freshness, manifest, Number.POSITIVE_INFINITY);
  if (!freshAtMs.ok) return freshAtMs;
  const taken = freshenedBy(state.taken, bundle.freshness, freshAtMs.value);
  return { ok: true, value: { ...state, taken } };
}
