/**
 * What one instance of the gateway does for all: dispatching again, expiry, housekeeping, disposal,
 * asking the witnesses (TP-INST-3). Whoever has it asks before each step whether it still does.
 * Nothing in the store depends on it: two that did the same would do it in turns.
 */
export interface Duty {
  /** Whether it is this instance's, now. */
  readonly isMine: boolean;
  /** Calls `begin` each time it becomes this instance's; what it throws is the caller's. */
  onTaken(begin: () => void): void;
}

/** Of a gateway that is alone on its store. */
export const ALONE: Duty = { isMine: true, onTaken: () => undefined };
