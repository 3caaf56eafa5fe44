import { existsSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { normalizeSerial } from "#casework";
import { planScenario } from "../../scenario/plan.ts";
import { readRecoveredFile } from "../../scenario/recovered-file.ts";
import type { ScenarioReport } from "../../scenario/report.ts";
import { runProgram } from "../support/run-program.ts";
import { findInClear } from "../support/search-files.ts";

const MADE_UP = fileURLToPath(
  new URL("../../scenario/data/recovered-firearms.csv", import.meta.url),
);
const RECOVERED = fileURLToPath(
  new URL("../../../shared/data/recovered-firearms.csv", import.meta.url),
);
/** Shorter texts turn up by chance in megabytes of ciphertext. */
const SERIAL_CHARS_MIN = 6;

let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-scenario-"));
});

afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

async function play(input: string, name: string) {
  const dataDir = join(dir, name);
  const reportFile = join(dir, `${name}.json`);
  const args = ["--once", "--input", input, "--report", reportFile, "--data", dataDir];
  const result = await runProgram("scenario/main.ts", args);
  expect(result.stderr).toBe("");
  expect(result.code, result.stdout).toBe(0);
  const report = JSON.parse(await readFile(reportFile, "utf8")) as ScenarioReport;
  return { dataDir, report, told: result.stdout };
}

/** An alert goes through its whole life beside the trace requests. */
function expectAlertStory(told: string, found: string): void {
  expect(told).toContain("An alert from its beginning to its end");
  expect(told).toContain(found);
  expect(told).toMatch(/From the hit .* asked .* which answered EXPORTED_ONWARD/u);
  expect(told).toContain("took the alert back. The same check now finds nothing.");
}

/** The monitor of a body has counted from its feed what its members have sent. */
function expectCounted(told: string): void {
  expect(told).toContain("What a monitor counts of it, and reads nothing");
  expect(told).toMatch(/Trace requests by them: [A-Z].* [1-9].*; their focal points have sent/u);
}

function expectWhole(report: ScenarioReport, rows: number): void {
  const { screening, receipts, replies, integrity, log } = report;
  expect(report.input.rows).toBe(rows);
  expect(screening.items).toHaveLength(rows);
  expect(screening.sent + screening.domestic + screening.incomplete).toBe(rows);
  expect(receipts).toEqual({ accepted: screening.sent, refused: 0, delivered: screening.sent });
  expect(replies.final).toBe(screening.sent);
  const outcomes = Object.values(replies.byOutcome);
  expect(outcomes.reduce((sum, count) => sum + count, 0)).toBe(replies.final);
  expect(integrity).toEqual({ lost: 0, duplicated: 0 });
  expect(log.verified).toBe(true);
}

async function expectSealed(input: string, dataDir: string): Promise<void> {
  const { requests } = planScenario(await readRecoveredFile(input));
  const raw = requests.map(({ row }) => row.serialNumber);
  const serials = [...new Set([...raw, ...raw.map(normalizeSerial)])].filter(
    (serial) => serial.length >= SERIAL_CHARS_MIN,
  );
  expect(serials.length).toBeGreaterThan(10);
  const asker = requests[0]?.from ?? "";
  // The search finds what is there: the asking State keeps its own case in clear.
  const own = await findInClear([join(dataDir, "participants", asker)], serials);
  expect(own.length).toBeGreaterThan(0);
  const foreign = ["gateway", "nats", "run"].map((name) => join(dataDir, name));
  expect(await findInClear(foreign, serials)).toEqual([]);
}

/** What two runs over one folder have in common: all but the time, and the dated cosignature. */
function lasting({ log, ...report }: ScenarioReport) {
  const signedLines = 5;
  const checkpoint = log.checkpoint.split("\n").slice(0, signedLines);
  return { ...report, elapsedMs: 0, log: { ...log, checkpoint } };
}

describe("the made-up set", () => {
  test("goes from State to State and back, provably, and nothing is left in clear", async () => {
    const { dataDir, report, told } = await play(MADE_UP, "made-up");
    expectAlertStory(told, "possible match, verify");
    expectCounted(told);
    const rows = (await readRecoveredFile(MADE_UP)).rows.length;
    expectWhole(report, rows);
    await expectSealed(MADE_UP, dataDir);
    const verified = await runProgram("bin/tracepost.js", ["log", "verify", "--data", dataDir]);
    expect(verified.code, verified.stderr).toBe(0);
  });

  test("is resumed from its folder: nothing is sent twice", async () => {
    const before = JSON.parse(await readFile(join(dir, "made-up.json"), "utf8")) as ScenarioReport;
    const { report, told } = await play(MADE_UP, "made-up");
    expectAlertStory(told, "in an earlier run");
    expectCounted(told);
    expect(lasting(report)).toEqual(lasting(before));
  });

  test("is refused in a folder that another input filled, with the way out", async () => {
    const other = join(dir, "other.csv");
    await writeFile(other, `${await readFile(MADE_UP, "utf8")}ZZ-1,GLOCK,ZZZ12345,9mm,,,,USA\n`);
    const args = ["--once", "--input", other, "--data", join(dir, "made-up")];
    const result = await runProgram("scenario/main.ts", args);
    expect(result.code).toBe(3);
    expect(result.stderr).toContain("--data");
  });

  test("is refused in a folder that is something else, which stays as it is", async () => {
    const foreign = join(dir, "foreign");
    await cp(fileURLToPath(new URL("../vectors", import.meta.url)), foreign, { recursive: true });
    const result = await runProgram("scenario/main.ts", ["--once", "--data", foreign]);
    expect(result.code).toBe(3);
    expect(result.stderr).toContain("--data");
    expect(existsSync(join(foreign, "gateway"))).toBe(false);
  });

  test("is not verified once an entry of its log was changed", async () => {
    const dataDir = join(dir, "made-up");
    const file = join(dataDir, "gateway", "gateway.sqlite");
    const { DatabaseSync } = await import("node:sqlite");
    const database = new DatabaseSync(file);
    database.exec("UPDATE log_entries SET entry = zeroblob(length(entry)) WHERE entry_index = 3");
    database.close();
    const verified = await runProgram("bin/tracepost.js", ["log", "verify", "--data", dataDir]);
    expect(verified.code).toBe(6);
    expect(verified.stdout + verified.stderr).toContain("3");
  });
});

describe.skipIf(!existsSync(RECOVERED))("recovered firearms of a real city", () => {
  test("are accounted for, every row, and nothing is left in clear", async () => {
    const { dataDir, report, told } = await play(RECOVERED, "recovered");
    expectAlertStory(told, "possible match, verify");
    expectCounted(told);
    expectWhole(report, (await readRecoveredFile(RECOVERED)).rows.length);
    await expectSealed(RECOVERED, dataDir);
  });
});
