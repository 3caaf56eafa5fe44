import { runTool } from "./run-tool.ts";

/** Oldest nats-server that is used (TP-NATS-1): what came before lost data and lacks settings. */
export const NATS_SERVER_VERSION_MIN = "2.12.0";

/** A program that takes longer to say its version is none of ours. */
const VERSION_DEADLINE_MS = 5_000;

/** A nats-server on this machine. */
export interface NatsServer {
  /** Absolute path of the program. */
  readonly path: string;
  /** Such as "2.15.1". */
  readonly version: string;
}

/** What a path turned out to be. */
export type Inspection =
  | { readonly kind: "usable"; readonly server: NatsServer }
  | { readonly kind: "too-old"; readonly server: NatsServer }
  | { readonly kind: "not-a-server"; readonly complaint: string };

/** Asks the program at `path` for its version. */
export async function inspectServer(path: string): Promise<Inspection> {
  const result = await runTool(path, ["--version"], { deadlineMs: VERSION_DEADLINE_MS });
  const version = /^nats-server: v(\d+\.\d+\.\d+)/m.exec(result.stdout)?.[1];
  if (!result.ok || version === undefined) {
    return { kind: "not-a-server", complaint: result.complaint || "it does not say its version" };
  }
  const server = { path, version };
  return isRecentEnough(version) ? { kind: "usable", server } : { kind: "too-old", server };
}

/** Whether a version text such as "2.15.1" is at least {@link NATS_SERVER_VERSION_MIN}. */
export function isRecentEnough(version: string): boolean {
  return compareVersions(version, NATS_SERVER_VERSION_MIN) >= 0;
}

/** Orders version texts by their numbers; a suffix such as "-beta" is ignored. */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [numbersOf(left), numbersOf(right)];
  for (let place = 0; place < 3; place += 1) {
    const difference = (a[place] ?? 0) - (b[place] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function numbersOf(version: string): number[] {
  return version.split(".").map((part) => Number.parseInt(part, 10) || 0);
}
