import { type ChildProcess, fork } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { connectBus } from "#bus";
import { TracepostError } from "#errors";
import { createLogger, type PostgresPlace } from "#runtime";
import { createSigner, loadSigningKey, PAYLOAD_TYPES } from "#trust";
import { outSubject, type Transport } from "#wire";
import {
  initExchange,
  type ParticipantSpec,
  type RunningExchange,
  startExchange,
} from "../../deploy/local/index.ts";
import { GATEWAY_NODE_FLAGS } from "../../deploy/local/supervisor/exchange-processes.ts";
import { headerOf, traceRequest } from "../support/messages.ts";
import type { Party } from "../support/parties.ts";

/** The product's own gateway. */
export const GATEWAY_PROGRAM = fileURLToPath(new URL("../../gateway/main.ts", import.meta.url));
const IDLE = fileURLToPath(new URL("./idle.ts", import.meta.url));

/** NATS with accounts and streams, keys and register; services only where the bench starts them. */
export interface BenchExchange {
  readonly running: RunningExchange;
  readonly parties: readonly Party[];
  /** A connection under a participant's own rights. */
  connect(id: string): Promise<Transport>;
  /**
   * Puts `count` signed messages into the outboxes, in turns; returns the size of one, in bytes.
   */
  fill(count: number): Promise<number>;
  /** Starts a program in the gateway's place and waits until it is ready. */
  startInGatewaysPlace(program: string, env: Record<string, string>): Promise<ChildProcess>;
  close(): Promise<void>;
}

/** Sets one up in a folder of its own; the gateway's store is a file, or lies in PostgreSQL. */
export async function openBenchExchange(
  ids: readonly string[],
  store?: PostgresPlace,
): Promise<BenchExchange> {
  const dataDir = await mkdtemp(join(tmpdir(), "tracepost-bench-"));
  const { url = "", schema = "" } = store ?? {};
  const settings = store && { kind: store.kind, url, schema };
  await initExchange({
    ...{ dataDir, participants: ids.map(specOf), room: ids.length, store: settings },
  });
  const programs = { gateway: IDLE, focalPoint: IDLE, borderAgency: IDLE, regionalMonitor: IDLE };
  const running = await startExchange({ dataDir, programs });
  const { paths } = running;
  const parties = await Promise.all(
    ids.map(async (id) => {
      const key = await loadSigningKey(paths.participant(id).headerKey);
      return { id, key, signer: createSigner(key, PAYLOAD_TYPES.header) };
    }),
  );
  const connect = (id: string): Promise<Transport> =>
    connectBus({
      servers: running.nats.url,
      credsFile: paths.participant(id).natsCreds,
      name: `bench.${id}`,
      inboxPrefix: `_I.${id}`,
      logger: createLogger({ name: "bench", level: "silent" }),
      publishInFlightMax: 500,
    });
  return {
    running,
    parties,
    connect,
    fill: async (count) => {
      const transports = await Promise.all(ids.map(connect));
      const sizes: number[] = [];
      const publishes: Promise<void>[] = [];
      for (let n = 0; n < count; n += 1) {
        // The first half sends, the second half receives; every pair in turn.
        const half = parties.length / 2;
        const at = n % half;
        const party = parties[at] as Party;
        const recipient = parties[half + (Math.floor(n / half) % half)] as Party;
        const message = traceRequest(party, [recipient.id]);
        const { messageId, lane, kind } = headerOf(message);
        sizes.push(message.bytes.length);
        const publication = {
          subject: outSubject(party.id, lane, kind),
          data: message.bytes,
          transportId: `${messageId}.1`,
        };
        publishes.push((transports[at] as Transport).publish(publication));
        if (publishes.length === 500) await Promise.all(publishes.splice(0));
      }
      await Promise.all(publishes);
      await Promise.all(transports.map((transport) => transport.close()));
      return sizes[0] ?? 0;
    },
    startInGatewaysPlace: (program, env) => startProgram(program, paths.gateway.config, env),
    close: async () => {
      await running.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Ends a program and waits for it. */
export async function endProgram(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
}

function startProgram(
  program: string,
  config: string,
  env: Record<string, string>,
): Promise<ChildProcess> {
  const child = fork(program, ["--config", config], {
    env: { ...process.env, ...env },
    execArgv: GATEWAY_NODE_FLAGS,
    stdio: ["ignore", process.env.BENCH_LOG ? "inherit" : "ignore", "inherit", "ipc"],
  });
  return new Promise((resolve, reject) => {
    child.once("message", () => resolve(child));
    child.once("exit", (code) => {
      reject(new TracepostError("UNAVAILABLE", `${program} ended with ${code}`));
    });
  });
}

/** A made-up focal point whose cases officers answer. */
export function specOf(id: string): ParticipantSpec {
  return {
    id,
    name: `Focal point of ${id} (made up for the bench)`,
    role: "focal-point",
    state: id,
    instruments: [{ instrument: "ITI", boundness: "committed", since: "2005-12-08" }],
    languages: ["en"],
    answering: "officer",
  };
}
