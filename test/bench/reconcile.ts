import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AckPolicy, jetstreamManager, StorageType } from "@nats-io/jetstream";
import isoCountries from "i18n-iso-countries";
import { connect } from "nats";
import { type Participant, ParticipantStatus } from "#proto";
import { NATS_LIMITS, Semaphore, systemClock } from "#runtime";
import type { RegisterView } from "#trust";
import { readLocalEnvironment } from "../../deploy/local/environment.ts";
import { openExchangeFolder } from "../../deploy/local/folder/open-exchange-folder.ts";
import { ExchangePaths, initExchange, registeredParticipant } from "../../deploy/local/index.ts";
import { findNatsServer } from "../../deploy/local/nats-server/find-nats-server.ts";
import { issueAuthority } from "../../deploy/local/provision/authority.ts";
import { writeAuthority } from "../../deploy/local/provision/authority-files.ts";
import { provisionStreams } from "../../deploy/local/provision/provision-streams.ts";
import { inboxStream, outboxStream } from "../../deploy/local/provision/topology.ts";
import { openReconciliation } from "../../deploy/local/reconcile/reconcile.ts";
import { findFreePort } from "../../deploy/local/supervisor/free-port.ts";
import { ManagedProcess } from "../../deploy/local/supervisor/managed-process.ts";
import { natsPlan } from "../../deploy/local/supervisor/nats-process.ts";
import { carrierClients, specsOf } from "../support/nats-carrier.ts";
import { median } from "./machine.ts";
import type { Bench, BenchOptions, Section } from "./section.ts";

const STATES = 200;
const UNITS = 3_500;
/** Room for all of them on any disk. */
const STREAM_BYTES = NATS_LIMITS.streamBytesMin;
const ROOM = STATES + 10;
const STORAGE = {
  streamBytes: STREAM_BYTES,
  coreBytes: ROOM * STREAM_BYTES,
  serverBytes: 2 * ROOM * STREAM_BYTES,
};
const AT_ONCE = 8;
const ROUNDS = 5;

/** How long NATS takes to follow a register of the whole world, and each change of it. */
export const reconcileBench: Bench = {
  name: "reconcile",
  about: `NATS follows a register of ${STATES} States and ${UNITS} units, from nothing and by one`,
  run: measureReconcile,
};

/** How long a run took, and how much of it this process has worked. */
interface Run {
  readonly ms: number;
  readonly cpuMs: number;
}

type Register = Pick<RegisterView, "participants">;

async function measureReconcile({ progress }: BenchOptions): Promise<Section> {
  const codes = Object.keys(isoCountries.getAlpha2Codes()).toSorted();
  const [first = "", ...others] = codes.slice(0, STATES);
  const world = [first, ...others].map(participantOf);
  const extra = codes.slice(STATES, STATES + ROUNDS).map(participantOf);
  const floorMs = await rawStreams(others.length);
  progress(`raw: ${others.length} pairs of streams in ${seconds(floorMs)} s`);
  const exchange = await startBenchCarrier(first);
  try {
    const { follow } = exchange;
    await follow({ participants: world.slice(0, 1) });
    const whole = await follow({ participants: world });
    progress(`from nothing: ${whole.steps} steps in ${seconds(whole.ms)} s`);
    const idle = await follow({ participants: world });
    const rawOne = await rawStreams(1);
    const added: Run[] = [];
    const removed: Run[] = [];
    const cut: number[] = [];
    for (const [place, one] of extra.entries()) {
      const before = [...world, ...extra.slice(0, place).map(gone)];
      added.push(await follow({ participants: [...before, one] }));
      const [closed] = await exchange.watch(one.id);
      const beganAt = performance.now();
      const removal = follow({ participants: [...before, gone(one)] });
      await closed;
      cut.push(performance.now() - beganAt);
      removed.push(await removal);
    }
    const typical = (runs: readonly Run[]): Run => ({
      ms: median(runs.map(({ ms }) => ms)),
      cpuMs: median(runs.map(({ cpuMs }) => cpuMs)),
    });
    const times = { idle, added: typical(added), removed: typical(removed), cut: median(cut) };
    const row = (name: string, { ms, cpuMs }: Partial<Run> & { ms: number }, floor: number) => {
      const cpu = cpuMs === undefined ? "" : (cpuMs / 1_000).toFixed(2);
      return [name, (ms / 1_000).toFixed(2), cpu, (ms / floor).toFixed(1)];
    };
    return {
      title: `NATS follows the register: ${STATES} States, ${UNITS} units in their entries`,
      columns: ["work", "seconds", "of them CPU of the command", "against its floor"],
      rows: [
        row(`floor: ${others.length} pairs of streams, no accounts`, { ms: floorMs }, floorMs),
        row(`${others.length} States admitted to an empty exchange`, whole, floorMs),
        row("floor: one pair of streams, no accounts", { ms: rawOne }, rawOne),
        row("one State more", times.added, rawOne),
        row("one State removed", times.removed, rawOne),
        row("until the removed one is disconnected", { ms: times.cut }, rawOne),
        row("nothing to do", idle, rawOne),
      ],
      data: { floorMs, rawOne, whole, ...times },
    };
  } finally {
    await exchange.stop();
  }
}

