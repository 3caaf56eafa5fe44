import { type Refusal, refuse } from "#errors";
import { type Incident, recordIncident } from "#post";
import { MonitorFeed } from "#proto";
import { MONITOR_LIMITS, type SqlRow, type Transaction } from "#runtime";
import { dayName } from "#statistics";
import { decodeExactly, equalBytes, sha256, timestampMs } from "#wire";
import { dayNamed } from "../periods.ts";
import { compareDay } from "./compare-day.ts";
import { isReleaseWellFormed, keepRelease } from "./keep-release.ts";
import { type FeedTimes, type TakenEvents, takeEvents } from "./take-events.ts";

/** A message of the feed, as it was sent. */
export interface FeedOffer {
  /** Encoded MonitorFeed. */
  readonly feed: Uint8Array;
  /** Own participant id. */
  readonly monitor: string;
  readonly nowMs: number;
}

/** What became of a message of the feed (TP-MON-3). */
export type FeedTaken =
  | ({ readonly type: "taken"; readonly number: number } & TakenEvents)
  /** It was taken before. */
  | { readonly type: "known"; readonly number: number }
  /** Numbers before it are missing; nothing of it is kept. */
  | { readonly type: "gap"; readonly missing: MissingNumbers }
  /** It was made later than now; nothing of it is kept, and it is asked for again. */
  | { readonly type: "early"; readonly number: number }
  /** It is not of this chain; nothing of it is kept. */
  | { readonly type: "refused"; readonly refusal: Refusal };

/** Numbers that are to be asked for, both included. */
export interface MissingNumbers {
  readonly first: number;
  readonly last: number;
}

/** The end of the chain as it is kept; number 0 before the first. */
interface ChainEnd {
  readonly number: number;
  readonly digest: Uint8Array;
}

/** Takes one message in the order of the chain, once, whole or not at all (TP-MON-4). */
export async function takeFeed(tx: Transaction, offer: FeedOffer): Promise<FeedTaken> {
  const { feed: bytes, monitor, nowMs } = offer;
  const feed = decodeExactly(MonitorFeed, bytes);
  const madeAtMs = timestampMs(feed?.madeAt);
  if (feed?.content === undefined || madeAtMs === undefined || !hasGoodContent(feed)) {
    return refused("MALFORMED", "", "is no message of a feed");
  }
  if (feed.monitor !== monitor) return refused("NOT_ADDRESSED", "monitor", "is not this one");
  const number = Number(feed.number);
  const digest = sha256(bytes);
  const end = await chainEnd(tx);
  if (number <= end.number) {
    const isKnown = equalBytes(await digestOf(tx, number), digest);
    if (isKnown) return { type: "known", number };
    return refused("DIGEST_MISMATCH", "number", "was another message");
  }
  if (number > end.number + 1) {
    return { type: "gap", missing: { first: end.number + 1, last: number - 1 } };
  }
  if (!equalBytes(feed.previousDigest, end.digest)) {
    return refused("DIGEST_MISMATCH", "previous_digest", "is not of the message before");
  }
  if (madeAtMs > nowMs + MONITOR_LIMITS.madeAheadMsMax) return { type: "early", number };
  const taken = await takeContent(tx, feed.content, { number, madeAtMs, nowMs });
  await tx.run(
    `INSERT INTO monitor_feed (number, digest, content, made_at, taken_at, register_version,
       counted, refused) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[number, digest, feed.content.$case, madeAtMs, nowMs, Number(feed.registerVersion)],
    ...[taken.counted, taken.refused],
  );
  if (taken.refused > 0) {
    const detail = `${taken.refused} events of message ${number} of the feed`;
    await note(tx, { kind: "FEED_EVENTS_REFUSED", digest, detail }, nowMs);
  }
  return { type: "taken", number, ...taken };
}

type Content = NonNullable<MonitorFeed["content"]>;

function hasGoodContent({ content, number }: MonitorFeed): boolean {
  if (number < 1n || number > BigInt(Number.MAX_SAFE_INTEGER)) return false;
  if (content?.$case === "release") return isReleaseWellFormed(content.value);
  if (content?.$case === "counts") return dayNamed(content.value.day) !== undefined;
  return true;
}

async function takeContent(
  tx: Transaction,
  content: Content,
  times: FeedTimes & { readonly nowMs: number },
): Promise<TakenEvents> {
  switch (content.$case) {
    case "events":
      return await takeEvents(tx, content.value.events, times);
    case "release":
      await keepRelease(tx, content.value, times.number);
      return NOTHING_COUNTED;
    case "counts":
      await takeCounts(tx, content.value, times);
      return NOTHING_COUNTED;
    default:
      return content satisfies never;
  }
}

const NOTHING_COUNTED: TakenEvents = { counted: 0, refused: 0 };

async function takeCounts(
  tx: Transaction,
  share: (Content & { readonly $case: "counts" })["value"],
  { nowMs, number }: { readonly number: number; readonly nowMs: number },
): Promise<void> {
  const day = dayNamed(share.day) ?? 0;
  const differences = await compareDay(tx, share, { day, number, nowMs });
  if (differences.length === 0) return;
  const named = differences.map(({ fed, told, what }) => `${what} ${fed} of ${told}`).join(", ");
  const digest = sha256(Buffer.from(`discrepancy of ${dayName(day)}`));
  const detail = `${dayName(day)}, to entry ${share.logIndex}: ${named}`;
  await note(tx, { kind: "FEED_DISCREPANCY", digest, detail }, nowMs);
}

/** The newest message that was taken. */
export async function chainEnd(tx: Transaction, _args?: unknown): Promise<ChainEnd> {
  const row = await tx.get<SqlRow & { number: number; digest: Uint8Array }>(
    "SELECT number, digest FROM monitor_feed ORDER BY number DESC LIMIT 1",
  );
  return row ?? { number: 0, digest: new Uint8Array(0) };
}

async function digestOf(tx: Transaction, number: number): Promise<Uint8Array> {
  const row = await tx.get<SqlRow & { digest: Uint8Array }>(
    "SELECT digest FROM monitor_feed WHERE number = ?",
    number,
  );
  return row?.digest ?? new Uint8Array(0);
}

function refused(code: Refusal["code"], name: string, detail: string): FeedTaken {
  const field = name === "" ? "monitor_feed" : `monitor_feed.${name}`;
  return { type: "refused", refusal: refuse(code, field, detail) };
}

async function note(tx: Transaction, incident: Incident, nowMs: number): Promise<void> {
  await recordIncident(tx, { ...incident, sender: "GATEWAY" }, nowMs);
}
