import { Registry } from "prom-client";
import type { DisposalClerk } from "#disposal";
import { createHttpServer } from "#http";
import {
  type Clock,
  type Database,
  GATEWAY_LIMITS,
  Lifecycle,
  type Logger,
  type StorePlace,
  watchDisk,
} from "#runtime";
import { admitInstallation } from "#users";
import type { Transport } from "#wire";
import { addLogRoutes } from "./api/log-routes.ts";
import { addMonitorFeedFetch } from "./api/monitor-feed-routes.ts";
import { operatorDoor } from "./api/operator-door.ts";
import { withSummary } from "./api/overview-routes.ts";
import { addPolicyFetch } from "./api/policy-routes.ts";
import { addRegisterFetch, withRegister } from "./api/register-routes.ts";
import { addScheduleFetch } from "./api/schedule-routes.ts";
import { renderStatus } from "./api/status-page.ts";
import { summarize } from "./api/summary.ts";
import { AuditKeeper } from "./audit-keeper.ts";
import { CertificateWatch } from "./certificate-watch.ts";
import { CheckpointKeeper } from "./checkpoint-keeper.ts";
import type { GatewayConfig } from "./config.ts";
import { Courier } from "./courier.ts";
import { createClerk } from "./create-clerk.ts";
import {
  addEventGauges,
  addFeedGauges,
  addRegisterGauges,
  addStoredGauges,
} from "./event-gauges.ts";
import { GatewayEvents } from "./events.ts";
import { checkOwnKeys, gatewaySigners, loadGatewayIdentity } from "./identity.ts";
import { ALONE, type Duty } from "./instances/duty.ts";
import { Instances } from "./instances/instances.ts";
import { StoreFollower } from "./instances/store-follower.ts";
import { KnownLogKeeper } from "./known-log.ts";
import { LogChecker } from "./log-checker.ts";
import { LogRenewer } from "./log-renewer.ts";
import { DailyCounter } from "./monitor/daily-counter.ts";
import { MonitorFeeder } from "./monitor/monitor-feeder.ts";
import { OutboxConsumers } from "./outbox-consumers.ts";
import type { Passage } from "./passage.ts";
import { Pipeline } from "./pipeline.ts";
import { createPolicyAnnouncer } from "./policy/open-announcer.ts";
import { followPolicy, openGatewayPolicy } from "./policy/policy-keeper.ts";
import type { RegisterAnnouncer } from "./register/announcer.ts";
import { createAnnouncer, createIntake, openGatewayRegister } from "./register/open-register.ts";
import { RegisterWatch } from "./register/register-watch.ts";
import { followSchedule, openSchedules } from "./retention/schedule-keeper.ts";
import { SearchFiller } from "./search-filler.ts";
import { Speaker } from "./speaker.ts";
import { dispatch } from "./steps/dispatch.ts";
import type { GatewayProcedures } from "./store.ts";
import { addTimestampGauge, TimestampKeeper } from "./timestamp-keeper.ts";
import { openAuthorities } from "./timestamp-settings.ts";
import { WitnessCollector } from "./witness-collector.ts";

