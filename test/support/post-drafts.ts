import { randomUUID } from "node:crypto";
import type { MessageDraft } from "#post";
import {
  AlertKind,
  AlertMove,
  AlertScope,
  Disclosed,
  Handling,
  Instrument,
  Kind,
  Priority,
  Tlp,
  TraceMove,
  UseRestriction,
} from "#proto";

/** What makes an alert of such a draft, with a text for a body. */
export function alertOf(body: string) {
  return {
    kind: Kind.ALERT,
    priority: Priority.URGENT,
    disclosed: Disclosed.create({
      alertMove: AlertMove.ALERT,
      alertKind: AlertKind.WANTED_FIREARM,
      alertScope: AlertScope.PRIVATE,
    }),
    parts: [
      {
        name: "body",
        plaintext: Buffer.from(body),
        schema: "tracepost.v1.Alert",
        retentionClass: "alert",
      },
    ],
  } as const satisfies Partial<MessageDraft>;
}

/** A trace request with a text for a body. */
export function draftOf(
  sender: string,
  recipients: readonly string[],
  body: string,
  nowMs: number,
): MessageDraft {
  return {
    sender,
    recipients,
    kind: Kind.TRACE_REQUEST,
    conversationId: randomUUID(),
    nowMs,
    instrumentBasis: [Instrument.ITI],
    handling: Handling.create({
      tlp: Tlp.AMBER,
      use: [UseRestriction.ANY_LAWFUL],
      originatorState: sender.slice(0, 2),
    }),
    disclosed: Disclosed.create({ move: TraceMove.REQUEST }),
    parts: [
      {
        name: "body",
        plaintext: Buffer.from(body),
        schema: "tracepost.v1.TraceRequest",
        retentionClass: "trace",
      },
    ],
  };
}
