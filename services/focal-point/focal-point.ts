import { join } from "node:path";
import { Registry } from "prom-client";
import { TracepostError } from "#errors";
import {
  addFeedRoutes,
  addUserRoutes,
  addWebhookRoutes,
  createHttpServer,
  type HttpServer,
} from "#http";
import { createPost, type Post, type PostEvent } from "#post";
import { KeyPurpose, type Participant } from "#proto";
import { type Clock, type Database, Lifecycle, type Logger, type Timers } from "#runtime";
import {
  createSealer,
  createSigner,
  loadRegister,
  loadSealingKey,
  loadSigningKey,
  PAYLOAD_TYPES,
  type RegisterView,
  readSecret,
  type SealingKeyPair,
  type SigningKeyPair,
} from "#trust";
import { admitInstallation, createGuard } from "#users";
import type { Transport } from "#wire";
import { addFirearmRoutes } from "./api/firearm-routes.ts";
import { addOverviewRoutes } from "./api/overview-routes.ts";
import { addReceiptRoutes } from "./api/receipt-routes.ts";
import { renderStatusPage } from "./api/status-page.ts";
import { type SummaryDeps, summarize } from "./api/summary.ts";
import { addTraceRoutes } from "./api/trace-routes.ts";
import { createAnswering } from "./cases/answering.ts";
import { createTraceJudge } from "./cases/judge.ts";
import type { Replier } from "./cases/reply-draft.ts";
import { openWatchedStore } from "./changes/watched-store.ts";
import type { FocalPointConfig } from "./config.ts";
import { addGauges, FocalPointEvents } from "./events.ts";
import { FirearmImporter } from "./firearms/import.ts";
import type { FocalPointProcedures } from "./store.ts";

/** What a focal point is built from; the composition root decides which store and which carrier. */
export interface FocalPointParts {
  readonly config: FocalPointConfig;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly openStore: (file: string) => Promise<Database<FocalPointProcedures>>;
  readonly connect: () => Promise<Transport>;
}

/** A running focal point. */
export interface RunningFocalPoint {
  /** Address of its API, status page, health, readiness and metrics. */
  readonly url: string;
  /** Stops taking messages, finishes what it has, closes everything in reverse order. */
  stop(): Promise<void>;
}

/** Builds the service in the order of its dependencies and starts it. */
export async function startFocalPoint(parts: FocalPointParts): Promise<RunningFocalPoint> {
  const lifecycle = new Lifecycle(parts.logger);
  try {
    const identity = await loadIdentity(parts.config);
    const url = await assemble(parts, identity, lifecycle);
    lifecycle.ready();
    parts.logger.info({ url, participant: parts.config.participant }, "the focal point is ready");
    return { url, stop: () => lifecycle.stop() };
  } catch (caught) {
    await lifecycle.stop();
    throw caught;
  }
}

/** Who this focal point is, as its own files and the register say. */
interface Identity {
  readonly register: RegisterView;
  readonly self: Replier;
  readonly headerKey: SigningKeyPair;
  readonly sealingKey: SealingKeyPair;
  readonly apiToken: string;
}

async function loadIdentity(config: FocalPointConfig): Promise<Identity> {
  const register = await loadRegister(config.registerFile, config.rootPublicKeyFiles);
  const headerKey = await loadSigningKey(join(config.keysDir, "header.key"));
  const sealingKey = await loadSealingKey(join(config.keysDir, "seal.age"));
  const participant = register.participant(config.participant);
  if (participant === undefined || participant.state === "") {
    throw new TracepostError("CONFIG_INVALID", `${config.participant} is no State's participant`, {
      remedy: "Use the participant id the secretariat registered, and its newest register.",
    });
  }
  checkOwnKeys(participant, headerKey, sealingKey);
  const apiToken = await readSecret(config.apiTokenFile);
  const self = { participant: participant.id, state: participant.state };
  return { register, self, headerKey, sealingKey, apiToken };
}

/** With keys the register does not know, nobody could verify us and we could open nothing. */
function checkOwnKeys(
  participant: Participant,
  headerKey: SigningKeyPair,
  sealingKey: SealingKeyPair,
): void {
  const isSigner = participant.signingKeys.some(
    (key) => key.keyId === headerKey.keyId && key.purpose === KeyPurpose.HEADER,
  );
  const isSealer = participant.sealingKeys.some((key) => key.recipient === sealingKey.recipient);
  if (isSigner && isSealer) return;
  const file = isSigner ? "seal.age" : "header.key";
  throw new TracepostError("KEY_FILE", `${file} is not the key of ${participant.id}`, {
    remedy: "Use the key files made with this register, or have the new keys registered.",
  });
}

