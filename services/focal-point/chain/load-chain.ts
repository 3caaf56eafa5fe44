import { Envelope } from "#proto";
import { CASEWORK_LIMITS, type Transaction } from "#runtime";
import { type CaseRecord, eventsOf, findCase, type StoredCaseEvent } from "../cases/case-record.ts";
import { requestHeaderOf } from "../cases/request-header.ts";
import { type LetterRecord, lettersOf } from "../letters/letter-record.ts";
import { grantsOf } from "../onward/onward-record.ts";
import { type LinkedHop, linksOfChain } from "./link-record.ts";

/** A hop of a chain as it is kept. */
export interface StoredHop {
  readonly requestId: string;
  /** Empty on the first. */
  readonly previousRequestId: string;
  readonly hop: number;
  readonly record: CaseRecord;
  readonly events: readonly StoredCaseEvent[];
  readonly letters: readonly LetterRecord[];
  /** Encoded header of the request: how it travels. Null where it is not kept. */
  readonly requestHeader: Uint8Array | null;
  /** Encoded header of the newest answer: how it may be handled. Null when it was entered. */
  readonly replyHeader: Uint8Array | null;
  /** Whom the originator of what was received gave leave for: of a request, or of that answer. */
  readonly granted: readonly string[];
}

/**
 * The hops of the chain that a case or a request belongs to, the first one first; null for none.
 */
export async function loadChain(
  tx: Transaction,
  args: { readonly caseId: string } | { readonly requestId: string },
): Promise<{ readonly chainId: string; readonly hops: readonly StoredHop[] } | null> {
  const [column, value] =
    "caseId" in args ? ["case_id", args.caseId] : ["request_id", args.requestId];
  const known = await tx.get<{ chain_id: string }>(
    `SELECT chain_id FROM trace_link WHERE ${column} = ? LIMIT 1`,
    value,
  );
  if (known === undefined) return null;
  const hops: StoredHop[] = [];
  for (const link of await linksOfChain(tx, known.chain_id)) {
    const record = await findCase(tx, link.caseId);
    if (record !== undefined) hops.push(await storedHop(tx, link, record));
  }
  return { chainId: known.chain_id, hops };
}

async function storedHop(tx: Transaction, link: LinkedHop, record: CaseRecord): Promise<StoredHop> {
  const { caseId, peer: sender, replyMessageId } = record;
  const limit = CASEWORK_LIMITS.chainEventsMax;
  const isOwn = record.role === "requesting";
  return {
    requestId: link.requestId,
    previousRequestId: link.previousRequestId,
    hop: link.hop,
    record,
    events: await eventsOf(tx, caseId, limit),
    letters: await lettersOf(tx, { caseId, limit }),
    requestHeader: await requestHeaderOf(tx, record),
    replyHeader: isOwn && replyMessageId !== null ? await heardHeader(tx, record) : null,
    granted: await grantsOf(tx, {
      sender,
      messageId: isOwn ? (replyMessageId ?? "") : link.requestId,
    }),
  };
}

async function heardHeader(
  tx: Transaction,
  { peer, replyMessageId }: CaseRecord,
): Promise<Uint8Array | null> {
  const heard = await tx.get<{ envelope: Uint8Array }>(
    "SELECT envelope FROM post_inbox WHERE sender = ? AND message_id = ?",
    peer,
    replyMessageId,
  );
  return headerOf(heard?.envelope);
}

function headerOf(envelope: Uint8Array | null | undefined): Uint8Array | null {
  return envelope == null ? null : Envelope.decode(envelope).header;
}
