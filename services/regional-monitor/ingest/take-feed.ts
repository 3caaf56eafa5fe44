import { type Refusal, refuse } from "#errors";
import { type Incident, recordIncident } from "#post";
import { MonitorFeed } from "#proto";
import { MONITOR_LIMITS, type SqlRow, type SqlValue, type Transaction } from "#runtime";
import { dayName } from "#statistics";
import { decodeExactly, equalBytes, sha256, timestampMs } from "#wire";
import { dayNamed } from "../periods.ts";
import { compareDay } from "./compare-day.ts";
import { isReleaseWellFormed, keepRelease } from "./keep-release.ts";
import { EventTaker, type FeedTimes, type TakenEvents } from "./take-events.ts";
import { writeRows } from "./write-sums.ts";

/** Messages of the feed that wait together, as they were sent, in their order. */
export interface FeedOffers {
  /** Encoded MonitorFeed each. */
  readonly feeds: readonly Uint8Array[];
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

/**
 * Takes messages one behind the other, each in the order of the chain, once, whole or not at all
 * (TP-MON-4), and raises each sum once for all of them. Gives what became of each.
 */
export async function takeFeeds(tx: Transaction, offers: FeedOffers): Promise<FeedTaken[]> {
  const { feeds, monitor, nowMs } = offers;
  const taker = new ChainTaker(tx, { monitor, nowMs });
  const taken: FeedTaken[] = [];
  for (const feed of feeds) taken.push(await taker.take(feed));
  await taker.write();
  return taken;
}

/** Takes messages in one transaction. */
class ChainTaker {
  readonly #tx: Transaction;
  readonly #monitor: string;
  readonly #nowMs: number;
  readonly #events: EventTaker;
  /** Rows of messages that are not written yet; their digests by number. */
  readonly #rows: SqlValue[][] = [];
  readonly #digests = new Map<number, Uint8Array>();
  #end: ChainEnd | undefined;

  constructor(tx: Transaction, { monitor, nowMs }: Omit<FeedOffers, "feeds">) {
    this.#tx = tx;
    this.#monitor = monitor;
    this.#nowMs = nowMs;
    this.#events = new EventTaker(tx);
  }

  async take(bytes: Uint8Array): Promise<FeedTaken> {
    const feed = decodeExactly(MonitorFeed, bytes);
    const madeAtMs = timestampMs(feed?.madeAt);
    if (feed?.content === undefined || madeAtMs === undefined || !hasGoodContent(feed)) {
      return refused("MALFORMED", "", "is no message of a feed");
    }
    if (feed.monitor !== this.#monitor)
      return refused("NOT_ADDRESSED", "monitor", "is not this one");
    const number = Number(feed.number);
    const digest = sha256(bytes);
    this.#end ??= await chainEnd(this.#tx);
    if (number <= this.#end.number) {
      if (equalBytes(await this.#digestOf(number), digest)) return { type: "known", number };
      return refused("DIGEST_MISMATCH", "number", "was another message");
    }
    if (number > this.#end.number + 1) {
      return { type: "gap", missing: { first: this.#end.number + 1, last: number - 1 } };
    }
    if (!equalBytes(feed.previousDigest, this.#end.digest)) {
      return refused("DIGEST_MISMATCH", "previous_digest", "is not of the message before");
    }
    if (madeAtMs > this.#nowMs + MONITOR_LIMITS.madeAheadMsMax) return { type: "early", number };
    const taken = await this.#takeContent(feed.content, { number, madeAtMs });
    this.#end = { number, digest };
    this.#digests.set(number, digest);
    this.#rows.push([
      ...[number, digest, feed.content.$case, madeAtMs, this.#nowMs, Number(feed.registerVersion)],
      ...[taken.counted, taken.refused],
    ]);
    if (taken.refused > 0) {
      const detail = `${taken.refused} events of message ${number} of the feed`;
      await note(this.#tx, { kind: "FEED_EVENTS_REFUSED", digest, detail }, this.#nowMs);
    }
    return { type: "taken", number, ...taken };
  }

  /** Writes what was taken. */
  async write(): Promise<void> {
    await this.#events.write();
    await writeRows(this.#tx, this.#rows, FEED_ROWS);
  }

  async #digestOf(number: number): Promise<Uint8Array> {
    const taken = this.#digests.get(number);
    if (taken !== undefined) return taken;
    const row = await this.#tx.get<SqlRow & { digest: Uint8Array }>(
      "SELECT digest FROM monitor_feed WHERE number = ?",
      number,
    );
    return row?.digest ?? new Uint8Array(0);
  }

  async #takeContent(content: Content, times: FeedTimes): Promise<TakenEvents> {
    switch (content.$case) {
      case "events":
        return await this.#events.take(content.value.events, times);
      case "release":
        await keepRelease(this.#tx, content.value, times.number);
        return NOTHING_COUNTED;
      case "counts":
        await this.#events.writeEvents();
        await takeCounts(this.#tx, content.value, { ...times, nowMs: this.#nowMs });
        return NOTHING_COUNTED;
      default:
        return content satisfies never;
    }
  }
}

const FEED_ROWS = {
  into: `monitor_feed (number, digest, content, made_at, taken_at, register_version, counted,
    refused)`,
  conflict: "",
};

type Content = NonNullable<MonitorFeed["content"]>;

function hasGoodContent({ content, number }: MonitorFeed): boolean {
  if (number < 1n || number > BigInt(Number.MAX_SAFE_INTEGER)) return false;
  if (content?.$case === "release") return isReleaseWellFormed(content.value);
  if (content?.$case === "counts") return dayNamed(content.value.day) !== undefined;
  return true;
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

function refused(code: Refusal["code"], name: string, detail: string): FeedTaken {
  const field = name === "" ? "monitor_feed" : `monitor_feed.${name}`;
  return { type: "refused", refusal: refuse(code, field, detail) };
}

async function note(tx: Transaction, incident: Incident, nowMs: number): Promise<void> {
  await recordIncident(tx, { ...incident, sender: "GATEWAY" }, nowMs);
}
