import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { FetchedTree } from "../tools/fetch-way.ts";
import { runTool } from "../tools/run-tool.ts";

/** The official image; its program is linked statically and runs outside of it. */
const IMAGE = "nats:2";
/** Waits: Docker is there or not at once; an image of 20 MB comes in this time or not at all. */
const DAEMON_DEADLINE_MS = 5_000;
const PULL_DEADLINE_MS = 60_000;
const COPY_DEADLINE_MS = 30_000;

/**
 * Copies nats-server out of its official Docker image to `root/usr/sbin`. Linux only: the image
 * holds a Linux program. The caller removes `workDir` when it is done with it.
 */
export async function copyFromDockerImage(parentDir: string): Promise<FetchedTree> {
  if (process.platform !== "linux") return { ok: false, complaint: "used on Linux only" };
  const daemon = await runTool("docker", ["version", "--format", "{{.Server.Version}}"], {
    deadlineMs: DAEMON_DEADLINE_MS,
  });
  if (!daemon.ok) return { ok: false, complaint: daemon.complaint };
  const created = await runTool("docker", ["create", IMAGE], { deadlineMs: PULL_DEADLINE_MS });
  if (!created.ok) return { ok: false, complaint: created.complaint };
  const container = created.stdout.trim().split("\n").at(-1) ?? "";
  const workDir = await mkdtemp(join(parentDir, ".fetch-"));
  const root = join(workDir, "root");
  const target = join(root, "usr", "sbin", "nats-server");
  await mkdir(dirname(target), { recursive: true });
  const copied = await runTool("docker", ["cp", `${container}:/nats-server`, target], {
    deadlineMs: COPY_DEADLINE_MS,
  });
  await runTool("docker", ["rm", container], { deadlineMs: COPY_DEADLINE_MS });
  if (copied.ok) return { ok: true, workDir, root };
  await rm(workDir, { recursive: true, force: true });
  return { ok: false, complaint: copied.complaint };
}
