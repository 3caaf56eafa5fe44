import { type Refusal, refuse } from "#errors";
import { tellFate, tellFlag, tellGap } from "#participant-store";
import type { InboundRecord } from "#post";
import type { Transaction } from "#runtime";
import { keepLedger, type LedgerEffect } from "./ledger/ledger-record.ts";

/** What messages and receipts do here, inside the transaction that stores them. */
export const monitorHooks = {
  async onMessage(
    tx: Transaction,
    message: InboundRecord,
    effect: unknown,
  ): Promise<Refusal | undefined> {
    const { type } = effect as Partial<LedgerEffect>;
    if (type === "ledger") return await keepLedger(tx, message, effect as LedgerEffect);
    return refuse("SCHEMA_UNSUPPORTED", "header.kind", "not for a regional monitor");
  },
  onFate: tellFate,
  onFlag: tellFlag,
  onGap: tellGap,
};
