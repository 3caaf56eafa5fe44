import { randomBytes } from "node:crypto";
import { type AppendedEntries, appendLogEntries, loadLogHead } from "#message-log";
import { EntryKind, Envelope, Header, Kind, LogEntry, ReceiptType, RefusalCode } from "#proto";
import { classifyMessage } from "#records";
import type { BodyGroup, Transaction } from "#runtime";
import { encodeMessage, equalBytes, refusalCodeOf, signaturesDigest, toTimestamp } from "#wire";
import {
  type Consequence,
  ConversationBook,
  keepConsequence,
} from "./conversations/conversation-book.ts";
import type { ConversationFacts } from "./conversations/conversation-facts.ts";
import { isOutdated } from "./instances/beat.ts";
import { recordTime } from "./log-statements.ts";
import { matchClaims, type ReceiptClaim } from "./match-claims.ts";
import { noteOccurrences, type Occurrence } from "./operator-events.ts";
import { type EndedDelivery, PairBook } from "./pair-book.ts";
import { keepPart } from "./part-bodies.ts";
import { isRetryable } from "./quarantine-item.ts";
import { isRejected, openItems, settleItems } from "./quarantine-settling.ts";
import { findMessage } from "./recall.ts";
import { endDeliveries, insertDeliveries, type RouteDecision } from "./record-deliveries.ts";
import { RecordNotes } from "./search/note-record.ts";
import type { RecordFacts } from "./search/record-facts.ts";
import { StoredBook } from "./stored-bytes.ts";
import { PART_STRIDE } from "./tables.ts";
import { countTraffic } from "./traffic.ts";

/** A message as the pipeline hands it to the record. */
export interface RecordItem {
  readonly sender: string;
  readonly messageId: string;
  readonly headerDigest: Uint8Array;
  /** As received; taken apart beside the data, so that one buffer crosses the threads. */
  readonly envelope: Uint8Array;
  readonly kind: Kind;
  readonly lane: number;
  readonly expiresAtMs: number;
  readonly receiptId: string;
  /** Unspecified: accepted. */
  readonly code: RefusalCode;
  readonly field: string;
  readonly routes: readonly RouteDecision[];
  /** Whether the parts are kept; those of a refused message are not. */
  readonly keepParts: boolean;
  /** For kind RECEIPT: what it says about which messages. */
  readonly receiptType: ReceiptType;
  readonly claims: readonly ReceiptClaim[];
  /** `sent_at` of its header, milliseconds since 1970. */
  readonly sentAtMs: number;
  /** Quota of its sender: bytes of its messages that may be held (TP-GW-10). */
  readonly storedBytesMax: number;
  /** What its record is found by. */
  readonly facts: RecordFacts;
  /** What it does in its conversation; undefined on kinds that are no move of one. */
  readonly conversation: ConversationFacts | undefined;
}

/** A batch to record in one transaction. */
export interface RecordBatch {
  readonly nowMs: number;
  readonly registerVersion: number;
  /** 0: the default policy. */
  readonly policyVersion: number;
  /** Of the retention schedule; 0: the default schedule (TP-RET-3). */
  readonly scheduleVersion: number;
  readonly resendFirstMs: number;
  /** Messages of a pair that may be under way (TP-GW-7). */
  readonly pairMax: number;
  readonly items: readonly RecordItem[];
}

/** What became of one item. */
export type RecordResult =
  | {
      readonly type: "recorded";
      readonly id: number;
      readonly code: RefusalCode;
      readonly field: string;
      readonly index: number;
      readonly entry: Uint8Array;
      readonly path: readonly Uint8Array[];
      /** Recipients it goes out to at once; for others it waits for room in the pair's window. */
      readonly dispatched: readonly string[];
    }
  /** Known already, same header: the stored outcome is said again. */
  | { readonly type: "repeat"; readonly id: number }
  /** A second copy in the same batch, or rejected meanwhile: recalled when it comes again. */
  | { readonly type: "again" };

