import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WATCH_LIMITS } from "#runtime";
import type { Readings } from "../../../services/regional-monitor/watch/readings.ts";
import { watchRound } from "../../../services/regional-monitor/watch/round.ts";
import { DEFAULT_RULES } from "../../../services/regional-monitor/watch/rules.ts";
import type { Notice, Standing } from "../../../services/regional-monitor/watch/standing.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = DAY_MS / 24;
const START = 20_700;
const RULES = [
  ...DEFAULT_RULES,
  { name: "states-old", rule: "BACKLOG", of: "STATES", olderThanDays: 10, count: 5 } as const,
];

/** What happens between two looks of a monitor. */
const anyStep = fc.record({
  hours: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 2_000 })),
  isFed: fc.boolean(),
  speaks: fc.boolean(),
  isNamed: fc.boolean(),
  old: fc.integer({ min: 0, max: 40 }),
  refused: fc.integer({ min: 0, max: 60 }),
  differs: fc.boolean(),
  isRestarted: fc.boolean(),
});
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

/** No release has come. */
const NOTHING_RELEASED: Readings = {
  ...{ today: START, startedOn: START, fedOn: undefined, firstDay: undefined, openOn: undefined },
  ...{ named: new Map(), unknown: new Set(), lastRecord: new Map(), open: [] },
  ...{ refusals: new Map(), daysKnown: new Set(), discrepancies: [] },
};

/** A monitor under a clock of the test. */
class Watched {
  nowMs = START * DAY_MS;
  standing: readonly Standing[] = [];
  readings: Readings = {
    ...{ today: START, startedOn: START, fedOn: START, firstDay: START - 40 },
    ...{ named: new Map(), lastRecord: new Map(), open: [], discrepancies: [] },
    refusals: new Map([["EXPIRED", new Map()]]),
    ...{ openOn: START, daysKnown: undefined, unknown: new Set() },
  };
  lookedOn: number | undefined;

  look(): readonly Notice[] {
    const { lookedOn, nowMs, readings, standing: before } = this;
    const times = { nowMs, reminderDays: 7, lookedOn, releasedOn: undefined };
    const round = watchRound(RULES, { before, readings, released: NOTHING_RELEASED }, times);
    this.standing = round.standing;
    this.lookedOn = round.lookedOn;
    return round.notices;
  }

  pass({ differs, hours, isFed, isNamed, isRestarted, old, refused, speaks }: Step): void {
    this.nowMs += hours * HOUR_MS;
    const today = Math.floor(this.nowMs / DAY_MS);
    const { fedOn, lastRecord, named, refusals } = this.readings;
    const since = named.get("KE") ?? today;
    const counts = new Map(refusals.get("EXPIRED"));
    if (isFed && today !== fedOn) counts.set(today, refused);
    this.readings = {
      ...this.readings,
      today,
      fedOn: isFed ? today : fedOn,
      openOn: isFed ? today : fedOn,
      named: new Map(isNamed ? [["KE", since]] : []),
      lastRecord: speaks && isFed ? new Map([["KE", today]]) : lastRecord,
      open: ["", "KE"].map((state) => ({ state, day: today - 40, requests: old })),
      refusals: new Map([["EXPIRED", counts]]),
      discrepancies: differs ? [{ day: START, firstIndex: 1, lastIndex: 9 }] : [],
    };
    if (isRestarted) this.standing = JSON.parse(JSON.stringify(this.standing));
  }
}

/** Begun → (reminder)* → ended, and then from the beginning. */
class Told {
  readonly #last = new Map<string, Notice>();

  take(notice: Notice): void {
    const key = `${notice.name} ${notice.subject}`;
    const before = this.#last.get(key);
    const isOpen = before !== undefined && before.kind !== "ENDED";
    expect([key, notice.kind, isOpen]).toEqual([key, notice.kind, notice.kind !== "BEGAN"]);
    if (before !== undefined && isOpen) {
      expect(notice.firstSeenMs).toBe(before.firstSeenMs);
      if (notice.kind === "REMINDER") {
        expect(notice.atMs - before.atMs).toBeGreaterThanOrEqual(7 * DAY_MS);
      }
    }
    this.#last.set(key, notice);
  }

  /** Of what is dropped nobody is told any more. */
  forget(kept: readonly Standing[]): void {
    const there = new Set(kept.map(({ name, subject }) => `${name} ${subject}`));
    for (const [key, { kind }] of this.#last) {
      if (kind !== "ENDED" && !there.has(key)) this.#last.delete(key);
    }
  }
}

describe("whatever happens to a monitor, and whenever it looks", () => {
  it("each change is told once, and its end once (TP-WATCH-6)", () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 40 }), (steps) => {
        const watched = new Watched();
        const told = new Told();
        for (const step of steps) {
          watched.pass(step);
          const notices = watched.look();
          for (const notice of notices) told.take(notice);
          told.forget(watched.standing);
          expect(watched.look(), "looked again at the same moment").toEqual([]);
          const keys = watched.standing.map(({ name, subject }) => `${name} ${subject}`);
          expect(new Set(keys).size).toBe(keys.length);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("no State is named without its consent, and no small count is said (TP-WATCH-8)", () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 30 }), (steps) => {
        const watched = new Watched();
        for (const step of steps) {
          watched.pass(step);
          for (const { rule, subject, value } of watched.look()) {
            if (subject === "KE") expect(step.isNamed).toBe(true);
            const isCount = rule === "BACKLOG" || rule === "REFUSALS";
            if (isCount && value !== null) {
              expect(value).toBeGreaterThanOrEqual(WATCH_LIMITS.countMin);
            }
          }
          const named = watched.standing.some(({ subject }) => subject === "KE");
          expect(named && !step.isNamed).toBe(false);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("a look after an outage leaves what stands as looks in between would have (TP-WATCH-6)", () => {
    fc.assert(
      fc.property(fc.array(anyStep, { minLength: 1, maxLength: 20 }), (steps) => {
        const often = new Watched();
        const once = new Watched();
        // Levels are of the moment: only the steps on the way differ.
        const same = steps.map((step) => ({ ...step, isNamed: true, isFed: true, refused: 0 }));
        for (const step of same) {
          often.pass(step);
          often.look();
          once.pass(step);
        }
        once.look();
        often.look();
        const beyond = ({ standing, readings }: Watched) =>
          standing
            .filter(
              ({ rule }) =>
                rule !== "BACKLOG" || readings.open.every((o) => (o.requests ?? 0) > 19),
            )
            .map(({ name, subject, value }) => [name, subject, value]);
        expect(beyond(once).toSorted()).toEqual(beyond(often).toSorted());
      }),
      { numRuns: 100 },
    );
  });
});
