import { Registry } from "prom-client";
import {
  type ApiTitle,
  addFeedRoutes,
  addUserRoutes,
  addWebhookRoutes,
  createHttpServer,
  type HttpRoutes,
  type RegisterGlanceSource,
} from "#http";
import { fetchFrom } from "#message-log";
import type { RoutingPolicy } from "#policy";
import { createPost, type FeedTaker, type Post, type PostApplication, type PostEvent } from "#post";
import type { Role } from "#proto";
import { type Clock, type Database, Lifecycle, type Logger, type Timers } from "#runtime";
import { type DueCertificate, followAuthorities } from "#tls";
import {
  createSealer,
  PAYLOAD_TYPES,
  type PayloadType,
  type RegisterClient,
  type RegisterView,
  signerFor,
} from "#trust";
import { admitInstallation, createGuard, type Guard } from "#users";
import type { MessageSigner, Transport } from "#wire";
import { addDirectoryRoutes } from "./directory-routes.ts";
import { fetchPolicyFrom } from "./fetch-signed.ts";
import { type Identity, keepPins, loadIdentity, type Member } from "./identity.ts";
import { addKeyDoubtRoutes } from "./key-doubt-routes.ts";
import { LogFollower } from "./log-follower.ts";
import { LogWatch } from "./log-watch.ts";
import { openDesk } from "./open-desk.ts";
import { openOwnCertificates } from "./own-certificates.ts";
import { PolicyDesk } from "./policy-desk.ts";
import { addReceiptRoutes } from "./receipt-routes.ts";
import type { RegisterDesk } from "./register-desk.ts";
import type { ServiceConfig } from "./service-config.ts";
import { ServiceEvents } from "./service-events.ts";
import { addGauges, addPolicyGauge } from "./service-gauges.ts";
import type { ServiceProcedures } from "./store/service-store.ts";
import type { ServiceSummary } from "./summary.ts";
import { openWatchedStore, type ProceduresOfService, type WatchedStore } from "./watched-store.ts";

/** What a service is built from; the composition root decides which store and which carrier. */
export interface ServiceParts<C extends ServiceConfig, P extends ProceduresOfService> {
  readonly config: C;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly openStore: (file: string) => Promise<Database<P>>;
  readonly connect: () => Promise<Transport>;
}

/** What a kind of service is. */
export interface ServiceDefinition<C extends ServiceConfig, P extends ProceduresOfService> {
  /** Such as "the focal point". */
  readonly name: string;
  /** Role its participant must have. */
  readonly role: Role;
  /** Begins the name of each counter, such as `focal_point`. */
  readonly metricsName: string;
  /** Name of its store in the data folder. */
  readonly storeFile: string;
  /** Procedures of the store that only read. */
  readonly readOnly: readonly string[];
  readonly title: ApiTitle;
  /** Judges what others send. */
  application(self: Member, register: () => RegisterView): PostApplication;
  /** Builds what is its own, before anything comes in. */
  build(context: ServiceContext<C, P>): Promise<ServiceBody>;
}

/** What the own part of a service is built with. */
export interface ServiceContext<C extends ServiceConfig, P extends ProceduresOfService> {
  readonly config: C;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly self: Member;
  readonly register: () => RegisterView;
  /** The routing policy to judge by before something is sent. */
  readonly policy: () => RoutingPolicy;
  /** The register in force with its time, for whoever looks after the service. */
  readonly registers: RegisterGlanceSource;
  /** Root keys of today, by the register in force. */
  readonly roots: Pick<RegisterClient, "rootKeys">;
  readonly store: Database<P>;
  readonly lifecycle: Lifecycle;
  readonly connected: () => boolean;
  readonly consuming: () => boolean;
  /** Why the program that signs gives no signature; undefined while all is well. */
  readonly signerProblem: () => string | undefined;
  /** Own certificates that are to be renewed. */
  readonly dueCertificates: () => readonly DueCertificate[];
  /** Signs certificates of disposal. */
  readonly disposalSigner: () => MessageSigner;
  /** Signs requests for what a regional monitor lacks of its feed. */
  readonly feedSigner: () => MessageSigner;
  /** Signs files for border posts, and what verifies them. */
  readonly postSigner: MessageSigner & { readonly publicKey: Uint8Array };
  /** To be told after a message was drafted. */
  readonly onDrafted: () => void;
}

