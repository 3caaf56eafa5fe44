import { Counter, Registry } from "prom-client";
import { Type } from "typebox";
import { createHttpServer } from "#http";
import {
  type Clock,
  createLogger,
  Lifecycle,
  NATS_LIMITS,
  parseConfig,
  readPlacement,
  systemClock,
} from "#runtime";
import { DOOR_SETTINGS } from "#tls";
import { doorFiles } from "./certificates/certificate-files.ts";
import { openStewardFolder, participantsOf } from "./folder/open-exchange-folder.ts";
import { provisionStreams } from "./provision/provision-streams.ts";
import { checkServer } from "./provision/server-check.ts";
import { Steward, type StewardReport } from "./steward.ts";
import { StreamsSeen } from "./streams-seen.ts";

const StartSchema = Type.Object(
  {
    natsUrl: Type.String({ pattern: "^(nats|tls)://" }),
    http: Type.Object({
      ...DOOR_SETTINGS,
      host: Type.String({ minLength: 1 }),
      port: Type.Integer({ minimum: 0, maximum: 65_535 }),
      names: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
    }),
    logLevel: Type.Enum(["trace", "debug", "info", "warn", "error", "silent"]),
  },
  { additionalProperties: false },
);

/** Where a steward runs. */
export type StewardStart = Type.Static<typeof StartSchema>;

/** Loopback, the port of NATS, a free port for the door: until the environment says otherwise. */
const DEFAULTS: StewardStart = {
  natsUrl: "nats://127.0.0.1:4222",
  http: { host: "127.0.0.1", port: 0 },
  logLevel: "info",
};

/** Reads where a steward runs (TP-CON-6). Throws TracepostError CONFIG_INVALID. */
export function readStewardStart(env: Readonly<Record<string, string | undefined>>): StewardStart {
  return parseConfig(StartSchema, JSON.stringify(DEFAULTS), "the environment", readPlacement(env));
}

const TITLE = {
  title: "Tracepost steward",
  description: "Whether the steward of the streams is well. It has no routes of its own.",
};

/** What a steward is started with. */
export interface StewardServiceOptions {
  readonly dataDir: string;
  readonly start: StewardStart;
  /** Default: the machine's. */
  readonly clock?: Clock;
}

/** A steward that runs on its own. */
export interface RunningSteward {
  /** Address of its health, readiness and metrics. */
  readonly url: string;
  /** Ends the round that is under way and lets go of everything. */
  stop(): Promise<void>;
}

/**
 * Looks after the streams of a server that somebody else has started (TP-CON-11): compares its
 * settings in effect with what was promised, provides the streams, and makes its rounds. Throws
 * TracepostError DATA_FOLDER, UNAVAILABLE when the server does not answer, TRANSPORT when it does
 * other than promised.
 */
export async function startSteward(options: StewardServiceOptions): Promise<RunningSteward> {
  const { clock = systemClock, dataDir, start } = options;
  const { natsUrl } = start;
  const logger = createLogger({ name: "steward", level: start.logLevel });
  const { participants, paths, streamBytes } = await openStewardFolder(dataDir);
  const streams = { paths, natsUrl, participants, streamBytes };
  await checkServer(paths, { url: natsUrl, name: "steward" });
  await provisionStreams(streams);
  const metrics = new Registry();
  const count = countRounds(metrics);
  const lifecycle = new Lifecycle(logger);
  let roundAt = 0;
  const steward = new Steward({
    ...streams,
    participants: async () => (await participantsOf(paths)).map(({ id }) => id),
    logger,
    seen: new StreamsSeen(paths.steward.streamsSeen),
    // The steward itself has written it into the log.
    onIncident: () => undefined,
    onRound: (report) => {
      roundAt = clock.now();
      count(report);
    },
  });
  lifecycle.add({ name: "steward", stop: () => steward.stop() });
  try {
    await steward.start();
    // Where the carrier speaks TLS, its own folder has a certificate for its door too.
    const tls = natsUrl.startsWith("tls://") ? { tls: doorFiles(paths.steward.tls) } : {};
    const server = await createHttpServer({
      ...tls,
      ...start.http,
      logger,
      title: TITLE,
      metrics,
      health: {
        rounds: () => clock.now() - roundAt < NATS_LIMITS.stewardSilenceMs,
        running: () => lifecycle.state === "ready",
      },
    });
    lifecycle.add({ name: "http", stop: () => server.close() });
    lifecycle.ready();
    logger.info({ url: server.url, participants: participants.length }, "the steward is ready");
    return { url: server.url, stop: () => lifecycle.stop() };
  } catch (caught) {
    await lifecycle.stop();
    throw caught;
  }
}

function countRounds(metrics: Registry): (report: StewardReport) => void {
  const registers = [metrics];
  const rounds = new Counter({
    name: "tracepost_steward_rounds_total",
    help: "Rounds that looked after every stream",
    registers,
  });
  const purged = new Counter({
    name: "tracepost_steward_purged_total",
    help: "Messages removed because every lane was done with them",
    registers,
  });
  const incidents = new Counter({
    name: "tracepost_steward_incidents_total",
    help: "Streams that lost something, or are full",
    registers,
  });
  return (report) => {
    rounds.inc();
    purged.inc(report.purged);
    incidents.inc(report.incidents.length);
  };
}
