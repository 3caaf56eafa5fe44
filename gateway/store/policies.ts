import type { Transaction } from "#runtime";
import { keepSigned, type SignedKept } from "./keep-signed.ts";
import { loadEvidence, type StoredEvidence } from "./recall.ts";

/** A version of the policy as it is kept. */
export interface KeptPolicy {
  readonly version: number;
  /** SHA-256 of the policy file. */
  readonly digest: Uint8Array;
  /** The file as signed. */
  readonly policy: Uint8Array;
}

/** The newest version that was taken; null before the first. */
export async function newestPolicy(tx: Transaction): Promise<KeptPolicy | null> {
  const row = await tx.get<{ version: number; digest: Uint8Array; policy: Uint8Array }>(
    "SELECT version, digest, policy FROM policies ORDER BY version DESC LIMIT 1",
  );
  return row ?? null;
}

/** One version with the proof that it was logged; null when it was never taken. */
export async function loadPolicyVersion(
  tx: Transaction,
  args: { readonly version: number },
): Promise<(KeptPolicy & { readonly evidence: StoredEvidence }) | null> {
  const row = await tx.get<{
    version: number;
    digest: Uint8Array;
    policy: Uint8Array;
    log_index: number;
  }>("SELECT version, digest, policy, log_index FROM policies WHERE version = ?", args.version);
  if (row === undefined) return null;
  const { log_index: index, ...kept } = row;
  // Its entry was the last one of the tree when it was logged.
  return { ...kept, evidence: await loadEvidence(tx, index, index + 1) };
}

/**
 * Keeps a version and enters it in the log, in one transaction (TP-POLICY-7): entries before it
 * were decided under the version before, those after it under this one.
 */
export async function keepPolicy(
  tx: Transaction,
  args: KeptPolicy & { readonly nowMs: number; readonly registerVersion: number },
): Promise<SignedKept> {
  return await keepSigned(tx, "policy", { ...args, bytes: args.policy });
}
