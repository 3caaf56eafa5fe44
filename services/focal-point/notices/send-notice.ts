import type { TraceState } from "#casework";
import { tellChange } from "#feed";
import type { MessageDraft } from "#post";
import { Kind, type MessageRef, PersonsBlock } from "#proto";
import { newMessageId, type SqlRow, type Transaction } from "#runtime";
import { defaultHandling, type Replier } from "../cases/reply-handling.ts";
import { keepSentPersons, personsParts } from "../persons/person-part.ts";
import {
  Clearance,
  draftCleared,
  holdForSecondPerson,
  type NotAlone,
  noteByLetter,
} from "../releases/hold.ts";
import { eraseInformation } from "./information.ts";
import { insertNotice, type KeptNoticeKind } from "./notice-record.ts";

/** A message that a notice is about. */
interface AboutRow extends SqlRow {
  conversation_id: string;
  header_digest: Uint8Array | null;
}

/** The message a notice is about, as the post keeps it. */
export interface NoticeAbout {
  readonly caseId: string;
  /** Participants the notice goes to. */
  readonly to: readonly string[];
  /** States off the exchange, which an officer writes to (TP-PERS-19). */
  readonly byLetter: readonly string[];
  readonly reference: MessageRef | undefined;
}

/** What a notice names. */
export interface AboutPlace {
  readonly sender: string;
  readonly messageId: string;
  readonly part: string;
}

/**
 * Finds whom a notice goes to (TP-PERS-11): about a message of ours to everybody who received it,
 * about one of another State to its sender. Undefined when there is no such message here.
 */
export async function aboutOf(
  tx: Transaction,
  { messageId, sender }: AboutPlace,
  self: Replier,
): Promise<NoticeAbout | undefined> {
  const isOwn = sender === self.participant;
  const row = isOwn
    ? await tx.get<AboutRow>(
        "SELECT conversation_id, header_digest FROM post_outbox WHERE message_id = ?",
        messageId,
      )
    : await tx.get<AboutRow>(
        `SELECT conversation_id, header_digest FROM post_inbox
         WHERE sender = ? AND message_id = ? AND state = 'delivered'`,
        sender,
        messageId,
      );
  if (row === undefined) return isOwn ? await ownLetter(tx, messageId) : undefined;
  const recipients = isOwn
    ? await tx.all<{ recipient: string }>(
        // Who did not get it has nothing to correct or to erase.
        `SELECT recipient FROM post_outbox_recipient
         WHERE message_id = ? AND state IN ('open', 'delivered')`,
        messageId,
      )
    : [{ recipient: sender }];
  const { conversation_id: caseId, header_digest: headerDigest } = row;
  const reference =
    headerDigest === null ? undefined : { originalSender: sender, messageId, headerDigest };
  const to = recipients.map(({ recipient }) => recipient);
  return { caseId, to, byLetter: [], reference };
}

/**
 * A request of ours that goes by letter: whom a notice about it is told by letter. Nobody, while or
 * because its letter has not left.
 */
async function ownLetter(tx: Transaction, messageId: string): Promise<NoticeAbout | undefined> {
  const row = await tx.get<{ case_id: string; peer: string; state: TraceState }>(
    `SELECT kept.case_id, kept.peer, kept.state FROM trace_link AS link
     JOIN trace_case AS kept ON kept.case_id = link.case_id
     WHERE link.request_id = ? AND link.is_own = 1 AND kept.off_exchange = 1`,
    messageId,
  );
  if (row === undefined) return undefined;
  const hasLeft = row.state !== "DRAFT" && row.state !== "DISCARDED";
  const byLetter = hasLeft ? [row.peer] : [];
  return { caseId: row.case_id, to: [], byLetter, reference: undefined };
}

/** A notice to be sent to one participant. */
export interface NoticeDraft {
  readonly to: string;
  readonly caseId: string;
  readonly reference: MessageRef | undefined;
  /** Encoded Notice. */
  readonly notice: Uint8Array;
  readonly persons?: PersonsBlock | undefined;
  readonly self: Replier;
  readonly nowMs: number;
}

/** The message that carries a notice, or the answer to one. */
function messageOf(draft: NoticeDraft): MessageDraft & { readonly messageId: string } {
  const { caseId, notice, nowMs, persons, reference, self, to } = draft;
  const schema = "tracepost.v1.Notice";
  const body = { name: "body", plaintext: notice, schema, retentionClass: "consent" } as const;
  return {
    messageId: newMessageId(nowMs),
    sender: self.participant,
    recipients: [to],
    kind: Kind.NOTICE,
    conversationId: caseId,
    nowMs,
    handling: defaultHandling(self.state),
    ...(reference === undefined ? {} : { inReplyTo: reference }),
    parts: [body, ...personsParts(persons)],
  };
}

/** By what a notice is known while it waits for a second person. */
export interface NoticeHold {
  readonly action: "notice" | "decision" | "passed-on notice";
  /** Arguments of that action. */
  readonly args: unknown;
  readonly actor: string;
}

/** Asks whether a notice may leave with one person (TP-ANS-1). */
export async function holdNotice(
  tx: Transaction,
  draft: NoticeDraft,
  hold: NoticeHold,
  given: Clearance | undefined,
): Promise<{ readonly type: "cleared"; readonly clearance: Clearance } | NotAlone> {
  const { caseId, nowMs, to: peer } = draft;
  const message = messageOf(draft);
  const held = await holdForSecondPerson(
    tx,
    { ...hold, several: hold.action === "passed-on notice", draft: message, caseId, peer, nowMs },
    given,
  );
  // Only the firearm register is sent to an officer, and it gives no notice.
  return held.type === "officer" ? { type: "not-alone" } : held;
}

