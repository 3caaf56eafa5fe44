import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { LocalEnvironment } from "../environment.ts";
import type { ExchangeLayout } from "../folder/open-exchange-folder.ts";
import type { ParticipantSpec } from "../folder/participant-spec.ts";
import {
  type ServiceTuning,
  writeFocalPointConfig,
  writeGatewayConfig,
} from "../folder/service-configs.ts";
import { ManagedProcess, type ProcessEvent, type ProcessPlan } from "./managed-process.ts";
import { NATS_NAME, natsPlan } from "./nats-process.ts";
import { GATEWAY_NAME } from "./running-exchange.ts";
import { servicePlan } from "./service-process.ts";

/** Environment that arms a crash point; meant for one process, never passed on to others. */
const CRASH_VARIABLE = "TRACEPOST_CRASH_AT";

/** Programs of the services, absolute paths. */
export interface ExchangePrograms {
  readonly gateway: string;
  readonly focalPoint: string;
}

/** The services of this product. */
export const PRODUCT_PROGRAMS: ExchangePrograms = {
  gateway: fileURLToPath(new URL("../../../gateway/main.ts", import.meta.url)),
  focalPoint: fileURLToPath(new URL("../../../services/focal-point/main.ts", import.meta.url)),
};

/** What the processes are run with; see StartOptions. */
export interface ProcessesOptions {
  readonly layout: ExchangeLayout;
  readonly environment: LocalEnvironment;
  readonly restartCrashed: boolean;
  readonly tuning: ServiceTuning;
  readonly programs: ExchangePrograms;
  extraEnvironment(name: string): Readonly<Record<string, string>>;
  onEvent(event: ProcessEvent): void;
}

/** Builds the processes of an exchange; none runs yet. */
export class ExchangeProcesses {
  readonly #options: ProcessesOptions;
  #natsUrl = "";

  constructor(options: ProcessesOptions) {
    this.#options = options;
  }

  /** `afterStart` belongs to each start of the server, a restart included. */
  nats(server: string, afterStart: (url: string) => Promise<void>): ManagedProcess {
    return this.#manage(
      natsPlan({
        layout: this.#options.layout,
        server,
        environment: () => this.#environmentOf(NATS_NAME),
        afterStart: (url) => {
          this.#natsUrl = url;
          return afterStart(url);
        },
      }),
    );
  }

  gateway(): ManagedProcess {
    const { paths } = this.#options.layout;
    return this.#service(
      GATEWAY_NAME,
      this.#options.programs.gateway,
      paths.gateway.config,
      (address) => writeGatewayConfig(paths, address, this.#options.tuning),
    );
  }

  /** Only focal points have a service so far; other roles take part with programs of their own. */
  focalPoints(): ReadonlyMap<string, ManagedProcess> {
    const specs = this.#options.layout.participants.filter(({ role }) => role === "focal-point");
    return new Map(specs.map((spec) => [spec.id, this.#focalPoint(spec)]));
  }

  #focalPoint(spec: ParticipantSpec): ManagedProcess {
    const { paths } = this.#options.layout;
    const { config } = paths.participant(spec.id);
    return this.#service(spec.id, this.#options.programs.focalPoint, config, (address) =>
      writeFocalPointConfig(paths, spec, address, this.#options.tuning),
    );
  }

  #service(
    name: string,
    program: string,
    configFile: string,
    writeConfig: Parameters<typeof servicePlan>[0]["writeConfig"],
  ): ManagedProcess {
    return this.#manage(
      servicePlan({
        name,
        program,
        configFile,
        writeConfig,
        logFile: join(this.#options.layout.paths.run.logsDir, `${name}.log`),
        natsUrl: () => this.#natsUrl,
        environment: () => this.#environmentOf(name),
      }),
    );
  }

  #manage(plan: ProcessPlan): ManagedProcess {
    const { restartCrashed, onEvent } = this.#options;
    return new ManagedProcess(plan, { restartCrashed, onEvent });
  }

  #environmentOf(name: string): NodeJS.ProcessEnv {
    const { [CRASH_VARIABLE]: _, ...inherited } = process.env;
    return {
      ...inherited,
      // Node keeps what it compiled there: a second start takes half the time.
      NODE_COMPILE_CACHE: join(this.#options.environment.cacheDir, "compile-cache"),
      ...this.#options.extraEnvironment(name),
    };
  }
}