/** What became of a batch. */
export interface RecordedBatch {
  readonly results: readonly RecordResult[];
  readonly recordedAtMs: number;
  readonly size: number;
  readonly rootHash: Uint8Array;
  /** Whether a pair with waiting messages has room now. */
  readonly hasRoom: boolean;
  /** Nothing is recorded: it was decided under what is no longer in force (TP-INST-2). */
  readonly isOutdated: boolean;
}

interface Decision {
  readonly item: RecordItem;
  readonly envelope: Envelope;
  code: RefusalCode;
  field: string;
  /** False when the id stands for another message already, or may be tried again. */
  bindsId: boolean;
  /** Of a receipt: the deliveries it ends, those that have ended before included. */
  ended: readonly EndedDelivery[];
  /** What it does to its conversation, to be kept with it. */
  consequence: Consequence | undefined;
}

/** What the messages of one batch do to each other, none of them being stored yet. */
interface Books {
  readonly conversations: ConversationBook;
  readonly stored: StoredBook;
  readonly pairs: PairBook;
}

/**
 * Records a batch: decides once more under the lock what only the store knows (a repeated id, a
 * receipt about nothing, a move out of turn), appends one log entry for each, and stores message,
 * parts and deliveries. All or nothing; when it returns, everything is on disk (promise 1).
 */
export async function recordBatch(tx: Transaction, batch: RecordBatch): Promise<RecordedBatch> {
  const recordedAtMs = await recordTime(tx, batch.nowMs);
  if (await isOutdated(tx, batch)) return await takenAgain(tx, batch, recordedAtMs);
  const results: (RecordResult | undefined)[] = [];
  const decisions: Decision[] = [];
  const inBatch = new Map<string, Uint8Array>();
  const books = {
    conversations: new ConversationBook(tx),
    stored: new StoredBook(tx),
    pairs: new PairBook(tx, batch.pairMax),
  };
  const quarantined = await openItems(tx);
  const found = batch.items.map(({ messageId, sender }) => findMessage(tx, sender, messageId));
  const stored = await Promise.all(found);
  for (const [place, item] of batch.items.entries()) {
    const known = stored[place];
    if (known !== undefined && equalBytes(known.header_digest, item.headerDigest)) {
      results.push({ type: "repeat", id: known.id });
      continue;
    }
    const key = `${item.sender}/${item.messageId}`;
    const earlier = inBatch.get(key);
    if (earlier !== undefined && equalBytes(earlier, item.headerDigest)) {
      results.push({ type: "again" });
      continue;
    }
    if (await isRejected(tx, quarantined, item)) {
      results.push({ type: "again" });
      continue;
    }
    const clash = known !== undefined || earlier !== undefined;
    if (!clash) inBatch.set(key, item.headerDigest);
    results.push(undefined);
    decisions.push(await decide(tx, item, clash, books));
  }
  const entries = decisions.map((decision) => encodeEntry(decision, batch, recordedAtMs));
  const log = entries.length === 0 ? await unchangedLog(tx) : await appendLogEntries(tx, entries);
  const notes = new RecordNotes(tx);
  let next = 0;
  for (let position = 0; position < results.length; position += 1) {
    if (results[position] !== undefined) continue;
    const decision = decisions[next] as Decision;
    const index = log.firstIndex + next;
    const placement = { batch, recordedAtMs, index, size: log.size, pairs: books.pairs };
    const { dispatched, id } = await insertMessage(tx, decision, placement);
    if (id > 0) await notes.note({ ...decision.item, id, code: decision.code, recordedAtMs });
    results[position] = {
      type: "recorded",
      id,
      code: decision.code,
      field: decision.field,
      index,
      entry: entries[next] as Uint8Array,
      path: log.inclusionPaths[next] ?? [],
      dispatched,
    };
    next += 1;
  }
  await tx.write("UPDATE gateway_state SET recorded_at = ?", recordedAtMs);
  const recorded = decisions.map(({ item, code }, at) => {
    return { ...item, code, logIndex: log.firstIndex + at };
  });
  await books.stored.store();
  await books.pairs.store();
  await countTraffic(tx, recorded, recordedAtMs);
  await settleItems(tx, quarantined, recorded, recordedAtMs);
  await noteOccurrences(tx, decisions.flatMap(occurrencesOf), recordedAtMs);
  return {
    results: results as RecordResult[],
    recordedAtMs,
    size: log.size,
    rootHash: log.rootHash,
    hasRoom: books.pairs.hasRoom,
    isOutdated: false,
  };
}

