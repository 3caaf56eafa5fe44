import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  createSealer,
  createSigner,
  loadRegister,
  loadSigningKey,
  PAYLOAD_TYPES,
  type Sealer,
} from "#trust";
import type { AssembledEnvelope } from "#wire";
import {
  writeGatewayConfig,
  writeParticipantConfig,
} from "../../deploy/local/folder/service-configs.ts";
import { findFreePort } from "../../deploy/local/supervisor/free-port.ts";
import { HostileParticipant } from "../support/hostile-participant.ts";
import { type LimitedService, startLimited } from "../support/limited-service.ts";
import { headerOf } from "../support/messages.ts";
import { specsOf, startTestCarrier, type TestCarrier } from "../support/nats-carrier.ts";
import { readRows } from "../support/stored-post.ts";

// A disk that fills under a service that runs (TP-OPS-19, promise 1): what it acknowledged stays,
// it says what is wrong and what to do, and goes on by itself when there is room again.

const PATIENCE = { timeout: 60_000, interval: 100 };
const GATEWAY = fileURLToPath(new URL("../../gateway/main.ts", import.meta.url));
const FOCAL_POINT = fileURLToPath(new URL("../../services/focal-point/main.ts", import.meta.url));
/** Enough to start, and for a few dozen messages. */
const FILE_KIB = 4_096;
/** Sent between two looks at the service. */
const ROUND = 10;
const ROUNDS_MAX = 60;

let carrier: TestCarrier;
let sealer: Sealer;
let niger: HostileParticipant;
const sent: AssembledEnvelope[] = [];

beforeAll(async () => {
  carrier = await startTestCarrier(["BR", "NE"]);
  sealer = createSealer();
  const own = carrier.paths.participant("NE");
  const key = await loadSigningKey(own.headerKey);
  niger = new HostileParticipant({
    party: { id: "NE", key, signer: createSigner(key, PAYLOAD_TYPES.header) },
    register: await loadRegister(own.register, [own.rootPublicKey]),
    sealer,
    connection: await carrier.raw("NE", "NE"),
    transport: await carrier.bus("NE"),
  });
  await niger.listen();
});
afterAll(async () => {
  await niger.stop();
  await sealer.close();
  await carrier.stop();
});

async function startGatewayWith(fileKib: number): Promise<LimitedService> {
  const port = await findFreePort();
  const { paths, url: natsUrl } = carrier;
  await writeGatewayConfig(paths, { natsUrl, httpPort: port }, { resendFirstMs: 500 });
  const url = `http://127.0.0.1:${port}`;
  const configFile = paths.gateway.config;
  return await started(startLimited({ program: GATEWAY, configFile, url, fileKib }));
}

async function startFocalPointWith(fileKib: number): Promise<LimitedService> {
  const port = await findFreePort();
  const { paths, url: natsUrl } = carrier;
  const [brazil] = specsOf(["BR"]);
  if (brazil === undefined) throw new TypeError("there is no such participant");
  const officer = { ...brazil, answering: "officer" } as const;
  await writeParticipantConfig(paths, officer, { natsUrl, httpPort: port }, {});
  const url = `http://127.0.0.1:${port}`;
  const configFile = paths.participant("BR").config;
  return await started(startLimited({ program: FOCAL_POINT, configFile, url, fileKib }));
}

async function started(service: LimitedService): Promise<LimitedService> {
  await expect.poll(async () => (await service.readyz()).status, PATIENCE).toBe(200);
  return service;
}

async function send(): Promise<void> {
  const message = await niger.request("BR");
  niger.book(message);
  sent.push(message);
  await niger.put(message.bytes);
}

/** Sends until a service says that it is not ready. */
async function sendUntilFull(service: LimitedService): Promise<void> {
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    for (let message = 0; message < ROUND; message += 1) await send();
    if ((await service.readyz()).status !== 200) break;
  }
  await expect.poll(async () => (await service.readyz()).status, PATIENCE).toBe(503);
  expect((await service.readyz()).text).toMatch(/"store":false/);
  await expect.poll(() => service.said(), PATIENCE).toMatch(/the store takes no writes: [A-Z]/);
}

/** The trouble is one error and its end one line, however many writes failed. */
function saidOnce(service: LimitedService): void {
  expect(service.said().match(/the store takes no writes/g)).toHaveLength(1);
  expect(service.said().match(/the store takes writes again/g)).toHaveLength(1);
}

const recorded = (): Promise<{ id: string }[]> =>
  readRows(join(carrier.paths.gateway.dir, "gateway.sqlite"), (all) =>
    all("SELECT message_id AS id FROM messages WHERE sender = 'NE' AND code = 0 ORDER BY id"),
  );
const ids = (): string[] => sent.map((message) => headerOf(message).messageId);

describe.skipIf(process.platform !== "linux")("a disk that fills", () => {
  test("under the gateway: it says so, keeps what it recorded, and goes on", async () => {
    const gateway = await startGatewayWith(FILE_KIB);
    try {
      await sendUntilFull(gateway);
      const kept = (await recorded()).map(({ id }) => id);
      expect(kept.length).toBeGreaterThan(0);
      expect(kept.length).toBeLessThan(sent.length);
      await gateway.liftLimit();
      await expect.poll(async () => (await recorded()).length, PATIENCE).toBe(sent.length);
      const now = (await recorded()).map(({ id }) => id);
      expect(now).toEqual(ids());
      expect(now.slice(0, kept.length)).toEqual(kept);
      await expect.poll(async () => (await gateway.readyz()).status, PATIENCE).toBe(200);
      saidOnce(gateway);
    } finally {
      await gateway.stop();
    }
  });

  test("under a focal point: it says so, has lost nothing, and each message has one effect", async () => {
    const gateway = await startGatewayWith(1_000_000);
    const focalPoint = await startFocalPointWith(FILE_KIB);
    try {
      await sendUntilFull(focalPoint);
      await focalPoint.liftLimit();
      for (const message of sent) {
        const verdict = await niger.verdictOn(message.headerDigest);
        expect(verdict).toMatchObject({ by: "BR", said: "delivered" });
      }
      const effects = await readRows(
        join(carrier.paths.participant("BR").dir, "focal-point.sqlite"),
        (all) => all("SELECT message_id AS id, applied FROM trace_effect"),
      );
      expect(effects).toHaveLength(sent.length);
      expect(effects).toEqual(expect.arrayContaining(ids().map((id) => ({ id, applied: 1 }))));
      await expect.poll(async () => (await focalPoint.readyz()).status, PATIENCE).toBe(200);
      saidOnce(focalPoint);
    } finally {
      await focalPoint.stop();
      await gateway.stop();
    }
  });
});
