import { homedir } from "node:os";
import { delimiter, join } from "node:path";

/** Where programs lie that are not on everybody's path. */
const SYSTEM_DIRS = ["/usr/local/sbin", "/usr/sbin"];

/** What the local set-up takes from the environment; read here and nowhere else in deploy/local. */
export interface LocalEnvironment {
  /** NATS_SERVER: path of the nats-server to use; "" when not set. */
  readonly natsServer: string;
  /** POSTGRES: path of the postgres program to use; "" when not set. */
  readonly postgres: string;
  /** PATH, and the folders for system programs. */
  readonly searchPath: string;
  /** `$XDG_CACHE_HOME/tracepost`, default `~/.cache/tracepost`: fetched programs, compile cache. */
  readonly cacheDir: string;
}

/** Reads the environment of this process. */
export function readLocalEnvironment(env: NodeJS.ProcessEnv = process.env): LocalEnvironment {
  const cacheHome = env.XDG_CACHE_HOME ?? "";
  return {
    natsServer: env.NATS_SERVER ?? "",
    postgres: env.POSTGRES ?? "",
    searchPath: [env.PATH ?? "", ...SYSTEM_DIRS].join(delimiter),
    cacheDir: join(cacheHome === "" ? join(homedir(), ".cache") : cacheHome, "tracepost"),
  };
}
