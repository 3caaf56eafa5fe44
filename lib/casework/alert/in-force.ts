import { AlertKind, AlertMove, ExchangeStatus } from "#proto";
import { nameOf } from "../list-names.ts";
import { ALERT_KINDS } from "./alert-kinds.ts";

/** What is known of one message about an alert: an alert, an update or a cancel. */
export interface AlertMessage {
  readonly messageId: string;
  readonly sender: string;
  readonly move: AlertMove;
  readonly kind: AlertKind;
  readonly status: ExchangeStatus;
  /** Undefined: at once. */
  readonly effectiveAtMs?: number | undefined;
  /** Undefined: it never expires, which an alert that can match always does. */
  readonly expiresAtMs?: number | undefined;
  /** What it replaces or takes back. */
  readonly references: readonly { readonly sender: string; readonly messageId: string }[];
}

/** Whether a message about an alert counts, or why it does not. */
export type AlertStanding =
  | "IN_FORCE"
  | "NOT_YET"
  | "EXPIRED"
  | "CANCELLED"
  | "SUPERSEDED"
  | "NO_EXPIRY"
  | "NOT_ACTUAL"
  | "REFERENCE_DATA"
  | "CANCEL";

/** How long it lasts and what it is, without what others say about it. */
function standingAlone(message: AlertMessage, nowMs: number): AlertStanding {
  if (message.move === AlertMove.CANCEL) return "CANCEL";
  if (message.status !== ExchangeStatus.ACTUAL) return "NOT_ACTUAL";
  const kind = nameOf(AlertKind, message.kind);
  if (kind === undefined || ALERT_KINDS[kind].lifeDaysMax === null) return "REFERENCE_DATA";
  if (message.expiresAtMs === undefined) return "NO_EXPIRY";
  if (nowMs >= message.expiresAtMs) return "EXPIRED";
  return nowMs < (message.effectiveAtMs ?? Number.NEGATIVE_INFINITY) ? "NOT_YET" : "IN_FORCE";
}

/** Messages that others have ended, and how. */
export type EndedAlerts = ReadonlyMap<string, "CANCELLED" | "SUPERSEDED">;

/**
 * What is ended by what came with it. A cancel ends what it refers to and every update of that, so
 * the order in which messages came changes nothing.
 */
export function endedAlerts(messages: readonly AlertMessage[]): EndedAlerts {
  const ended = new Map<string, "CANCELLED" | "SUPERSEDED">();
  const updatesOf = new Map<string, string[]>();
  const cancelled: string[] = [];
  const byId = new Map(messages.map((message) => [message.messageId, message]));
  for (const message of messages) {
    const { messageId, move, references, sender, status } = message;
    if (move !== AlertMove.UPDATE && move !== AlertMove.CANCEL) continue;
    for (const reference of references) {
      const target = byId.get(reference.messageId);
      const isOwn = reference.sender === sender && target?.sender === sender;
      if (!isOwn || target.status !== status || target === message) continue;
      if (move === AlertMove.CANCEL) cancelled.push(target.messageId);
      else {
        ended.set(target.messageId, "SUPERSEDED");
        updatesOf.set(target.messageId, [...(updatesOf.get(target.messageId) ?? []), messageId]);
      }
    }
  }
  for (let id = cancelled.pop(); id !== undefined; id = cancelled.pop()) {
    if (ended.get(id) === "CANCELLED") continue;
    ended.set(id, "CANCELLED");
    cancelled.push(...(updatesOf.get(id) ?? []));
  }
  return ended;
}

/**
 * Standing of every message at an instant (TP-ALERT-9). What was cancelled or superseded stays so,
 * whatever the clock says and in whichever order the messages came; only the original sender can do
 * it. An exercise ends nothing that is real (TP-ALERT-8).
 */
export function standingsAt(
  messages: readonly AlertMessage[],
  nowMs: number,
): ReadonlyMap<string, AlertStanding> {
  const ended = endedAlerts(messages);
  return new Map(
    messages.map((message) => {
      const end = message.move === AlertMove.CANCEL ? undefined : ended.get(message.messageId);
      return [message.messageId, end ?? standingAlone(message, nowMs)];
    }),
  );
}

/** What stands before every line about a message that is not real; empty for one that is. */
export function exerciseMark(status: ExchangeStatus): string {
  if (status === ExchangeStatus.ACTUAL) return "";
  return status === ExchangeStatus.TEST ? "TEST" : "EXERCISE";
}
