import { createHash } from "node:crypto";
import {
  DailyCountsShare,
  ExchangeStatus,
  Kind,
  MonitorEvent,
  MonitorFeed,
  Priority,
  TraceMove,
} from "#proto";
import { encodeMessage, sha256, toTimestamp } from "#wire";

/** Whom made-up feeds are for. */
export const MONITOR = "ORG-ECOWAS";

/** Full hours since 1970 of an instant. */
export function hourAt(instant: string): number {
  return Math.floor(Date.parse(instant) / 3_600_000);
}

/** A request of Niger to Austria, unless it is changed. */
export function monitorEvent(
  changes: Partial<MonitorEvent> & Pick<MonitorEvent, "logIndex">,
): MonitorEvent {
  return MonitorEvent.create({
    salt: sha256(Buffer.from(String(changes.logIndex))).subarray(0, 16),
    kind: Kind.TRACE_REQUEST,
    fromState: "NE",
    toState: "AT",
    recipients: 1,
    status: ExchangeStatus.ACTUAL,
    priority: Priority.ROUTINE,
    recordedHour: hourAt("2026-10-03T14:00:00Z"),
    move: TraceMove.REQUEST,
    chainLength: 1,
    ...changes,
  });
}

/** The share of a day that is true of its events. */
export function shareOf(
  day: string,
  events: readonly MonitorEvent[],
  logIndex = 1_000_000n,
): DailyCountsShare {
  const digests = createHash("sha256");
  const counts = new Map<string, DailyCountsShare["counts"][number]>();
  for (const event of events) {
    digests.update(sha256(encodeMessage(MonitorEvent, event)));
    const { code, kind, status } = event;
    const key = `${kind} ${status} ${code}`;
    const known = counts.get(key) ?? { kind, status, code, records: 0n };
    counts.set(key, { ...known, records: known.records + 1n });
  }
  return DailyCountsShare.create({
    ...{ day, salt: new Uint8Array(16), logIndex, events: BigInt(events.length) },
    eventsDigest: digests.digest(),
    counts: [...counts.values()],
  });
}

/** Makes the messages of one feed, each with the digest of the one before. */
export class MadeFeed {
  readonly sent: Uint8Array[] = [];
  readonly #monitor: string;

  constructor(monitor = MONITOR) {
    this.#monitor = monitor;
  }

  /** The next message, as the gateway would send it. */
  add(content: NonNullable<MonitorFeed["content"]>, madeAt: number | string): Uint8Array {
    const before = this.sent.at(-1);
    const feed = encodeMessage(
      MonitorFeed,
      MonitorFeed.create({
        monitor: this.#monitor,
        number: BigInt(this.sent.length + 1),
        previousDigest: before === undefined ? new Uint8Array(0) : sha256(before),
        madeAt: toTimestamp(typeof madeAt === "number" ? madeAt : Date.parse(madeAt)),
        registerVersion: 1n,
        content,
      }),
    );
    this.sent.push(feed);
    return feed;
  }

  events(events: readonly MonitorEvent[], madeAt: number | string): Uint8Array {
    return this.add({ $case: "events", value: { events: [...events] } }, madeAt);
  }

  counts(share: DailyCountsShare, madeAt: number | string): Uint8Array {
    return this.add({ $case: "counts", value: share }, madeAt);
  }
}
