import { RELEASE_REASONS, type ReleaseReason } from "#casework";
import type { PostHooks } from "#post";
import {
  Disclosed,
  Envelope,
  ExchangeStatus,
  Handling,
  Header,
  Instrument,
  Kind,
  Lane,
  Priority,
  Tlp,
  TraceFollowUp,
  TraceMove,
  TraceReply,
  TraceRequest,
} from "#proto";
import { caseHooks } from "../../services/focal-point/cases/case-hooks.ts";
import { openCase } from "../../services/focal-point/cases/case-procedures.ts";
import { type CaseRecord, findCase } from "../../services/focal-point/cases/case-record.ts";
import { createTraceJudge } from "../../services/focal-point/cases/judge.ts";
import { type MoveSent, sendMove } from "../../services/focal-point/moves/send-move.ts";
import { Clearance } from "../../services/focal-point/releases/hold.ts";
import { openCaseTables } from "./case-tables.ts";
import type { MemoryTransaction } from "./memory-transaction.ts";
import { makeParties } from "./parties.ts";
import { completeTraceRequest } from "./trace-bodies.ts";

/** The case that both have. */
export const CASE_ID = "019b0f6e-5a10-7c3e-8f21-6d0b1a2c3e4f";
const REQUEST_ID = "019b0f6e-5a11-7a44-9b0c-2f6e8d1a7b3c";
const DIGEST = Buffer.alloc(32, 7);
/** When the request was sent. */
export const SENT_MS = Date.UTC(2026, 1, 1, 12);

/** A message on its way from one to the other. */
export interface UnderWay {
  readonly messageId: string;
  readonly header: Uint8Array;
  readonly kind: Kind;
  readonly body: Uint8Array;
}

type Content<M extends { content?: unknown }> = NonNullable<M["content"]>;

/**
 * The stores of two focal points with one case between them, KE's request delivered to AT. A test
 * carries their messages itself, in any order; no gateway judges them.
 */
export class TwoFocalPoints {
  readonly stores: Readonly<Record<"KE" | "AT", MemoryTransaction>> = {
    KE: openCaseTables(),
    AT: openCaseTables(),
  };
  readonly #taken = new Set<string>([REQUEST_ID]);
  nowMs = SENT_MS;

  static async open(change: (request: TraceRequest) => void = () => {}): Promise<TwoFocalPoints> {
    const both = new TwoFocalPoints();
    const request = completeTraceRequest();
    // What is attached has a life of its own, and lies in a store that is not here.
    request.attachments = [];
    change(request);
    const header = Header.create({
      messageId: REQUEST_ID,
      kind: Kind.TRACE_REQUEST,
      sender: "KE",
      recipients: ["AT"],
      conversationId: CASE_ID,
      priority: Priority.ROUTINE,
      status: ExchangeStatus.EXERCISE,
      instrumentBasis: [Instrument.ITI],
      disclosed: Disclosed.create({ move: TraceMove.REQUEST }),
      handling: Handling.create({ tlp: Tlp.AMBER_STRICT, originatorState: "KE" }),
    });
    const body = TraceRequest.encode(request).finish();
    const part = { name: "body", plaintext: body, retentionClass: "trace" } as const;
    const parts = [{ ...part, schema: "tracepost.v1.TraceRequest" }];
    await openCase(both.stores.KE, {
      caseId: CASE_ID,
      peer: "AT",
      nationalCaseNumber: request.nationalCaseNumber,
      request: body,
      draft: {
        messageId: REQUEST_ID,
        sender: "KE",
        recipients: ["AT"],
        kind: Kind.TRACE_REQUEST,
        conversationId: CASE_ID,
        nowMs: SENT_MS,
        parts,
      },
      actor: "desk-7",
      nowMs: SENT_MS,
    });
    const encoded = Header.encode(header).finish();
    const envelope = Envelope.encode(Envelope.create({ header: encoded })).finish();
    const sealed = "UPDATE post_outbox SET state = 'sealed', header_digest = ?, envelope = ?";
    await both.stores.KE.run(sealed, DIGEST, envelope);
    const message = { messageId: REQUEST_ID, header: encoded, kind: header.kind, body };
    const refusal = await both.arrive("AT", message);
    if (refusal !== undefined) throw new TypeError(`${refusal.field} ${refusal.detail}`);
    await both.fate("KE", REQUEST_ID, "delivered");
    return both;
  }

  /** Makes a reply of AT. */
  reply(content: Content<TraceReply>): Promise<MoveSent> {
    const body = TraceReply.encode(TraceReply.create({ content, languageTag: "en" })).finish();
    return this.#send("AT", "reply", body);
  }

