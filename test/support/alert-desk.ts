import {
  ALERT_COPY_MIGRATION_SQL,
  ALERT_COUNT_MIGRATION_SQL,
  ALERT_FLAG_MIGRATION_SQL,
  ALERT_MIGRATION_SQL,
  ALERT_SUMMARY_MIGRATION_SQL,
  withAlerts,
} from "#alerts";
import { type Refusal, refuse } from "#errors";
import { FEED_MIGRATION_SQL } from "#feed";
import { type InboundRecord, POST_MIGRATION_SQL, SIGNED_BY_MIGRATION_SQL } from "#post";
import {
  Alert,
  AlertKind,
  type AlertMove,
  AlertResponse,
  AlertScope,
  ExchangeStatus,
  Header,
  Kind,
  Lane,
  type MessageRef,
} from "#proto";
import { REPEAT_MIGRATION_SQL } from "#repeats";
import { toTimestamp } from "#wire";
import { type MemoryTransaction, openMemoryTransaction } from "./memory-transaction.ts";

/** The store of a participant that has alerts, in memory, with what others send put into it. */
export class AlertDesk implements Disposable {
  readonly tx: MemoryTransaction = openMemoryTransaction(
    POST_MIGRATION_SQL,
    SIGNED_BY_MIGRATION_SQL,
    FEED_MIGRATION_SQL,
    REPEAT_MIGRATION_SQL,
    ALERT_COPY_MIGRATION_SQL,
    ALERT_FLAG_MIGRATION_SQL,
    ALERT_MIGRATION_SQL,
    ALERT_COUNT_MIGRATION_SQL,
    ALERT_SUMMARY_MIGRATION_SQL,
  );
  readonly self: { readonly participant: string; readonly state: string };
  readonly #hooks = withAlerts({
    onMessage: async () => refuse("SCHEMA_UNSUPPORTED", "header.kind"),
    onFate: async () => {},
    onFlag: async () => {},
    onGap: async () => {},
  });

  constructor(participant: string) {
    this.self = { participant, state: participant.slice(0, 2) };
  }

  [Symbol.dispose](): void {
    this.tx[Symbol.dispose]();
  }

  /** Takes in an alert as its judge would hand it over; gives the refusal. */
  async receive(message: AlertIn, nowMs: number): Promise<Refusal | undefined> {
    const { alertId, messageId, sender, sentAtMs } = message;
    const alert = alertOf(message);
    const record = this.#record(Kind.ALERT, alertId, messageId, sender, nowMs, {
      status: message.status ?? ExchangeStatus.ACTUAL,
    });
    return await this.#hooks.onMessage(this.tx, record, {
      type: "alert",
      body: Alert.encode(alert).finish(),
      origin: { sender, messageId, sentAtMs, headerDigest: digestOf(messageId) },
      isRelay: false,
      isAsked: message.isAsked === true,
      self: this.self,
    });
  }

  /** Takes in an answer to an alert of this participant; gives the refusal. */
  async receiveAnswer(
    answer: {
      readonly alertId: string;
      readonly sender: string;
      readonly inReplyTo: MessageRef;
      readonly response: AlertResponse;
    },
    nowMs: number,
  ): Promise<Refusal | undefined> {
    const { alertId, inReplyTo, response, sender } = answer;
    const messageId = `${sender}-${nowMs}`;
    const record = this.#record(Kind.ALERT_RESPONSE, alertId, messageId, sender, nowMs, {
      status: ExchangeStatus.ACTUAL,
      inReplyTo,
    });
    return await this.#hooks.onMessage(this.tx, record, {
      type: "alert-response",
      response: AlertResponse.encode(response).finish(),
      self: this.self,
    });
  }

  /** Pretends that a message of this participant was sealed; gives what answers must name. */
  async seal(messageId: string): Promise<MessageRef> {
    const headerDigest = digestOf(messageId);
    await this.tx.run(
      "UPDATE post_outbox SET header_digest = ?, state = 'accepted' WHERE message_id = ?",
      headerDigest,
      messageId,
    );
    return { originalSender: this.self.participant, messageId, headerDigest };
  }

  #record(
    kind: Kind,
    conversationId: string,
    messageId: string,
    sender: string,
    nowMs: number,
    header: Partial<Header>,
  ): InboundRecord {
    return {
      ...{ kind, conversationId, messageId, sender, nowMs },
      lane: Lane.URGENT,
      headerDigest: digestOf(messageId),
      header: Header.encode(Header.create({ kind, sender, messageId, ...header })).finish(),
      recordedAtMs: nowMs,
    };
  }
}

/** A message about an alert, of another participant. */
export interface AlertIn {
  readonly alertId: string;
  readonly messageId: string;
  readonly sender: string;
  readonly move: AlertMove;
  readonly sentAtMs: number;
  readonly expiresAtMs?: number;
  readonly references?: readonly { readonly messageId: string; readonly sentAtMs: number }[];
  readonly status?: ExchangeStatus;
  readonly kind?: AlertKind;
  readonly isAsked?: boolean;
}

function alertOf(message: AlertIn): Alert {
  const { expiresAtMs, kind, move, references = [], sender } = message;
  return Alert.fromPartial({
    move,
    kind: kind ?? AlertKind.WANTED_FIREARM,
    scope: AlertScope.PRIVATE,
    infos: [{ languageTag: "en", headline: "made up" }],
    items: [{ quantity: 1 }],
    ...(expiresAtMs === undefined ? {} : { expiresAt: toTimestamp(expiresAtMs) }),
    references: references.map(({ messageId, sentAtMs }) => {
      return { sender, messageId, sentAt: toTimestamp(sentAtMs) };
    }),
  });
}

function digestOf(messageId: string): Uint8Array {
  return Uint8Array.from(Buffer.alloc(32, messageId));
}
