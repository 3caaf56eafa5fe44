import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { callApi } from "#http";
import { initExchange, type RunningExchange, startExchange } from "../../../deploy/local/index.ts";
import { specsOf } from "../../support/nats-carrier.ts";
import { runProgram } from "../../support/run-program.ts";

const PROGRAM = "services/border-agency/main.ts";

let dataDir: string;
let exchange: RunningExchange;

beforeAll(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), "tracepost-agency-")), "data");
  await initExchange({ dataDir, participants: specsOf(["KE", "KE-CUSTOMS"]) });
  exchange = await startExchange({ dataDir });
});

afterAll(async () => {
  await exchange?.stop();
  await rm(join(dataDir, ".."), { recursive: true, force: true });
});

describe("a border agency of a running exchange (TP-ALERT-30)", () => {
  test("is started with it, is ready, and says how it stands", async () => {
    const door = exchange.participants.get("KE-CUSTOMS");
    if (door === undefined) throw new TypeError("the agency does not run");
    expect((await fetch(`${door.url}/readyz`)).status).toBe(200);
    const summary = await callApi(door, { path: "/v1/summary", timeoutMs: 10_000 });
    expect(summary).toMatchObject({
      participant: "KE-CUSTOMS",
      attention: [],
      connection: { connected: true, consuming: true },
      alerts: { inForceReceived: 0, hits: 0, exercises: 0 },
    });
    const page = await (await fetch(door.url)).text();
    expect(page).toContain("Tracepost border agency KE-CUSTOMS");
    const metrics = await (await fetch(`${door.url}/metrics`)).text();
    expect(metrics).toContain("tracepost_border_agency_outbox_pending 0");
    expect(metrics).toContain('tracepost_border_agency_alerts{standing="in_force_received"} 0');
  });

  test("has no cases and no firearm register", async () => {
    const url = exchange.participants.get("KE-CUSTOMS")?.url ?? "";
    const { paths } = await (await fetch(`${url}/openapi.json`)).json();
    expect(Object.keys(paths).filter((path) => /traces|firearms/.test(path))).toEqual([]);
  });

  test("does not start with the files of a participant of another role", async () => {
    const { config } = exchange.paths.participant("KE");
    const { answering: _, ...settings } = JSON.parse(await readFile(config, "utf8"));
    const file = join(dataDir, "participants", "KE", "as-agency.json");
    await writeFile(file, JSON.stringify(settings));
    const ended = await runProgram(PROGRAM, ["--config", file]);
    expect(ended.code).not.toBe(0);
    expect(ended.stderr).toContain("KE has another role");
    expect(ended.stderr).toContain("Start the service of the role that the register gives it.");
  });
});
