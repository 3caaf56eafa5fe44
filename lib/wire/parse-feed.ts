import { accepted, type Outcome, type Refusal, refuse, refused } from "#errors";
import {
  type DailyCountsShare,
  type MonitorEvent,
  type MonitorEventBatch,
  MonitorFeed,
  type StatisticsRelease,
  type StatisticsTable,
} from "#proto";
import { MONITOR_FEED_LIMITS } from "#runtime";
import { DIGEST_BYTES } from "./digests.ts";
import { decodeExactly } from "./exact-decode.ts";
import { isKnown } from "./known-values.ts";
import { type FeedOffer, feedBytesIn } from "./monitor-feed.ts";
import type { ParsedMessage } from "./parse-envelope.ts";
import { isShortText, isStateCode } from "./text-rules.ts";
import { timestampMs } from "./timestamps.ts";

/** Random bytes of an event and of a share of daily counts. */
const SALT_BYTES = 16;
/** 2026, 2026-10, 2026-10-03 or 2026-10-03T14. */
const PERIOD = /^\d{4}(-\d{2}(-\d{2}(T\d{2})?)?)?$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/**
 * Reads the body of a MONITOR_FEED message (TP-FEED-2): MALFORMED for a wrong body, TOO_LARGE for
 * one with more than a monitor takes at a time. Whether its number is the next one is for the
 * monitor to see.
 */
export function parseMonitorFeed(message: ParsedMessage): Outcome<FeedOffer> {
  const bytes = feedBytesIn(message);
  if (bytes.length > MONITOR_FEED_LIMITS.feedBytesMax) {
    return refused("TOO_LARGE", "monitor_feed", `over ${MONITOR_FEED_LIMITS.feedBytesMax} bytes`);
  }
  const feed = decodeExactly(MonitorFeed, bytes);
  if (feed === undefined) return refused("MALFORMED", "body", "is not encoded as we do");
  const refusal = checkPlace(feed, message.header.recipients[0]) ?? checkContent(feed);
  return refusal === undefined ? accepted({ feed, bytes }) : { ok: false, refusal };
}

/** Whose chain it is of, and where in it. */
function checkPlace(feed: MonitorFeed, recipient: string | undefined): Refusal | undefined {
  if (feed.monitor !== recipient) return malformed("monitor", "is not the recipient");
  if (feed.number < 1n || feed.number > BigInt(Number.MAX_SAFE_INTEGER)) {
    return malformed("number", "begins at 1 and stays below 2^53");
  }
  if (feed.previousDigest.length !== (feed.number === 1n ? 0 : DIGEST_BYTES)) {
    return malformed("previous_digest", "is that of the one before, and empty on the first");
  }
  if (timestampMs(feed.madeAt) === undefined) return malformed("made_at", "is missing");
  if (feed.registerVersion < 1n) return malformed("register_version", "is missing");
  return undefined;
}

function checkContent({ content }: MonitorFeed): Refusal | undefined {
  switch (content?.$case) {
    case "events":
      return checkEvents(content.value);
    case "release":
      return checkRelease(content.value);
    case "counts":
      return checkCounts(content.value);
    default:
      return malformed("content", "is missing");
  }
}

