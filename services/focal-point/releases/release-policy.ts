import { DEFAULT_RELEASE_POLICY, type ReleasePolicy } from "#casework";
import type { SqlRow, Transaction } from "#runtime";

/** The policy in force, and who set it. */
export interface StoredPolicy {
  readonly policy: ReleasePolicy;
  /** Zero: that of the product. */
  readonly version: number;
  readonly actor: string;
  /** Empty when one person was enough. */
  readonly confirmedBy: string;
  readonly atMs: number;
}

/** The newest policy of this State (TP-ANS-2). */
export async function releasePolicy(tx: Transaction, _args: unknown): Promise<StoredPolicy> {
  const row = await tx.get<
    SqlRow & { version: number; policy: string; actor: string; confirmed_by: string; at: number }
  >("SELECT * FROM release_policy ORDER BY version DESC LIMIT 1");
  if (row === undefined) {
    const policy = DEFAULT_RELEASE_POLICY;
    return { policy, version: 0, actor: "", confirmedBy: "", atMs: 0 };
  }
  const { version, actor, confirmed_by: confirmedBy, at: atMs } = row;
  // A later version of the product may know more of them.
  const policy = { ...DEFAULT_RELEASE_POLICY, ...(JSON.parse(row.policy) as ReleasePolicy) };
  return { policy, version, actor, confirmedBy, atMs };
}

/** Writes a policy; those before stay as they were. */
export async function insertPolicy(
  tx: Transaction,
  args: Pick<StoredPolicy, "policy" | "actor" | "confirmedBy" | "atMs">,
): Promise<void> {
  await tx.run(
    `INSERT INTO release_policy (version, policy, actor, confirmed_by, at)
     VALUES ((SELECT coalesce(max(version), 0) + 1 FROM release_policy), ?, ?, ?, ?)`,
    JSON.stringify(args.policy),
    args.actor,
    args.confirmedBy,
    args.atMs,
  );
}