/** All of it is to come again: another instance has taken a later register, policy or schedule. */
async function takenAgain(
  tx: Transaction,
  { items }: RecordBatch,
  recordedAtMs: number,
): Promise<RecordedBatch> {
  const results = items.map(() => ({ type: "again" }) as const);
  return { ...(await loadLogHead(tx)), results, recordedAtMs, hasRoom: false, isOutdated: true };
}

/** What the operator is told of a proven message: a misused id, or that messages are missed. */
function occurrencesOf({ item, code }: Decision): Occurrence[] {
  const { sender: participant, messageId, routes } = item;
  if (code === RefusalCode.ID_REUSED)
    return [{ kind: "ID_REUSE", participant, subject: messageId }];
  if (code === RefusalCode.QUOTA_EXCEEDED)
    return [{ kind: "OVER_QUOTA", participant, subject: "stored bytes" }];
  if (item.kind !== Kind.GAP_NOTICE || code !== RefusalCode.UNSPECIFIED) return [];
  // A gap is that of the sender of what is missing: the one who is asked.
  return routes.map(({ recipient }) => ({
    kind: "GAP",
    participant: recipient,
    subject: participant,
  }));
}

/** A batch of repeats alone adds nothing to the log. */
async function unchangedLog(tx: Transaction): Promise<AppendedEntries> {
  const head = await loadLogHead(tx);
  return { ...head, firstIndex: head.size, inclusionPaths: [] };
}

async function decide(
  tx: Transaction,
  item: RecordItem,
  clash: boolean,
  books: Books,
): Promise<Decision> {
  const decision: Decision = {
    item,
    envelope: Envelope.decode(item.envelope),
    code: item.code,
    field: item.field,
    bindsId: false,
    ended: [],
    consequence: undefined,
  };
  if (clash) {
    decision.code = RefusalCode.ID_REUSED;
    decision.field = "header.message_id";
  } else if (item.code === RefusalCode.UNSPECIFIED) {
    await decideByStore(tx, decision, books);
  }
  decision.bindsId = !clash && !isRetryable(decision.code);
  return decision;
}

/** What nothing was found against before, and only the store can judge. */
async function decideByStore(tx: Transaction, decision: Decision, books: Books): Promise<void> {
  const { envelope, item } = decision;
  const kept = { ...item, parts: envelope.parts };
  if (!(await books.stored.hasRoom(kept))) {
    decision.code = RefusalCode.QUOTA_EXCEEDED;
    decision.field = "register.quotas.stored_bytes";
  } else if (item.kind === Kind.RECEIPT) {
    await followReceipt(tx, decision);
  } else if (item.conversation !== undefined) {
    await followConversation(books.conversations, decision, item.conversation);
  }
  if (decision.code === RefusalCode.UNSPECIFIED) await books.stored.add(kept);
}

async function followReceipt(tx: Transaction, decision: Decision): Promise<void> {
  const { claims, sender } = decision.item;
  decision.ended = await matchClaims(tx, sender, claims);
  if (decision.ended.length > 0) return;
  decision.code = RefusalCode.NOT_PERMITTED;
  decision.field = "receipt.items";
}

