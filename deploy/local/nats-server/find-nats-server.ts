import { debianPackage } from "../tools/fetch-tool.ts";
import { type FindToolOptions, findTool, type ToolSpec } from "../tools/find-tool.ts";
import type { Tool } from "../tools/tool-version.ts";
import { copyFromDockerImage } from "./docker-image.ts";
import { NATS_SERVER_VERSION } from "./server-version.ts";

/** A slow line gets the index of a suite (10 MB) in this time. */
const APT_STEP_DEADLINE_MS = 120_000;

const NATS_SERVER: ToolSpec = {
  ...NATS_SERVER_VERSION,
  program: "nats-server",
  variable: "NATS_SERVER",
  ways: [
    debianPackage("nats-server", APT_STEP_DEADLINE_MS),
    { name: "Docker's image", fetch: ({ parentDir }) => copyFromDockerImage(parentDir) },
  ],
  source: "your package manager, or a release of github.com/nats-io/nats-server",
};

/**
 * Finds a nats-server that is new enough (TP-NATS-1): the one the user names with NATS_SERVER, the
 * search path, the cache, Debian's package, Docker's image. Safe to call from several processes at
 * the same time. Throws TracepostError MISSING_DEPENDENCY that says what was tried and what to
 * install.
 */
export function findNatsServer(options: FindToolOptions): Promise<Tool> {
  return findTool(NATS_SERVER, options);
}
