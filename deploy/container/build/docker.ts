import { TracepostError } from "#errors";
import { runTool } from "../../local/tools/run-tool.ts";

const QUESTION_DEADLINE_MS = 10_000;
/** A build that has to pull its base over a slow line ends by then. */
const BUILD_DEADLINE_MS = 600_000;

/** Throws TracepostError MISSING_DEPENDENCY when no Docker engine answers. */
export async function requireEngine(): Promise<void> {
  const answer = await runTool("docker", ["version", "--format", "{{.Server.Version}}"], {
    deadlineMs: QUESTION_DEADLINE_MS,
  });
  if (answer.ok) return;
  throw new TracepostError("MISSING_DEPENDENCY", "no Docker engine answers", {
    problems: [answer.complaint],
    remedy: "Install Docker (Debian: apt-get install docker.io), start it, and see `docker info`.",
  });
}

/** Whether the engine holds an image of this name. */
export async function hasImage(name: string): Promise<boolean> {
  const args = ["image", "inspect", "--format", "{{.Id}}", name];
  return (await runTool("docker", args, { deadlineMs: QUESTION_DEADLINE_MS })).ok;
}

/** What an image is built from. */
export interface BuildPlan {
  /** Folder that may be copied from. */
  readonly context: string;
  readonly dockerfile: string;
  readonly name: string;
  readonly base: string;
  /** Labels beside those of the Dockerfile. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Builds an image. Throws TracepostError UNAVAILABLE with what the engine complained about. */
export async function buildImage(plan: BuildPlan): Promise<void> {
  const { base, context, dockerfile, labels = {}, name } = plan;
  const labelled = Object.entries(labels).flatMap(([key, text]) => ["--label", `${key}=${text}`]);
  const args = ["--file", dockerfile, "--tag", name, "--build-arg", `BASE_IMAGE=${base}`];
  await docker(["build", ...args, ...labelled, context], `${name} cannot be built`);
}

/** Makes an image of a tar file, as it is. Throws TracepostError UNAVAILABLE. */
export async function importImage(tarFile: string, name: string): Promise<void> {
  await docker(["import", tarFile, name], `${name} cannot be made`);
}

async function docker(args: readonly string[], failure: string): Promise<void> {
  const result = await runTool("docker", args, { deadlineMs: BUILD_DEADLINE_MS });
  if (result.ok) return;
  throw new TracepostError("UNAVAILABLE", failure, {
    problems: [`docker ${args[0]}: ${result.complaint}`],
    remedy: "Look whether the disk is full and whether the engine can reach what it must pull.",
  });
}
