import { type Header, Kind, Priority } from "#proto";
import { REGISTER_LIMITS } from "#runtime";
import type { RegisterState } from "./register-state.ts";

/**
 * How far a register may still be relied on (TP-REG-3).
 * - `fresh`: said to be the newest within the last 24 hours;
 * - `stale`: not said so, and not expired: shown, nothing is refused;
 * - `grace`: expired up to 30 days ago: what begins a conversation waits, unless it is urgent;
 * - `closed`: expired longer ago, or there is none: nothing is sent, nothing is believed.
 */
export type RegisterStandingName = "fresh" | "stale" | "grace" | "closed";

/** Where a register stands, and when that gets worse by itself. */
export interface RegisterStanding {
  readonly name: RegisterStandingName;
  /** Milliseconds since 1970 of the next worse standing; undefined when closed. */
  readonly untilMs: number | undefined;
  /** Milliseconds since 1970 at which it closes: the countdown to show. */
  readonly closesAtMs: number | undefined;
}

/** What the standing of a version follows from, in milliseconds since 1970. */
export interface RegisterTimes {
  readonly expiresAtMs: number;
  /** When it was last said to be the newest. */
  readonly freshAtMs: number;
}

/** Where the register of a client stands at a time (TP-REG-3). */
export function registerStanding({ taken }: RegisterState, nowMs: number): RegisterStanding {
  if (taken === undefined) return { name: "closed", untilMs: undefined, closesAtMs: undefined };
  const { freshAtMs, manifest } = taken;
  return standingOf({ freshAtMs, expiresAtMs: manifest.expiresAtMs }, nowMs);
}

/** The same of a version by its times. */
export function standingOf(
  { expiresAtMs, freshAtMs }: RegisterTimes,
  nowMs: number,
): RegisterStanding {
  const closesAtMs = expiresAtMs + REGISTER_LIMITS.graceMs;
  const staleAtMs = Math.min(freshAtMs + REGISTER_LIMITS.freshnessLifeMs, expiresAtMs);
  if (nowMs >= closesAtMs) return { name: "closed", untilMs: undefined, closesAtMs };
  if (nowMs >= expiresAtMs) return { name: "grace", untilMs: closesAtMs, closesAtMs };
  if (nowMs >= staleAtMs) return { name: "stale", untilMs: expiresAtMs, closesAtMs };
  return { name: "fresh", untilMs: staleAtMs, closesAtMs };
}

/** Kinds that begin a conversation; all others answer, follow or account for one. */
const BEGINNINGS: ReadonlySet<Kind> = new Set([Kind.TRACE_REQUEST, Kind.ALERT]);

/**
 * Whether a message may be sent, and accepted, under a register that stands so (TP-REG-3): in grace
 * all but a trace request or alert that is not urgent; closed, only what brings a register.
 */
export function isServedBy(
  standing: RegisterStandingName,
  { kind, priority }: Pick<Header, "kind" | "priority">,
): boolean {
  switch (standing) {
    case "fresh":
    case "stale":
      return true;
    case "grace":
      return !BEGINNINGS.has(kind) || priority === Priority.URGENT;
    case "closed":
      return kind === Kind.REGISTER;
    default:
      return standing satisfies never;
  }
}