async function assemble(
  parts: FocalPointParts,
  identity: Identity,
  lifecycle: Lifecycle,
): Promise<string> {
  const { config, logger, clock, timers } = parts;
  const { self } = identity;
  const register = (): RegisterView => identity.register;
  const metrics = new Registry();
  const events = new FocalPointEvents(logger, metrics);
  const onWebhook = (outcome: string): void => events.webhook(outcome);
  const { store, disk, feed, courier } = await openWatchedStore({ ...parts, onWebhook });
  lifecycle.add({ name: "store", stop: () => store.close() });
  await admitInstallation(store, identity.apiToken, clock.now());
  const importer = new FirearmImporter(store, clock);
  await importer.recover();
  const transport = await parts.connect();
  lifecycle.add({ name: "carrier", stop: () => transport.close() });
  tellEvents(transport, events);
  const onDrafted = (): void => post.noteDrafted();
  const answering = createAnswering({ store, replier: self, clock, timers, logger, onDrafted });
  const onEvent = (event: PostEvent): void => {
    events.post(event);
    if (event.type === "taken" && event.outcome === "delivered") answering.wake();
  };
  const post = startablePost(parts, identity, { store, transport, lifecycle, register, onEvent });
  await post.start();
  lifecycle.add({ name: "post", stop: () => post.stop() });
  if (config.answering === "register") {
    answering.start();
    lifecycle.add({ name: "answering", stop: () => answering.stop() });
  }
  const facts: SummaryDeps = {
    participant: self.participant,
    store,
    clock,
    connected: () => transport.connected,
    consuming: () => post.consuming,
    answering: config.answering,
  };
  addGauges(metrics, () => summarize(facts));
  const guard = createGuard({ store, clock, logger });
  const server = await createHttpServer({
    ...config.http,
    logger,
    metrics,
    title: TITLE,
    health: {
      store: async () => disk.takesWrites && (await store.call("countFirearms", undefined)) >= 0,
      nats: facts.connected,
      consumers: facts.consuming,
      running: () => lifecycle.state === "ready",
    },
    statusPage: async () => renderStatusPage(await summarize(facts)),
    api: {
      guard,
      routes: (routes) => {
        addUserRoutes(routes, { store, guard, clock });
        addTraceRoutes(routes, { store, self, register, clock, onDrafted });
        addReceiptRoutes(routes, { store, participant: self.participant, register });
        addFirearmRoutes(routes, { store, importer });
        addOverviewRoutes(routes, facts);
        addFeedRoutes(routes, feed);
        addWebhookRoutes(routes, { store, courier, clock });
      },
    },
  });
  lifecycle.add(stoppableServer(server));
  // Stopped first: a door that closes waits for the requests that wait for a change.
  lifecycle.add({ name: "feed", stop: () => feed.stop() });
  await courier.start();
  lifecycle.add({ name: "webhooks", stop: () => courier.stop() });
  return server.url;
}

function tellEvents(transport: Transport, events: FocalPointEvents): void {
  transport.onEvent((event) => {
    const detail = "detail" in event ? event.detail : "";
    if (event.type === "permission-violation") events.permissionViolation(detail);
    else events.carrier(event.type, detail);
  });
}

const TITLE = {
  title: "Tracepost focal point",
  description:
    "What officers and systems of a State do through its focal point: send and answer trace " +
    "requests, look after the firearm register, and see that nothing is stuck.",
};

function stoppableServer(server: HttpServer): { name: string; stop: () => Promise<void> } {
  return { name: "http", stop: () => server.close() };
}

function startablePost(
  parts: FocalPointParts,
  identity: Identity,
  deps: {
    readonly store: Database<FocalPointProcedures>;
    readonly transport: Transport;
    readonly lifecycle: Lifecycle;
    readonly register: () => RegisterView;
    readonly onEvent: (event: PostEvent) => void;
  },
): Post {
  const { config, logger, clock, timers } = parts;
  const { self, headerKey, sealingKey } = identity;
  const { store, transport, register, onEvent } = deps;
  const sealer = createSealer();
  deps.lifecycle.add({ name: "sealer", stop: () => sealer.close() });
  const signer = createSigner(headerKey, PAYLOAD_TYPES.header);
  const { resendFirstMs, gapNoticeAfterMs } = config;
  return createPost({
    participant: self.participant,
    store,
    transport,
    sealer,
    application: createTraceJudge({ state: self.state, register }),
    register,
    signer: () => signer,
    identities: () => [sealingKey.identity],
    clock,
    timers,
    logger,
    onEvent,
    ...(resendFirstMs === undefined ? {} : { resendFirstMs }),
    ...(gapNoticeAfterMs === undefined ? {} : { gapNoticeAfterMs }),
  });
}