  /** Makes a follow-up of KE. */
  followUp(content: Content<TraceFollowUp>): Promise<MoveSent> {
    const said = TraceFollowUp.create({ content, languageTag: "en" });
    return this.#send("KE", "followUp", TraceFollowUp.encode(said).finish());
  }

  async #send(who: "KE" | "AT", kind: "reply" | "followUp", body: Uint8Array): Promise<MoveSent> {
    this.nowMs += 1_000;
    const { nowMs } = this;
    const self = { participant: who, state: who };
    const args = { caseId: CASE_ID, kind, body, self, actor: "officer", nowMs };
    // As if a second person had confirmed whatever needs one.
    const reasons = Object.keys(RELEASE_REASONS) as ReleaseReason[];
    return await sendMove(this.stores[who], args, Clearance.grant(reasons));
  }

  /** Messages that one has drafted and nobody has taken yet, the oldest first. */
  async underWay(from: "KE" | "AT"): Promise<UnderWay[]> {
    const rows = await this.stores[from].all<{
      message_id: string;
      kind: Kind;
      draft: Uint8Array;
    }>("SELECT message_id, kind, draft FROM post_outbox ORDER BY position");
    return rows
      .filter(({ message_id }) => !this.#taken.has(message_id))
      .map(({ draft, kind, message_id }) => {
        const { header, parts } = Envelope.decode(draft);
        return { messageId: message_id, header, kind, body: parts[0]?.content ?? Buffer.alloc(0) };
      });
  }

  /** Lets a message arrive, as its recipient judges and stores it; the refusal, if any. */
  async arrive(to: "KE" | "AT", message: UnderWay) {
    this.#taken.add(message.messageId);
    this.nowMs += 1_000;
    const { register } = makeParties([{ id: "KE" }, { id: "AT" }]);
    const judge = createTraceJudge({ state: to, register: () => register });
    const header = Header.decode(message.header);
    const parts = new Map([["body", message.body]]);
    const about = { headerDigest: DIGEST, recordedAtMs: this.nowMs };
    const judged = judge.judge({ header, parts, ...about });
    if (!judged.ok) return judged.refusal;
    const record: Parameters<PostHooks["onMessage"]>[1] = {
      ...about,
      sender: header.sender,
      messageId: message.messageId,
      kind: message.kind,
      lane: Lane.NORMAL,
      conversationId: header.conversationId,
      header: message.header,
      nowMs: this.nowMs,
    };
    return await caseHooks.onMessage(this.stores[to], record, judged.value);
  }

  /** Lets everything arrive that is under way from one; the first refusal, if any. */
  async carry(from: "KE" | "AT") {
    for (const message of await this.underWay(from)) {
      const refusal = await this.arrive(from === "KE" ? "AT" : "KE", message);
      if (refusal !== undefined) return refusal;
      await this.fate(from, message.messageId, "delivered");
    }
    return undefined;
  }

  /** Tells one what became of a message of its own. */
  async fate(
    who: "KE" | "AT",
    messageId: string,
    fate: "accepted" | "delivered" | "refused" | "rejected" | "expired",
    code?: string,
  ): Promise<void> {
    this.#taken.add(messageId);
    const row = await this.stores[who].get<{ kind: Kind }>(
      "SELECT kind FROM post_outbox WHERE message_id = ?",
      messageId,
    );
    await caseHooks.onFate(this.stores[who], {
      messageId,
      conversationId: CASE_ID,
      kind: row?.kind ?? Kind.UNSPECIFIED,
      recipient: who === "KE" ? "AT" : "KE",
      fate,
      nowMs: this.nowMs,
      ...(code === undefined ? {} : { code, field: "header.disclosed.move" }),
    });
  }

  async caseOf(who: "KE" | "AT"): Promise<CaseRecord> {
    const found = await findCase(this.stores[who], CASE_ID);
    if (found === undefined) throw new TypeError(`${who} has no such case`);
    return found;
  }

  /** Where the case stands at KE and at AT. */
  async states(): Promise<[string, string]> {
    return [(await this.caseOf("KE")).state, (await this.caseOf("AT")).state];
  }

  /** What happened at one. */
  async eventsOf(who: "KE" | "AT"): Promise<string[]> {
    const rows = await this.stores[who].all<{ event: string; detail: string }>(
      "SELECT event, detail FROM trace_case_event ORDER BY position",
    );
    return rows.map(({ detail, event }) => `${event} ${detail}`.trim());
  }
}
