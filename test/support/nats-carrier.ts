import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ConnectionOptions, connect, credsAuthenticator, type NatsConnection } from "nats";
import { connectBus } from "#bus";
import { createLogger } from "#runtime";
import type { Transport } from "#wire";
import { readLocalEnvironment } from "../../deploy/local/environment.ts";
import type { ExchangePaths } from "../../deploy/local/folder/exchange-paths.ts";
import { initExchange } from "../../deploy/local/folder/init-exchange.ts";
import { openExchangeFolder } from "../../deploy/local/folder/open-exchange-folder.ts";
import type { ParticipantSpec } from "../../deploy/local/folder/participant-spec.ts";
import { findNatsServer } from "../../deploy/local/nats-server/find-nats-server.ts";
import { credentialsFile, readStoragePlan } from "../../deploy/local/provision/authority-files.ts";
import { provisionStreams } from "../../deploy/local/provision/provision-streams.ts";
import { Steward, type StewardIncident } from "../../deploy/local/steward.ts";
import { StreamsSeen } from "../../deploy/local/streams-seen.ts";
import { ManagedProcess } from "../../deploy/local/supervisor/managed-process.ts";
import { natsPlan } from "../../deploy/local/supervisor/nats-process.ts";

/**
 * Focal points that answer from their register, and border agencies such as `NE-CUSTOMS`; all apply
 * the Tracing Instrument.
 */
export function specsOf(
  ids: readonly string[],
  changes: Readonly<Record<string, Partial<ParticipantSpec>>> = {},
): ParticipantSpec[] {
  return ids.map((id) => ({
    id,
    name: `Participant ${id}`,
    role: id.includes("-") ? "border-agency" : "focal-point",
    state: id.slice(0, 2),
    instruments: [{ instrument: "ITI", boundness: "committed", since: "2005-12-08" }],
    languages: ["en"],
    answering: "register",
    ...changes[id],
  }));
}

/** A nats-server of an exchange, wherever it runs. */
export interface CarrierPlace {
  readonly url: string;
  readonly paths: ExchangePaths;
  readonly streamBytes: number;
}

/** Who may talk to a carrier. */
export interface CarrierClients extends CarrierPlace {
  /** A transport as the product makes it; closed at the end if the test did not. */
  bus(
    user: string,
    limits?: { unacknowledgedMax?: number; inFlightMax?: number },
  ): Promise<Transport>;
  /** A raw client with one user's credentials and its inbox prefix; closed at the end. */
  raw(account: string, user: string, more?: ConnectionOptions): Promise<NatsConnection>;
  /** A steward of this exchange that has made no round yet; the test stops it. */
  steward(onIncident?: (incident: StewardIncident) => void): Steward;
  /** Closes what tests have left open. */
  closeAll(): Promise<void>;
}

/** A real nats-server with the accounts, users, streams and consumers of a real exchange. */
export interface TestCarrier extends CarrierClients {
  readonly server: ManagedProcess;
  /** Put behind the server's configuration at its next start; "" at first. */
  moreSettings: string;
  stop(): Promise<void>;
}

/** More of them than a test admits while its exchange runs. */
const LATER_COMERS = 30;

/** Starts one; `stop` removes everything it made. */
export async function startTestCarrier(
  ids: readonly string[],
  options: {
    readonly streamBytes?: number;
    /** Changes of what a participant is; none: as specsOf says. */
    readonly changes?: Readonly<Record<string, Partial<ParticipantSpec>>>;
    /** Where it waits for leafs; default: it takes none. */
    readonly leafPort?: number;
  } = {},
): Promise<TestCarrier> {
  const dataDir = await mkdtemp(join(tmpdir(), "tracepost-carrier-"));
  const { changes, leafPort } = options;
  // Few come, and some of them flood their streams on purpose: those have room for that.
  const room = ids.length + LATER_COMERS;
  await initExchange({ dataDir, participants: specsOf(ids, changes), leafPort, room });
  const layout = await openExchangeFolder(dataDir);
  const { paths } = layout;
  const environment = readLocalEnvironment();
  const found = await findNatsServer({
    wanted: environment.natsServer,
    searchPath: environment.searchPath,
    cacheDir: environment.cacheDir,
  });
  const streamBytes = options.streamBytes ?? (await readStoragePlan(paths)).streamBytes;
  const plan = natsPlan({
    layout,
    server: found.path,
    environment: () => process.env,
    afterStart: (natsUrl) => provisionStreams({ paths, natsUrl, participants: ids, streamBytes }),
  });
  let carrier: TestCarrier | undefined;
  const prepare = async (): ReturnType<typeof plan.prepare> => {
    const prepared = await plan.prepare();
    await appendFile(paths.nats.serverConfig, carrier?.moreSettings ?? "");
    return prepared;
  };
  const server = new ManagedProcess(
    { ...plan, prepare, logFile: join(dataDir, "nats.log") },
    { restartCrashed: false, onEvent: () => undefined },
  );
  await server.start().catch(async (caught: unknown) => {
    await rm(dataDir, { recursive: true, force: true });
    throw caught;
  });
  const clients = carrierClients({ url: server.url, paths, streamBytes }, ids);
  carrier = {
    ...clients,
    server,
    moreSettings: "",
    stop: async () => {
      await clients.closeAll();
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  return carrier;
}

/** Clients of a carrier that runs already, for participants `ids`. */
export function carrierClients(place: CarrierPlace, ids: readonly string[]): CarrierClients {
  const { url, paths, streamBytes } = place;
  const open: { close(): Promise<void> }[] = [];
  return {
    ...place,
    bus: async (user, limits = {}) => {
      const account = user === "gateway" ? "GATEWAY" : user;
      const transport = await connectBus({
        servers: url,
        credsFile: credentialsFile(paths, account, user),
        name: `test.${user}`,
        inboxPrefix: `_I.${user}`,
        logger: createLogger({ name: "test", level: "silent" }),
        ...(limits.unacknowledgedMax === undefined
          ? {}
          : { unacknowledgedMax: limits.unacknowledgedMax }),
        ...(limits.inFlightMax === undefined ? {} : { publishInFlightMax: limits.inFlightMax }),
      });
      open.push(transport);
      return transport;
    },
    raw: async (account, user, more = {}) => {
      const connection = await connect({
        servers: url,
        authenticator: credsAuthenticator(await readFile(credentialsFile(paths, account, user))),
        inboxPrefix: `_I.${user}`,
        ...more,
      });
      open.push(connection);
      return connection;
    },
    steward: (onIncident = () => undefined) =>
      new Steward({
        paths,
        natsUrl: url,
        participants: async () => ids,
        streamBytes,
        logger: createLogger({ name: "test", level: "silent" }),
        seen: new StreamsSeen(paths.steward.streamsSeen),
        onIncident,
      }),
    closeAll: async () => {
      for (const one of open) await one.close();
    },
  };
}
