import { EntryKind } from "#proto";
import type { Transaction } from "#runtime";
import { equalBytes } from "#wire";
import { logDigest } from "./log-statements.ts";
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

/** What came of a version that was to be kept. */
export type PolicyKept =
  | { readonly type: "kept"; readonly size: number; readonly rootHash: Uint8Array }
  | { readonly type: "known" }
  /** Not higher than what is kept, or another policy of the same version. */
  | { readonly type: "lower" };

/**
 * Keeps a version and enters it in the log, in one transaction (TP-POLICY-7): entries before it
 * were decided under the version before, those after it under this one.
 */
export async function keepPolicy(
  tx: Transaction,
  args: KeptPolicy & { readonly nowMs: number; readonly registerVersion: number },
): Promise<PolicyKept> {
  const { version, digest, policy, nowMs, registerVersion } = args;
  const newest = await newestPolicy(tx);
  if (newest !== null && version <= newest.version) {
    const isKnown = version === newest.version && equalBytes(digest, newest.digest);
    return { type: isKnown ? "known" : "lower" };
  }
  const place = { nowMs, registerVersion, policyVersion: version };
  const about = { kind: EntryKind.POLICY_CHANGE, sender: "", digest };
  const log = await logDigest(tx, { ...about, ...place });
  await tx.run(
    "INSERT INTO policies (version, digest, policy, log_index, taken_at) VALUES (?, ?, ?, ?, ?)",
    version,
    digest,
    policy,
    log.firstIndex,
    log.recordedAtMs,
  );
  return { type: "kept", size: log.size, rootHash: log.rootHash };
}
