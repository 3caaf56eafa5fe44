import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type ApiDoor, addUserOnce, issueToken } from "#http";
import type { RunningService } from "#participant";
import { type Clock, createLogger, systemClock, systemTimers } from "#runtime";
import { openSqliteStore } from "#store";
import { generateSealingKey, savePublicKey, saveSealingKey, saveSigningKey } from "#trust";
import { newToken } from "#users";
import { startFocalPoint } from "../../services/focal-point/focal-point.ts";
import type { FocalPointProcedures } from "../../services/focal-point/store.ts";
import { MemoryCarrier } from "./memory-carrier.ts";
import { makeParties, type PartySpec } from "./parties.ts";
import { startTestGateway } from "./post-exchange.ts";
import { CASEWORKER } from "./test-doors.ts";

/** Whole focal points and a gateway in one process, over a carrier in memory. */
export interface FocalPoints {
  readonly carrier: MemoryCarrier;
  /** Folder of the data of one. */
  dataDir(id: string): string;
  /** Calls the API of one as a caseworker. */
  ask(id: string, method: string, path: string, body?: unknown): Promise<Answer>;
  /** Address and token of one. */
  door(id: string): ApiDoor;
  /** The same for whoever makes users there. */
  admin(id: string): Promise<ApiDoor>;
  /** Ends one, as a process that is told to. */
  stop(id: string): Promise<void>;
  /** Starts it again on its data. */
  start(id: string): Promise<void>;
  /** Asks until something holds; says what when it never does. */
  until<T>(what: string, look: () => Promise<T | undefined>): Promise<T>;
  close(): Promise<void>;
}

/** What a call came to. */
export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers of many routes are looked into
  readonly body: any;
  readonly bytes: Buffer;
}

const PATIENCE_MS = 120_000;
const LOOK_AGAIN_MS = 50;
/** Short, so that what was lost comes again soon. */
const RESEND_FIRST_MS = 500;

/** Opens an exchange among the focal points of some States; officers answer. All read `clock`. */
export async function openFocalPoints(
  ids: readonly string[],
  spec: Omit<PartySpec, "id" | "sealingKey"> = {},
  clock: Clock = systemClock,
): Promise<FocalPoints> {
  const dir = await mkdtemp(join(tmpdir(), "tracepost-focal-points-"));
  const sealing = new Map<string, Awaited<ReturnType<typeof generateSealingKey>>>();
  for (const id of ids) sealing.set(id, await generateSealingKey());
  const parties = makeParties(
    ids.map((id) => ({ ...spec, id, sealingKey: sealing.get(id)?.recipient ?? "" })),
  );
  const carrier = new MemoryCarrier({
    random: Math.random,
    timers: systemTimers,
    ackWaitMs: 30_000,
  });
  const gatewayDir = join(dir, "gateway");
  await mkdir(gatewayDir);
  const gateway = await startTestGateway({ dir: gatewayDir, parties, carrier, clock });
  const running = new Map<string, RunningService>();
  const doors = new Map<string, ApiDoor>();
  const dataDir = (id: string): string => join(dir, id);
  for (const id of ids) {
    await mkdir(dataDir(id));
    const file = (name: string): string => join(dataDir(id), name);
    const key = sealing.get(id);
    if (key === undefined) throw new TypeError(`no key of ${id}`);
    await saveSigningKey(file("header.key"), parties.party(id).key);
    await saveSealingKey(file("seal.age"), key);
    await savePublicKey(file("root-1.pub"), parties.root);
    await writeFile(file("register.bin"), parties.registerBytes);
    await writeFile(file("api.token"), newToken().text, { mode: 0o600 });
  }
  const start = async (id: string): Promise<void> => {
    const service = await startFocalPoint({
      config: configOf(id, dataDir(id)),
      logger: createLogger({ name: id, level: "silent" }),
      clock,
      timers: systemTimers,
      openStore: (storeFile) =>
        openSqliteStore<FocalPointProcedures>({
          file: storeFile,
          module: new URL("../../services/focal-point/store.ts", import.meta.url),
        }),
      connect: async () => carrier.connect(id),
    });
    running.set(id, service);
    const token = doors.get(id)?.token ?? (await caseworkerAt(service.url, dataDir(id)));
    doors.set(id, { url: service.url, token });
  };
  for (const id of ids) await start(id);
  const doorOf = (id: string): ApiDoor => {
    const door = doors.get(id);
    if (door === undefined) throw new TypeError(`no focal point ${id}`);
    return door;
  };
  return {
    carrier,
    dataDir,
    start,
    door: doorOf,
    admin: (id) => adminAt(doorOf(id).url, dataDir(id)),
    ask: async (id, method, path, body) => await askDoor(doorOf(id), method, path, body),
    stop: async (id) => {
      await running.get(id)?.stop();
      running.delete(id);
    },
    until: (what, look) => untilFound(what, look),
    close: async () => {
      for (const service of running.values()) await service.stop();
      await gateway.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function configOf(participant: string, dir: string) {
  return {
    participant,
    dataDir: dir,
    natsUrl: "nats://memory.invalid",
    credsFile: join(dir, "none.creds"),
    registerFile: join(dir, "register.bin"),
    rootPublicKeyFiles: [join(dir, "root-1.pub")],
    keysDir: dir,
    apiTokenFile: join(dir, "api.token"),
    http: { host: "127.0.0.1", port: 0 },
    logLevel: "silent" as never,
    answering: "officer" as const,
    resendFirstMs: RESEND_FIRST_MS,
    gapNoticeAfterMs: 2 * RESEND_FIRST_MS,
  };
}

async function adminAt(url: string, dir: string): Promise<ApiDoor> {
  return { url, token: (await readFile(join(dir, "api.token"), "utf8")).trim() };
}

async function caseworkerAt(url: string, dir: string): Promise<string> {
  const admin = await adminAt(url, dir);
  const timeoutMs = PATIENCE_MS;
  await addUserOnce(admin, CASEWORKER, timeoutMs);
  return await issueToken(admin, CASEWORKER.userId, { label: "test", timeoutMs });
}

async function askDoor(
  { url, token }: ApiDoor,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const isBytes = body instanceof Uint8Array;
  const type = isBytes ? "application/octet-stream" : "application/json";
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { "content-type": type }),
    },
    ...(body === undefined ? {} : { body: isBytes ? new Uint8Array(body) : JSON.stringify(body) }),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  return { status: response.status, body: isJson ? JSON.parse(bytes.toString()) : "", bytes };
}

async function untilFound<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const givenUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > givenUpAt) throw new TypeError(`it never came true that ${what}`);
    await pause(LOOK_AGAIN_MS);
  }
}
