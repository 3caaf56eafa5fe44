import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TracepostError } from "#errors";
import { fetchDebianPackages } from "../../local/tools/debian-package.ts";
import { runTool } from "../../local/tools/run-tool.ts";
import { importImage } from "./docker.ts";

/** What Node needs beside itself, and the suite it comes from. */
const PACKAGES = ["libc6", "libgcc-s1", "libstdc++6"] as const;
const SUITE = "trixie";
const APT_STEP_DEADLINE_MS = 120_000;
const TAR_DEADLINE_MS = 60_000;

/** The user of the image (TP-CON-2); numbers above those of any Debian user. */
const ACCOUNTS = {
  "etc/passwd":
    "root:x:0:0:root:/:/nonexistent\ntracepost:x:65532:65532:tracepost:/data:/nonexistent\n",
  "etc/group": "root:x:0:\ntracepost:x:65532:\n",
  "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
};

/**
 * Makes a base image from signed Debian packages of the machine's own archive (TP-CON-12): the C
 * and C++ libraries, names of two users, and no program that could be run. Throws TracepostError
 * MISSING_DEPENDENCY where there is no such archive, UNAVAILABLE when the engine refuses.
 */
export async function makeBaseImage(name: string): Promise<void> {
  const parentDir = await mkdtemp(join(tmpdir(), "tracepost-base-"));
  try {
    const fetched = await fetchDebianPackages({
      names: PACKAGES,
      suite: SUITE,
      parentDir,
      deadlineMs: APT_STEP_DEADLINE_MS,
    });
    if (!fetched.ok) throw cannotMake(fetched.complaint);
    await completeTree(fetched.root);
    const tarFile = join(parentDir, "base.tar");
    await packTree(fetched.root, tarFile);
    await importImage(tarFile, name);
  } finally {
    await rm(parentDir, { recursive: true, force: true });
  }
}

/** Adds what a system has from packages that hold more than is needed. */
async function completeTree(root: string): Promise<void> {
  for (const [file, content] of Object.entries(ACCOUNTS)) {
    await mkdir(join(root, "etc"), { recursive: true });
    await writeFile(join(root, file), content);
  }
  for (const dir of ["data", "tmp", "proc", "sys", "dev"]) await mkdir(join(root, dir));
  await chmod(join(root, "tmp"), 0o1777);
  // Programs name the loader and the libraries by their old places.
  const names = await readdir(join(root, "usr"));
  for (const dir of names.filter((name) => name.startsWith("lib"))) {
    await symlink(`usr/${dir}`, join(root, dir));
  }
}

/** Whoever builds, the files belong to root and everybody may read them. */
async function packTree(root: string, tarFile: string): Promise<void> {
  const owner = ["--owner=0", "--group=0", "--numeric-owner", "--sort=name", "--mode=u+rwX,go+rX"];
  const args = ["--create", "--file", tarFile, "--directory", root, ...owner, "."];
  const packed = await runTool("tar", args, { deadlineMs: TAR_DEADLINE_MS });
  if (!packed.ok) throw cannotMake(`tar: ${packed.complaint}`);
}

function cannotMake(problem: string): TracepostError {
  return new TracepostError("MISSING_DEPENDENCY", "no base image can be made on this machine", {
    problems: [problem],
    remedy:
      "Name one with glibc and libstdc++ in TRACEPOST_BASE_IMAGE, such as debian:trixie-slim, and " +
      "a nats-server in TRACEPOST_NATS_IMAGE, such as nats:2; or build on Debian.",
  });
}
