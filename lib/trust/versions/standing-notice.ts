import { REGISTER_LIMITS } from "#runtime";
import type { RegisterStanding } from "./register-standing.ts";

/** What a person is told of where a register stands, and what to do. */
export interface StandingNotice {
  /** `stuck`: something does not go on by itself any more. */
  readonly level: "stuck" | "look";
  readonly what: string;
  readonly remedy: string;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The countdown of a register (TP-REG-3); undefined while nobody has to do anything. */
export function standingNotice(
  { closesAtMs, name }: Pick<RegisterStanding, "closesAtMs" | "name">,
  nowMs: number,
): StandingNotice | undefined {
  if (closesAtMs === undefined) return undefined;
  const expiresAtMs = closesAtMs - REGISTER_LIMITS.graceMs;
  switch (name) {
    case "fresh":
    case "stale": {
      const expires = `it expires in ${span(expiresAtMs - nowMs)}`;
      if (expiresAtMs - nowMs <= REGISTER_LIMITS.renewalWarningMs) {
        return {
          level: "look",
          what: `The participant register is to be renewed: ${expires}.`,
          remedy: "Ask the root holders for the next version: tracepost register draft, sign.",
        };
      }
      if (name === "fresh") return undefined;
      return {
        level: "look",
        what: `Nobody has said for a day that the participant register is the newest; ${expires}.`,
        remedy:
          "Ask the secretariat whether there is a newer one; it signs: tracepost register freshen.",
      };
    }
    case "grace":
      return {
        level: "stuck",
        what:
          "The participant register has expired: requests and alerts that are not urgent are " +
          `refused (REGISTER_EXPIRED), and nothing goes any more in ${span(closesAtMs - nowMs)}.`,
        remedy: "Ask the secretariat for the next version. Answers and urgent requests still go.",
      };
    case "closed":
      return {
        level: "stuck",
        what:
          `The participant register has closed ${span(nowMs - closesAtMs)} ago: nothing is sent ` +
          "and nothing taken in (REGISTER_EXPIRED).",
        remedy: "Ask the secretariat for the next version. Messages are kept, and go with it.",
      };
    default:
      return name satisfies never;
  }
}

/** A span of time in its two largest units. */
function span(ms: number): string {
  const days = Math.floor(ms / DAY_MS);
  const hours = Math.floor((ms % DAY_MS) / HOUR_MS);
  if (days > 0) return `${days} d ${hours} h`;
  return `${hours} h ${Math.floor((ms % HOUR_MS) / 60_000)} min`;
}
