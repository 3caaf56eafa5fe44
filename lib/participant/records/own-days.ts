import type { Transaction } from "#runtime";
import { dayKind } from "./day-kind.ts";
import { postDayKind } from "./post-kind.ts";
import type { RecordKind } from "./record-kind.ts";

/** Who did what with records: acts about a hold stay as long as it covers, as at the gateway. */
const ACTS = dayKind({
  table: "record_act",
  at: "at",
  id: "id",
  async isHeld(tx: Transaction, { fromMs, toMs }) {
    const row = await tx.get(
      `SELECT 1 FROM hold h JOIN record_act a ON a.subject = 'hold ' || h.id
       WHERE h.covers = 1 AND a.at >= ? AND a.at < ? LIMIT 1`,
      fromMs,
      toMs,
    );
    return row !== undefined;
  },
});

/** What every participant keeps day by day: messages of no case, and who did what with records. */
export const OWN_DAYS: readonly (readonly [string, RecordKind])[] = [
  ["post_inbox", postDayKind(false)],
  ["post_outbox", postDayKind(true)],
  ["record_act", ACTS],
];
