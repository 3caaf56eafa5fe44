import { type AcknowledgeRules, isLooserRules } from "#casework";
import type { Transaction } from "#runtime";
import { keepPending, type NotAlone } from "../releases/hold.ts";
import { acknowledgeRules, insertRules } from "./rule-record.ts";

/** What became of rules. */
export type RulesSet = { readonly type: "set" } | NotAlone;

/** Sets the rules that acknowledge; looser ones wait for a second person (TP-ANS-13). */
export async function setAcknowledgeRules(
  tx: Transaction,
  args: { readonly rules: AcknowledgeRules; readonly actor: string; readonly nowMs: number },
): Promise<RulesSet> {
  const { rules, actor, nowMs } = args;
  const { rules: now } = await acknowledgeRules(tx, undefined);
  if (isLooserRules(rules, now)) {
    const waiting = { action: "acknowledging", args: rules, caseId: "", peer: "", actor, nowMs };
    return await keepPending(tx, waiting, ["LOOSER_POLICY"]);
  }
  await insertRules(tx, { rules, actor, confirmedBy: "", atMs: nowMs });
  return { type: "set" };
}
