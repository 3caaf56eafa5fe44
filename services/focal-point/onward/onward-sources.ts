import { repeatsEvents, repeatsPersons, trailOf } from "#casework";
import {
  type CustodyEvent,
  type Handling,
  Header,
  PersonsBlock,
  TraceReply,
  TraceRequest,
} from "#proto";
import type { SqlRow, Transaction } from "#runtime";
import type { ReleaseGrant } from "#trust";
import { decodeExactly } from "#wire";
import { type CaseRecord, findCase } from "../cases/case-record.ts";
import { chainOfRequest, linksOfChain } from "../chain/link-record.ts";
import { movesOf } from "../moves/move-record.ts";
import { inboxHeader } from "./inbox-header.ts";
import { consentGrants } from "./may-forward.ts";
import { grantsOf, type OnwardPlace } from "./onward-record.ts";

/** Something of another State that a message of ours passes on. */
export interface OnwardSource extends OnwardPlace {
  /** Of the message that brought it; undefined where it came by letter. */
  readonly handling: Handling | undefined;
  readonly grants: readonly ReleaseGrant[];
}

/** What a message of ours says, as far as it may have been told by others. */
export interface Said {
  /** A request of the chain it belongs to: the one before, or the one it answers. */
  readonly requestId: string;
  /** It is a request, and so passes on the requests before it; to this State. */
  readonly asksState: string | undefined;
  readonly events: readonly CustodyEvent[];
  readonly persons: PersonsBlock | undefined;
}

/**
 * What of other States a message passes on, found in the cases of its chain (TP-PERS-17): requests
 * that a request goes on with, answers whose custody events it repeats, and personal data that
 * names the same persons. What an officer has from nowhere in the chain is not looked for.
 */
export async function onwardSources(tx: Transaction, said: Said): Promise<OnwardSource[]> {
  const isBare = said.events.length === 0 && said.persons === undefined;
  if (said.requestId === "" || (isBare && said.asksState === undefined)) return [];
  const sources: OnwardSource[] = [];
  const chain = await chainOfRequest(tx, said.requestId);
  const links = chain === undefined ? [] : await linksOfChain(tx, chain.chainId);
  for (const { caseId } of links) {
    const record = await findCase(tx, caseId);
    if (record === undefined) continue;
    if (record.role === "requested") sources.push(...(await requestSource(tx, record, said)));
    else sources.push(...(await answerSources(tx, record, said)));
    sources.push(...(await personSources(tx, record, said)));
  }
  return sources;
}

/** A request received is passed on by every request that goes on with it. */
async function requestSource(
  tx: Transaction,
  record: CaseRecord,
  { asksState }: Said,
): Promise<OnwardSource[]> {
  if (asksState === undefined) return [];
  return [await sourceOf(tx, record, asksState, { ...placeOfRequest(record), part: "body" })];
}

function placeOfRequest({ peer, requestMessageId }: CaseRecord) {
  return { sender: peer, messageId: requestMessageId };
}

/** Answers to our requests whose steps are told again. */
async function answerSources(
  tx: Transaction,
  record: CaseRecord,
  { events }: Said,
): Promise<OnwardSource[]> {
  if (events.length === 0) return [];
  const found: OnwardSource[] = [];
  for (const { body, by, messageId } of await movesOf(tx, record.caseId)) {
    const reply = by === "requested" ? decodeExactly(TraceReply, body) : undefined;
    if (!repeatsEvents(events, trailOf(reply).custodyEvents)) continue;
    const place = { sender: record.peer, messageId, part: "body" } as const;
    found.push(await sourceOf(tx, record, undefined, place));
  }
  return found;
}

/** Personal data received in a case that names the same persons. */
async function personSources(
  tx: Transaction,
  record: CaseRecord,
  { asksState, persons }: Said,
): Promise<OnwardSource[]> {
  if (persons === undefined) return [];
  const rows = await tx.all<SqlRow & { sender: string; message_id: string; data: Uint8Array }>(
    `SELECT sender, message_id, data FROM person_block
     WHERE case_id = ? AND direction = 'received' AND data IS NOT NULL`,
    record.caseId,
  );
  const found: OnwardSource[] = [];
  for (const { data, message_id: messageId, sender } of rows) {
    if (!repeatsPersons(persons, PersonsBlock.decode(data))) continue;
    const place = { sender, messageId, part: "persons" } as const;
    found.push(await sourceOf(tx, record, asksState, place));
  }
  return found;
}

async function sourceOf(
  tx: Transaction,
  record: CaseRecord,
  asksState: string | undefined,
  place: OnwardPlace,
): Promise<OnwardSource> {
  const header = await inboxHeader(tx, place);
  const handling = header?.handling ?? headerOfCase(record, place)?.handling;
  const granted = (await grantsOf(tx, place)).map((to) => ({ to, uses: [] }));
  const request = TraceRequest.decode(record.request);
  const implied =
    record.role === "requested"
      ? consentGrants(request, handling, asksState)
      : behalfGrants(request);
  return { ...place, handling, grants: [...granted, ...implied] };
}

/** The header of a request stays with its case, also where the inbox keeps it no longer. */
function headerOfCase(record: CaseRecord, { messageId }: OnwardPlace): Header | undefined {
  const { requestHeader, requestMessageId, role } = record;
  const isKept = role === "requested" && messageId === requestMessageId && requestHeader !== null;
  return isKept ? Header.decode(requestHeader) : undefined;
}

/** Who answers what is asked on behalf of a State answers that State. */
function behalfGrants({ forwardedFor }: TraceRequest): ReleaseGrant[] {
  return forwardedFor === "" ? [] : [{ to: forwardedFor, uses: [] }];
}
