/**
 * A process that takes a filed year: `monitor`, by the desk of a monitor and its store, or `plain`,
 * by plain inserts. Folder, place, how many events, and how many messages come at a time are
 * arguments; says at a tenth, a half and the end where it is, as lines of JSON.
 */
import { setTimeout as wait } from "node:timers/promises";
import { MonitorEvent, MonitorFeed } from "#proto";
import { createLogger, type StorePlace, systemTimers } from "#runtime";
import { openStore } from "#store";
import { encodeMessage } from "#wire";
import { FeedDesk } from "../../services/regional-monitor/ingest/feed-desk.ts";
import type { MonitorProcedures } from "../../services/regional-monitor/store.ts";
import { MONITOR } from "../support/made-feed.ts";
import { median } from "./machine.ts";
import { type FiledFeed, filedFeeds } from "./monitor-files.ts";
import type { PlainEvent, PlainProcedures } from "./plain-store.ts";

/** What is said on the way. */
export interface IntakeMark {
  readonly feeds: number;
  readonly events: number;
  /** Spent on it, without looking at memory. */
  readonly ms: number;
  /** CPU of all threads. */
  readonly cpuMs: number;
  readonly rssBytes: number;
  readonly outcomes: Readonly<Record<string, number>>;
}

/** Takes messages that come together; gives what became of them. */
interface Intake {
  /** What is done before the clock starts. */
  prepare(feeds: readonly FiledFeed[]): void;
  take(feeds: readonly FiledFeed[]): Promise<readonly string[]>;
  close(): Promise<void>;
}

const MARKS = [0.1, 0.5, 1];
const SAMPLES = 8;
const SAMPLE_MS = 250;

async function openMonitor(place: StorePlace): Promise<Intake> {
  const module = new URL("../../services/regional-monitor/store.ts", import.meta.url);
  const store = await openStore<MonitorProcedures>({ place, module });
  let nowMs = 0;
  const logger = createLogger({ name: "bench", level: "silent" });
  const clock = { now: () => nowMs };
  const about = { participant: MONITOR, source: undefined, timers: systemTimers };
  const desk = new FeedDesk({ ...about, store, clock, logger });
  return {
    prepare: (feeds) => {
      nowMs = feeds.at(-1)?.madeAtMs ?? nowMs;
    },
    take: async (feeds) => {
      const taken = await Promise.all(feeds.map(({ feed }) => desk.take({ bytes: feed })));
      return taken.map((one) => (typeof one === "string" ? one : one.code));
    },
    close: async () => {
      await desk.stop();
      await store.close();
    },
  };
}

async function openPlain(place: StorePlace): Promise<Intake> {
  const module = new URL("./plain-store.ts", import.meta.url);
  const store = await openStore<PlainProcedures>({ place, module });
  let events: PlainEvent[] = [];
  return {
    prepare: (feeds) => {
      events = feeds.flatMap(({ feed }) => {
        const { content } = MonitorFeed.decode(feed);
        return content?.$case === "events" ? content.value.events.map(plainEvent) : [];
      });
    },
    take: async () => {
      await store.call("insertPlain", events);
      return [];
    },
    close: () => store.close(),
  };
}

function plainEvent(event: MonitorEvent): PlainEvent {
  return [Number(event.logIndex), event.recordedHour, encodeMessage(MonitorEvent, event)];
}

async function residentBytes(): Promise<number> {
  const samples: number[] = [];
  for (let n = 0; n < SAMPLES; n += 1) {
    await wait(SAMPLE_MS);
    samples.push(process.memoryUsage.rss());
  }
  return median(samples);
}

/** Messages as the inbox hands them over: so many at a time. */
async function* batches(dir: string, size: number): AsyncGenerator<FiledFeed[]> {
  let batch: FiledFeed[] = [];
  for await (const feed of filedFeeds(dir)) {
    if (batch.push(feed) < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Takes messages until there are `most` events, and says where it is at each mark. */
async function run(intake: Intake, dir: string, most: number, size: number): Promise<void> {
  const outcomes: Record<string, number> = {};
  const marks = [...MARKS];
  let [feeds, events, ms, cpuMs] = [0, 0, 0, 0];
  for await (const batch of batches(dir, size)) {
    if (events >= most) break;
    intake.prepare(batch);
    const [startedAt, cpu] = [performance.now(), process.cpuUsage()];
    const became = await intake.take(batch);
    ms += performance.now() - startedAt;
    const { system, user } = process.cpuUsage(cpu);
    cpuMs += (user + system) / 1_000;
    for (const one of became) outcomes[one] = (outcomes[one] ?? 0) + 1;
    feeds += batch.length;
    events += batch.reduce((sum, one) => sum + one.events, 0);
    if (events < most * (marks[0] ?? 2)) continue;
    marks.shift();
    const mark = { feeds, events, ms, cpuMs, rssBytes: await residentBytes(), outcomes };
    process.stdout.write(`${JSON.stringify(mark satisfies IntakeMark)}\n`);
  }
}

const [work = "", dir = "", placeText = "", most = "0", size = "1"] = process.argv.slice(2);
const place = JSON.parse(placeText) as StorePlace;
const intake = await (work === "plain" ? openPlain(place) : openMonitor(place));
await run(intake, dir, Number(most), Number(size));
await intake.close();
