import { CONVERSATION_STATES, type ConversationState, foldMoves } from "#casework";
import type { Transaction } from "#runtime";
import { STANDING } from "./conversation-tables.ts";
import { loadThread, type Thread } from "./thread.ts";

/** How a state is kept: its place plus one. */
export function stateNumber(state: ConversationState): number {
  return CONVERSATION_STATES.indexOf(state) + 1;
}

/** The state that is kept so; undefined where none was. */
export function stateOfNumber(number: number | null): ConversationState | undefined {
  return number === null ? undefined : CONVERSATION_STATES[number - 1];
}

/** Keeps where a conversation stands after something was recorded of it. */
export async function refreshState(tx: Transaction, conversation: number): Promise<void> {
  const thread = await loadThread(tx, conversation);
  if (thread === undefined) return;
  const number = stateNumber(stateOf(thread));
  await tx.write("UPDATE conversation SET state = ? WHERE id = ?", number, conversation);
}

/** A term that has passed is no message, and changes nothing here. */
function stateOf({ moves, sentAtMs, standing }: Thread): ConversationState {
  if (standing === STANDING.takenBack) return "TAKEN_BACK";
  if (standing === STANDING.cancelled) return "CANCELLED";
  if (moves.length === 0) return standing === STANDING.lapsed ? "LAPSED" : "OPEN";
  const asOfMs = moves.reduce((atMs, move) => Math.max(atMs, move.sentAtMs), sentAtMs);
  const { state } = foldMoves(moves, { openedAtMs: sentAtMs, asOfMs });
  return CONVERSATION_STATES.find((one) => one === state) ?? "OPEN";
}
