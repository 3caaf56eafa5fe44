import { ExchangeStatus, PeriodLength } from "#proto";
import type { Clock, Database } from "#runtime";
import {
  type DueRelease,
  dayName,
  dayOf,
  disclosurePolicy,
  dueReleases,
  makeSafeApart,
  namedStates,
} from "#statistics";
import type { CurrentRegister } from "#trust";
import type { GatewayProcedures } from "../store.ts";
import { periodBounds, planRelease } from "./make-release.ts";

/** What releases are made with. */
export interface ReleaserDeps {
  readonly store: Pick<Database<GatewayProcedures>, "call">;
  readonly register: Pick<CurrentRegister, "view">;
  readonly clock: Clock;
}

/** Each has releases of its own, and is never in one with another (TP-FEED-11). */
const STATUSES = [ExchangeStatus.ACTUAL, ExchangeStatus.EXERCISE, ExchangeStatus.TEST] as const;

/**
 * Makes the releases that are due by the calendar, one body after the other (TP-FEED-10). One that
 * was made before is not made again: what was released stays as it was.
 */
export class Releaser {
  readonly #deps: ReleaserDeps;

  constructor(deps: ReleaserDeps) {
    this.#deps = deps;
  }

  /** Makes them in the sequence of the calendar, for as long as `isToGoOn` says so. */
  async makeDue(isToGoOn: () => boolean): Promise<void> {
    const { clock, store } = this.#deps;
    const nowMs = clock.now();
    const today = dayOf(nowMs);
    const last = await store.call("releasedUntil", { day: dayName(today) });
    if (last >= dayName(today)) return;
    for (const due of dueReleases(nowMs, last)) {
      for (const status of STATUSES) {
        if (!isToGoOn()) return;
        await this.#make(due, status, nowMs);
      }
    }
    await store.call("noteReleasedUntil", { day: dayName(today) });
  }

  async #make(due: DueRelease, status: ExchangeStatus, nowMs: number): Promise<void> {
    const { register, store } = this.#deps;
    const view = register.view();
    const { fromMs, untilMs } = periodBounds(due.period);
    const policy = disclosurePolicy(view, nowMs);
    const { bodies, monitorsOf } = policy;
    // Who was a member when the period ended.
    const { membersOf } = disclosurePolicy(view, untilMs - 1);
    for (const body of bodies) {
      const members = membersOf(body);
      const overlapping = bodies.filter((other) =>
        membersOf(other).some((state) => members.includes(state)),
      );
      const about = { body, status, period: due.period, vintage: due.vintage };
      const asked = { ...about, bodies: [...new Set([body, ...overlapping])] };
      const { isMade, tables } = await store.call("earlierReleases", asked);
      if (isMade || members.length === 0) continue;
      // What is open is of a date, and does not add up over days or months.
      const withOpen = due.length === PeriodLength.MONTH;
      const isOfDay = due.length === PeriodLength.DAY;
      const answeredBeforeMs = isOfDay ? null : Date.parse(`${due.releasedOn}T00:00:00Z`);
      const period = { fromMs, untilMs, status, members, withOpen, answeredBeforeMs };
      const counts = await store.call("countRelease", period);
      if (status !== ExchangeStatus.ACTUAL && counts.reporting.length === 0) continue;
      // A later vintage is of sums alone, whoever has consented since (TP-FEED-15).
      const namesStates = due.length === PeriodLength.MONTH && due.vintage === 1;
      const named = namesStates ? namedStates(policy, body, members) : null;
      const planned = planRelease({ ...due, body, members, named, status }, counts);
      const job = { tables: planned.tables, earlier: tables };
      const made = planned.finish(await makeSafeApart(job));
      const registerVersion = Number(view.version);
      const kept = { ...made, monitors: monitorsOf(body), registerVersion, nowMs };
      await store.call("keepRelease", kept);
    }
  }
}
