import { TracepostError } from "#errors";
import type { RootKeySet } from "#proto";
import { REGISTER_LIMITS } from "#runtime";
import {
  asRegisterBundle,
  CurrentRegister,
  draftSuccessor,
  formatRegisterBundle,
  freshnessBundle,
  loadSigningKey,
  type RegisterView,
  type SigningKeyPair,
  signFreshness,
  signManifest,
  standingNotice,
  type VerifiedRegister,
} from "#trust";
import type { ExchangePaths } from "../folder/exchange-paths.ts";
import { isThere } from "../folder/root-keys.ts";
import { reconciledVersion } from "../reconcile/reconciled-version.ts";

/** A version that was signed with the keys of a folder (TP-REG-15). */
export interface SignedHere {
  readonly bytes: Uint8Array;
  /** What was done, as a person reads it. */
  readonly said: string;
}

/** Whether a version is to be followed by the next one now (TP-REG-3). */
export function isDue({ expiresAtMs }: Pick<RegisterView, "expiresAtMs">, nowMs: number): boolean {
  return expiresAtMs - nowMs <= REGISTER_LIMITS.renewalWarningMs;
}

/** The countdown of a version that is due, and what to do. */
export function countdown({ state, view }: VerifiedRegister, nowMs: number): string {
  const current = new CurrentRegister(view, state?.taken?.freshAtMs);
  const { remedy = "", what = "" } = standingNotice(current.standing(nowMs), nowMs) ?? {};
  return `${what} ${remedy}`;
}

/**
 * The next version, with the same content, signed with root keys that lie in the folder; undefined
 * where fewer lie there, unprotected, than have to sign, or the version was signed as a whole.
 * Nothing follows a version that is older than the one NATS follows: whoever hands that out would
 * have undone what came since, and there would be two of the next version.
 */
export async function signNextHere(
  paths: ExchangePaths,
  { bytes, state, view }: VerifiedRegister,
  nowMs: number,
): Promise<SignedHere | undefined> {
  const bundle = asRegisterBundle(bytes);
  if (bundle === undefined || state === undefined) return undefined;
  if (view.version < (await reconciledVersion(paths))) return undefined;
  const { roots } = state;
  const signers = (await rootKeysHere(paths, roots)).slice(0, roots.threshold);
  if (signers.length < roots.threshold) return undefined;
  const drafted = draftSuccessor(bundle, {}, nowMs);
  const manifests = drafted.ok ? drafted.value.manifests : [];
  const draft = manifests.at(-1);
  if (!drafted.ok || draft === undefined) return undefined;
  const signed = signers.reduce(signManifest, draft);
  const next = { ...drafted.value, manifests: [...manifests.slice(0, -1), signed] };
  const end = new Date(view.expiresAtMs).toISOString();
  const said =
    `Register version ${view.version + 1n}, with the same content, was signed with ` +
    `${signers.length} root keys that lie in this folder: version ${view.version} ends at ${end}. ` +
    "In earnest these keys lie elsewhere, and their holders sign each week.";
  return { bytes: formatRegisterBundle(next), said };
}

/** Root keys of a version that lie in the folder and need no passphrase. */
async function rootKeysHere(
  paths: ExchangePaths,
  { keys }: RootKeySet,
): Promise<readonly SigningKeyPair[]> {
  const found = await Promise.all(paths.exchange.rootKeys.map(loadIfUsable));
  const ids = new Set(keys.map(({ keyId }) => keyId));
  return found.filter((key) => key !== undefined).filter(({ keyId }) => ids.has(keyId));
}

/**
 * A word that a version is the newest (TP-REG-3), signed with the freshness key of the folder, when
 * half of the time is over that the one before counts; undefined earlier, and without such a key.
 */
export async function freshenHere(
  paths: ExchangePaths,
  { state }: VerifiedRegister,
  nowMs: number,
): Promise<Uint8Array | undefined> {
  const taken = state?.taken;
  if (taken === undefined) return undefined;
  if (nowMs - taken.freshAtMs < REGISTER_LIMITS.freshnessLifeMs / 2) return undefined;
  const key = await loadIfUsable(paths.exchange.freshnessKey);
  const isNamed = taken.manifest.manifest.freshnessKeys.some(({ keyId }) => keyId === key?.keyId);
  if (key === undefined || !isNamed) return undefined;
  const word = signFreshness(taken.manifest, key, nowMs);
  return formatRegisterBundle(freshnessBundle(taken, word));
}

/** Undefined for a key that is absent, under a passphrase or open to others: it signs nothing. */
async function loadIfUsable(file: string): Promise<SigningKeyPair | undefined> {
  if (!(await isThere(file))) return undefined;
  return await loadSigningKey(file).catch((caught: unknown) => {
    if (TracepostError.from(caught).code === "KEY_FILE") return undefined;
    throw caught;
  });
}
