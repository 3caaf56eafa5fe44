import type { InboundRecord, PostHooks } from "#post";
import { Envelope, Header, Kind, Lane, Notice, PersonsBlock } from "#proto";
import { REPEAT_MIGRATION_SQL } from "#repeats";
import { newMessageId } from "#runtime";
import {
  withNoticeHooks,
  withWaitingNotices,
} from "../../services/focal-point/notices/notice-hooks.ts";
import { judgeNotice } from "../../services/focal-point/notices/receive-notice.ts";
import { withPersonHooks } from "../../services/focal-point/persons/person-hooks.ts";
import { openCaseTables } from "./case-tables.ts";

/** The case that notices of a test are about. */
export const CASE = "0199b1f0-7c1a-7000-8000-000000000001";
/** When they come. */
export const NOW = Date.UTC(2026, 2, 1);
/** Personal data of a made-up person, encoded. */
export const DATA = PersonsBlock.encode(
  PersonsBlock.create({ persons: [{ personRef: "P1", name: "Madeup Nobody" }] }),
).finish();

const inner = { onMessage: async () => undefined, onFate: async () => undefined };
const hooks = withWaitingNotices(withPersonHooks(withNoticeHooks(inner as unknown as PostHooks)));

/** A message that BR takes in from US. */
export function inbound(kind: Kind, messageId = newMessageId(NOW)): InboundRecord {
  const header = Header.encode(Header.create({ messageId, sender: "US", recipients: ["BR"] }));
  return {
    sender: "US",
    messageId,
    kind,
    lane: Lane.NORMAL,
    conversationId: CASE,
    headerDigest: Buffer.alloc(32, 1),
    header: header.finish(),
    recordedAtMs: NOW,
    nowMs: NOW,
  };
}

/** What the judge makes of a notice, or why it does not. */
export function effectOf(content: Notice["content"]) {
  const notice = Notice.encode(Notice.create({ content, languageTag: "en" })).finish();
  const judged = judgeNotice({ parts: new Map([["body", notice]]) });
  return judged.ok ? judged.value : judged.refusal;
}

/** The store of BR as far as notices go: takes messages in as the post does. */
export class NoticeDesk {
  readonly tx = openCaseTables(REPEAT_MIGRATION_SQL);

  /** Takes a message in and applies it; the refusal, if any. */
  async take(message: InboundRecord, effect: unknown, persons?: Uint8Array) {
    const kept = persons && { data: persons, persons: 1, reviewOn: "" };
    const refusal = await hooks.onMessage(this.tx, message, { effect, persons: kept });
    if (refusal !== undefined) return refusal;
    await this.tx.run(
      `INSERT INTO post_inbox (sender, message_id, header_digest, kind, lane, exchange_status,
         conversation_id, state, envelope, received_at)
       VALUES (?, ?, ?, ?, 1, 3, ?, 'delivered', ?, 0)`,
      message.sender,
      message.messageId,
      message.headerDigest,
      message.kind,
      CASE,
      Envelope.encode(Envelope.create({ header: message.header })).finish(),
    );
    return undefined;
  }

  /** A request of US with personal data; its message id. */
  async receivedRequest(): Promise<string> {
    const message = inbound(Kind.TRACE_REQUEST);
    await this.take(message, "request", DATA);
    return message.messageId;
  }

  /** What was drafted, as it would be sealed: to whom, and which answer. */
  async drafted() {
    const rows = await this.tx.all<{ recipient: string; draft: Uint8Array }>(
      `SELECT r.recipient, o.draft FROM post_outbox o JOIN post_outbox_recipient r
       ON r.message_id = o.message_id WHERE o.kind = 11 ORDER BY o.position`,
    );
    return rows.map(({ draft, recipient }) => {
      const [body] = Envelope.decode(draft).parts;
      const { content } = Notice.decode(body?.content ?? Buffer.alloc(0));
      return { to: recipient, content };
    });
  }
}
