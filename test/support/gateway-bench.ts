import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Registry } from "prom-client";
import { type CheckpointSigner, createCheckpointSigner } from "#message-log";
import { CurrentPolicy, defaultPolicy } from "#policy";
import { ScheduleHistory } from "#records";
import {
  type Clock,
  createLogger,
  type Database,
  GATEWAY_LIMITS,
  type Logger,
  newMessageId,
  type StorePlace,
  type Transaction,
} from "#runtime";
import { openStore, readStore } from "#store";
import { CurrentRegister, createSigner, PAYLOAD_TYPES, type RegisterView } from "#trust";
import {
  type AssembledEnvelope,
  outSubject,
  type Publication,
  parseOutSubject,
  sha256,
} from "#wire";
import { CheckpointKeeper } from "../../gateway/checkpoint-keeper.ts";
import { Courier } from "../../gateway/courier.ts";
import { GatewayEvents } from "../../gateway/events.ts";
import { ALONE } from "../../gateway/instances/duty.ts";
import { Pipeline } from "../../gateway/pipeline.ts";
import { Speaker } from "../../gateway/speaker.ts";
import type { GatewayProcedures } from "../../gateway/store.ts";
import { headerOf } from "./messages.ts";
import type { Parties } from "./parties.ts";

/** Whether the gateways of this run keep their stores on PostgreSQL. */
export const onPostgres = (process.env.TRACEPOST_TEST_POSTGRES ?? "") !== "";

/** How the carrier was told about a message. */
export type Settled = "ack" | "nak";

/** A gateway on a real store, with what it publishes laid out on a table. */
export interface GatewayBench {
  /** The store's file, to be looked into; "" for one on PostgreSQL. */
  readonly file: string;
  /** Where the store lies. */
  readonly place: StorePlace;
  /** Looks into the store, by a session of its own. */
  read<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  readonly store: Database<GatewayProcedures>;
  readonly checkpoints: CheckpointKeeper;
  readonly register: CurrentRegister;
  readonly policy: CurrentPolicy;
  readonly schedules: ScheduleHistory;
  readonly pipeline: Pick<Pipeline, "betweenBatches">;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly published: Publication[];
  /** Participants that a rule of the policy has refused something, in order. */
  readonly ruleRefusals: string[];
  /** Time the gateway sees, in milliseconds since 1970; settable. */
  nowMs: number;
  /** Makes the next publishes fail, as a carrier that is away does. */
  carrierAway: boolean;
  /** Hands bytes over on a subject; resolves when the carrier is told what became of them. */
  hand(subject: string, data: Uint8Array): Promise<Settled>;
  /** Hands a well-addressed message over. */
  send(message: AssembledEnvelope): Promise<Settled>;
  /** Nothing is dispatched or expires any more, wherever the clock is put. */
  rest(): Promise<void>;
  /** Puts a later register into force as the running gateway does, once `before` is done. */
  change(register: RegisterView, before?: Promise<void>): Promise<void>;
  /** Waits for the next round of the courier that publishes at least `count` messages more. */
  nextPublished(count: number): Promise<Publication[]>;
  close(): Promise<void>;
}