function participantOf(id: string): Participant {
  const [spec] = specsOf([id]);
  if (spec === undefined) throw new TypeError("no specs");
  const units = Array.from({ length: Math.ceil(UNITS / STATES) }, (_, number) => ({
    ...{ id: `POST-${number}`, name: `Border post ${number} of ${id} (made up)`, locode: "" },
    ...{ since: undefined, until: undefined },
  }));
  return { ...registeredParticipant(spec), units };
}

const QUIET = { restartCrashed: false, onEvent: () => undefined };

async function findProgram(): Promise<string> {
  const { cacheDir, natsServer: wanted, searchPath } = readLocalEnvironment();
  return (await findNatsServer({ wanted, searchPath, cacheDir })).path;
}

const gone = (one: Participant): Participant => ({ ...one, status: ParticipantStatus.REMOVED });

/** A nats-server of an exchange of one participant, with room for the world. */
async function startBenchCarrier(id: string) {
  const dataDir = await mkdtemp(join(tmpdir(), "tracepost-bench-reconcile-"));
  await initExchange({ dataDir, participants: specsOf([id]) });
  const paths = new ExchangePaths(dataDir);
  await writeAuthority(paths, await issueAuthority([id], STORAGE), STORAGE);
  const plan = natsPlan({
    layout: await openExchangeFolder(dataDir),
    server: await findProgram(),
    environment: () => process.env,
    afterStart: (natsUrl) =>
      provisionStreams({ paths, natsUrl, participants: [id], streamBytes: STREAM_BYTES }),
  });
  const log = { logFile: join(dataDir, "nats.log") };
  const server = new ManagedProcess({ ...plan, ...log }, QUIET);
  await server.start();
  const clients = carrierClients({ url: server.url, paths, streamBytes: STREAM_BYTES }, [id]);
  return {
    follow: async (register: Register) => {
      const beganAt = performance.now();
      const cpu = process.cpuUsage();
      const place = { paths, natsUrl: server.url };
      const given = { register, registerBytes: new Uint8Array() };
      const reconciliation = await openReconciliation({ ...place, ...given, clock: systemClock });
      await reconciliation.apply();
      await reconciliation.close();
      const { system, user } = process.cpuUsage(cpu);
      const cpuMs = (system + user) / 1_000;
      return { ms: performance.now() - beganAt, cpuMs, steps: reconciliation.steps.length };
    },
    /** Connects as a participant; the first of the answer settles when it is cut off. */
    watch: async (user: string) => {
      const connection = await clients.raw(user, user, { reconnect: false });
      return [connection.closed()] as const;
    },
    stop: async () => {
      await clients.closeAll();
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** The same streams and consumers on a server without accounts: the least it can take. */
async function rawStreams(pairs: number): Promise<number> {
  const dir = await mkdtemp(join(tmpdir(), "tracepost-bench-raw-"));
  const port = await findFreePort();
  const program = await findProgram();
  const server = new ManagedProcess(
    {
      name: "raw",
      command: program,
      logFile: join(dir, "raw.log"),
      ipc: false,
      prepare: async () => ({
        args: ["-js", "-sd", dir, "-a", "127.0.0.1", "-p", `${port}`],
        env: process.env,
      }),
      ready: async () => {
        const probe = await connect({ servers: `127.0.0.1:${port}`, waitOnFirstConnect: true });
        await probe.close();
        return `nats://127.0.0.1:${port}`;
      },
    },
    QUIET,
  );
  await server.start();
  try {
    const connection = await connect({ servers: server.url });
    const manager = await jetstreamManager(connection, { checkAPI: false });
    const permits = new Semaphore(AT_ONCE);
    const beganAt = performance.now();
    const streams = Array.from({ length: pairs }, (_, place) => place).flatMap((place) => {
      const inbox = inboxStream(`P${place}`, STREAM_BYTES);
      const named = { ...inbox, stream: { ...inbox.stream, name: `IN_${place}` } };
      return [named, outboxStream(`P${place}`, STREAM_BYTES)];
    });
    const making = streams.map(({ consumers, stream }) =>
      permits.run(async () => {
        const { bytesMax: max_bytes, name, subjects } = stream;
        await manager.streams.add({
          name,
          subjects: [...subjects],
          max_bytes,
          storage: StorageType.File,
        });
        for (const { filterSubject: filter_subject, name: durable_name } of consumers) {
          const one = { durable_name, filter_subject, ack_policy: AckPolicy.Explicit };
          await manager.consumers.add(name, one);
        }
      }),
    );
    await Promise.all(making);
    const ms = performance.now() - beganAt;
    await connection.close();
    return ms;
  } finally {
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(1);
