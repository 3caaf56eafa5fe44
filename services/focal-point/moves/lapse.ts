import { MOVE_LIMITS, type Transaction } from "#runtime";
import { EXCHANGE_ACTOR } from "#users";
import { findCase } from "../cases/case-record.ts";
import { movesOf } from "./move-record.ts";
import { standAnew, standingOf } from "./stand-anew.ts";

/**
 * Closes cases whose information never came, on both sides by the same dates (TP-MOVE-8). Gives how
 * many were looked at.
 */
export async function lapseCases(
  tx: Transaction,
  { limit, nowMs }: { readonly nowMs: number; readonly limit: number },
): Promise<number> {
  const rows = await tx.all<{ case_id: string }>(
    `SELECT case_id FROM trace_case WHERE state = 'INFORMATION_REQUESTED' AND updated_at <= ?
     ORDER BY updated_at LIMIT ?`,
    nowMs - MOVE_LIMITS.informationWaitMs,
    limit,
  );
  for (const { case_id: caseId } of rows) {
    const known = await findCase(tx, caseId);
    if (known === undefined) continue;
    const { state } = standingOf(known, await movesOf(tx, caseId), nowMs);
    if (state === known.state) continue;
    const event = "no information came in time";
    const actor = EXCHANGE_ACTOR;
    await standAnew(tx, known, { event, messageId: "", actor, nowMs });
  }
  return rows.length;
}