/** Starts it; everything but the carrier is the product's own. */
export async function openGatewayBench(
  parties: Parties,
  options: {
    resendFirstMs?: number;
    windowMessages?: number;
    place?: StorePlace;
    /** Signs checkpoints instead of the key of the register. */
    checkpointSigner?: CheckpointSigner;
  } = {},
): Promise<GatewayBench> {
  const dir = await mkdtemp(join(tmpdir(), "tracepost-gateway-"));
  const { place = defaultPlace(dir) } = options;
  const store = await openAt(place, parties);
  const logger = createLogger({ name: "gateway", level: "silent" });
  const published: Publication[] = [];
  const waiting: { count: number; resolve: (all: Publication[]) => void }[] = [];
  const clock: Clock = { now: () => bench.nowMs };
  const transport = {
    publish: async (publication: Publication): Promise<void> => {
      if (bench.carrierAway) throw new TypeError("the carrier is away");
      published.push(publication);
      for (const one of waiting) if (published.length >= one.count) one.resolve(published);
    },
  };
  const origin = parties.register.logOrigin;
  const checkpointSigner =
    options.checkpointSigner ?? createCheckpointSigner(parties.checkpointKey, origin);
  const receiptSigner = createSigner(parties.receiptKey, PAYLOAD_TYPES.receipt);
  const checkpoints = new CheckpointKeeper({ signer: checkpointSigner, store, clock, logger });
  const pairMax = options.windowMessages ?? GATEWAY_LIMITS.pairWindowMessages;
  const register = new CurrentRegister(parties.register);
  const speaker = new Speaker({ transport, store, receiptSigner, checkpointSigner });
  const resendFirstMs = options.resendFirstMs ?? 60_000;
  const sharing = { store, duty: ALONE, clock, logger };
  const shared = { ...sharing, pairMax, checkpoints, speaker, resendFirstMs };
  const events = new GatewayEvents(logger, new Registry());
  const policy = new CurrentPolicy(defaultPolicy());
  const schedules = new ScheduleHistory();
  const onVersion = (): undefined => undefined;
  const onRuleRefusal = (id: string): unknown => bench.ruleRefusals.push(id);
  const onRoom = (): void => courier.hurry();
  const alone = { instances: () => 1, onOutdated: () => undefined };
  const heard = { onVersion, onRuleRefusal, onRoom, ...alone };
  const pipeline = new Pipeline({ ...shared, register, policy, schedules, events, ...heard });
  const courier = new Courier({ ...shared, register, connected: () => !bench.carrierAway });
  const bench: GatewayBench = {
    ...lookInto(place),
    store,
    checkpoints,
    register,
    policy,
    schedules,
    pipeline,
    logger,
    clock,
    published,
    ruleRefusals: [],
    nowMs: Date.now(),
    carrierAway: false,
    hand: (subject, data) => handOver(pipeline, { subject, data, receivedAtMs: bench.nowMs }),
    send: (message) => {
      const { sender, lane, kind } = headerOf(message);
      return bench.hand(outSubject(sender, lane, kind), message.bytes);
    },
    rest: () => courier.stop(),
    change: (next, before) =>
      pipeline.betweenBatches(async () => {
        await before;
        register.replace(next);
      }),
    nextPublished: (count) =>
      new Promise((resolve) => {
        waiting.push({ count: published.length + count, resolve });
      }),
    close: async () => {
      await courier.stop();
      await pipeline.stop();
      await checkpoints.stop();
      await store.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
  await checkpoints.start();
  courier.start();
  pipeline.start();
  return bench;
}

/** A store with the register that a gateway begins with. */
async function openAt(
  place: StorePlace,
  { registerBytes: register }: Parties,
): Promise<Database<GatewayProcedures>> {
  const module = new URL("../../gateway/store.ts", import.meta.url);
  const store = await openStore<GatewayProcedures>({ place, module });
  const about = { version: 1, digest: sha256(Buffer.of(1)), nowMs: Date.now(), by: "file" };
  await store.call("keepFirstRegister", { ...about, register, pins: null });
  return store;
}

function lookInto(place: StorePlace): Pick<GatewayBench, "file" | "place" | "read"> {
  const file = place.kind === "sqlite" ? place.file : "";
  return { file, place, read: (work) => readStore(place, work) };
}

/** In the group "postgres" every bench has a schema of its own; elsewhere a file. */
function defaultPlace(dir: string): StorePlace {
  if (!onPostgres) return { kind: "sqlite", file: join(dir, "gateway.sqlite") };
  const schema = `bench_${newMessageId(Date.now()).replaceAll("-", "")}`;
  return { kind: "postgres", url: process.env.TRACEPOST_TEST_POSTGRES ?? "", schema };
}

async function handOver(
  pipeline: Pipeline,
  about: { readonly subject: string; readonly data: Uint8Array; readonly receivedAtMs: number },
): Promise<Settled> {
  const { data, receivedAtMs, subject } = about;
  const address = parseOutSubject(subject);
  if (address === undefined) throw new TypeError(`no outbox subject: ${subject}`);
  return await new Promise((resolve) => {
    const ack = () => resolve("ack");
    const nak = () => resolve("nak");
    const inbound = { subject, data, deliveries: 1, ack, nak };
    pipeline.push({ inbound, address, receivedAtMs });
  });
}
