/**
 * What rules look at: read from the monitor's store at one moment, by full days since 1970 in UTC.
 * States are alpha-2 codes, of those that are named by consent now.
 */
export interface Readings {
  readonly today: number;
  /** The day on which watching began. */
  readonly startedOn: number;
  /** The day on which the newest message of the feed was made: what came until then is known. */
  readonly fedOn: number | undefined;
  /** The first day of which anything is known. */
  readonly firstDay: number | undefined;
  /** State → the day since which it is seen to be named. */
  readonly named: ReadonlyMap<string, number>;
  /** State, or "" for all that are not named → the day of its newest record. */
  readonly lastRecord: ReadonlyMap<string, number>;
  /** State, or "" for all together, and the day a request was made on → how many are open. */
  readonly open: readonly OpenRequests[];
  /** Code of a refusal → day → how many; a day without one has none. */
  readonly refusals: ReadonlyMap<string, ReadonlyMap<number, number>>;
  /** Days whose counts differ from what was fed. */
  readonly discrepancies: readonly Discrepancy[];
}

/** Requests of one day that are open. */
export interface OpenRequests {
  readonly state: string;
  readonly day: number;
  readonly requests: number;
}

/** A day whose counts differ, and the entries of the log between which they do. */
export interface Discrepancy {
  readonly day: number;
  readonly firstIndex: number | undefined;
  readonly lastIndex: number | undefined;
}
