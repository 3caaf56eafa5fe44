import { join } from "node:path";
import type { ApiDoor } from "#http";
import { createLogger, type Logger, readSecret, systemClock } from "#runtime";
import { followAuthorities } from "#tls";
import { readTransportPlan } from "../certificates/transport-plan.ts";
import { readLocalEnvironment } from "../environment.ts";
import type { ExchangePaths } from "../folder/exchange-paths.ts";
import { type ExchangeLayout, openExchangeFolder } from "../folder/open-exchange-folder.ts";
import { makePrivateFolder } from "../folder/private-files.ts";
import type { ServiceTuning } from "../folder/service-configs.ts";
import { findNatsServer } from "../nats-server/find-nats-server.ts";
import { readStoragePlan } from "../provision/authority-files.ts";
import { provisionStreams } from "../provision/provision-streams.ts";
import { NatsFollower } from "../reconcile/follow-register.ts";
import { RegisterFollower } from "../register/register-follower.ts";
import { RegisterKeeper } from "../register/register-keeper.ts";
import { renewBeforeStart } from "../register/renew-before-start.ts";
import { Steward, type StewardIncident } from "../steward.ts";
import { StreamsSeen } from "../streams-seen.ts";
import { CertificateRounds } from "../watch/certificate-rounds.ts";
import { EventWatch } from "../watch/event-watch.ts";
import { IncidentJournal, parseJournalLine } from "../watch/incident-journal.ts";
import { parseNatsLogLine } from "../watch/nats-log-line.ts";
import {
  ExchangeProcesses,
  type ExchangePrograms,
  PRODUCT_PROGRAMS,
} from "./exchange-processes.ts";
import { type FolderLock, lockFolder } from "./folder-lock.ts";
import { findQuietPort } from "./free-port.ts";
import type { ProcessEvent } from "./managed-process.ts";
import { MemberServices } from "./member-services.ts";
import { NATS_NAME } from "./nats-process.ts";
import { endLeftovers } from "./run-state.ts";
import { LocalExchange, type RunningExchange } from "./running-exchange.ts";

/** What happens in a running exchange. */
export type ExchangeEvent =
  | ProcessEvent
  | { readonly type: "progress"; readonly text: string }
  | ({ readonly type: "incident" } & StewardIncident);

/** How an exchange is started. */
export interface StartOptions {
  readonly dataDir: string;
  readonly onEvent?: (event: ExchangeEvent) => void;
  /** More environment for one process (`nats`, `gateway`, a participant id), at each start. */
  readonly env?: (name: string) => Readonly<Record<string, string>>;
  /** Whether a process that crashes is started again; default true. Fault tests say false. */
  readonly restartCrashed?: boolean;
  readonly tuning?: ServiceTuning;
  /** Default: the product's own. */
  readonly programs?: ExchangePrograms;
  /** Whether root keys that lie in the folder sign the next version in time; default true. */
  readonly mayRenew?: boolean;
  /** Says what NATS has to do for a new register, and does nothing; default false. */
  readonly planOnly?: boolean;
  /** Gives the start up; what was started is stopped. */
  readonly signal?: AbortSignal;
  /** Default: none; incidents arrive as events all the same. */
  readonly logger?: Logger;
}

/**
 * Starts everything an exchange on this machine consists of: nats-server, its streams, gateway and
 * the service of each focal point and border agency, as processes of their own, and waits until
 * all are ready. Throws TracepostError DATA_FOLDER, MISSING_DEPENDENCY, UNAVAILABLE (it runs
 * already, or a process does not start) or TRANSPORT; then nothing is left running.
 */
export async function startExchange(options: StartOptions): Promise<RunningExchange> {
  const layout = await openExchangeFolder(options.dataDir);
  const { paths } = layout;
  const lock = await lockFolder(paths.run.lock, paths.dataDir);
  try {
    const exchange = await assemble(options, layout, lock);
    await exchange.start(options.signal);
    return exchange;
  } catch (caught) {
    await lock.release();
    throw caught;
  }
}

