import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { POST_LIMITS, type StorePlace } from "#runtime";
import { readStore } from "#store";
import { type Compared, compareRecount } from "../support/compare-recount.ts";
import { type BenchPlace, openBenchPlace } from "./bench-place.ts";
import { type FiledYear, filedLog, fileYear } from "./monitor-files.ts";
import type { IntakeMark } from "./monitor-intake.ts";
import { type AskedQuestions, askQuestions, questionRows } from "./monitor-questions.ts";
import type { Bench, BenchOptions, Section } from "./section.ts";

const STATES = 200;
const YEAR = 2026;
const SEED = 4_711;
/** Events that the floor and messages one by one are measured with. */
const PART_EVENTS = 100_000;
const ALONE_EVENTS = 2_000;
const MIB = 2 ** 20;
const HOUR_MS = 3_600_000;
/** Questions that are told one by one. */
const SLOWEST = 5;
const INTAKE = fileURLToPath(new URL("./monitor-intake.ts", import.meta.url));

/** A made-up year, taken by a monitor, counted again without it, and asked for. */
export const monitorBench: Bench = {
  name: "monitor",
  about: "a monitor takes a made-up year of 200 States, is recounted, and is asked",
  run: measureMonitor,
};

async function measureMonitor(options: BenchOptions): Promise<Section> {
  const { keep, progress, rows, store } = options;
  const dir = keep ?? (await mkdtemp(join(tmpdir(), "tracepost-monitor-bench-")));
  await mkdir(dir, { recursive: true });
  const seed = Number(process.env.TRACEPOST_SEED ?? SEED);
  const plan = { seed, messages: rows, states: STATES, year: YEAR };
  progress(`seed ${seed} (TRACEPOST_SEED=${seed} repeats it)`);
  const year = await fileYear(dir, plan, progress);
  progress(`${year.records} records, ${year.feeds} messages of the feed, ${year.events} events`);
  // Not in the folder of the year: a PostgreSQL server lies beside it.
  const storeDir = await mkdtemp(join(tmpdir(), "tracepost-monitor-store-"));
  const at = await openBenchPlace(store, storeDir);
  try {
    return await measure({ at, dir, year, progress });
  } finally {
    await at.stop(false);
    await rm(storeDir, { recursive: true, force: true });
    // What is kept is the year; it is taken anew.
    if (keep === undefined) await rm(dir, { recursive: true, force: true });
  }
}

interface Measuring {
  readonly at: BenchPlace;
  readonly dir: string;
  readonly year: FiledYear;
  readonly progress: (text: string) => void;
}

async function measure({ at, dir, progress, year }: Measuring): Promise<Section> {
  const places = new Places(at.place);
  const part = Math.min(PART_EVENTS, year.events);
  const take = (work: "monitor" | "plain", place: StorePlace, events: number, size: number) =>
    runIntake([work, dir, JSON.stringify(place), String(events), String(size)]);
  const floor = await take("plain", places.next(), part, POST_LIMITS.inboxBatchMax);
  progress(`plain inserts: ${rateOf(floor.at(-1)).toFixed(0)} events/s`);
  const alone = await take("monitor", places.next(), Math.min(ALONE_EVENTS, part), 1);
  progress(`one message at a time: ${rateOf(alone.at(-1)).toFixed(0)} events/s`);
  const marks = await take("monitor", at.place, year.events, POST_LIMITS.inboxBatchMax);
  progress(`together: ${rateOf(marks.at(-1)).toFixed(0)} events/s`);
  const bytes = await at.bytes();
  const compared = await readStore(at.place, (tx) => compareRecount(tx, filedLog(dir, year)));
  progress(`${compared.places} places recounted, ${compared.differences.length} differ`);
  for (const difference of compared.differences) progress(difference);
  const nowMs = Date.UTC(YEAR + 1, 0) + HOUR_MS;
  const asked = await askQuestions(at.place, year.named, nowMs);
  progress(`${asked.questions.length} questions asked`);
  return sectionOf({ year, floor, alone, marks, bytes, compared, asked });
}

/** Places for stores beside the one that stays. */
class Places {
  readonly #first: StorePlace;
  #count = 0;

  constructor(first: StorePlace) {
    this.#first = first;
  }

  next(): StorePlace {
    this.#count += 1;
    const first = this.#first;
    if (first.kind === "sqlite") return { ...first, file: `${first.file}.${this.#count}` };
    return { ...first, schema: `${first.schema}${this.#count}` };
  }
}

const run = promisify(execFile);

async function runIntake(args: readonly string[]): Promise<IntakeMark[]> {
  const { stdout } = await run(process.execPath, [INTAKE, ...args]);
  const lines = stdout.trim().split("\n");
  return lines.map((line) => JSON.parse(line) as IntakeMark);
}

function rateOf(mark: IntakeMark | undefined, before?: IntakeMark): number {
  const events = (mark?.events ?? 0) - (before?.events ?? 0);
  return (events * 1_000) / ((mark?.ms ?? 1) - (before?.ms ?? 0));
}

interface Figures {
  readonly year: FiledYear;
  readonly floor: readonly IntakeMark[];
  readonly alone: readonly IntakeMark[];
  readonly marks: readonly IntakeMark[];
  readonly bytes: number;
  readonly compared: Compared;
  readonly asked: AskedQuestions;
}

function sectionOf({ alone, asked, bytes, compared, floor, marks, year }: Figures): Section {
  const plain = rateOf(floor.at(-1));
  const rate = (name: string, value: number): string[] => {
    return [name, value.toFixed(0), plain.toFixed(0), (value / plain).toFixed(2)];
  };
  const last = marks.at(-1);
  const memory = marks.map(({ rssBytes }) => (rssBytes / MIB).toFixed(0)).join(" / ");
  const count = (value: number): string => value.toLocaleString("en-US");
  const { places, differences } = compared;
  return {
    title:
      `A made-up year of ${STATES} States, seed ${year.plan.seed}: ${count(year.records)} records, ` +
      `${count(year.events)} events in ${count(year.feeds)} messages of the feed`,
    columns: ["", "monitor", "floor", "ratio"],
    rows: [
      rate("events a second, messages that wait together", rateOf(last)),
      rate("of these the last half", rateOf(last, marks.at(-2))),
      rate("events a second, one message at a time", rateOf(alone.at(-1))),
      [
        "events for a second of CPU",
        ((last?.events ?? 0) / ((last?.cpuMs ?? 1) / 1_000)).toFixed(0),
        "",
        "",
      ],
      ["resident memory at 10 % / 50 % / 100 %, MiB", memory, "", ""],
      ["bytes of the store for each event", (bytes / year.events).toFixed(0), "", ""],
      ["sums and histogram values that a recount gives too", count(places), "", ""],
      ["of these others than the recount", String(differences.length), "", ""],
      ...questionRows(asked, SLOWEST),
    ],
    data: { year, floor, alone, marks, bytes, compared, asked },
  };
}
