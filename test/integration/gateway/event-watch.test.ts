import { appendFile, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createLogger, GATEWAY_LIMITS, PROCESS_LIMITS } from "#runtime";
import { EventWatch, type WatchedFile } from "../../../deploy/local/watch/event-watch.ts";
import { IncidentJournal, parseJournalLine } from "../../../deploy/local/watch/incident-journal.ts";
import { type GatewayBench, openGatewayBench } from "../../support/gateway-bench.ts";
import { OperatorDoor } from "../../support/operator-door.ts";
import { makeParties } from "../../support/parties.ts";

/** What others have written into files is counted by a gateway, once (TP-OPS-15, TP-OPS-17). */

let dir: string;
let log: string;
let places: string;
let bench: GatewayBench;
let door: OperatorDoor;
let isAway: boolean;
let participant: string;
let parse: WatchedFile["parse"];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-watch-"));
  log = join(dir, "some.log");
  places = join(dir, "places.json");
  isAway = false;
  participant = "NE";
  parse = parseJournalLine;
  bench = await openGatewayBench(makeParties([{ id: "NE" }, { id: "BR" }]));
  door = new OperatorDoor(bench);
  await door.open();
  await writeFile(log, "begun at some time\n");
});

afterEach(async () => {
  await door.close();
  await bench.close();
  await rm(dir, { recursive: true, force: true });
});

/** One of its own, as after a restart of the supervisor. */
const freshWatch = (): EventWatch =>
  new EventWatch({
    files: [{ name: "log", file: log, parse }],
    placesFile: places,
    door: () => ({ url: isAway ? "http://127.0.0.1:1" : door.url, token: door.installation }),
    logger: createLogger({ name: "test", level: "silent" }),
  });

const lineOf = (subject: string): string =>
  `${JSON.stringify({ kind: "STREAM_FULL", participant, subject, detail: "seen" })}\n`;

const write = (...subjects: string[]): Promise<void> =>
  appendFile(log, subjects.map(lineOf).join(""));

/** Subject and count, by subject. */
async function counted(): Promise<string[]> {
  const all = { before: null, isOpen: null, kind: null, participant: null, limit: 500 };
  const events = await bench.store.call("listEvents", all);
  return events.map(({ subject, count }) => `${subject} ${count}`).toSorted();
}

test("what is the same is counted together, what comes later is added", async () => {
  const watch = freshWatch();
  await write("a", "b", "a");
  await watch.round();
  await write("a");
  await appendFile(log, lineOf("cut off").slice(0, 20));
  await watch.round();
  expect(await counted()).toEqual(["a 3", "b 1"]);
  await appendFile(log, lineOf("cut off").slice(20));
  await watch.round();
  expect(await counted()).toEqual(["a 3", "b 1", "cut off 1"]);
});

test("nothing is lost while the gateway is away", async () => {
  const watch = freshWatch();
  isAway = true;
  await write("a");
  await watch.round();
  expect(await counted()).toEqual([]);
  isAway = false;
  await watch.round();
  expect(await counted()).toEqual(["a 1"]);
});

test("nothing is counted twice when its reader ended before it had noted its place", async () => {
  await write("a", "b");
  await freshWatch().round();
  await rm(places);
  await write("b", "c");
  await freshWatch().round();
  await freshWatch().round();
  expect(await counted()).toEqual(["a 1", "b 2", "c 1"]);
});

test("a file that was put aside is read to its end, under the same name", async () => {
  const watch = freshWatch();
  await write("a");
  await watch.round();
  await write("b");
  await rename(log, `${log}.1`);
  await writeFile(log, "begun at another time\n");
  await write("c");
  await watch.round();
  await freshWatch().round();
  expect(await counted()).toEqual(["a 1", "b 1", "c 1"]);
});

test("a file that grows too large is put aside while its writer goes on", async () => {
  const subject = "x".repeat(GATEWAY_LIMITS.eventSubjectCharsMax);
  const portion = lineOf(subject).repeat(2_000);
  const lines = 2_000 * Math.ceil((PROCESS_LIMITS.logBytesMax + 1) / portion.length);
  for (let n = 0; n < lines; n += 2_000) await appendFile(log, portion);
  const watch = freshWatch();
  await watch.round();
  expect((await stat(log)).size).toBe(0);
  await write("after");
  await watch.round();
  expect(await counted()).toEqual(["after 1", `${subject} ${lines}`]);
});

test("more that differs than a report holds is told in several", async () => {
  const many = GATEWAY_LIMITS.eventReportMax + 50;
  await write(...Array.from({ length: many }, (_, n) => `subject ${n}`));
  await freshWatch().round();
  const [others, ...own] = await counted();
  expect(own).toHaveLength(GATEWAY_LIMITS.eventSubjectsMax);
  expect(others).toBe(`(others) ${many - GATEWAY_LIMITS.eventSubjectsMax}`);
});

test("the longest texts there can be are taken", async () => {
  const { eventSubjectCharsMax } = GATEWAY_LIMITS;
  const long = (n: number): string => String.fromCodePoint(0x4e00 + n).repeat(eventSubjectCharsMax);
  await write(...Array.from({ length: 220 }, (_, n) => long(n)));
  parse = (line) => {
    const seen = parseJournalLine(line);
    return seen && { ...seen, detail: long(1).repeat(2) };
  };
  await freshWatch().round();
  const counts = (await counted()).map((line) => Number(line.split(" ").at(-1)));
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(220);
});

test("what a gateway will never take does not hold up what follows", async () => {
  const watch = freshWatch();
  participant = "x".repeat(200);
  await write("refused");
  await watch.round();
  participant = "NE";
  await write("taken");
  await watch.round();
  expect(await counted()).toEqual(["taken 1"]);
});

test("what the steward has seen is on disk before it goes on, and is told like a log", async () => {
  await rm(log);
  const journal = new IncidentJournal(log);
  const seen = {
    kind: "STREAM_TAIL_LOST",
    participant: "NE",
    subject: "NE/IN",
    detail: "",
  } as const;
  await Promise.all([journal.note(seen), journal.note(seen)]);
  await new IncidentJournal(log).note(seen);
  expect((await readFile(log, "utf8")).split("\n")).toHaveLength(5);
  await freshWatch().round();
  await freshWatch().round();
  expect(await counted()).toEqual(["NE/IN 3"]);
});
