import { randomUUID } from "node:crypto";
import { draftMessage } from "#post";
import { ExchangeStatus, Header, IndicatorLedger, Kind, Lane } from "#proto";
import type { SqlRow, Transaction } from "#runtime";
import { encodeMessage, sha256 } from "#wire";
import { store as monitor } from "../../services/regional-monitor/store.ts";
import { MONITOR } from "./made-feed.ts";
import { signedLedger } from "./signed-ledger.ts";

/** A message that was opened and judged, with a ledger of Niger in it. */
export function inboundLedger(changes: Partial<IndicatorLedger>, nowMs: number) {
  const messageId = randomUUID();
  const [kind, lane, status] = [Kind.INDICATOR_LEDGER, Lane.NORMAL, ExchangeStatus.ACTUAL];
  const header = Header.create({ messageId, kind, lane, status, sender: "NE" });
  const bytes = encodeMessage(Header, header);
  const ledger = encodeMessage(IndicatorLedger, signedLedger(changes));
  return {
    ...{ sender: "NE", messageId, kind, lane, conversationId: randomUUID(), header: bytes },
    ...{ headerDigest: sha256(bytes), recordedAtMs: nowMs, nowMs, exchangeStatus: status },
    ...{ signedBy: "ed25519:aa", envelope: bytes, evidence: null, place: null, checkpoint: null },
    verdict: { type: "take" as const, effect: { type: "ledger", ledger } },
    incidents: [],
  };
}

async function draft(
  tx: Transaction,
  { nowMs, recipient }: { readonly recipient: string; readonly nowMs: number },
): Promise<string> {
  const part = { name: "body", plaintext: new Uint8Array(8), schema: "made.up" } as const;
  const message = { kind: Kind.INDICATOR_LEDGER, conversationId: "", sender: MONITOR, nowMs };
  const parts = [{ ...part, retentionClass: "aggregate" }];
  return (await draftMessage(tx, { ...message, recipients: [recipient], parts })).messageId;
}

/** Rows of a query; what tests look at. */
async function look(tx: Transaction, { sql }: { readonly sql: string }): Promise<SqlRow[]> {
  return await tx.all(sql);
}

/** The store of a monitor, and what tests put into it. */
export const store = { ...monitor, procedures: { ...monitor.procedures, draft, look } };

/** Procedures of {@link store}. */
export type MonitorTestProcedures = typeof store.procedures;