async function assemble(
  options: StartOptions,
  layout: ExchangeLayout,
  lock: FolderLock,
): Promise<LocalExchange> {
  const { paths, participants } = layout;
  const emit = options.onEvent ?? (() => undefined);
  const logger = options.logger ?? createLogger({ name: "supervisor", level: "silent" });
  const environment = readLocalEnvironment();
  await makePrivateFolder(paths.run.logsDir);
  // Only who holds the folder may end what it finds running there.
  await lock.confirm();
  const left = await endLeftovers(paths);
  if (left.length > 0) {
    emit({ type: "progress", text: `ended ${left.length} processes of an earlier run` });
  }
  const renewal = { paths, participants, mayRenew: options.mayRenew ?? true };
  for (const text of await renewBeforeStart({ ...renewal, nowMs: systemClock.now() })) {
    emit({ type: "progress", text });
  }
  const server = await findNatsServer({
    wanted: environment.natsServer,
    searchPath: environment.searchPath,
    cacheDir: environment.cacheDir,
    onProgress: (text) => emit({ type: "progress", text }),
  });
  const { streamBytes } = await readStoragePlan(paths);
  const streams = { paths, streamBytes };
  const processes = new ExchangeProcesses({
    layout,
    environment,
    restartCrashed: options.restartCrashed ?? true,
    tuning: options.tuning ?? {},
    programs: options.programs ?? PRODUCT_PROGRAMS,
    gatewayPort: await findQuietPort(),
    extraEnvironment: options.env ?? (() => ({})),
    onEvent: (event) => {
      exchange.noteEvent(event);
      emit(event);
    },
  });
  const members = new MemberServices({
    paths,
    participants,
    create: (spec) => processes.participant(spec),
    onChange: () => exchange.noteMembers(),
    logger,
  });
  const nats = processes.nats(server.path, (natsUrl) =>
    provisionStreams({ ...streams, natsUrl, participants: members.ids }),
  );
  const gateway = processes.gateway();
  await members.open();
  const gatewayToken = (await readSecret(paths.gateway.apiToken)).trim();
  const journal = new IncidentJournal(paths.steward.incidents);
  const hasTls = (await readTransportPlan(paths)) !== undefined;
  const exchange: LocalExchange = new LocalExchange({
    paths,
    // What is believed may change while it runs (TP-TLS-6).
    unfollow: hasTls ? await followAuthorities(paths.tls.believed, logger) : () => undefined,
    lock,
    logger,
    nats,
    gateway,
    members,
    gatewayToken,
    createSteward: (natsUrl) =>
      new Steward({
        ...streams,
        participants: async () => members.ids,
        natsUrl,
        logger,
        seen: new StreamsSeen(paths.steward.streamsSeen),
        onIncident: async (incident) => {
          emit({ type: "incident", ...incident });
          await noteIncident(journal, incident, logger);
        },
      }),
    certificates: createRounds(paths, () => members.ids, journal, emit),
    follower: createFollower(options, paths, () => exchange, gatewayToken),
    createWatch: (door) => createWatch({ layout, ids: () => members.ids, door, logger }),
  });
  return exchange;
}

/** Looks at the certificates of the folder, for the operator's events. */
function createRounds(
  paths: ExchangePaths,
  participants: () => readonly string[],
  journal: IncidentJournal,
  emit: (event: ExchangeEvent) => void,
): CertificateRounds {
  return new CertificateRounds({
    ...{ paths, participants },
    note: (occurrence) => journal.note(occurrence),
    say: (text) => emit({ type: "progress", text }),
    clock: systemClock,
  });
}

/** Follows the register in force: NATS does as it says, and what falls due is signed (ADR 0042). */
function createFollower(
  { mayRenew = true, onEvent, planOnly = false }: StartOptions,
  paths: ExchangePaths,
  exchange: () => LocalExchange,
  token: string,
): RegisterFollower {
  const say = (text: string): void => onEvent?.({ type: "progress", text });
  const told = { paths, say, clock: systemClock };
  const nats = new NatsFollower({ ...told, planOnly, natsUrl: () => exchange().nats.url });
  const keeper = new RegisterKeeper({ ...told, token, mayRenew });
  return new RegisterFollower({
    ...told,
    gatewayUrl: () => exchange().gateway.url,
    followers: [(inForce) => nats.follow(inForce), (inForce, url) => keeper.keep(inForce, url)],
  });
}

/** A disk that takes no line must not keep the steward from mending a stream. */
async function noteIncident(
  journal: IncidentJournal,
  { kind, participant, where, detail }: StewardIncident,
  logger: Logger,
): Promise<void> {
  await journal.note({ kind, participant, subject: where, detail }).catch((caught: unknown) => {
    logger.error({ err: caught, where }, "an incident cannot be noted for the operator");
  });
}

/** Watches what the server logs and what the steward has seen, for the operator's events. */
function createWatch({
  layout: { paths },
  ids,
  door,
  logger,
}: {
  readonly layout: ExchangeLayout;
  /** Who takes part now. */
  readonly ids: () => readonly string[];
  readonly door: () => ApiDoor | undefined;
  readonly logger: Logger;
}): EventWatch {
  return new EventWatch({
    files: [
      {
        name: "nats.log",
        file: join(paths.run.logsDir, `${NATS_NAME}.log`),
        parse: (line) => parseNatsLogLine(line, new Set(ids())),
      },
      { name: "incidents", file: paths.steward.incidents, parse: parseJournalLine },
    ],
    placesFile: paths.run.eventPlaces,
    door,
    logger,
  });
}
