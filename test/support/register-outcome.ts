import type { RegisterOutcome } from "#trust";

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