function checkEvents({ events }: MonitorEventBatch): Refusal | undefined {
  if (events.length === 0) return malformed("events", "is missing");
  if (events.length > MONITOR_FEED_LIMITS.eventsMax)
    return tooLarge("events", MONITOR_FEED_LIMITS.eventsMax);
  let before = -1n;
  for (const [place, event] of events.entries()) {
    const field = `events[${place}]`;
    if (event.logIndex <= before) return malformed(`${field}.log_index`, "must rise");
    before = event.logIndex;
    const refusal = checkEvent(event, field);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function checkEvent(event: MonitorEvent, field: string): Refusal | undefined {
  if (event.salt.length !== SALT_BYTES) {
    return malformed(`${field}.salt`, `must have ${SALT_BYTES} bytes`);
  }
  if (!isKnown.kind(event.kind)) return malformed(`${field}.kind`, "is not a known value");
  for (const [name, state] of [
    ["from_state", event.fromState],
    ["to_state", event.toState],
  ] as const) {
    if (state !== "" && !isStateCode(state)) {
      return malformed(`${field}.${name}`, "must be a country code");
    }
  }
  if (event.completenessTenth > MONITOR_FEED_LIMITS.tenthsMax) {
    return malformed(`${field}.completeness_tenth`, `is above ${MONITOR_FEED_LIMITS.tenthsMax}`);
  }
  const unknown = EVENT_CHOICES.find(([name, known]) => {
    const value = event[name];
    return value !== 0 && !known(value);
  });
  if (unknown !== undefined) return malformed(`${field}.${unknown[2]}`, "is not a known value");
  return undefined;
}

/** Fields of an event that say something from a list, or nothing. */
const EVENT_CHOICES = [
  ["status", isKnown.exchangeStatus, "status"],
  ["priority", isKnown.priority, "priority"],
  ["move", isKnown.traceMove, "move"],
  ["outcomeClass", isKnown.outcomeClass, "outcome_class"],
  ["alertMove", isKnown.alertMove, "alert_move"],
  ["alertKind", isKnown.alertKind, "alert_kind"],
  ["code", isKnown.refusalCode, "code"],
] as const;

function checkRelease(release: StatisticsRelease): Refusal | undefined {
  if (!isName(release.body)) return malformed("release.body", "is missing");
  if (!isKnown.periodLength(release.length)) {
    return malformed("release.length", "is not a known value");
  }
  if (!PERIOD.test(release.period)) return malformed("release.period", "must be such as 2026-10");
  if (release.vintage < 1) return malformed("release.vintage", "begins at 1");
  if (!DAY.test(release.releasedOn)) return malformed("release.released_on", "must be a day");
  if (!isKnown.exchangeStatus(release.status)) {
    return malformed("release.status", "is not a known value");
  }
  if (release.tables.length > MONITOR_FEED_LIMITS.tablesMax) {
    return tooLarge("release.tables", MONITOR_FEED_LIMITS.tablesMax);
  }
  let cells = 0;
  for (const [place, table] of release.tables.entries()) {
    cells += table.cells.length;
    if (cells > MONITOR_FEED_LIMITS.cellsMax)
      return tooLarge("release.cells", MONITOR_FEED_LIMITS.cellsMax);
    const refusal = checkTable(table, `release.tables[${place}]`);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function checkTable(table: StatisticsTable, field: string): Refusal | undefined {
  const { cells, dimensions } = table;
  if (!isName(table.name)) return malformed(`${field}.name`, "is missing");
  if (dimensions.length > MONITOR_FEED_LIMITS.dimensionsMax || !dimensions.every(isName)) {
    return malformed(
      `${field}.dimensions`,
      `must be at most ${MONITOR_FEED_LIMITS.dimensionsMax} names`,
    );
  }
  for (const [place, { keys, status, value }] of cells.entries()) {
    const cell = `${field}.cells[${place}]`;
    const hasKeys = keys.length === dimensions.length;
    if (!hasKeys || !keys.every((key) => key === "" || isName(key))) {
      return malformed(`${cell}.keys`, "must be one for each dimension");
    }
    if (!isKnown.cellStatus(status)) return malformed(`${cell}.status`, "is not a known value");
    if (!Number.isFinite(value) || value < 0) return malformed(`${cell}.value`, "is no number");
  }
  return undefined;
}

function checkCounts(share: DailyCountsShare): Refusal | undefined {
  if (!DAY.test(share.day)) return malformed("counts.day", "must be a day");
  if (share.salt.length !== SALT_BYTES) {
    return malformed("counts.salt", `must have ${SALT_BYTES} bytes`);
  }
  if (share.eventsDigest.length !== DIGEST_BYTES) {
    return malformed("counts.events_digest", `must have ${DIGEST_BYTES} bytes`);
  }
  const { countsMax } = MONITOR_FEED_LIMITS;
  return share.counts.length > countsMax ? tooLarge("counts.counts", countsMax) : undefined;
}

function isName(text: string): boolean {
  return text !== "" && text.length <= MONITOR_FEED_LIMITS.textCharsMax && isShortText(text);
}

function malformed(field: string, detail: string): Refusal {
  const place = `monitor_feed.${field}`;
  return refuse("MALFORMED", place, detail);
}

function tooLarge(field: string, max: number): Refusal {
  return refuse("TOO_LARGE", `monitor_feed.${field}`, `over ${max}`);
}