/** The own part of a service. */
export interface ServiceBody {
  /** A message was taken in, and may have left work. */
  onTaken(): void;
  /** Something was written to the store. */
  onWrite?(): void;
  /** A receipt of a message of ours was applied. */
  onReceipt?(): void;
  /** Of a regional monitor: takes what the gateway feeds it (TP-FEED-3). */
  readonly feeds?: FeedTaker;
  /** The post runs; what goes on by itself may begin. */
  begin(): void;
  summarize(): Promise<ServiceSummary>;
  /** Adds the figures that only this kind of service has; counts alone, no content. */
  gauges?(registry: Registry): void;
  statusPage(): Promise<string>;
  /** Adds routes that ask for no token (TP-API-22). */
  openRoutes?(routes: HttpRoutes): void;
  /** Adds the routes that only this kind of service has. */
  routes(routes: HttpRoutes, guard: Guard): void;
}

/** A running service. */
export interface RunningService {
  /** Address of its API, status page, health, readiness and metrics. */
  readonly url: string;
  /** Stops taking messages, finishes what it has, closes everything in reverse order. */
  stop(): Promise<void>;
}

/** Builds a service in the order of its dependencies and starts it. */
export async function startService<C extends ServiceConfig, P extends ProceduresOfService>(
  definition: ServiceDefinition<C, P>,
  parts: ServiceParts<C, P>,
): Promise<RunningService> {
  const { config, logger } = parts;
  const lifecycle = new Lifecycle(logger);
  try {
    await followDoorAuthorities(config, logger, lifecycle);
    const identity = await loadIdentity(config, definition.role, parts.clock);
    const url = await assemble(definition, parts, identity, lifecycle);
    lifecycle.ready();
    logger.info({ url, participant: config.participant }, `${definition.name} is ready`);
    return { url, stop: () => lifecycle.stop() };
  } catch (caught) {
    await lifecycle.stop();
    throw caught;
  }
}

/** The exchange's HTTPS door is believed by the authorities that the service's own files name. */
async function followDoorAuthorities(
  { http, natsTls }: ServiceConfig,
  logger: Logger,
  lifecycle: Lifecycle,
): Promise<void> {
  const caFile = natsTls?.caFile ?? http.tls?.caFile;
  if (caFile === undefined) return;
  const unfollow = await followAuthorities(caFile, logger);
  lifecycle.add({ name: "authorities", stop: async () => unfollow() });
}

