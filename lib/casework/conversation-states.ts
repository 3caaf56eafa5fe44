import type { TraceState } from "./trace-states.ts";

/**
 * Where a conversation stands, as what was recorded of it tells (TP-FIND-3). Stores keep the
 * place in this list, so nothing is ever put between two of them.
 */
export const CONVERSATION_STATES = [
  /** Asked, and nothing answered yet; an alert that is not cancelled. */
  "OPEN",
  /** Its delivery expired. */
  "LAPSED",
  /** Its recipient rejected it. */
  "TAKEN_BACK",
  /** An alert that its sender cancelled. */
  "CANCELLED",
  "ACKNOWLEDGED",
  "INFORMATION_REQUESTED",
  "IN_PROGRESS",
  "INTERIM",
  "DELAYED",
  "REFERRED",
  "REFUSED",
  "CLARIFICATION_SOUGHT",
  "ANSWERED",
  "REOPENED",
  "CORRECTED",
  "WITHDRAWN",
  "CLOSED_NO_INFORMATION",
  "CLOSED",
] as const satisfies readonly (TraceState | "OPEN" | "LAPSED" | "TAKEN_BACK" | "CANCELLED")[];

/** A name of {@link CONVERSATION_STATES}. */
export type ConversationState = (typeof CONVERSATION_STATES)[number];
