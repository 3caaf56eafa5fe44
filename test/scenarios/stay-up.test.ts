import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COLUMNS } from "../../scenario/recovered-file.ts";
import { type RunningCommand, startCommand, tracepost } from "../support/run-command.ts";

const ROWS = [
  "SU-1,GLOCK,STAYUP-001,9mm,,2025-01-02,,KEN",
  "SU-2,BERETTA,STAYUP-002,9mm,,2025-01-03,,KEN",
  "SU-3,GLOCK,,9mm,,2025-01-04,,KEN",
];

let dir = "";
let data = "";
let input = "";
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-up-"));
  data = join(dir, "data");
  input = join(dir, "in.csv");
  await writeFile(input, `${[COLUMNS.join(","), ...ROWS].join("\n")}\n`);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const start = (...more: string[]): RunningCommand =>
  startCommand("scenario/main.ts", ["--input", input, "--data", data, ...more]);

/** Process ids that the running exchange has written down. */
async function processIds(): Promise<number[]> {
  const state = JSON.parse(await readFile(join(data, "run", "exchange.json"), "utf8"));
  const records = [state.nats, state.gateway, ...Object.values(state.participants)];
  return records.map((record) => (record as { pid: number }).pid);
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe("npm start", () => {
  it("resumes what Ctrl-C interrupted, stays up, and stops everything when asked", async () => {
    const interrupted = start("--once");
    await interrupted.saying(/^Filling the registers/mu);
    const first = await processIds();
    interrupted.child.kill("SIGINT");
    const end = await interrupted.ended;
    expect(end.code, end.err).toBe(130);
    expect(end.out).toContain("the same command resumes it");
    expect(first.filter(isAlive)).toEqual([]);

    const running = start();
    const told = await running.saying(/^Ctrl-C stops everything\.$/mu);
    expect(told).toContain("Resuming the exchange in this folder");
    expect(told).toMatch(/^ {2}Lost: 0\. Doubled: 0\.$/mu);
    expect(told).toContain("Kenya found a GLOCK 9mm, serial number STAYUP-001 (SU-1)");
    const [, gateway = ""] = /^ {2}gateway {2,}(http:\S+)$/mu.exec(told) ?? [];
    const [, kenya = ""] = /^ {2}KE {7,}(http:\S+)$/mu.exec(told) ?? [];
    for (const address of [gateway, kenya]) {
      expect((await fetch(`${address}/readyz`)).status).toBe(200);
      expect((await fetch(address)).headers.get("content-type")).toContain("text/html");
    }
    const [, finder = ""] = /status page of who found +(http:\S+)$/mu.exec(told) ?? [];
    expect(await (await fetch(finder)).text()).toContain("Tracepost border agency");
    await lookAround();
    const pids = await processIds();
    running.child.kill("SIGINT");
    running.child.kill("SIGTERM");
    const stopped = await running.ended;
    expect(stopped.code, stopped.err).toBe(0);
    expect(stopped.err).toContain("Already stopping");
    expect(stopped.out).toContain("Everything is stopped.");
    expect(pids.filter(isAlive)).toEqual([]);
  });

  /** What the command line shows of an exchange that runs. */
  async function lookAround(): Promise<void> {
    const status = await tracepost(["exchange", "status", "--data", data, "--json"]);
    expect(status.code, status.err).toBe(0);
    expect(JSON.parse(status.out)).toMatchObject({ status: "running" });
    const again = await tracepost(["exchange", "up", "--data", data]);
    expect(again.code).toBe(5);
    expect(again.err).toContain("is running already");
    const list = await tracepost(["trace", "list", "--data", data, "--participant", "KE"]);
    expect(list.out).toMatch(/asked AT +SU-1/u);
    expect(list.out).toMatch(/asked IT +SU-2/u);
    const asked = ["trace", "show", "SU-2", "--data", data, "--participant", "IT"];
    const told = await tracepost(asked);
    expect(told.code, told.err).toBe(0);
    expect(told.out).toContain("Kenya asked Italy where a firearm came from");
    expect(told.out).toMatch(/Serial +STAYUP-002 \(present\)/u);
    expect(told.out).toContain("advice: firearm.countryOfManufacture ambiguousOrigin");
    expect(told.out).toMatch(/reply accepted by the exchange, log entry \d+/u);
    const json = JSON.parse((await tracepost([...asked, "--json"])).out);
    expect(json).toMatchObject({ nationalCaseNumber: "SU-2", role: "requested", peer: "KE" });
    const unknown = await tracepost(["trace", "show", "SU-3", ...asked.slice(3)]);
    expect(unknown.code).toBe(2);
    expect(unknown.err).toContain("no case here: SU-3");
    const verified = await tracepost(["log", "verify", "--data", data]);
    expect(verified.code, verified.out).toBe(0);
  }
});

describe("tracepost exchange", () => {
  it("leaves an exchange running when it is detached, and stops it from outside", async () => {
    const up = await tracepost(["exchange", "up", "--data", data, "--detach", "--json"]);
    expect(up.code, up.err).toBe(0);
    const pids = JSON.parse(up.out).processes.map((each: { pid: number }) => each.pid);
    expect(pids.every(isAlive)).toBe(true);
    const twice = await tracepost(["exchange", "up", "--data", data, "--detach"]);
    expect(twice.code).toBe(5);
    expect(twice.err).toContain("is running already");
    const down = await tracepost(["exchange", "down", "--data", data]);
    expect(down).toMatchObject({ code: 0, out: "Stopped.\n" });
    expect(pids.filter(isAlive)).toEqual([]);
    const status = await tracepost(["exchange", "status", "--data", data, "--json"]);
    expect(JSON.parse(status.out)).toMatchObject({ status: "stopped" });
  });
});
