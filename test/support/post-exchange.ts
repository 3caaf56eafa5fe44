import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { accepted, refused } from "#errors";
import { type ApiDoor, callApi } from "#http";
import { KeyFlags, PolicyDesk, RegisterDesk } from "#participant";
import { createPost, type MessageDraft, type PolicyOffer, type Post, type PostEvent } from "#post";
import { SignedRegister } from "#proto";
import { type Clock, createLogger, type Database, type Logger } from "#runtime";
import { openSqliteStore } from "#store";
import { createSealer, generateSealingKey, RegisterClient, type Sealer } from "#trust";
import { type MessageSigner, sha256, type Transport } from "#wire";
import { type RunningGateway, startGateway } from "../../gateway/gateway.ts";
import type { GatewayProcedures } from "../../gateway/store.ts";
import { createFastTime, type FastTime } from "./fast-time.ts";
import { layGatewayFiles } from "./gateway-files.ts";
import { type CarrierFaults, MemoryCarrier } from "./memory-carrier.ts";
import { makeParties, type Parties } from "./parties.ts";
import { draftOf } from "./post-drafts.ts";
import type { PostTestProcedures, TestEffect } from "./post-store.ts";

/** A participant with its own store and its own post. */
export interface PostMember {
  readonly id: string;
  readonly store: Database<PostTestProcedures>;
  readonly transport: Transport;
  /** Sealing keys that open here, the newest first. */
  identities: string[];
  post: Post;
  /** Judges registers, and holds the one in force here. */
  readonly client: RegisterClient;
  readonly registers: RegisterDesk;
  /** Judges policies, and holds the one in use here; opened anew by each restart. */
  policies: PolicyDesk;
  /** What is asked of the exchange's door when the log names a newer policy; default: nothing. */
  fetchPolicy: (() => Promise<PolicyOffer | undefined>) | undefined;
  /** Registers kept, in their order; in memory. */
  readonly kept: Uint8Array[];
  /** What is asked of the exchange's door when a peer names a newer register; default: nothing. */
  fetch: (() => Promise<Uint8Array | undefined>) | undefined;
  /** Replaceable, for key rotations. */
  signer: MessageSigner;
  /** Sends a text; gives its message id. */
  send(
    to: string | readonly string[],
    body: string,
    changes?: Partial<MessageDraft>,
  ): Promise<string>;
  /** Rows of a query over its store. */
  rows(sql: string, ...params: (string | number)[]): Promise<Record<string, unknown>[]>;
  /** Ends the post and starts another on the same store, as a new process would. */
  restart(): Promise<void>;
}

