const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MINUTE_MS = 60_000;

/** How busy a local hour is, as a share of the mean: offices by day, a watch at night. */
const BY_HOUR = [
  ...[0.2, 0.15, 0.15, 0.15, 0.15, 0.2, 0.4, 0.8, 1.7, 2.1, 2.3, 2.2],
  ...[1.6, 1.8, 2.1, 2.1, 1.9, 1.5, 0.9, 0.6, 0.4, 0.3, 0.2, 0.1],
];
/** Sunday first. */
const BY_DAY = [0.35, 1.25, 1.3, 1.25, 1.25, 1.15, 0.45];
/** January first: fewer in August and at the end of the year. */
const BY_MONTH = [1, 1.05, 1.1, 1, 1.05, 1.05, 0.9, 0.8, 1.1, 1.1, 1.05, 0.8];
const REGION_STATES = 20;
const BURSTS = 60;
/** Of all starts. */
const BURST_SHARE = 0.0008;
const BURST_MS = 2 * HOUR_MS;
/** States that are without a line for two to seven days. */
const SILENT_SHARE = 0.3;
/** Hours for which the whole exchange stands still. */
const STANDSTILLS = [4, 6, 12];
/** What has waited is sent within this. */
const CATCH_UP_MS = 2 * HOUR_MS;

interface Outage {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** When who is at work, is busy beyond measure, or has no line. */
export class YearCalendar {
  readonly startMs: number;
  readonly endMs: number;
  /** The most that {@link busy} gives. */
  readonly peak = Math.max(...BY_HOUR) * Math.max(...BY_DAY) * Math.max(...BY_MONTH);
  readonly #random: () => number;
  readonly #zones: ReadonlyMap<string, number>;
  readonly #outages: ReadonlyMap<string, Outage>;
  readonly #standstills: readonly Outage[];
  readonly #bursts = new Map<number, string[]>();

  constructor(
    about: { readonly states: readonly string[]; readonly starts: number; readonly year: number },
    random: () => number,
  ) {
    const { starts, states, year } = about;
    this.#random = random;
    this.startMs = Date.UTC(year, 0);
    this.endMs = Date.UTC(year + 1, 0);
    this.#zones = new Map(
      states.map((state, at) => [state, (Math.floor(at / REGION_STATES) * 5) % 24]),
    );
    const silent = states.filter(() => random() < SILENT_SHARE);
    this.#outages = new Map(
      silent.map((state) => [state, this.#outage((2 + random() * 5) * DAY_MS)]),
    );
    this.#standstills = STANDSTILLS.map((hours) => this.#outage(hours * HOUR_MS));
    for (let burst = 0; burst < BURSTS; burst += 1) this.#addBurst(states, starts);
  }

  /** How busy a State is at a time, as a share of the mean of its year. */
  busy(atMs: number, state: string): number {
    const local = new Date(atMs + (this.#zones.get(state) ?? 0) * HOUR_MS);
    const byDay = (BY_DAY[local.getUTCDay()] ?? 1) * (BY_MONTH[local.getUTCMonth()] ?? 1);
    return byDay * (BY_HOUR[local.getUTCHours()] ?? 1);
  }

  /** Who begins what in a minute of a burst. */
  startsIn(minuteMs: number): readonly string[] {
    const found = this.#bursts.get(minuteMs) ?? [];
    this.#bursts.delete(minuteMs);
    return found;
  }

  /** Most of what would be sent at night or on a day off is sent on the next morning. */
  inOffice(atMs: number, state: string): number {
    let at = atMs;
    for (let tries = 0; tries < 4 && this.busy(at, state) < 0.6; tries += 1) {
      if (this.#random() < 0.2) return at;
      const local = (at / HOUR_MS + (this.#zones.get(state) ?? 0)) % 24;
      const untilEight = (32 - local) % 24;
      at += (untilEight + this.#random() * 3) * HOUR_MS;
    }
    return at;
  }

  /** When what is sent at a time comes to be recorded: behind an outage, if there is one. */
  recordedAt(atMs: number, state: string): number {
    let at = atMs;
    for (const outage of [this.#outages.get(state), ...this.#standstills]) {
      if (outage === undefined || at < outage.fromMs || at >= outage.untilMs) continue;
      at = outage.untilMs + this.#random() * CATCH_UP_MS;
    }
    return at;
  }

  #outage(lengthMs: number): Outage {
    const fromMs = this.startMs + this.#random() * (this.endMs - this.startMs - lengthMs);
    return { fromMs, untilMs: fromMs + lengthMs };
  }

  #addBurst(states: readonly string[], starts: number): void {
    const state = states[Math.floor(this.#random() * states.length)] ?? "";
    const { fromMs } = this.#outage(BURST_MS);
    for (let n = 0; n < starts * BURST_SHARE; n += 1) {
      const atMs = fromMs + this.#random() * BURST_MS;
      const minuteMs = atMs - (atMs % MINUTE_MS);
      this.#bursts.set(minuteMs, [...(this.#bursts.get(minuteMs) ?? []), state]);
    }
  }
}
