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
  /** The same of days that were released. */
  readonly releasedOn: number | undefined;
}

/** What is looked at: what stood before, and what events and releases say. */
export interface Watched {
  readonly before: readonly Standing[];
  readonly readings: Readings;
  readonly released: Readings;
}

/** What a round leaves. */
export interface Round extends Look {
  readonly lookedOn: number | undefined;
  readonly releasedOn: number | undefined;
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
  { before, readings, released }: Watched,
  times: RoundTimes,
): Round {
  const named = new Set([...readings.named.keys(), ...released.named.keys()]);
  const isWatched = (one: Standing): boolean => rules.some((rule) => watches(rule, one, named));
  const dropped = before.filter((one) => !isWatched(one));
  let standing = before.filter(isWatched);
  const notices: Notice[] = [];
  const days = new Map([
    [readings, daysToLookAt(readings, times.lookedOn)],
    [released, daysToLookAt(released, times.releasedOn)],
  ]);
  for (const rule of rules) {
    const steps = sourcesOf(rule, { readings, released }).flatMap((source) => {
      if (rule.rule !== "REFUSALS") return [(open: OpenFindings) => evaluate(rule, source, open)];
      return (days.get(source) ?? []).map((day) => (open: OpenFindings) => {
        return refusalsOn(day, rule, { readings: source, open });
      });
    });
    for (const step of steps) {
      const open = new Map(
        standing.filter(({ name }) => name === rule.name).map((one) => [one.subject, one]),
      );
      const next = look(standing, step(open), times);
      standing = [...next.standing];
      notices.push(...next.notices);
    }
  }
  const lookedOn = days.get(readings)?.at(-2) ?? times.lookedOn;
  const releasedOn = days.get(released)?.at(-2) ?? times.releasedOn;
  return { standing, notices, dropped, lookedOn, releasedOn };
}

/** What a rule reads (TP-WATCH-13): each State where it is told of, counts of one source alone. */
function sourcesOf(
  rule: WatchRule,
  { readings, released }: Omit<Watched, "before">,
): readonly Readings[] {
  if (rule.rule === "SILENCE") return rule.of === "STATES" ? [readings, released] : [readings];
  if (rule.rule === "DISCREPANCY" || (rule.rule === "BACKLOG" && rule.of === "STATES")) {
    return [readings];
  }
  const isOfEvents = rule.from === "EVENTS" || readings.firstDay !== undefined;
  return rule.from === "RELEASES" || !isOfEvents ? [released] : [readings];
}

function watches(rule: WatchRule, one: Standing, named: ReadonlySet<string>): boolean {
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
