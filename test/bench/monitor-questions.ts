import { InvalidRequest } from "#http";
import { type Participant, ParticipantStatus, Role } from "#proto";
import type { StorePlace } from "#runtime";
import { openStore } from "#store";
import type { RegisterView } from "#trust";
import { toTimestamp } from "#wire";
import { EVENT_MEASURES } from "../../services/regional-monitor/figures/breakdown.ts";
import type { FigureDeps } from "../../services/regional-monitor/figures/figure-deps.ts";
import type { AskedFigures } from "../../services/regional-monitor/figures/figure-question.ts";
import { OPEN_MEASURES } from "../../services/regional-monitor/figures/open-figures.ts";
import { queryFigures } from "../../services/regional-monitor/figures/query-figures.ts";
import type { MonitorProcedures } from "../../services/regional-monitor/store.ts";
import { MONITOR } from "../support/made-feed.ts";
import { quantile } from "./machine.ts";
import { REPEATS } from "./timed-reads.ts";

/** A question, and how long its answers took. */
export interface AskedQuestion {
  readonly name: string;
  /** Figures of the largest answer; 0: it is refused, because it asks for too many. */
  readonly figures: number;
  /** Of each State that it was asked with, the quickest of some. */
  readonly ms: readonly number[];
}

/** Every question, and a call of the store that reads one row. */
export interface AskedQuestions {
  readonly questions: readonly AskedQuestion[];
  readonly floorMs: readonly number[];
}

/** Each is asked with so many States, one after the other. */
const SAMPLES = 5;
const FLOOR_SAMPLES = 200;

/** Ranges that a page shows, by length of their periods. */
const RANGES: readonly Pick<AskedFigures, "from" | "length" | "to">[] = [
  { length: "HOUR", from: "2026-10-05", to: "2026-10-11" },
  { length: "HOUR", from: "2026-10-01", to: "2026-10-31" },
  { length: "DAY", from: "2026-10", to: "2026-10" },
  { length: "DAY", from: "2026", to: "2026" },
  { length: "MONTH", from: "2026", to: "2026" },
  { length: "YEAR", from: "2026", to: "2026" },
];

/** Whose records, beside those of all States. */
const WHOSE: readonly Pick<AskedFigures, "asOf" | "members">[] = [
  {},
  { asOf: "2026-11-15" },
  { members: "CURRENT" },
  { members: "FIXED" },
];

/** Everything that can be asked of events, for the ranges that a page shows. */
function* allQuestions(): Generator<AskedFigures & { readonly isOfOne: boolean }> {
  const measures = [...EVENT_MEASURES, ...OPEN_MEASURES.map((one) => [one, ["AGE"]] as const)];
  for (const [measure, dimensions] of measures) {
    for (const range of RANGES) {
      for (const other of ["", ...dimensions]) {
        for (const sender of ["", "STATE", "REGION"]) {
          const by = [sender, other].filter((name) => name !== "").join(",");
          for (const whose of WHOSE) yield { measure, by, ...range, ...whose, isOfOne: false };
        }
        if (range.length === "HOUR") continue;
        yield { measure, by: other, ...range, isOfOne: true };
      }
    }
  }
}

/** Asks everything of a store that lies there, one question at a time. */
export async function askQuestions(
  place: StorePlace,
  states: readonly string[],
  nowMs: number,
): Promise<AskedQuestions> {
  const module = new URL("../../services/regional-monitor/store.ts", import.meta.url);
  const store = await openStore<MonitorProcedures>({ place, module });
  const register = registerOf(states);
  const deps = {
    participant: MONITOR,
    store,
    register: () => register,
    clock: { now: () => nowMs },
  };
  try {
    const floorMs: number[] = [];
    for (let sample = 0; sample < FLOOR_SAMPLES; sample += 1) {
      floorMs.push((await quickest(() => store.call("chainEnd", undefined))).ms);
    }
    const questions: AskedQuestion[] = [];
    for (const { isOfOne, ...question } of allQuestions()) {
      const some = isOfOne ? states.filter((_, at) => at % 40 === 0).slice(0, SAMPLES) : [""];
      const asked = await askOne(deps, question, some);
      if (asked !== undefined) questions.push(asked);
    }
    return { floorMs, questions };
  } finally {
    await store.close();
  }
}

/** Undefined: it is none, such as a State by the hour. */
async function askOne(
  deps: FigureDeps,
  question: AskedFigures,
  states: readonly string[],
): Promise<AskedQuestion | undefined> {
  const ms: number[] = [];
  let figures = 0;
  for (const state of states) {
    const ask = async (): Promise<number> => {
      const asked = state === "" ? question : { ...question, state };
      return (await queryFigures(deps, asked)).length;
    };
    try {
      const answered = await quickest(ask);
      ms.push(answered.ms);
      figures = Math.max(figures, answered.value);
    } catch (caught) {
      if (!(caught instanceof InvalidRequest)) throw caught;
      ms.push((await quickest(() => ask().catch(() => 0))).ms);
    }
  }
  return { name: nameOf(question, states.length > 1), figures, ms };
}

async function quickest<T>(work: () => Promise<T>): Promise<{ ms: number; value: T }> {
  let best: { ms: number; value: T } | undefined;
  for (let time = 0; time < REPEATS; time += 1) {
    const startedAt = performance.now();
    const value = await work();
    const ms = performance.now() - startedAt;
    if (best === undefined || ms < best.ms) best = { ms, value };
  }
  return best as { ms: number; value: T };
}

function nameOf(question: AskedFigures, isOfOne: boolean): string {
  const { asOf, by = "", from, length, measure, members, to } = question;
  const told = by === "" ? "" : ` by ${by.replace(",", " and ")}`;
  const range = from === to ? from : `${from} to ${to}`;
  const more = [
    isOfOne ? "of one State" : "",
    members ?? "",
    asOf === undefined ? "" : "as of a day",
  ];
  return [`${measure}${told}, ${length} of ${range}`, ...more.filter(Boolean)].join(", ");
}

/** The slowest questions, and all together: rows of a table. */
export function questionRows({ floorMs, questions }: AskedQuestions, slowest: number): string[][] {
  const floor = quantile(floorMs, 0.5);
  const row = (name: string, ms: number): string[] => {
    return [name, `${ms.toFixed(1)} ms`, `${floor.toFixed(2)} ms`, (ms / floor).toFixed(0)];
  };
  const all = questions.flatMap(({ ms }) => ms);
  const worst = (one: AskedQuestion): number => Math.max(...one.ms);
  const sorted = questions.toSorted((one, other) => worst(other) - worst(one)).slice(0, slowest);
  return [
    row(`${questions.length} questions, p50`, quantile(all, 0.5)),
    row("p99", quantile(all, 0.99)),
    ...sorted.map((one) => {
      const size = one.figures === 0 ? "refused" : `${one.figures} figures`;
      return row(`slowest: ${one.name} (${size})`, worst(one));
    }),
  ];
}

/** A register in which all of them are members of the body. */
function registerOf(states: readonly string[]): RegisterView {
  const since = toTimestamp(Date.UTC(2000, 0));
  const base = { status: ParticipantStatus.ACTIVE, disclosures: [], instruments: [] };
  const bodies = { regionalBodies: [{ body: "ECOWAS", since }] };
  const monitor = { ...base, ...bodies, id: MONITOR, role: Role.REGIONAL_MONITOR, state: "" };
  const members = states.map((state) => {
    return { ...base, ...bodies, id: state, role: Role.FOCAL_POINT, state };
  });
  const participants = [monitor, ...members] as unknown as Participant[];
  return { version: 1n, participants } as unknown as RegisterView;
}