/** Decided here and nowhere before: two moves may come at once, and one makes the other illegal. */
async function followConversation(
  book: ConversationBook,
  decision: Decision,
  facts: ConversationFacts,
): Promise<void> {
  const { kind, sender, messageId, headerDigest } = decision.item;
  const followed = await book.follow({ kind, sender, messageId, headerDigest, facts });
  if ("consequence" in followed) {
    decision.consequence = followed.consequence;
    return;
  }
  decision.code = refusalCodeOf(followed.refusal.code);
  decision.field = followed.refusal.field;
}

function encodeEntry(decision: Decision, batch: RecordBatch, recordedAtMs: number): Uint8Array {
  const { item, code } = decision;
  return encodeMessage(
    LogEntry,
    LogEntry.create({
      kind: entryKind(item, code),
      sender: item.sender,
      messageId: item.messageId,
      headerDigest: item.headerDigest,
      signaturesDigest: signaturesDigest(decision.envelope.signatures),
      code,
      field: decision.field,
      results: item.routes.map((route) => ({ recipient: route.recipient, code: route.code })),
      registerVersion: BigInt(batch.registerVersion),
      policyVersion: BigInt(batch.policyVersion),
      scheduleVersion: BigInt(batch.scheduleVersion),
      recordedAt: toTimestamp(recordedAtMs),
      nonce: randomBytes(16),
    }),
  );
}

function entryKind(item: RecordItem, code: RefusalCode): EntryKind {
  if (code !== RefusalCode.UNSPECIFIED) return EntryKind.REFUSAL;
  if (item.kind !== Kind.RECEIPT) return EntryKind.MESSAGE;
  return item.receiptType === ReceiptType.REJECTED ? EntryKind.REJECTION : EntryKind.DELIVERY;
}

interface Placement {
  readonly batch: RecordBatch;
  readonly recordedAtMs: number;
  readonly index: number;
  readonly size: number;
  readonly pairs: PairBook;
}

async function insertMessage(
  tx: Transaction,
  decision: Decision,
  placement: Placement,
): Promise<{ id: number; dispatched: readonly string[] }> {
  if (!decision.bindsId) return { id: 0, dispatched: [] };
  const { item, envelope } = decision;
  const id = placement.index + 1;
  await tx.write(
    `INSERT INTO messages (id, sender, message_id, header_digest, kind, lane, header, signatures,
       code, field, log_index, tree_size, receipt_id, recorded_at, register_version,
       policy_version, schedule_version)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    id,
    item.sender,
    item.messageId,
    item.headerDigest,
    item.kind,
    item.lane,
    envelope.header,
    encodeMessage(Envelope, Envelope.create({ signatures: envelope.signatures })),
    decision.code,
    decision.field,
    placement.index,
    placement.size,
    item.receiptId,
    placement.recordedAtMs,
    placement.batch.registerVersion,
    placement.batch.policyVersion,
    placement.batch.scheduleVersion,
  );
  let position = 0;
  const keepsParts = item.keepParts && decision.code === RefusalCode.UNSPECIFIED;
  for (const part of keepsParts ? envelope.parts : []) {
    const at = position;
    const group = (): BodyGroup => groupOf(envelope.header, at, placement.recordedAtMs);
    await keepPart(tx, { ...part, id: id * PART_STRIDE + at }, group);
    position += 1;
  }
  if (decision.code !== RefusalCode.UNSPECIFIED) return { id, dispatched: [] };
  const { pairs } = placement;
  if (item.kind === Kind.RECEIPT) await endDeliveries(tx, { ...decision, receipt: id, pairs });
  const nextAtMs = placement.batch.nowMs + placement.batch.resendFirstMs;
  const dispatched = await insertDeliveries(tx, { item, id, nextAtMs, pairs });
  if (decision.consequence !== undefined) await keepConsequence(tx, decision.consequence, id);
  return { id, dispatched };
}

/** Parts that end about the same time lie together: of one class, from one month. */
function groupOf(header: Uint8Array, position: number, recordedAtMs: number): BodyGroup {
  const label = classifyMessage(Header.decode(header)).parts[position]?.class ?? "";
  return { label, month: new Date(recordedAtMs).toISOString().slice(0, 7) };
}
