import { type Refusal, refuse } from "#errors";
import { isStateCode, stateName } from "#reference";
import type { RegisterView } from "#trust";
import { standingOf } from "../chain/exchange-standing.ts";

/** Why a State cannot be asked by letter; undefined when it can (TP-OFF-1). */
export function letterRefusal(register: RegisterView, to: string): Refusal | undefined {
  if (!isStateCode(to)) {
    return refuse("RECIPIENT_UNKNOWN", "to", "by letter: an ISO 3166-1 alpha-2 code");
  }
  const { onExchange, participant } = standingOf(register, to);
  if (!onExchange) return undefined;
  const detail = `${stateName(to)} is on the exchange as ${participant}; leave offExchange out`;
  return refuse("BODY_INVALID", "offExchange", detail);
}

/** That nobody of the register is meant, and how a State off the exchange is asked. */
export function unknownRecipient(to: string): Refusal {
  const isState = isStateCode(to);
  const way = `not in the register; ${stateName(to)} is asked by letter with offExchange: true`;
  return refuse("RECIPIENT_UNKNOWN", "to", isState ? way : "not in the register");
}