/**
 * Drafts the message that carries a notice, or the answer to one; gives its id. Without a clearance
 * for what one person may send: throws TracepostError INTERNAL for anything else.
 */
export async function draftNotice(
  tx: Transaction,
  draft: NoticeDraft,
  given?: Clearance,
): Promise<string> {
  const message = messageOf(draft);
  await draftCleared(tx, message, given ?? Clearance.none());
  return await keepDrafted(tx, draft, message.messageId);
}

/** The same to a State off the exchange: nothing is drafted, an officer writes (TP-PERS-19). */
async function noteNotice(tx: Transaction, draft: NoticeDraft, given: Clearance): Promise<string> {
  const message = messageOf(draft);
  await noteByLetter(tx, message, given);
  return await keepDrafted(tx, draft, message.messageId);
}

async function keepDrafted(
  tx: Transaction,
  { caseId, nowMs, persons, self, to }: NoticeDraft,
  messageId: string,
): Promise<string> {
  const { participant: sender } = self;
  const kept = { caseId, peer: to, sender, messageId, actor: "exchange", nowMs };
  await keepSentPersons(tx, persons, kept);
  return messageId;
}

/** A notice of ours. */
export interface NoticeToSend {
  readonly kind: KeptNoticeKind;
  readonly about: AboutPlace;
  /** Encoded Notice. */
  readonly notice: Uint8Array;
  /** Encoded PersonsBlock as it is to be read from now on; with a correction of persons. */
  readonly persons: Uint8Array | undefined;
  /** The notice received that this one passes on (TP-PERS-13). */
  readonly causeId?: string;
  readonly self: Replier;
  readonly actor: string;
  readonly nowMs: number;
}

/** A notice to one State; by letter, where an officer writes it and notes that he did. */
export interface SentNotice {
  readonly noticeId: string;
  readonly to: string;
  readonly byLetter?: true;
}

/** What became of it. */
export type SentNotices =
  | {
      readonly type: "sent";
      readonly notices: readonly SentNotice[];
    }
  /** There is no such message here. */
  | { readonly type: "unknown" }
  /** Another State owns it, or this one does. */
  | { readonly type: "not-yours" }
  | NotAlone;

/** Kinds that only the State that sent the information may send. */
const OWNER_KINDS: readonly KeptNoticeKind[] = ["CORRECTION", "ERASURE"];

/**
 * Sends a notice to everybody it concerns, and does at home what it asks of others, as one step
 * (TP-PERS-11, TP-PERS-12). What one person may not send waits for a second one, whose clearance
 * sends it (TP-ANS-1).
 */
export async function sendNotices(
  tx: Transaction,
  args: NoticeToSend,
  given?: Clearance,
): Promise<SentNotices> {
  const { about, actor, causeId, kind, nowMs, self } = args;
  const isOwner = about.sender === self.participant;
  if (isOwner !== OWNER_KINDS.includes(kind)) return { type: "not-yours" };
  const found = await aboutOf(tx, about, self);
  if (found === undefined) return { type: "unknown" };
  const { caseId, reference } = found;
  const persons = args.persons && PersonsBlock.decode(args.persons);
  const { notice } = args;
  const draftTo = (to: string): NoticeDraft => {
    return { to, caseId, reference, notice, persons, self, nowMs };
  };
  let clearance = given;
  const [first] = [...found.to, ...found.byLetter];
  if (first !== undefined) {
    const action = causeId === undefined ? "notice" : "passed-on notice";
    // What waits to be passed on keeps no copy of personal data that may be erased meanwhile.
    const waits = causeId === undefined ? args : { ...args, persons: undefined };
    const hold = { action, args: waits, actor } as const;
    const held = await holdNotice(tx, draftTo(first), hold, given);
    if (held.type !== "cleared") return held;
    clearance = held.clearance;
  }
  const notices: SentNotice[] = [];
  const tell = async (noticeId: string, to: string): Promise<void> => {
    const kept = { noticeId, direction: "sent", peer: to, kind, caseId, state: "OPEN" } as const;
    await insertNotice(tx, { ...kept, notice, about, causeId, actor, nowMs });
    const told = { kind: "notice.sent", caseId, messageId: noticeId, participant: to } as const;
    await tellChange(tx, { ...told, code: kind, actor, nowMs });
  };
  for (const to of found.to) {
    const noticeId = await draftNotice(tx, draftTo(to), clearance);
    await tell(noticeId, to);
    notices.push({ noticeId, to });
  }
  for (const to of found.byLetter) {
    const noticeId = await noteNotice(tx, draftTo(to), clearance ?? Clearance.none());
    await tell(noticeId, to);
    notices.push({ noticeId, to, byLetter: true });
  }
  // What nobody received is corrected nowhere, and so it is not put away here either.
  const endsHere = kind === "ERASURE" || (persons !== undefined && notices.length > 0);
  if (endsHere && about.part === "persons") {
    const reason = kind === "ERASURE" ? "erasure notice sent" : "replaced by a correction notice";
    const except = notices.map(({ noticeId }) => noticeId);
    await eraseInformation(tx, { ...about, except, actor, reason, nowMs });
  }
  return { type: "sent", notices };
}
