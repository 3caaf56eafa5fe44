import { join } from "node:path";
import { Registry } from "prom-client";
import { TracepostError } from "#errors";
import { createHttpServer } from "#http";
import { type CheckpointSigner, createCheckpointSigner } from "#message-log";
import { defaultPolicy } from "#policy";
import { KeyPurpose } from "#proto";
import {
  type Clock,
  type Database,
  GATEWAY_LIMITS,
  Lifecycle,
  type Logger,
  watchDisk,
} from "#runtime";
import {
  CurrentRegister,
  createSigner,
  loadRegister,
  loadSigningKey,
  PAYLOAD_TYPES,
  type RegisterView,
  readSecret,
} from "#trust";
import { admitInstallation } from "#users";
import {
  type Consumption,
  gatewayConsumer,
  type HeaderSigner,
  LANES,
  outStream,
  parseOutSubject,
  type Transport,
} from "#wire";
import { operatorDoor } from "./api/operator-door.ts";
import { withSummary } from "./api/overview-routes.ts";
import { renderStatus } from "./api/status-page.ts";
import { summarize } from "./api/summary.ts";
import { CheckpointKeeper } from "./checkpoint-keeper.ts";
import type { GatewayConfig } from "./config.ts";
import { Courier } from "./courier.ts";
import { addEventGauges } from "./event-gauges.ts";
import { GatewayEvents } from "./events.ts";
import { PairWindow } from "./pair-window.ts";
import type { Passage } from "./passage.ts";
import { Pipeline } from "./pipeline.ts";
import { Speaker } from "./speaker.ts";
import type { GatewayProcedures } from "./store.ts";

/** What a gateway is built from; the composition root decides which store and which carrier. */
export interface GatewayParts {
  readonly config: GatewayConfig;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly openStore: (file: string) => Promise<Database<GatewayProcedures>>;
  readonly connect: () => Promise<Transport>;
}

/** A running gateway. */
export interface RunningGateway {
  /** Address of its status page, health, readiness and metrics. */
  readonly url: string;
  /** Stops taking messages, finishes what it has, closes everything in reverse order. */
  stop(): Promise<void>;
}

/** Builds the gateway in the order of its dependencies and starts it. */
export async function startGateway(parts: GatewayParts): Promise<RunningGateway> {
  const { logger } = parts;
  const lifecycle = new Lifecycle(logger);
  try {
    const url = await assemble(parts, lifecycle);
    lifecycle.ready();
    logger.info({ url }, "the gateway is ready");
    return { url, stop: () => lifecycle.stop() };
  } catch (caught) {
    await lifecycle.stop();
    throw caught;
  }
}

/** What this gateway is, as its own files and the register say. */
interface Identity {
  readonly register: CurrentRegister;
  readonly receiptSigner: HeaderSigner;
  readonly checkpointSigner: CheckpointSigner;
  /** Token of the user `installation`. */
  readonly apiToken: string;
}

async function loadIdentity(config: GatewayConfig): Promise<Identity> {
  const register = await loadRegister(config.registerFile, config.rootPublicKeyFiles);
  const receiptKey = await loadSigningKey(join(config.keysDir, "receipt.key"));
  const checkpointKey = await loadSigningKey(join(config.keysDir, "checkpoint.key"));
  checkOwnKey(register, receiptKey.keyId, KeyPurpose.RECEIPT);
  checkOwnKey(register, checkpointKey.keyId, KeyPurpose.CHECKPOINT);
  return {
    register: new CurrentRegister(register),
    receiptSigner: createSigner(receiptKey, PAYLOAD_TYPES.receipt),
    checkpointSigner: createCheckpointSigner(checkpointKey, register.logOrigin),
    apiToken: await readSecret(config.apiTokenFile),
  };
}