/** A whole exchange in one process: real gateway, real stores, real seals, a carrier in memory. */
export interface PostExchange {
  readonly carrier: MemoryCarrier;
  readonly parties: Parties;
  /** Folder with the gateway's keys. */
  readonly dir: string;
  readonly time: FastTime;
  readonly sealer: Sealer;
  member(id: string): PostMember;
  /** The gateway's HTTP door, as the user `installation`. */
  readonly door: ApiDoor;
  /** Publishes a register there; gives the answer. */
  publish(register: Uint8Array): Promise<{ outcome: string; version: string }>;
  /** Lays a policy where the gateway takes it; it must have started with one. */
  publishPolicy(policy: Uint8Array): Promise<void>;
  /** Sets somebody's clock wrong by so much: a member's, or that of GATEWAY. */
  setClock(whose: string, aheadMs: number): void;
  /** Waits until a condition holds; looks again whenever a post or the clock reports something. */
  until(what: string, holds: () => Promise<boolean>): Promise<void>;
  /** Whether every outbox is empty and every receipt is sent. */
  isSettled(): Promise<boolean>;
  /** Waits for that. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** How fast the time of a test exchange runs. */
const SPEED = 50;

/** A condition that has not come true by then never will; says so with its name. */
const PATIENCE_MS = 30_000;

/** Opens an exchange among some participants. */
export async function openPostExchange(
  ids: readonly string[],
  options: {
    readonly random?: () => number;
    readonly faults?: CarrierFaults;
    /** Signed policy it starts with, by the root key; default: the default policy. */
    readonly policy?: (parties: Parties) => Uint8Array;
    /** Recipient of the recovery key of everybody here. */
    readonly recovery?: string;
    /** How far the clocks of all are ahead of the world's. */
    readonly aheadMs?: number;
  } = {},
): Promise<PostExchange> {
  const dir = await mkdtemp(join(tmpdir(), "tracepost-post-"));
  const time = createFastTime(SPEED);
  const sealingKeys = new Map<string, { identity: string; recipient: string }>();
  for (const id of ids) sealingKeys.set(id, await generateSealingKey());
  const parties = makeParties(
    ids.map((id) => ({ id, sealingKey: sealingKeys.get(id)?.recipient ?? "" })),
  );
  const carrier = new MemoryCarrier({
    random: options.random ?? Math.random,
    timers: time,
    ackWaitMs: 30_000,
    ...(options.faults === undefined ? {} : { faults: options.faults }),
  });
  const sealer = createSealer();
  const aheadMs = new Map<string, number>();
  const clockOf = (whose: string): Clock => ({
    now: () => time.now() + (aheadMs.get(whose) ?? options.aheadMs ?? 0),
  });
  const clock = clockOf("GATEWAY");
  const policy = options.policy?.(parties);
  const gateway = await startTestGateway({ dir, parties, carrier, clock, policy });
  const door = { url: gateway.url, token: await readFile(join(dir, "api.token"), "utf8") };
  const changed = new Set<() => void>();
  const notify = (): void => {
    for (const wake of changed) wake();
  };
  const members = new Map<string, PostMember>();
  for (const id of ids) {
    const identity = sealingKeys.get(id)?.identity ?? "";
    const clock = clockOf(id);
    const { recovery } = options;
    const parts = { id, dir, identity, parties, carrier, sealer, time, clock, notify, recovery };
    members.set(id, await openMember(parts));
  }
  const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
    const givenUpAt = performance.now() + PATIENCE_MS;
    while (!(await holds())) {
      if (performance.now() > givenUpAt) throw new TypeError(`it never came true that ${what}`);
      await new Promise<void>((resolve) => {
        const end = (): void => {
          changed.delete(end);
          callOff();
          resolve();
        };
        changed.add(end);
        // Nothing reports the gateway's part of the work; time passing makes up for it.
        const callOff = time.after(1_000, end);
      });
    }
  };
  const isIdle = async (): Promise<boolean> => {
    for (const member of members.values()) {
      const status = await member.store.call("postStatus", undefined);
      if (status.pending > 0 || status.receiptsOwed > 0) return false;
    }
    return true;
  };
  return {
    carrier,
    parties,
    dir,
    time,
    sealer,
    door,
    publish: (register) => publishTo(door, register),
    publishPolicy: (bytes) => writeFile(join(dir, "policy.bin"), bytes),
    member: (id) => {
      const member = members.get(id);
      if (member === undefined) throw new TypeError(`no member ${id}`);
      return member;
    },
    setClock: (whose, ms) => {
      aheadMs.set(whose, ms);
    },
    until,
    isSettled: isIdle,
    settled: () => until("every message has its receipts", isIdle),
    close: async () => {
      for (const member of members.values()) await member.post.stop();
      await gateway.stop();
      for (const member of members.values()) await member.store.close();
      await sealer.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function publishTo(door: ApiDoor, bytes: Uint8Array) {
  return await callApi<{ outcome: string; version: string }>(door, {
    method: "POST",
    path: "/v1/register",
    body: { register: Buffer.from(bytes).toString("base64") },
    timeoutMs: PATIENCE_MS,
  });
}

/** Starts a gateway over a carrier in memory, with the keys of the parties. */
export async function startTestGateway({
  dir,
  parties,
  carrier,
  clock,
  policy,
  sharedFile,
}: {
  readonly dir: string;
  readonly parties: Parties;
  readonly carrier: MemoryCarrier;
  readonly clock: Clock;
  readonly policy?: Uint8Array | undefined;
  /** Store that it shares with other instances; default: one of its own. */
  readonly sharedFile?: string;
}): Promise<RunningGateway> {
  const file = (name: string): string => join(dir, name);
  const storeFile = sharedFile ?? file("gateway.sqlite");
  const files = await layGatewayFiles(dir, parties);
  if (policy !== undefined) await writeFile(file("policy.bin"), policy);
  return await startGateway({
    config: {
      ...files,
      natsUrl: "nats://memory.invalid",
      credsFile: file("none.creds"),
      ...(policy === undefined ? {} : { policyFile: file("policy.bin") }),
      http: { host: "127.0.0.1", port: 0 },
      logLevel: "silent" as never,
    },
    logger: createLogger({ name: "gateway", level: "silent" }),
    clock,
    isShared: sharedFile !== undefined,
    place: { kind: "sqlite", file: storeFile },
    openStore: () =>
      openSqliteStore<GatewayProcedures>({
        file: storeFile,
        module: new URL("../../gateway/store.ts", import.meta.url),
      }),
    connect: async () => carrier.connect("CORE"),
  });
}

interface MemberParts {
  readonly id: string;
  readonly dir: string;
  readonly identity: string;
  readonly parties: Parties;
  readonly carrier: MemoryCarrier;
  readonly sealer: Sealer;
  readonly time: FastTime;
  readonly clock: Clock;
  readonly notify: () => void;
  /** Recipient of the recovery key of everybody here. */
  readonly recovery: string | undefined;
}

async function openMember(parts: MemberParts): Promise<PostMember> {
  const { id, parties, carrier, time, clock } = parts;
  const store = await openSqliteStore<PostTestProcedures>({
    file: join(parts.dir, `${id}.sqlite`),
    module: new URL("./post-store.ts", import.meta.url),
  });
  const transport = carrier.connect(id);
  const first = {
    view: parties.register,
    bytes: parties.registerBytes,
    digest: sha256(SignedRegister.decode(parties.registerBytes).register),
  };
  const client = new RegisterClient([parties.root.publicKey], first, clock);
  const kept: Uint8Array[] = [];
  const logger = createLogger({ name: id, level: "silent" });
  const registers = openRegisterDesk(parts, { client, kept, logger, store }, () => member);
  const dataDir = join(parts.dir, id);
  await mkdir(dataDir);
  const openPolicies = async (): Promise<PolicyDesk> =>
    await PolicyDesk.open({
      dataDir,
      client,
      fetch: async () => await member.fetchPolicy?.(),
      logger,
    });
  const start = async (): Promise<Post> => {
    member.policies = await openPolicies();
    const post = createPost({
      participant: id,
      store,
      transport,
      sealer: parts.sealer,
      application: { judge: ({ parts: opened }) => judgeText(opened.get("body")) },
      register: () => client.current.view(),
      registers,
      policies: member.policies,
      standing: () => client.current.standing(clock.now()).name,
      signer: () => member.signer,
      identities: () => member.identities,
      recovery: parts.recovery,
      clock,
      timers: time,
      logger,
      onEvent: (_event: PostEvent) => parts.notify(),
    });
    await post.start();
    return post;
  };
  const member: PostMember = {
    id,
    store,
    transport,
    identities: [parts.identity],
    client,
    registers,
    policies: await openPolicies(),
    fetchPolicy: undefined,
    kept,
    fetch: undefined,
    post: undefined as never,
    signer: parties.party(id).signer,
    send: async (to, body, changes = {}) => {
      const recipients = typeof to === "string" ? [to] : to;
      const args = draftOf(id, recipients, body, clock.now());
      const messageId = await store.call("draft", { ...args, ...changes });
      member.post.noteDrafted();
      return messageId;
    },
    rows: (sql, ...params) => store.call("query", { sql, params }),
    restart: async () => {
      await member.post.stop();
      member.post = await start();
    },
  };
  member.post = await start();
  return member;
}

function openRegisterDesk(
  { clock, id, notify, time }: MemberParts,
  deps: Pick<PostMember, "client" | "store"> & {
    readonly kept: Uint8Array[];
    readonly logger: Logger;
  },
  member: () => PostMember,
): RegisterDesk {
  const { client, kept, logger, store } = deps;
  const keys = () => client.compromisedKeys;
  const flags = new KeyFlags({ keys, store, clock, timers: time, logger });
  return new RegisterDesk({
    participant: id,
    client,
    keep: async ({ bytes }) => {
      kept.push(bytes);
      notify();
    },
    checkOwnEntry: () => undefined,
    fetch: async () => await member().fetch?.(),
    onIncident: async (incident) => {
      await store.call("postRecordIncident", { incident, nowMs: clock.now() });
    },
    followKeys: () => flags.follow(),
    onTaken: () => member().post.noteRegister(),
    timers: time,
    logger,
  });
}

function judgeText(bytes: Uint8Array | undefined) {
  const body = Buffer.from(bytes ?? new Uint8Array()).toString("utf8");
  if (body.startsWith("bad")) return refused<TestEffect>("BODY_INVALID", "body");
  return accepted<TestEffect>({ body });
}
