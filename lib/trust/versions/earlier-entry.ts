import type { Participant, RegisterBundle } from "#proto";
import { believedRegister } from "./believed-register.ts";
import { isSameManifest, type OpenedManifest, openManifest } from "./manifest.ts";
import type { RegisterOutcome } from "./register-refusal.ts";
import { registerRefused } from "./register-refusal.ts";
import { resolveEntries } from "./resolve-entries.ts";

/** What a version that was passed over said of a participant. */
export interface EarlierEntry {
  /** With the keys of its own statement; undefined: it was not in there. */
  readonly participant: Participant | undefined;
  /** Identity key it gave; undefined likewise. */
  readonly identityKeyId: string | undefined;
}

/**
 * The entry of a participant in a version that is not in force here (TP-REG-16). `signed` is that
 * version's manifest as the chain has it that was followed: whoever brings the entries is not
 * believed. FORK for another manifest, else the refusals of an entry.
 */
export function earlierEntry(
  signed: OpenedManifest,
  bundle: RegisterBundle,
  id: string,
): RegisterOutcome<EarlierEntry> {
  const last = bundle.manifests.at(-1);
  const brought = last === undefined ? undefined : openManifest(last);
  if (brought?.ok !== true || !isSameManifest(brought.value, signed)) {
    return registerRefused("FORK", "manifest", `is another version ${signed.manifest.version}`);
  }
  const entries = resolveEntries(signed, bundle, []);
  if (!entries.ok) return entries;
  const own = entries.value.filter(({ participant }) => participant.id === id);
  const [participant] = believedRegister(signed, own, new Map()).participants;
  return { ok: true, value: { participant, identityKeyId: own[0]?.statement.identityKey.keyId } };
}
