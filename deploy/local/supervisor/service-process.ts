import type { ChildProcess } from "node:child_process";
import type { ServiceAddress } from "../folder/service-configs.ts";
import type { ProcessPlan } from "./managed-process.ts";

/** A service that is run as a process of its own. */
export interface ServicePlan {
  readonly name: string;
  /** Absolute path of its `main.ts`. */
  readonly program: string;
  readonly configFile: string;
  /** Flags of Node beside the usual ones. */
  readonly nodeFlags: readonly string[];
  readonly logFile: string;
  readonly natsUrl: () => string;
  /** Port of its first start; default any that is free. */
  readonly firstPort?: number;
  readonly environment: () => NodeJS.ProcessEnv;
  /** Writes its configuration file. */
  writeConfig(address: ServiceAddress): Promise<void>;
}

/** What a service says when it is ready. */
interface ReadyMessage {
  readonly type: "ready";
  readonly url: string;
}

/**
 * How a service is run: on the Node that runs us, with the configuration written right before. The
 * first start takes any free port; a later one takes the same again, so that an address somebody
 * has written down stays right, and any other if that fails.
 */
export function servicePlan(service: ServicePlan): ProcessPlan {
  let port = service.firstPort ?? 0;
  return {
    name: service.name,
    command: process.execPath,
    logFile: service.logFile,
    ipc: true,
    prepare: async () => {
      await service.writeConfig({ natsUrl: service.natsUrl(), httpPort: port });
      // Kept only if this start succeeds.
      port = 0;
      return {
        args: [
          "--disable-warning=ExperimentalWarning",
          ...service.nodeFlags,
          service.program,
          "--config",
          service.configFile,
        ],
        env: service.environment(),
      };
    },
    ready: async (child) => {
      const url = await readyUrl(child);
      port = Number(new URL(url).port);
      return url;
    },
  };
}

function readyUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    const listen = (message: unknown): void => {
      if (!isReady(message)) return;
      child.off("message", listen);
      resolve(message.url);
    };
    child.on("message", listen);
  });
}

function isReady(message: unknown): message is ReadyMessage {
  const { type, url } = (message ?? {}) as Partial<ReadyMessage>;
  return type === "ready" && typeof url === "string" && URL.canParse(url);
}
