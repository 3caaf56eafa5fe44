import { isLooserPolicy, type ReleasePolicy } from "#casework";
import type { Transaction } from "#runtime";
import { keepPending, type NotAlone } from "./hold.ts";
import { insertPolicy, releasePolicy } from "./release-policy.ts";

/** What became of a policy. */
export type PolicySet = { readonly type: "set" } | NotAlone;

/** Sets the policy of this State; a looser one waits for a second person (TP-ANS-2). */
export async function setReleasePolicy(
  tx: Transaction,
  args: { readonly policy: ReleasePolicy; readonly actor: string; readonly nowMs: number },
): Promise<PolicySet> {
  const { policy, actor, nowMs } = args;
  const { policy: now } = await releasePolicy(tx, undefined);
  if (isLooserPolicy(policy, now)) {
    const waiting = { action: "policy", args: policy, caseId: "", peer: "", actor, nowMs };
    return await keepPending(tx, waiting, ["LOOSER_POLICY"]);
  }
  await insertPolicy(tx, { policy, actor, confirmedBy: "", atMs: nowMs });
  return { type: "set" };
}
