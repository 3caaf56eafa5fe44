import type { Figure } from "#statistics";
import { EVENT_MEASURES } from "./breakdown.ts";
import { eventFigures } from "./event-figures.ts";
import type { FigureDeps } from "./figure-deps.ts";
import { type AskedFigures, figureQuestion } from "./figure-question.ts";
import { bodyOf, membersOf } from "./membership.ts";
import { LEDGER_MEASURES, ofLedgers } from "./of-ledgers.ts";
import { OPEN_MEASURES, openFigures } from "./open-figures.ts";
import { releaseFigures } from "./release-figures.ts";

/**
 * Answers one question for figures (TP-MON-13): of events, of open requests, of ledgers, or of the
 * releases of the gateway. Throws InvalidRequest, which names the field.
 */
export async function queryFigures(deps: FigureDeps, asked: AskedFigures): Promise<Figure[]> {
  const { clock, register, store } = deps;
  const question = figureQuestion(asked, clock.now());
  const body = bodyOf(deps, asked.body);
  const membersAt = membersOf(register(), body);
  const isOneOf = (measures: readonly string[]): boolean => measures.includes(question.measure);
  if (isOneOf(LEDGER_MEASURES)) return await ofLedgers(store, question, membersAt);
  if (asked.basis !== "RELEASES") {
    if (isOneOf(OPEN_MEASURES)) return await openFigures(store, question, membersAt);
    if (EVENT_MEASURES.has(question.measure)) {
      return await eventFigures(store, question, membersAt);
    }
  }
  return await releaseFigures(store, question, body);
}
