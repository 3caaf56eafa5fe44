import type { MoveSent } from "../moves/send-move.ts";

/** Why a rule that took a request could not acknowledge it after all; closed (TP-ANS-11). */
export const SENDING_BARS = {
  NOT_OPEN: "the case takes no acknowledgement any more, such as one that was answered before",
  NOT_VALID: "the acknowledgement would break a rule of replies",
  NOT_RELEASED: "it would pass on what its originator keeps",
  SECOND_PERSON: "it would need a second person: an officer begins it",
} as const satisfies Record<string, string>;

/** One of {@link SENDING_BARS}. */
export type SendingBar = keyof typeof SENDING_BARS;

/** Why an acknowledgement was not sent, by its code and in words for the case. */
export interface NotSent {
  readonly bar: SendingBar;
  readonly detail: string;
}

/** The reason for which an acknowledgement by a rule was not sent. */
export function notSent(sent: Exclude<MoveSent, { readonly type: "sent" }>): NotSent {
  const told = (bar: SendingBar, more: string): NotSent => {
    return { bar, detail: more === "" ? SENDING_BARS[bar] : `${SENDING_BARS[bar]}; ${more}` };
  };
  switch (sent.type) {
    case "letter":
    case "unknown":
      return told("NOT_OPEN", "");
    case "illegal":
      return told("NOT_OPEN", sent.refusal.detail);
    case "invalid":
      return told("NOT_VALID", sent.errors.map(({ field, rule }) => `${field} ${rule}`).join(", "));
    case "refused":
      return told("NOT_RELEASED", sent.refusal.detail);
    case "held":
    case "waiting":
    case "not-alone":
    case "officer":
      return told("SECOND_PERSON", "");
    default:
      return sent satisfies never;
  }
}