async function assemble<C extends ServiceConfig, P extends ProceduresOfService>(
  definition: ServiceDefinition<C, P>,
  parts: ServiceParts<C, P>,
  identity: Identity,
  lifecycle: Lifecycle,
): Promise<string> {
  const { config, logger, clock, timers } = parts;
  const { external, self } = identity;
  if (external !== undefined) lifecycle.add({ name: "signer", stop: () => external.close() });
  const register = (): RegisterView => identity.client.current.view();
  const metrics = new Registry();
  const events = new ServiceEvents(logger, metrics, definition.metricsName);
  const { storeFile: fileName, readOnly } = definition;
  const onWebhook = (outcome: string): void => events.webhook(outcome);
  let built: ServiceBody | undefined;
  const onWrite = (): void => built?.onWrite?.();
  const watched = await openWatchedStore({ ...parts, fileName, readOnly, onWebhook, onWrite });
  lifecycle.add({ name: "store", stop: () => watched.store.close() });
  const shared = watched.store as unknown as Database<ServiceProcedures>;
  await admitInstallation(shared, identity.apiToken, clock.now());
  const transport = await parts.connect();
  lifecycle.add({ name: "carrier", stop: () => transport.close() });
  tellEvents(transport, events);
  const connected = (): boolean => transport.connected;
  const certificates = await openOwnCertificates(parts, lifecycle);
  const policies = await openPolicyDesk(parts, identity, lifecycle);
  const policy = policies.view;
  const body = await definition.build({
    ...{ config, logger, clock, timers, self, register, policy, lifecycle, connected },
    registers: identity.client,
    roots: identity.client,
    store: watched.store,
    consuming: () => post.consuming,
    signerProblem: () => identity.external?.problem,
    dueCertificates: () => certificates.due,
    disposalSigner: () => newestSigner(identity, clock, PAYLOAD_TYPES.disposal),
    feedSigner: () => newestSigner(identity, clock, PAYLOAD_TYPES.feedRequest),
    postSigner: postSignerOf(identity, clock),
    onDrafted: () => post.noteDrafted(),
  });
  built = body;
  const onEvent = (event: PostEvent): void => {
    events.post(event);
    if (event.type === "taken" && event.outcome === "delivered") body.onTaken();
    if (event.type === "receipt-applied") body.onReceipt?.();
  };
  const application = definition.application(self, register);
  await keepPins(config.dataDir, identity.client.inForce);
  const follower = new LogFollower({ dataDir: config.dataDir, store: shared, clock, logger });
  await follower.start(register());
  const registers = openDesk(parts, identity, {
    ...{ follower, lifecycle },
    onTaken: () => post.noteRegister(),
    store: shared,
    onIncident: async (incident) => {
      await shared.call("postRecordIncident", { incident, nowMs: clock.now() });
      events.post({ type: "incident", kind: incident.kind });
    },
  });
  const watch = openLogWatch(parts, { store: shared, register, lifecycle });
  const post = stoppablePost(parts, identity, {
    ...{ store: shared, transport, lifecycle, register, registers, policies },
    ...{ application, onEvent, feeds: body.feeds },
  });
  await registers.start();
  await post.start();
  lifecycle.add({ name: "post", stop: () => post.stop() });
  body.begin();
  addGauges(metrics, definition.metricsName, () => body.summarize());
  addPolicyGauge(metrics, definition.metricsName, policy);
  certificates.addGauge(metrics, definition.metricsName);
  body.gauges?.(metrics);
  const doorDeps = { watched, lifecycle, metrics, body, post, connected, watch, registers };
  return await openDoor(definition, parts, identity, doorDeps);
}

/** Opens the HTTP door, then lets webhooks be told. */
async function openDoor<C extends ServiceConfig, P extends ProceduresOfService>(
  { title }: ServiceDefinition<C, P>,
  { config, logger, clock }: ServiceParts<C, P>,
  identity: Identity,
  deps: {
    readonly watched: WatchedStore<P>;
    readonly lifecycle: Lifecycle;
    readonly metrics: Registry;
    readonly body: ServiceBody;
    readonly post: Post;
    readonly connected: () => boolean;
    readonly watch: LogWatch | undefined;
    readonly registers: RegisterDesk;
  },
): Promise<string> {
  const { lifecycle, metrics, body } = deps;
  const { disk, feed, courier } = deps.watched;
  const store = deps.watched.store as unknown as Database<ServiceProcedures>;
  const guard = createGuard({ store, clock, logger });
  const { participant } = identity.self;
  const register = (): RegisterView => identity.client.current.view();
  const server = await createHttpServer({
    ...config.http,
    logger,
    metrics,
    title,
    health: {
      store: async () => disk.takesWrites && (await store.call("feedNewest", undefined)) >= 0,
      nats: deps.connected,
      consumers: () => deps.post.consuming,
      running: () => lifecycle.state === "ready",
    },
    statusPage: () => body.statusPage(),
    openRoutes: (routes) => body.openRoutes?.(routes),
    api: {
      guard,
      routes: (routes) => {
        addUserRoutes(routes, { store, guard, clock });
        body.routes(routes, guard);
        addDirectoryRoutes(routes, { register, clock });
        addKeyDoubtRoutes(routes, { registers: deps.registers, register, store, clock });
        const cosignedSize = (): number | undefined => deps.watch?.cosignedSize;
        addReceiptRoutes(routes, { store, participant, register, cosignedSize, clock });
        addFeedRoutes(routes, feed);
        addWebhookRoutes(routes, { store, courier, clock });
      },
    },
  });
  lifecycle.add({ name: "http", stop: () => server.close() });
  // Stopped first: a door that closes waits for the requests that wait for a change.
  lifecycle.add({ name: "feed", stop: () => feed.stop() });
  await courier.start();
  lifecycle.add({ name: "webhooks", stop: () => courier.stop() });
  return server.url;
}

