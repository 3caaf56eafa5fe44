/**
 * What rules look at: read from the monitor's store at one moment, by full days since 1970 in UTC;
 * of events, or of releases. States are alpha-2 codes, of those that are named by consent now.
 */
export interface Readings {
  readonly today: number;
  /** The day on which watching began. */
  readonly startedOn: number;
  /**
   * What came until this day is known: that on which the newest message of the feed was made, or
   * the day after the newest one that was released.
   */
  readonly fedOn: number | undefined;
  /** The first day of which anything is known. */
  readonly firstDay: number | undefined;
  /** State → the day since which it is seen to be named. */
  readonly named: ReadonlyMap<string, number>;
  /** Those of them of whom nothing is known now. */
  readonly unknown: ReadonlySet<string>;
  /** State, or "" for all that are not named → the day of its newest record. */
  readonly lastRecord: ReadonlyMap<string, number>;
  /** The day as of which it is known what is open. */
  readonly openOn: number | undefined;
  /** State, or "" for all together, and the day a request was made on → how many are open. */
  readonly open: readonly OpenRequests[];
  /** Code of a refusal → day → how many; null: withheld; of a known day without one: none. */
  readonly refusals: ReadonlyMap<string, ReadonlyMap<number, number | null>>;
  /** Days of which refusals are known; undefined: every day. */
  readonly daysKnown: ReadonlySet<number> | undefined;
  /** Days whose counts differ from what was fed. */
  readonly discrepancies: readonly Discrepancy[];
}

/** Requests of one day that are open. */
export interface OpenRequests {
  readonly state: string;
  readonly day: number;
  /** Null: some, and how many is withheld. */
  readonly requests: number | null;
}

/** A day whose counts differ, and the entries of the log between which they do. */
export interface Discrepancy {
  readonly day: number;
  readonly firstIndex: number | undefined;
  readonly lastIndex: number | undefined;
}
