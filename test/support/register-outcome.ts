import { expect } from "vitest";
import type { RegisterBundle } from "#proto";
import { type RegisterOutcome, type RegisterState, takeRegister } from "#trust";
import { START_MS } from "./register-authority.ts";

const NOW_MS = START_MS + 1_000;

/** An outcome in a line: `good`, or the code, field and detail of its refusal. */
export function told(outcome: RegisterOutcome<unknown>): string {
  if (outcome.ok) return "good";
  const { code, detail, field } = outcome.refusal;
  return `${code} ${field} ${detail}`;
}

/** The value of an outcome that must be good. */
export function opened<T>(outcome: RegisterOutcome<T>): T {
  if (!outcome.ok) throw new TypeError(told(outcome));
  return outcome.value;
}

/** The state of a client that must take what is offered, or know it. */
export function taken(
  state: RegisterState,
  offered: RegisterBundle,
  nowMs = NOW_MS,
): RegisterState {
  const taking = takeRegister(state, offered, nowMs);
  if (taking.outcome === "refused") throw new TypeError(JSON.stringify(taking.refusal));
  return taking.state;
}

/** The code of a refusal, which changes nothing; another outcome by its name. */
export function refusal(state: RegisterState, offered: RegisterBundle, nowMs = NOW_MS) {
  const taking = takeRegister(state, offered, nowMs);
  if (taking.outcome !== "refused") return taking.outcome;
  expect(taking.state).toBe(state);
  return taking.refusal.code;
}
