import { TracepostError } from "#errors";
import { EntryKind, RefusalCode } from "#proto";
import { GATEWAY_LIMITS, type SqlRow, type Transaction } from "#runtime";
import { logStatements } from "./log-statements.ts";
import { setOutcome } from "./quarantine.ts";
import { loadUsage } from "./quarantine-bounds.ts";
import type { ItemRow, ItemState } from "./quarantine-item.ts";

/** What a person decides about an item. */
export type DecisionKind = "released" | "rejected";

/** A decision as it was made. */
export interface Decision {
  readonly decision: DecisionKind;
  /** User id. */
  readonly actor: string;
  readonly reason: string;
  readonly decidedAtMs: number;
  /** What the item was refused for then. */
  readonly code: RefusalCode;
  /** Its entry in the log. */
  readonly logIndex: number;
}

/** What became of a wish to decide. */
export type DecisionResult =
  | {
      readonly type: "decided";
      readonly made: Decision;
      /** False: it had been decided so before, and nothing was changed. */
      readonly isNew: boolean;
      readonly head: { readonly size: number; readonly rootHash: Uint8Array } | undefined;
    }
  | { readonly type: "unknown" }
  /** Somebody decided otherwise (TP-OPS-8). */
  | { readonly type: "decided-otherwise"; readonly made: Decision }
  /** A later copy was proven: there is nothing to decide. */
  | { readonly type: "settled" }
  /** The participant's rejected items are at their bound (TP-OPS-7). */
  | { readonly type: "too-many" };

/**
 * Decides about a held item (TP-OPS-6 to TP-OPS-8): log entry, decision and state in one
 * transaction. What is asked for twice is decided once.
 */
export async function decideItem(
  tx: Transaction,
  args: {
    readonly id: number;
    readonly decision: DecisionKind;
    readonly actor: string;
    readonly reason: string;
    readonly receiptId: string;
    readonly registerVersion: number;
    readonly nowMs: number;
  },
): Promise<DecisionResult> {
  const { id, decision, registerVersion, nowMs } = args;
  const item = await tx.get<ItemRow>("SELECT * FROM quarantine WHERE id = ?", id);
  if (item === undefined) return { type: "unknown" };
  if (item.state === "settled") return { type: "settled" };
  if (item.state !== "held") return await answerDecided(tx, id, item.state, decision);
  const usage = await loadUsage(tx, item.participant);
  const isFull = (usage?.rejected ?? 0) >= GATEWAY_LIMITS.quarantineRejectedMax;
  if (decision === "rejected" && isFull) return { type: "too-many" };
  const isRelease = decision === "released";
  const statement = {
    kind: isRelease ? EntryKind.QUARANTINE_RELEASE : EntryKind.REFUSAL,
    sender: item.participant,
    messageId: item.message_id,
    headerDigest: item.message_id === "" ? item.digest : item.header_digest,
    code: isRelease ? item.code : RefusalCode.REFUSED_BY_OPERATOR,
    field: isRelease ? item.field : "",
  };
  const log = await logStatements(tx, { nowMs, registerVersion, statements: [statement] });
  const index = log.firstIndex;
  if (isRelease) {
    await tx.run("UPDATE quarantine SET state = 'released', binds = 0 WHERE id = ?", id);
  } else {
    const { code, field } = statement;
    const outcome = { code, field, receiptId: args.receiptId, state: "rejected" } as const;
    await setOutcome(tx, id, outcome, { log, index, registerVersion });
  }
  const made: Decision = {
    decision,
    actor: args.actor,
    reason: args.reason,
    decidedAtMs: log.recordedAtMs,
    code: item.code,
    logIndex: index,
  };
  await keepDecision(tx, item, made);
  const head = { size: log.size, rootHash: log.rootHash };
  return { type: "decided", made, isNew: true, head };
}

async function answerDecided(
  tx: Transaction,
  id: number,
  state: ItemState,
  wanted: DecisionKind,
): Promise<DecisionResult> {
  const [made] = await decisionsOf(tx, id);
  if (made === undefined) {
    throw new TracepostError("STORE", `item ${id} is ${state} and nobody decided it`);
  }
  if (state !== wanted) return { type: "decided-otherwise", made };
  return { type: "decided", made, isNew: false, head: undefined };
}

async function keepDecision(tx: Transaction, item: ItemRow, made: Decision): Promise<void> {
  await tx.run(
    `INSERT INTO quarantine_decision
       (item, participant, digest, code, decision, actor, reason, decided_at, log_index)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    item.id,
    item.participant,
    item.digest,
    made.code,
    made.decision,
    made.actor,
    made.reason,
    made.decidedAtMs,
    made.logIndex,
  );
}

interface DecisionRow extends SqlRow {
  decision: DecisionKind;
  actor: string;
  reason: string;
  decided_at: number;
  code: RefusalCode;
  log_index: number;
}

/** Decisions about an item, the newest first. */
export async function decisionsOf(tx: Transaction, item: number): Promise<Decision[]> {
  const rows = await tx.all<DecisionRow>(
    "SELECT * FROM quarantine_decision WHERE item = ? ORDER BY id DESC LIMIT ?",
    item,
    DECISIONS_SHOWN_MAX,
  );
  return rows.map((row) => ({
    decision: row.decision,
    actor: row.actor,
    reason: row.reason,
    decidedAtMs: row.decided_at,
    code: row.code,
    logIndex: row.log_index,
  }));
}

/** An item is released once for each time it fails again; a person tires before. */
const DECISIONS_SHOWN_MAX = 100;
