import { ALERT_DAYS, ALERT_KIND } from "#alerts";
import { dayKind, type HeldFacts, OWN_DAYS, POST_KIND, type RecordKinds } from "#participant-store";
import type { Transaction } from "#runtime";
import { heldFactsOf } from "../persons/person-holds.ts";
import { findBlock } from "../persons/person-record.ts";
import { CASE_KIND } from "./case-kind.ts";

/** Who did what to personal data: a case under a hold holds the lines about it. */
const ACCESSES = dayKind({
  table: "person_access",
  at: "at",
  id: "position",
  async messages(tx: Transaction, { fromMs, toMs }) {
    const blocks = await tx.all<{ block_id: string }>(
      "SELECT DISTINCT block_id FROM person_access WHERE at >= ? AND at < ?",
      fromMs,
      toMs,
    );
    const facts: HeldFacts[] = [];
    for (const { block_id: blockId } of blocks) {
      const block = await findBlock(tx, blockId);
      if (block !== undefined) facts.push(...(await heldFactsOf(tx, block)));
    }
    return facts;
  },
});

/** What a focal point keeps by the schedule; of a conversation the first that knows it counts. */
export const FOCAL_POINT_KINDS: RecordKinds = {
  conversation: [CASE_KIND, ALERT_KIND, POST_KIND],
  days: new Map([...OWN_DAYS, ...ALERT_DAYS, ["person_access", ACCESSES]]),
};
