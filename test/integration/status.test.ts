import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiDoor, callApi } from "#http";
import { initExchange, type RunningExchange, startExchange } from "../../deploy/local/index.ts";
import { specsOf } from "../support/nats-carrier.ts";
import { openCaseworkDoors } from "../support/test-doors.ts";
import { traceBody } from "../support/trace-body.ts";

const SERIAL = "MADE-UP 0815";
const timeoutMs = 60_000;

let dataDir: string;
let exchange: RunningExchange;
let us: ApiDoor;

beforeAll(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), "tracepost-status-")), "data");
  await initExchange({ dataDir, participants: specsOf(["US", "AT"]) });
  exchange = await startExchange({ dataDir });
  us = (await openCaseworkDoors(exchange))("US");
});

afterAll(async () => {
  await exchange?.stop();
  await rm(join(dataDir, ".."), { recursive: true, force: true });
});

const openTrace = (to: string) =>
  callApi(us, {
    method: "POST",
    path: "/v1/traces",
    body: traceBody({ to, serial: SERIAL }),
    timeoutMs,
  });

// biome-ignore lint/suspicious/noExplicitAny: the answer of two services is looked into
const summaryOf = (door: ApiDoor) => callApi<any>(door, { path: "/v1/summary", timeoutMs });

async function gateway(): Promise<ApiDoor> {
  const token = (await readFile(exchange.paths.gateway.apiToken, "utf8")).trim();
  return { url: exchange.gateway.url ?? "", token };
}

const pageOf = async (url: string) => await (await fetch(url)).text();
const patience = { timeout: timeoutMs };

describe("an exchange at a glance", () => {
  test("needs nobody while nothing is stuck, and says when each participant was heard", async () => {
    await openTrace("AT");
    await expect
      .poll(async () => (await summaryOf(us)).cases.requesting, patience)
      .toEqual({ ANSWERED: 1 });
    const door = await gateway();
    await expect.poll(async () => (await summaryOf(door)).messages.waiting, patience).toBe(0);
    const summary = await summaryOf(door);
    expect(summary).toMatchObject({ attention: [], connected: true, quarantined: 0 });
    expect(summary.participants).toMatchObject([
      { id: "AT", waiting: { urgent: 0, normal: 0, bulk: 0 } },
      { id: "US", waiting: { urgent: 0, normal: 0, bulk: 0 } },
    ]);
    for (const { lastHeardAt } of summary.participants) {
      expect(Date.parse(summary.at) - Date.parse(lastHeardAt)).toBeGreaterThanOrEqual(0);
    }
    const registerVersions = 1;
    expect(summary.log.size).toBe(summary.messages.accepted + registerVersions);
    expect(await pageOf(door.url)).toContain("Nothing needs attention.");
    expect(await pageOf(us.url)).toContain("Nothing needs attention.");
  });

  test("shows for whom messages wait, on which lane, at the hub and at their sender", async () => {
    await exchange.process("AT").stop();
    await Promise.all([openTrace("AT"), openTrace("AT"), openTrace("AT")]);
    const door = await gateway();
    const ofAt = async () => (await summaryOf(door)).participants[0];
    await expect.poll(async () => (await ofAt()).waiting.normal, patience).toBe(3);
    expect((await ofAt()).waitingSince).toBeDefined();
    await expect
      .poll(async () => (await summaryOf(us)).waiting, patience)
      .toMatchObject([{ participant: "AT", lane: "normal", messages: 3, unconfirmed: 0 }]);
    expect(await summaryOf(us)).toMatchObject({ cases: { requesting: { SUBMITTED: 3 } } });
    const pages = (await pageOf(us.url)) + (await pageOf(door.url));
    expect(pages).not.toMatch(/MADE-UP|0815|CASE-4711|<script/);
    await exchange.process("AT").start();
    await expect.poll(async () => (await summaryOf(us)).waiting, patience).toEqual([]);
  });

  test("says first that the exchange is away, when it is", async () => {
    await exchange.process("nats").stop();
    await expect
      .poll(async () => (await summaryOf(us)).attention[0]?.what, patience)
      .toMatch(/^There is no connection to the exchange/);
    await expect
      .poll(async () => (await summaryOf(await gateway())).attention[0]?.what, patience)
      .toMatch(/^There is no connection to NATS/);
    expect(await pageOf(us.url)).toContain("Needs attention: 1 stuck");
    await exchange.process("nats").start();
    await expect.poll(async () => (await summaryOf(us)).attention, patience).toEqual([]);
  });
});
