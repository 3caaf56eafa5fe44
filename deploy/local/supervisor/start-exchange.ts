import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { TracepostError } from "#errors";
import { createLogger, type Logger, Semaphore } from "#runtime";
import { type LocalEnvironment, readLocalEnvironment } from "../environment.ts";
import { type ExchangeLayout, openExchangeFolder } from "../folder/open-exchange-folder.ts";
import { makePrivateFolder } from "../folder/private-files.ts";
import {
  type ServiceTuning,
  writeFocalPointConfig,
  writeGatewayConfig,
} from "../folder/service-configs.ts";
import { findNatsServer } from "../nats-server/find-nats-server.ts";
import { readStoragePlan } from "../provision/authority-files.ts";
import { Steward, type StewardIncident } from "../steward.ts";
import { lockFolder } from "./folder-lock.ts";
import { ManagedProcess, type ProcessEvent } from "./managed-process.ts";
import { type NatsAddress, natsPlan, natsUrl } from "./nats-process.ts";
import { GATEWAY_NAME, LocalExchange, type RunningExchange } from "./running-exchange.ts";
import { endLeftovers } from "./run-state.ts";
import { servicePlan } from "./service-process.ts";

/** Services started at the same time; each keeps a core busy for half a second. */
const STARTS_AT_ONCE = 4;

/** Programs of the services. */
export interface ExchangePrograms {
  readonly gateway: string;
  readonly focalPoint: string;
}

const PROGRAMS: ExchangePrograms = {
  gateway: fileURLToPath(new URL("../../../gateway/main.ts", import.meta.url)),
  focalPoint: fileURLToPath(new URL("../../../services/focal-point/main.ts", import.meta.url)),
};

/** What happens in a running exchange. */
export type ExchangeEvent =
  | ProcessEvent
  | { readonly type: "progress"; readonly text: string }
  | ({ readonly type: "incident" } & StewardIncident);

/** How an exchange is started. */
export interface StartOptions {
  readonly dataDir: string;
  readonly onEvent?: (event: ExchangeEvent) => void;
  /** More environment for one process: `nats`, `gateway`, or a participant id. */
  readonly env?: (name: string) => Readonly<Record<string, string>>;
  /** Whether a process that crashes is started again; default true. Fault tests say false. */
  readonly restartCrashed?: boolean;
  readonly tuning?: ServiceTuning;
  /** Default: the product's own. */
  readonly programs?: ExchangePrograms;
  /** Gives the start up; what was started is stopped. */
  readonly signal?: AbortSignal;
  /** Default: no output; incidents still arrive as events. */
  readonly logger?: Logger;
}

/**
 * Starts everything an exchange on this machine consists of: nats-server, its streams, gateway and
 * one focal point for each State, as processes of their own, and waits until all are ready. Throws
 * TracepostError DATA_FOLDER, MISSING_DEPENDENCY, UNAVAILABLE (it runs already, or a process does
 * not start) or TRANSPORT; then nothing is left running.
 */
export async function startExchange(options: StartOptions): Promise<RunningExchange> {
  const layout = await openExchangeFolder(options.dataDir);
  const { paths } = layout;
  const lock = await lockFolder(paths.run.lock, paths.dataDir);
  try {
    return await new Start(options, layout, lock).run();
  } catch (caught) {
    await lock.release();
    throw caught;
  }
}

/** One start, step by step. */
class Start {
  readonly #options: StartOptions;
  readonly #layout: ExchangeLayout;
  readonly #lock: Awaited<ReturnType<typeof lockFolder>>;
  readonly #environment: LocalEnvironment = readLocalEnvironment();
  readonly #address: NatsAddress = { port: 0 };
  readonly #logger: Logger;

  constructor(
    options: StartOptions,
    layout: ExchangeLayout,
    lock: Awaited<ReturnType<typeof lockFolder>>,
  ) {
    this.#options = options;
    this.#layout = layout;
    this.#lock = lock;
    this.#logger = options.logger ?? createLogger({ name: "supervisor", level: "silent" });
  }

  async run(): Promise<RunningExchange> {
    const { paths, participants } = this.#layout;
    await makePrivateFolder(paths.run.logsDir);
    const left = await endLeftovers(paths);
    if (left.length > 0) this.#say(`ended ${left.length} processes of an earlier run`);
    const server = await findNatsServer({
      wanted: this.#environment.natsServer,
      searchPath: this.#environment.searchPath,
      cacheDir: this.#environment.cacheDir,
      onProgress: (text) => this.#say(text),
    });
    const { streamBytes } = await readStoragePlan(paths);
    const steward = new Steward({
      paths,
      natsUrl: () => natsUrl(this.#address),
      participants: participants.map(({ id }) => id),
      streamBytes,
      logger: this.#logger,
      onIncident: (incident) => this.#emit({ type: "incident", ...incident }),
    });
    const exchange = new LocalExchange({
      layout: this.#layout,
      lock: this.#lock,
      steward,
      nats: this.#manage(
        natsPlan(this.#layout, server.path, this.#address, this.#childEnvironment("nats")),
      ),
      gateway: this.#manage(this.#gateway()),
      focalPoints: this.#focalPoints(),
      logger: this.#logger,
    });
    try {
      await this.#startAll(exchange);
      return exchange;
    } catch (caught) {
      await exchange.stop();
      throw caught;
    }
  }
}