/** What a gateway is built from; the composition root decides which store and which carrier. */
export interface GatewayParts {
  readonly config: GatewayConfig;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Where the store lies. */
  readonly place: StorePlace;
  readonly openStore: () => Promise<Database<GatewayProcedures>>;
  readonly connect: () => Promise<Transport>;
  /** Whether other instances may work on the same store (TP-INST-1); default: none do. */
  readonly isShared?: boolean;
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

async function assemble(parts: GatewayParts, lifecycle: Lifecycle): Promise<string> {
  const base = await openBase(parts, lifecycle);
  return await openDoor(parts, base, await startWork(parts, base, lifecycle), lifecycle);
}

/** What everything else stands on: store, keys, register, carrier. */
async function openBase(
  { config, clock, connect, isShared = false, logger, openStore, place }: GatewayParts,
  lifecycle: Lifecycle,
) {
  const identity = await loadGatewayIdentity(config);
  const metrics = new Registry();
  const events = new GatewayEvents(logger, metrics);
  const disk = watchDisk(await openStore(), { clock, logger });
  const { store } = disk;
  lifecycle.add({ name: "store", stop: () => store.close() });
  await admitInstallation(store, identity.apiToken, clock.now());
  const instances = isShared ? new Instances({ store, logger }) : undefined;
  await instances?.start();
  lifecycle.add({ name: "instances", stop: async () => await instances?.stop() });
  const client = await openGatewayRegister(config, store, clock);
  const register = client.current;
  checkOwnKeys(identity, register.view());
  const signers = gatewaySigners(identity, register, clock);
  addEventGauges(metrics, store);
  addRegisterGauges(metrics, register, clock);
  addStoredGauges(metrics, store, register);
  addFeedGauges(metrics, () => store.call("feedBacklog", undefined), register);
  const transport = await connect();
  lifecycle.add({ name: "carrier", stop: () => transport.close() });
  transport.onEvent((event) => {
    if (event.type === "permission-violation") events.permissionViolation(event.detail);
  });
  return {
    identity,
    metrics,
    events,
    place,
    disk,
    store,
    client,
    register,
    signers,
    transport,
    instances,
    duty: instances ?? ALONE,
  };
}

type Base = Awaited<ReturnType<typeof openBase>>;

/** Everything that works on messages, in the order in which it may begin. */
async function startWork(parts: GatewayParts, base: Base, lifecycle: Lifecycle) {
  const { config, logger, clock } = parts;
  const { client, duty, events, identity, instances, register, signers, store, transport } = base;
  const checkpoints = await startCheckpoints(parts, base, lifecycle);
  const speaker = new Speaker({
    ...{ transport, store },
    receiptSigner: signers.receipt,
    checkpointSigner: signers.checkpoint,
  });
  const resendFirstMs = config.resendFirstMs ?? GATEWAY_LIMITS.resendFirstMs;
  const pairMax = GATEWAY_LIMITS.pairWindowMessages;
  const shared = { store, duty, pairMax, checkpoints, speaker, clock, logger, resendFirstMs };
  const courier = new Courier({ ...shared, register, connected: () => transport.connected });
  courier.start();
  lifecycle.add({ name: "courier", stop: () => courier.stop() });
  const handing = { ...shared, client, signers, transport };
  const announcer = createAnnouncer(handing);
  lifecycle.add({ name: "announcer", stop: () => announcer.stop() });
  const deciding = { store, client, checkpoints, clock, place: config };
  const { current: policy, seen } = await openGatewayPolicy(deciding);
  const policies = createPolicyAnnouncer({ ...handing, register, policy });
  lifecycle.add({ name: "policy announcer", stop: () => policies.stop() });
  const schedules = await openSchedules(deciding);
  const pipeline = new Pipeline({
    ...{ ...shared, register, policy, schedules, events },
    onVersion: (participant, version) => announcer.heard(participant, version),
    onRoom: () => courier.hurry(),
    instances: () => instances?.count ?? 1,
    onOutdated: () => void instances?.beat(),
    onRuleRefusal: (participant) => policies.refused(participant),
  });
  pipeline.start();
  lifecycle.add({ name: "pipeline", stop: () => pipeline.stop() });
  const betweenBatches = (work: () => Promise<void>) => pipeline.betweenBatches(work);
  const keeping = { ...deciding, logger, betweenBatches };
  const policyKeeper = followPolicy({ ...keeping, current: policy, seen });
  await policyKeeper.start();
  lifecycle.add({ name: "policy", stop: () => policyKeeper.stop() });
  const scheduleKeeper = followSchedule({ ...keeping, history: schedules });
  await scheduleKeeper.start();
  lifecycle.add({ name: "schedule", stop: () => scheduleKeeper.stop() });
  const heardAtMs = new Map<string, number>();
  const push = (passage: Passage): void => {
    heardAtMs.set(passage.address.participant, passage.receivedAtMs);
    pipeline.push(passage);
  };
  const outboxes = new OutboxConsumers({ transport, clock, push });
  lifecycle.add({ name: "consumers", stop: () => outboxes.stop() });
  await outboxes.follow(register.view());
  const watch = new RegisterWatch(handing);
  await watch.start();
  const intake = createIntake({ ...handing, identity, pipeline, outboxes }, announcer, watch);
  lifecycle.add({ name: "register", stop: () => intake.stop() });
  policies.start();
  lifecycle.add({ name: "register watch", stop: () => watch.stop() });
  await startAnnouncing(announcer, shared);
  const files = certificateFiles(config);
  const certificates = new CertificateWatch({ files, store, clock, logger });
  await certificates.start();
  lifecycle.add({ name: "certificates", stop: () => certificates.stop() });
  const witnesses = new WitnessCollector({ ...shared, register });
  await witnesses.start();
  lifecycle.add({ name: "witnesses", stop: () => witnesses.stop() });
  const signed = { policyFile: policyKeeper, scheduleFile: scheduleKeeper };
  const following = { ...shared, ...signed, client, policy, schedules, intake, witnesses };
  const follower = new StoreFollower(following);
  instances?.onStand((stand) => follower.follow(stand));
  lifecycle.add({ name: "what other instances take", stop: () => follower.stop() });
  const { feedPeriodMs } = config;
  const records = startRecordWork({ ...shared, witnesses, feedPeriodMs }, base, lifecycle);
  const timestamps = await startTimestamps(config, { ...shared, witnesses }, base, lifecycle);
  const work = { shared, pipeline, policy, schedules, heardAtMs, intake, announcer };
  return { ...work, ...records, timestamps, witnesses };
}

/** Signs tree heads, and keeps the newest in the store and, at longer intervals, beside it. */
async function startCheckpoints(
  { config, clock, logger }: GatewayParts,
  { signers, store }: Base,
  lifecycle: Lifecycle,
): Promise<CheckpointKeeper> {
  const checkpoints = new CheckpointKeeper({ signer: signers.checkpoint, store, clock, logger });
  await checkpoints.start();
  const known = new KnownLogKeeper(config.dataDir, checkpoints);
  known.start();
  lifecycle.add({ name: "what is known of the log", stop: () => known.stop() });
  lifecycle.add({ name: "checkpoints", stop: () => checkpoints.stop() });
  return checkpoints;
}

/** Once at the start, and again whenever this instance is to do it for all (TP-INST-3). */
async function startAnnouncing(
  announcer: RegisterAnnouncer,
  { duty, logger, store }: { duty: Duty; logger: Logger; store: Base["store"] },
): Promise<void> {
  const begin = async (): Promise<void> => {
    const newest = await store.call("newestRegister", undefined);
    announcer.start(newest?.isAnnounced ?? true);
  };
  if (duty.isMine) await begin();
  duty.onTaken(() => {
    begin().catch((caught: unknown) => {
      logger.error({ err: caught }, "whether the register was handed on could not be read");
    });
  });
}

/** What works on records that are kept: comparing, hashing again, finding, disposing. */
function startRecordWork(
  shared: {
    readonly checkpoints: CheckpointKeeper;
    readonly duty: Duty;
    readonly clock: Clock;
    readonly logger: Logger;
    readonly witnesses: WitnessCollector;
    readonly feedPeriodMs: number | undefined;
  },
  { register, signers, store, transport }: Base,
  lifecycle: Lifecycle,
): { readonly clerk: DisposalClerk; readonly renewer: LogRenewer } {
  const { checkpoints, clock, duty, logger } = shared;
  const checker = new LogChecker({ store, duty, clock, logger });
  checker.start();
  lifecycle.add({ name: "log check", stop: () => checker.stop() });
  const renewer = new LogRenewer({ ...shared, store, register, signer: signers.renewal });
  renewer.start();
  lifecycle.add({ name: "second tree of the log", stop: () => renewer.stop() });
  const counter = new DailyCounter({ store, checkpoints, register, duty, clock, logger });
  counter.start();
  lifecycle.add({ name: "daily counts", stop: () => counter.stop() });
  const audit = new AuditKeeper({ store, checkpoints, register, clock, logger });
  audit.start();
  lifecycle.add({ name: "audit trail", stop: () => audit.stop() });
  const filler = new SearchFiller({ store, duty, logger });
  filler.start();
  lifecycle.add({ name: "records that are made to be found", stop: () => filler.stop() });
  const feeder = new MonitorFeeder({
    ...{ store, register, duty, clock, logger, periodMs: shared.feedPeriodMs },
    signer: () => signers.receipt,
    publish: (outgoing) => transport.publish(dispatch(outgoing)),
    connected: () => transport.connected,
  });
  feeder.start();
  lifecycle.add({ name: "feed of the monitors", stop: () => feeder.stop() });
  const clerk = createClerk({ ...shared, store, register, signers });
  clerk.start();
  duty.onTaken(() => clerk.wake());
  lifecycle.add({ name: "disposal", stop: () => clerk.stop() });
  return { clerk, renewer };
}

/** Has authorities outside time-stamp checkpoints, if the configuration names some. */
async function startTimestamps(
  config: GatewayConfig,
  shared: {
    readonly checkpoints: CheckpointKeeper;
    readonly duty: Duty;
    readonly clock: Clock;
    readonly logger: Logger;
    readonly witnesses: WitnessCollector;
  },
  { metrics, register, store }: Base,
  lifecycle: Lifecycle,
): Promise<TimestampKeeper> {
  const authorities = await openAuthorities(config.timestamps);
  const { everyMs } = config.timestamps ?? {};
  const keeper = new TimestampKeeper({ ...shared, authorities, everyMs, store, register });
  addTimestampGauge(metrics, { store, urls: keeper.urls });
  keeper.start();
  lifecycle.add({ name: "time-stamps", stop: () => keeper.stop() });
  return keeper;
}

/** Certificates and authorities of the door and of the log-in to NATS, each once. */
function certificateFiles({ http, natsTls }: GatewayConfig): readonly string[] {
  const of = [http.tls, natsTls].flatMap((tls) => (tls ? [tls.certFile, tls.caFile] : []));
  return [...new Set(of)];
}

type Work = Awaited<ReturnType<typeof startWork>>;

async function openDoor(
  { clock, config, logger }: GatewayParts,
  { client, disk, events, metrics, register, signers, place, store, transport }: Base,
  {
    announcer,
    clerk,
    heardAtMs,
    intake,
    pipeline,
    policy,
    renewer,
    schedules,
    shared,
    timestamps,
    witnesses,
  }: Work,
  lifecycle: Lifecycle,
): Promise<string> {
  const facts = {
    ...shared,
    renewer,
    witnesses,
    register,
    heardAtMs,
    startedAtMs: clock.now(),
    place,
  };
  const connected = (): boolean => transport.connected;
  const undecided = () => pipeline.undecided;
  const summary = () => summarize({ ...facts, connected, undecided });
  const registers = { store, client, intake, announcer };
  const operators = operatorDoor({
    ...{ ...shared, clerk, renewer, events, register, timestamps, witnesses },
    roots: client,
  });
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
    statusPage: async () => renderStatus(await summary(), shared.checkpoints.newest?.note ?? ""),
    api: withRegister(withSummary(operators, summary), registers),
    openRoutes: (routes) => {
      addRegisterFetch(routes, registers);
      addLogRoutes(routes, { ...shared, witnesses });
      addPolicyFetch(routes, { policy, store, signers });
      addScheduleFetch(routes, { schedules, store });
      addMonitorFeedFetch(routes, { register, signers, store, clock });
    },
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
