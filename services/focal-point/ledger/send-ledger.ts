import { randomBytes } from "node:crypto";
import { v5 } from "uuid";
import { TracepostError } from "#errors";
import type { MessageDraft } from "#post";
import { type ExchangeStatus, IndicatorLedger, Kind, RecoveryKind } from "#proto";
import { canonicalJson, doOnce, type RepeatKey } from "#repeats";
import { calendarDateOf, newMessageId, type SqlRow, type Transaction } from "#runtime";
import { checkIndicatorLedger } from "#statistics";
import { toTimestamp } from "#wire";
import {
  type Clearance,
  draftCleared,
  holdForSecondPerson,
  type NotAlone,
} from "../releases/hold.ts";
import { type LedgerFigures, ledgerFigures } from "./ledger-figures.ts";

/** A ledger as an officer proposes it to a body. */
export interface LedgerToSend {
  readonly year: number;
  /** Code of the body, such as ECOWAS. */
  readonly body: string;
  /** Participant that stands for it. */
  readonly monitor: string;
  readonly status: ExchangeStatus;
  readonly self: { readonly participant: string; readonly state: string };
  readonly actor: string;
  readonly nowMs: number;
  /** As they were proposed; absent before. */
  readonly figures?: LedgerFigures;
}

/** What became of it. */
export type LedgerSent =
  | { readonly type: "sent"; readonly messageId: string; readonly vintage: number }
  /** What it was counted from has changed since. */
  | { readonly type: "stale"; readonly detail: string }
  | NotAlone;

/** Namespace of the conversations of ledgers, made once for this purpose. */
const NAMESPACE = "6f0d5c34-9a55-4f7b-8a43-2f2f0f6c1b7e";

/** The conversation of a State, body, year and status, always the same (TP-LEDG-9). */
function conversationOf({ body, self, status, year }: LedgerToSend): string {
  return v5(`${self.state} ${body} ${year} ${status}`, NAMESPACE);
}

/**
 * Proposes the ledger of a year as of today, or sends one that a second person has confirmed
 * (TP-LEDG-8, TP-LEDG-9). A proposal freezes its figures; where they are others by now, nothing is
 * sent.
 */
