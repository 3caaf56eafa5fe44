import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApiDoor, callApi } from "#http";
import { initExchange, type RunningExchange, startExchange } from "../../../deploy/local/index.ts";
import { specsOf } from "../../support/nats-carrier.ts";
import { runProgram } from "../../support/run-program.ts";
import { openCaseworkDoors } from "../../support/test-doors.ts";
import { traceBody } from "../../support/trace-body.ts";
import { allowWebhooks, verified, WebhookReceiver } from "../../support/webhook-receiver.ts";

const timeoutMs = 60_000;

let dataDir: string;
let exchange: RunningExchange;
let configFile: string;
let doorOf: (participant: string) => ApiDoor;
const receiver = new WebhookReceiver();

beforeAll(async () => {
  await receiver.start();
  dataDir = join(await mkdtemp(join(tmpdir(), "tracepost-webhooks-")), "data");
  await initExchange({ dataDir, participants: specsOf(["US", "AT"]) });
  configFile = join(dataDir, "participants", "US", "config.json");
  await allowWebhooks(dataDir, "US", [receiver.origin]);
  exchange = await startExchange({ dataDir });
  doorOf = await openCaseworkDoors(exchange);
});

afterAll(async () => {
  await exchange?.stop();
  await receiver.stop();
  await rm(join(dataDir, ".."), { recursive: true, force: true });
});

/** The door of US as its administrator enters it. */
function administrator(): ApiDoor {
  const us = exchange.participants.get("US");
  if (us === undefined) throw new TypeError("no US");
  return us;
}

interface Change {
  readonly sequence: number;
  readonly kind: string;
  readonly caseId?: string;
  readonly state?: string;
}

const openTrace = (serial: string) =>
  callApi<{ caseId: string }>(doorOf("US"), {
    method: "POST",
    path: "/v1/traces",
    body: traceBody({ to: "AT", serial }),
    timeoutMs,
  });

test("a receiver that is away at times, of a service that is killed, misses no change", async () => {
  const added = await callApi<{ webhookId: string; secret: string }>(administrator(), {
    method: "POST",
    path: "/v1/webhooks",
    body: { url: `${receiver.origin}/hook` },
    timeoutMs,
  });
  const taken: Change[] = [];
  let isAway = false;
  receiver.answer = (request) => {
    if (isAway) return 503;
    taken.push(verified(added.secret, request) as Change);
    return 204;
  };
  const answered = () => new Set(taken.filter(({ state }) => state === "ANSWERED").map(idOf));
  const idOf = ({ caseId }: Change) => caseId;

  const first = await openTrace("FIRST");
  await expect.poll(() => [...answered()], { timeout: timeoutMs }).toEqual([first.caseId]);
  isAway = true;
  const second = await openTrace("SECOND");
  await expect
    .poll(() => callApi(administrator(), { path: "/v1/webhooks", timeoutMs }), {
      timeout: timeoutMs,
    })
    .toMatchObject({ webhooks: [{ webhookId: added.webhookId, state: "FAILING" }] });
  await exchange.process("US").kill();
  isAway = false;
  await exchange.process("US").start();
  const third = await openTrace("THIRD");
  const all = [first, second, third].map(({ caseId }) => caseId).toSorted();
  await expect.poll(() => [...answered()].toSorted(), { timeout: timeoutMs }).toEqual(all);

  // Each change at least once, and for the first time in its place.
  const firstTimes = [...new Set(taken.map(({ sequence }) => sequence))];
  const [start = 0] = firstTimes;
  expect(firstTimes).toEqual(firstTimes.map((_, at) => start + at));
  const ids = new Map(receiver.received.map(({ id, body }) => [id, body]));
  for (const { id, body } of receiver.received) expect(ids.get(id)).toBe(body);
  expect(JSON.stringify(receiver.received)).not.toMatch(/FIRST|CASE-4711/);
  const metrics = await (await fetch(`${administrator().url}/metrics`)).text();
  expect(metrics).toMatch(/webhook_attempts_total\{outcome="delivered"\} [1-9]/);
});

test("origins that are none keep the service from starting, each named", async () => {
  await exchange.process("US").stop();
  await allowWebhooks(dataDir, "US", ["https://cases.police.example/hook", "https://OK.example"]);
  const main = "services/focal-point/main.ts";
  const { code, stderr } = await runProgram(main, ["--config", configFile]);
  expect(code).toBe(2);
  expect(stderr).toContain(
    "webhookOrigins.0: is not an origin; write it as https://cases.police.example\n",
  );
  expect(stderr).toContain("webhookOrigins.1: is not an origin; write it as https://ok.example\n");
});
