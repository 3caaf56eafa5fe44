import type { PostHooks } from "#post";
import { Kind } from "#proto";

/** Notes what became of a ledger that has left, in the transaction of its receipt (TP-LEDG-9). */
export function withLedgerFates(inner: PostHooks): PostHooks {
  return {
    ...inner,
    async onFate(tx, fate) {
      await inner.onFate(tx, fate);
      if (fate.kind !== Kind.INDICATOR_LEDGER) return;
      await tx.run(
        `UPDATE ledger_vintage SET fate = ?, code = ?, fate_at = ?
         WHERE message_id = ? AND fate <> 'delivered'`,
        fate.fate,
        fate.code ?? "",
        fate.nowMs,
        fate.messageId,
      );
    },
  };
}