export async function sendLedger(
  tx: Transaction,
  args: LedgerToSend,
  given?: {
    readonly clearance: Clearance;
    readonly proposedAtMs: number;
    readonly approvedBy: string;
  },
): Promise<LedgerSent> {
  const { actor, monitor: peer, nowMs, year } = args;
  const now = await ledgerFigures(tx, { year, asOf: calendarDateOf(nowMs) });
  const figures = args.figures ?? now;
  const caseId = conversationOf(args);
  if (given === undefined) {
    const draft = draftOf(args, IndicatorLedger.encode(ledgerOf(args, figures, [], 1)).finish());
    const hold = {
      action: "ledger",
      args: { ...args, figures },
      draft,
      caseId,
      peer,
      actor,
      nowMs,
    };
    const held = await holdForSecondPerson(tx, hold);
    if (held.type === "cleared" || held.type === "officer") {
      throw new TracepostError("INTERNAL", "a ledger would leave with one person");
    }
    return held;
  }
  if (countedIn(now) !== countedIn(figures)) {
    const detail = "what it was counted from has changed: decline it, and propose it again";
    return { type: "stale", detail };
  }
  const officers = [
    { officerRef: await officerRefOf(tx, actor), at: toTimestamp(given.proposedAtMs) },
    { officerRef: await officerRefOf(tx, given.approvedBy), at: toTimestamp(nowMs) },
  ];
  const vintage = await nextVintage(tx, args);
  const ledger = ledgerOf(args, figures, officers, vintage);
  const [problem] = checkIndicatorLedger(ledger, { senderState: args.self.state, atMs: nowMs });
  if (problem !== undefined) {
    return { type: "stale", detail: `its ${problem.field} ${problem.rule}` };
  }
  const body = IndicatorLedger.encode(ledger).finish();
  const { messageId } = await draftCleared(tx, draftOf(args, body), given.clearance);
  await tx.run(
    `INSERT INTO ledger_vintage (year, body, monitor, status, vintage, message_id, conversation_id,
       as_of, ledger, proposed_by, approved_by, sent_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    year,
    args.body,
    peer,
    args.status,
    vintage,
    messageId,
    caseId,
    figures.asOf,
    body,
    actor,
    given.approvedBy,
    nowMs,
  );
  return { type: "sent", messageId, vintage };
}

/** The same for a caller who may ask again (TP-API-18). */
export async function proposeLedger(
  tx: Transaction,
  args: LedgerToSend & { readonly repeat: RepeatKey | undefined },
) {
  const { nowMs, repeat, ...rest } = args;
  return await doOnce(tx, { repeat, made: "held", nowMs }, () =>
    sendLedger(tx, { ...rest, nowMs }),
  );
}

function draftOf(args: LedgerToSend, plaintext: Uint8Array): MessageDraft {
  const { monitor, nowMs, self, status } = args;
  const schema = "tracepost.v1.IndicatorLedger";
  return {
    messageId: newMessageId(nowMs),
    sender: self.participant,
    recipients: [monitor],
    kind: Kind.INDICATOR_LEDGER,
    conversationId: conversationOf(args),
    status,
    nowMs,
    parts: [{ name: "body", plaintext, schema, retentionClass: "aggregate" }],
  };
}

/** What of figures leaves, as a text to compare: not the day they were counted on. */
function countedIn(figures: LedgerFigures): string {
  const { lines, methodNote, monthsReported, national, offExchangeTraces } = figures;
  return canonicalJson({ lines, methodNote, monthsReported, national, offExchangeTraces });
}

function ledgerOf(
  { self, year }: LedgerToSend,
  figures: LedgerFigures,
  signOffs: IndicatorLedger["signOffs"],
  vintage: number,
): IndicatorLedger {
  return IndicatorLedger.create({
    state: self.state,
    year,
    vintage,
    asOf: figures.asOf,
    lines: figures.lines.map(({ arms, byAuthority, byTrace, marking, recovered, type }) => ({
      recovery: RecoveryKind[recovered],
      type,
      marking,
      arms: BigInt(arms),
      establishedByTrace: BigInt(byTrace),
      establishedByAuthority: BigInt(byAuthority),
    })),
    signOffs,
    offExchangeTraces: BigInt(figures.offExchangeTraces),
    methodNote: figures.methodNote,
    national: figures.national.map(({ code, title, unit = "", value }) => {
      return value === undefined ? { code, title, unit } : { code, title, unit, value };
    }),
    monthsReported: [...figures.monthsReported],
  });
}

async function nextVintage(tx: Transaction, { body, status, year }: LedgerToSend): Promise<number> {
  const row = await tx.get<{ vintage: number | null }>(
    "SELECT max(vintage) AS vintage FROM ledger_vintage WHERE year = ? AND body = ? AND status = ?",
    year,
    body,
    status,
  );
  return (row?.vintage ?? 0) + 1;
}

/** By what a body knows an officer: always the same, and nothing of the name is in it. */
async function officerRefOf(tx: Transaction, userId: string): Promise<string> {
  await tx.run(
    "INSERT INTO ledger_officer (user_id, officer_ref) VALUES (?, ?) ON CONFLICT DO NOTHING",
    userId,
    `officer-${randomBytes(6).toString("hex")}`,
  );
  const row = await tx.get<{ officer_ref: string }>(
    "SELECT officer_ref FROM ledger_officer WHERE user_id = ?",
    userId,
  );
  return row?.officer_ref ?? "";
}

/** A ledger that has left. */
export interface SentLedger {
  readonly position: number;
  readonly year: number;
  readonly body: string;
  readonly monitor: string;
  readonly status: ExchangeStatus;
  readonly vintage: number;
  readonly messageId: string;
  readonly asOf: string;
  readonly ledger: IndicatorLedger;
  readonly proposedBy: string;
  readonly approvedBy: string;
  readonly sentAtMs: number;
  /** Empty while it is under way. */
  readonly fate: string;
  readonly code: string;
  readonly fateAtMs: number | null;
}

interface VintageRow extends SqlRow {
  position: number;
  year: number;
  body: string;
  monitor: string;
  status: ExchangeStatus;
  vintage: number;
  message_id: string;
  as_of: string;
  ledger: Uint8Array;
  proposed_by: string;
  approved_by: string;
  sent_at: number;
  fate: string;
  code: string;
  fate_at: number | null;
}

/** Ledgers that have left, the newest first. */
export async function listLedgers(
  tx: Transaction,
  { before, limit }: { readonly before: number; readonly limit: number },
): Promise<SentLedger[]> {
  const rows = await tx.all<VintageRow>(
    "SELECT * FROM ledger_vintage WHERE position < ? ORDER BY position DESC LIMIT ?",
    before,
    limit,
  );
  return rows.map((row) => ({
    position: row.position,
    year: row.year,
    body: row.body,
    monitor: row.monitor,
    status: row.status,
    vintage: row.vintage,
    messageId: row.message_id,
    asOf: row.as_of,
    ledger: IndicatorLedger.decode(row.ledger),
    proposedBy: row.proposed_by,
    approvedBy: row.approved_by,
    sentAtMs: row.sent_at,
    fate: row.fate,
    code: row.code,
    fateAtMs: row.fate_at,
  }));
}
