import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApiDoor, callApi } from "#http";
import { systemClock, systemTimers } from "#runtime";
import type { RunningGateway } from "../../../gateway/gateway.ts";
import { MemoryCarrier } from "../../support/memory-carrier.ts";
import { makeParties, reissue } from "../../support/parties.ts";
import { startTestGateway } from "../../support/post-exchange.ts";

const TIMEOUT_MS = 20_000;
const parties = makeParties([{ id: "NE" }, { id: "BR" }]);

let dir: string;
let gateways: RunningGateway[];
let doors: ApiDoor[];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-follow-"));
  const carrier = new MemoryCarrier({
    random: Math.random,
    timers: systemTimers,
    ackWaitMs: 30_000,
  });
  const shared = { parties, carrier, clock: systemClock, sharedFile: join(dir, "shared.sqlite") };
  gateways = [];
  let token = "";
  for (const name of ["first", "second"]) {
    const own = join(dir, name);
    await mkdir(own);
    gateways.push(await startTestGateway({ ...shared, dir: own }));
    token = await readFile(join(own, "api.token"), "utf8");
  }
  doors = gateways.map(({ url }) => ({ url, token }));
});

afterAll(async () => {
  for (const gateway of gateways) await gateway.stop();
  await rm(dir, { recursive: true, force: true });
});

test("a register that is published at one instance is in force at every other (TP-INST-5)", async () => {
  const next = reissue(parties, parties.registerBytes, () => ({}));
  const inForce = () =>
    Promise.all(
      doors.map(async (door) => {
        const call = { path: "/v1/register", timeoutMs: TIMEOUT_MS };
        const { takenBy, version } = await callApi<{ takenBy: string; version: string }>(
          door,
          call,
        );
        return [version, takenBy];
      }),
    );
  expect(await inForce()).toEqual([
    ["1", "file"],
    ["1", "file"],
  ]);
  const [first] = doors;
  if (first === undefined) throw new TypeError("there is no door");
  await callApi(first, {
    ...{ method: "POST", path: "/v1/register", timeoutMs: TIMEOUT_MS },
    body: { register: Buffer.from(next).toString("base64") },
  });
  await expect.poll(inForce, { timeout: TIMEOUT_MS }).toEqual([
    ["2", "installation"],
    ["2", "installation"],
  ]);
});
