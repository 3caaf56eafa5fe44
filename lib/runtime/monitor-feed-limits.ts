import { DAY_MS, KIB, MIB, MINUTE_MS } from "./units.ts";

/** Limits of what a regional monitor is fed (docs/spec/feed.md). */
export const MONITOR_FEED_LIMITS = {
  /** Bytes of one MonitorFeed: an envelope with its header stays below its own limit. */
  feedBytesMax: 900 * KIB,
  /** Events in one message; at their longest they stay below 100 KiB. */
  eventsMax: 500,
  /** Tables of one release; a body has some twenty. */
  tablesMax: 64,
  /** What a table may be broken down by. */
  dimensionsMax: 4,
  /** Pairs of States in one release, the busiest first: all of 70 States, with room. */
  pairsMax: 5_000,
  /** Cells of one release: pairs, and every named row of 200 States. */
  cellsMax: 14_000,
  /** Characters of a name, a key or a period in a release. */
  textCharsMax: 64,
  /** Tenths of completeness that a request may disclose. */
  tenthsMax: 10,
  /** Kinds of record that daily counts tell apart. */
  countsMax: 2_000,
  /** How long a feed message is kept for a monitor that was away. */
  keptMs: 366 * DAY_MS,
  /** How often what was recorded since is counted, and fed: events of a quiet hour go together. */
  followMs: MINUTE_MS,
  /** Records counted in one transaction, at most the events of one message: some milliseconds. */
  stepRecords: 500,
  /** Pause between two such transactions, so that the store's thread is for messages. */
  stepPauseMs: 20,
  /** Feed messages put on their way at a time. */
  pushMax: 50,
  /** Bytes of a signed request for messages that a monitor lacks: names, numbers, one signature. */
  requestBytesMax: KIB,
  /** Bytes of feed messages in the answer to one; the first is in it however long it is. */
  pageBytesMax: 8 * MIB,
} as const;