/** The newest key of this participant for headers, which signs other things beside, too. */
function newestSigner(
  { client, headerKeys }: Identity,
  clock: Clock,
  payloadType: PayloadType,
): MessageSigner {
  return signerFor(headerKeys.newest(client.current.view(), clock.now()), payloadType);
}

/** Files for border posts are signed by the key that was valid when the service started. */
function postSignerOf({ client, headerKeys }: Identity, clock: Clock) {
  const key = headerKeys.newest(client.current.view(), clock.now());
  return { ...signerFor(key, PAYLOAD_TYPES.postCopy), publicKey: key.publicRaw };
}

/** Who keeps the routing policy of this service up to date. */
async function openPolicyDesk<C extends ServiceConfig, P extends ProceduresOfService>(
  { config, logger }: ServiceParts<C, P>,
  { client }: Identity,
  lifecycle: Lifecycle,
): Promise<PolicyDesk> {
  const { dataDir, exchangeUrl } = config;
  const fetch = exchangeUrl === undefined ? undefined : fetchPolicyFrom(exchangeUrl);
  const desk = await PolicyDesk.open({ dataDir, client, fetch, logger });
  lifecycle.add({ name: "policy", stop: () => desk.stop() });
  return desk;
}

/** Looks at the log of the exchange, where its address is known. */
function openLogWatch<C extends ServiceConfig, P extends ProceduresOfService>(
  { config, logger, clock, timers }: ServiceParts<C, P>,
  deps: {
    readonly store: Database<ServiceProcedures>;
    readonly register: () => RegisterView;
    readonly lifecycle: Lifecycle;
  },
): LogWatch | undefined {
  const { dataDir, exchangeUrl } = config;
  if (exchangeUrl === undefined) return undefined;
  const { lifecycle, ...rest } = deps;
  const fetchPath = fetchFrom(exchangeUrl);
  const watch = new LogWatch({ ...rest, dataDir, fetchPath, clock, timers, logger });
  watch.start();
  lifecycle.add({ name: "log watch", stop: () => watch.stop() });
  return watch;
}

function tellEvents(transport: Transport, events: ServiceEvents): void {
  transport.onEvent((event) => {
    const detail = "detail" in event ? event.detail : "";
    if (event.type === "permission-violation") events.permissionViolation(detail);
    else events.carrier(event.type, detail);
  });
}

function stoppablePost<C extends ServiceConfig, P extends ProceduresOfService>(
  { config, logger, clock, timers }: ServiceParts<C, P>,
  identity: Identity,
  deps: {
    readonly store: Database<ServiceProcedures>;
    readonly transport: Transport;
    readonly lifecycle: Lifecycle;
    readonly register: () => RegisterView;
    readonly registers: RegisterDesk;
    readonly policies: PolicyDesk;
    readonly application: PostApplication;
    readonly feeds: FeedTaker | undefined;
    readonly onEvent: (event: PostEvent) => void;
  },
): Post {
  const { lifecycle, ...rest } = deps;
  const sealer = createSealer();
  lifecycle.add({ name: "sealer", stop: () => sealer.close() });
  const { client, self } = identity;
  const signer = (): MessageSigner => newestSigner(identity, clock, PAYLOAD_TYPES.header);
  const { resendFirstMs, gapNoticeAfterMs } = config;
  return createPost({
    ...rest,
    participant: self.participant,
    sealer,
    standing: () => client.current.standing(clock.now()).name,
    signer,
    identities: () => identity.sealingKeys.map((key) => key.identity),
    recovery: identity.recovery,
    clock,
    timers,
    logger,
    ...(resendFirstMs === undefined ? {} : { resendFirstMs }),
    ...(gapNoticeAfterMs === undefined ? {} : { gapNoticeAfterMs }),
  });
}