async function assemble(parts: GatewayParts, lifecycle: Lifecycle): Promise<string> {
  const { config, logger, clock } = parts;
  const { register, receiptSigner, checkpointSigner, apiToken } = await loadIdentity(config);
  const metrics = new Registry();
  const events = new GatewayEvents(logger, metrics);

  const storeFile = join(config.dataDir, "gateway.sqlite");
  const opened = await parts.openStore(storeFile);
  const disk = watchDisk(opened, { clock, logger });
  const { store } = disk;
  lifecycle.add({ name: "store", stop: () => store.close() });
  await admitInstallation(store, apiToken, clock.now());
  addEventGauges(metrics, store);
  const transport = await parts.connect();
  lifecycle.add({ name: "carrier", stop: () => transport.close() });
  transport.onEvent((event) => {
    if (event.type === "permission-violation") events.permissionViolation(event.detail);
  });

  const checkpoints = new CheckpointKeeper({ signer: checkpointSigner, store, clock, logger });
  await checkpoints.start();
  lifecycle.add({ name: "checkpoints", stop: () => checkpoints.stop() });
  const window = new PairWindow();
  const speaker = new Speaker({ transport, store, receiptSigner, checkpointSigner });
  const resendFirstMs = config.resendFirstMs ?? GATEWAY_LIMITS.resendFirstMs;
  const shared = { store, window, checkpoints, speaker, clock, logger, resendFirstMs };
  const courier = new Courier({ ...shared, connected: () => transport.connected });
  await courier.start();
  lifecycle.add({ name: "courier", stop: () => courier.stop() });
  const pipeline = new Pipeline({ ...shared, register, policy: defaultPolicy(), events });
  pipeline.start();
  lifecycle.add({ name: "pipeline", stop: () => pipeline.stop() });
  const heardAtMs = new Map<string, number>();
  const consumptions = await consumeAll(register.view(), transport, clock, (passage) => {
    heardAtMs.set(passage.address.participant, passage.receivedAtMs);
    pipeline.push(passage);
  });
  lifecycle.add({
    name: "consumers",
    stop: async () => {
      await Promise.all(consumptions.map((consumption) => consumption.stop()));
    },
  });

  const facts = { ...shared, register, heardAtMs, startedAtMs: clock.now(), storeFile };
  const connected = (): boolean => transport.connected;
  const undecided = () => pipeline.undecided;
  const summary = () => summarize({ ...facts, connected, undecided });
  const server = await createHttpServer({
    ...config.http,
    logger,
    metrics,
    title: TITLE,
    health: {
      store: () => disk.takesWrites,
      carrier: () => transport.connected,
      running: () => lifecycle.state === "ready",
    },
    statusPage: async () => renderStatus(await summary(), checkpoints.newest?.note ?? ""),
    api: withSummary(operatorDoor({ ...shared, events, register }), summary),
  });
  lifecycle.add({ name: "http", stop: () => server.close() });
  return server.url;
}

const TITLE = {
  title: "Tracepost gateway",
  description:
    "What the operator of an exchange sees of its gateway: counts, times and decisions, never " +
    "content.",
};

/** A gateway whose receipts nobody can verify must not start. */
function checkOwnKey(register: RegisterView, keyId: string, purpose: KeyPurpose): void {
  const registered = register.signingKey(keyId);
  if (registered?.participant === undefined && registered?.key.purpose === purpose) return;
  throw new TracepostError("KEY_FILE", `key ${keyId} is not the gateway's in the register`, {
    remedy: "Use the key files made with this register, or have the new keys registered.",
  });
}

/** One durable consumer per participant and lane; the lanes of the subject decide the order. */
async function consumeAll(
  register: RegisterView,
  transport: Transport,
  clock: Clock,
  push: (passage: Passage) => void,
): Promise<Consumption[]> {
  return await Promise.all(
    register.participants.flatMap(({ id }) =>
      LANES.map((lane) =>
        transport.consume(outStream(id), gatewayConsumer(lane), (inbound) => {
          const address = parseOutSubject(inbound.subject);
          // The stream holds subjects of this participant alone; anything else is not a message.
          if (address === undefined || address.participant !== id) inbound.ack();
          else push({ inbound, address, receivedAtMs: clock.now() });
        }),
      ),
    ),
  );
}
