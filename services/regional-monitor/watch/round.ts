import { WATCH_LIMITS } from "#runtime";
import { evaluate, type OpenFindings, refusalsOn } from "./evaluate.ts";
import type { Readings } from "./readings.ts";
import type { WatchRule } from "./rules.ts";
import { type Look, look, type Notice, type Standing } from "./standing.ts";

/** When a round is, and what the one before left. */
export interface RoundTimes {
  readonly nowMs: number;
  readonly reminderDays: number;
  /** The newest day that was over when its refusals were looked at; undefined before the first. */
  readonly lookedOn: number | undefined;
}

/** What a round leaves. */
export interface Round extends Look {
  readonly lookedOn: number | undefined;
  /** What is watched no more: nobody is told of it. */
  readonly dropped: readonly Standing[];
}

/**
 * Looks at everything once, pure (TP-WATCH-6). What a rule stood for that is not in the
 * configuration any more, and of a State that is not named any more, is dropped. Days that passed
 * since the round before, such as those of an outage, are looked at one after the other.
 */
export function watchRound(
  rules: readonly WatchRule[],
  { before, readings }: { readonly before: readonly Standing[]; readonly readings: Readings },
  times: RoundTimes,
): Round {
  const isWatched = (one: Standing): boolean => rules.some((rule) => watches(rule, one, readings));
  const dropped = before.filter((one) => !isWatched(one));
  let standing = before.filter(isWatched);
  const notices: Notice[] = [];
  const days = daysToLookAt(readings, times.lookedOn);
  for (const rule of rules) {
    const steps =
      rule.rule === "REFUSALS"
        ? days.map((day) => (open: OpenFindings) => refusalsOn(day, rule, { readings, open }))
        : [(open: OpenFindings) => evaluate(rule, readings, open)];
    for (const step of steps) {
      const open = new Map(
        standing.filter(({ name }) => name === rule.name).map((one) => [one.subject, one]),
      );
      const next = look(standing, step(open), times);
      standing = [...next.standing];
      notices.push(...next.notices);
    }
  }
  return { standing, notices, dropped, lookedOn: days.at(-2) ?? times.lookedOn };
}

function watches(rule: WatchRule, one: Standing, { named }: Readings): boolean {
  if (rule.name !== one.name || rule.rule !== one.rule) return false;
  if ("of" in rule && rule.of !== (one.about === "STATE" ? "STATES" : one.about)) return false;
  return one.about !== "STATE" || named.has(one.subject);
}

/** Days that are over and were not looked at, and the one that is not over, in order. */
function daysToLookAt({ fedOn }: Readings, lookedOn: number | undefined): number[] {
  if (fedOn === undefined) return [];
  const first = Math.max((lookedOn ?? fedOn - 2) + 1, fedOn - WATCH_LIMITS.comparedDays);
  return Array.from({ length: Math.max(0, fedOn - first) + 1 }, (_, at) =>
    Math.min(first + at, fedOn),
  );
}
