import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { withoutPlacement } from "#runtime";
import type { LocalEnvironment } from "../environment.ts";
import type { ExchangeLayout } from "../folder/open-exchange-folder.ts";
import type { ParticipantSpec, RoleName } from "../folder/participant-spec.ts";
import {
  doorUrlOf,
  type ServiceTuning,
  writeGatewayConfig,
  writeParticipantConfig,
} from "../folder/service-configs.ts";
import { ManagedProcess, type ProcessEvent, type ProcessPlan } from "./managed-process.ts";
import { NATS_NAME, natsPlan } from "./nats-process.ts";
import { GATEWAY_NAME } from "./running-exchange.ts";
import { servicePlan } from "./service-process.ts";

/**
 * Two dozen services share one machine here: with small young generations each takes a third
 * less memory (100 MB instead of 150 MB), and seals 6 % slower.
 */
const SMALL_HEAP = ["--max-semi-space-size=2"];

/** The gateway lives by short-lived buffers: a large young generation saves collecting them. */
export const GATEWAY_NODE_FLAGS = ["--max-semi-space-size=64"];

/** Environment that arms a crash point; meant for one process, never passed on to others. */
const CRASH_VARIABLE = "TRACEPOST_CRASH_AT";

/** Programs of the services, absolute paths. */
export interface ExchangePrograms {
  readonly gateway: string;
  readonly focalPoint: string;
  readonly borderAgency: string;
  readonly regionalMonitor: string;
}

/** The services of this product. */
export const PRODUCT_PROGRAMS: ExchangePrograms = {
  gateway: fileURLToPath(new URL("../../../gateway/main.ts", import.meta.url)),
  focalPoint: fileURLToPath(new URL("../../../services/focal-point/main.ts", import.meta.url)),
  borderAgency: fileURLToPath(new URL("../../../services/border-agency/main.ts", import.meta.url)),
  regionalMonitor: fileURLToPath(
    new URL("../../../services/regional-monitor/main.ts", import.meta.url),
  ),
};

/** The program of a role. */
const PROGRAM_OF: Readonly<Record<RoleName, keyof ExchangePrograms>> = {
  "focal-point": "focalPoint",
  "border-agency": "borderAgency",
  "regional-monitor": "regionalMonitor",
};

/** What the processes are run with; see StartOptions. */
export interface ProcessesOptions {
  readonly layout: ExchangeLayout;
  readonly environment: LocalEnvironment;
  readonly restartCrashed: boolean;
  readonly tuning: ServiceTuning;
  readonly programs: ExchangePrograms;
  /** Where the gateway's door opens first: participants are told before it is there. */
  readonly gatewayPort: number;
  extraEnvironment(name: string): Readonly<Record<string, string>>;
  onEvent(event: ProcessEvent): void;
}

/** Builds the processes of an exchange; none runs yet. */
export class ExchangeProcesses {
  readonly #options: ProcessesOptions;
  #natsUrl = "";
  #gateway: ManagedProcess | undefined;

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
    const { gatewayPort, layout, programs, tuning } = this.#options;
    const { paths } = layout;
    this.#gateway = this.#service({
      name: GATEWAY_NAME,
      program: programs.gateway,
      firstPort: gatewayPort,
      configFile: paths.gateway.config,
      nodeFlags: GATEWAY_NODE_FLAGS,
      writeConfig: (address) => writeGatewayConfig(paths, address, tuning),
    });
    return this.#gateway;
  }

  /** The gateway's door as it is, or as it will be. */
  #exchangeUrl(): string {
    const { gatewayPort } = this.#options;
    return this.#gateway?.url || doorUrlOf(this.#natsUrl, gatewayPort);
  }

  /** The service of a participant (TP-MON-1); undefined for who runs elsewhere. */
  participant(spec: ParticipantSpec): ManagedProcess | undefined {
    const { layout, programs, tuning } = this.#options;
    const { paths } = layout;
    if (spec.runs === "elsewhere") return undefined;
    return this.#service({
      name: spec.id,
      program: programs[PROGRAM_OF[spec.role]],
      configFile: paths.participant(spec.id).config,
      nodeFlags: SMALL_HEAP,
      writeConfig: (address) => {
        const told = { ...address, exchangeUrl: this.#exchangeUrl() };
        return writeParticipantConfig(paths, spec, told, tuning);
      },
    });
  }

  #service(
    service: Omit<Parameters<typeof servicePlan>[0], "logFile" | "natsUrl" | "environment">,
  ): ManagedProcess {
    return this.#manage(
      servicePlan({
        ...service,
        logFile: join(this.#options.layout.paths.run.logsDir, `${service.name}.log`),
        natsUrl: () => this.#natsUrl,
        environment: () => this.#environmentOf(service.name),
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
      // Where each one runs is the supervisor's to say.
      ...withoutPlacement(inherited),
      // Node keeps what it compiled there: a second start takes half the time.
      NODE_COMPILE_CACHE: join(this.#options.environment.cacheDir, "compile-cache"),
      ...this.#options.extraEnvironment(name),
    };
  }
}
