/** What recipients and the gateway have signed about a message. */
import { EntryKind, Kind, Receipt, type ReceiptItem, ReceiptType } from "#proto";
import { decodeExactly, equalBytes, GATEWAY_SENDER, refusalNameOf } from "#wire";
import type { EvidenceMessage, EvidenceReceipt } from "../evidence-content.ts";
import { numbered } from "../evidence-payload.ts";
import { checkUnderRegister, compromisedSince, isEntryAbout, type MessageJudge } from "./judge.ts";
import type { DeliveryFinding } from "./report.ts";
import { checkSigned, type ReadEnvelope, readEnvelope } from "./signed-envelope.ts";

/** Entry of the log → the only type of receipt it records. */
const TYPE_OF_ENTRY: ReadonlyMap<EntryKind, ReceiptType> = new Map([
  [EntryKind.DELIVERY, ReceiptType.DELIVERED],
  [EntryKind.REJECTION, ReceiptType.REJECTED],
]);

/** Receipt of the gateway that ends a delivery → the entry it must hold. */
const ENDS: ReadonlyMap<
  ReceiptType,
  { readonly outcome: "expired" | "returned"; readonly kind: EntryKind }
> = new Map([
  [ReceiptType.EXPIRED, { outcome: "expired", kind: EntryKind.EXPIRY }],
  [ReceiptType.RETURNED, { outcome: "returned", kind: EntryKind.RETURN }],
]);

/** How deliveries ended, as recipients have signed it (TP-EVID-8); what does not hold is told. */
export function receiptFindings(
  place: string,
  { receipts }: EvidenceMessage,
  about: ReadEnvelope,
  judge: MessageJudge,
): DeliveryFinding[] {
  return receipts.flatMap((receipt, at) => {
    const file = `${place}/receipts/${numbered(at)}`;
    const read = readEnvelope(`${file}.bin`, receipt.envelope, judge.problems);
    if (read === undefined) return [];
    if (read.header.kind !== Kind.RECEIPT) judge.problems.add(`${file}.bin`, "is no receipt");
    const isGateway = read.header.sender === GATEWAY_SENDER;
    return isGateway
      ? ofGateway(file, { read, about }, judge)
      : ofRecipient(file, receipt, { read, about }, judge);
  });
}

interface Pair {
  readonly read: ReadEnvelope;
  /** The message that it must be about. */
  readonly about: ReadEnvelope;
}

function ofRecipient(
  file: string,
  { proof }: EvidenceReceipt,
  { about, read }: Pair,
  judge: MessageJudge,
): DeliveryFinding[] {
  const { problems, prover } = judge;
  const proven = proof === undefined ? undefined : prover.prove(`${file}.tlog-proof`, proof);
  if (proven === undefined) {
    if (proof === undefined) problems.add(`${file}.tlog-proof`, "is missing");
    return [];
  }
  const { entry, index: logIndex, recordedAtMs: atMs } = proven;
  const isRecord =
    isEntryAbout(entry, read) && equalBytes(entry.signaturesDigest, read.signaturesDigest);
  problems.demand(isRecord, `${file}.tlog-proof`, "is about another receipt");
  checkUnderRegister(`${file}.bin`, read, proven, judge);
  const said = itemAbout(file, { read, about }, judge);
  if (said === undefined) return [];
  const sinceMs = compromisedSince(read.keyId, atMs, judge);
  if (sinceMs !== undefined) judge.notProven.push(doubtOf(read, sinceMs));
  const isOfEntry = TYPE_OF_ENTRY.get(entry.kind) === said.type;
  problems.demand(isOfEntry, `${file}.tlog-proof`, "records another kind of receipt");
  const outcome = said.type === ReceiptType.REJECTED ? "rejected" : "delivered";
  const code = refusalNameOf(said.item.code);
  return [{ recipient: read.header.sender, outcome, code, atMs, logIndex }];
}

function doubtOf({ header, keyId }: ReadEnvelope, sinceMs: number): string {
  const since = new Date(sinceMs).toISOString();
  return (
    `That ${header.sender} itself has signed receipt ${header.messageId}: ` +
    `its key ${keyId} may have been another's since ${since}.`
  );
}

/** One of the gateway says nothing but what the log does, which is inside. */
function ofGateway(file: string, { about, read }: Pair, judge: MessageJudge): DeliveryFinding[] {
  const { problems, prover, versions } = judge;
  const said = itemAbout(file, { read, about }, judge);
  if (said === undefined) return [];
  const { evidence } = said.item;
  const proven = evidence && prover.proveEvidence(`${file}.bin`, evidence);
  const register = versions.registers.get(Number(read.header.registerVersion))?.value;
  if (proven !== undefined && register !== undefined) {
    checkSigned(`${file}.bin`, read, { register, recordedAtMs: proven.recordedAtMs }, problems);
  } else {
    problems.add(`${file}.bin`, "cannot be judged: its register or its proof is missing");
  }
  if (proven === undefined) return [];
  const { entry, index: logIndex, recordedAtMs: atMs } = proven;
  const { recipient } = said.item;
  const end = ENDS.get(said.type);
  const isEnd =
    end === undefined || (entry.kind === end.kind && entry.results[0]?.recipient === recipient);
  problems.demand(
    isEntryAbout(entry, about) && isEnd,
    `${file}.bin`,
    "says what its entry does not",
  );
  if (end === undefined) return [];
  return [{ recipient, outcome: end.outcome, code: undefined, atMs, logIndex }];
}

/** What a receipt says of this very message. */
function itemAbout(
  file: string,
  { about, read }: Pair,
  { notProven, problems }: MessageJudge,
): { readonly type: ReceiptType; readonly item: ReceiptItem } | undefined {
  const { header } = read;
  const body = read.envelope.parts.find(({ name }) => name === "body");
  if (body === undefined) {
    notProven.push(`What ${header.sender} said in receipt ${header.messageId}: it is not kept.`);
    return undefined;
  }
  const receipt = decodeExactly(Receipt, body.content);
  const item = receipt?.items.find(
    ({ message }) =>
      message?.messageId === about.header.messageId &&
      message.originalSender === about.header.sender &&
      equalBytes(message.headerDigest, about.headerDigest),
  );
  if (receipt !== undefined && item !== undefined) return { type: receipt.type, item };
  problems.add(`${file}.bin`, "is about another message");
  return undefined;
}
