import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { rewriteLines, rewriteStanzas } from "./debian-sources.ts";
import type { FetchedTree } from "./fetch-way.ts";
import { runTool } from "./run-tool.ts";

const UNPACK_DEADLINE_MS = 30_000;

/**
 * Settings of apt for this fetch alone: no hooks of the machine (they would write to folders that
 * are not ours), no translations, no pins, short waits.
 */
const APT_SETTINGS = `#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
APT::Default-Release "";
Acquire::Languages "none";
Acquire::PDiffs "false";
Acquire::Retries "1";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
`;

/** What to fetch and where to. */
export interface DebianPackagesRequest {
  /** Names of packages, such as "nats-server"; unpacked into one tree. */
  readonly names: readonly [string, ...string[]];
  /** Suite it is taken from, such as "forky". */
  readonly suite: string;
  /** Existing folder; a fresh one is made in it. */
  readonly parentDir: string;
  /** Longest wait for the index of the suite, and for the package. */
  readonly deadlineMs: number;
  /** Default: "/etc/apt". */
  readonly aptDir?: string;
}

/**
 * Fetches and unpacks Debian packages with apt, without what they depend on: from the machine's own
 * archive, signatures checked, nothing installed, no root needed. The caller removes `workDir` when
 * it is done with it.
 */
export async function fetchDebianPackages(request: DebianPackagesRequest): Promise<FetchedTree> {
  const sources = await ownSources(request.aptDir ?? "/etc/apt", request.suite);
  if (sources === undefined) {
    return { ok: false, complaint: "this machine has no Debian package source" };
  }
  const workDir = await mkdtemp(join(request.parentDir, ".fetch-"));
  const complaint = await download(workDir, sources, request);
  if (complaint === undefined) return { ok: true, workDir, root: join(workDir, "root") };
  await rm(workDir, { recursive: true, force: true });
  return { ok: false, complaint };
}

interface SourceFile {
  readonly name: string;
  readonly text: string;
}

async function ownSources(aptDir: string, suite: string): Promise<SourceFile | undefined> {
  const stanzas = await readIfThere(join(aptDir, "sources.list.d", "debian.sources"));
  const fromStanzas = rewriteStanzas(stanzas, suite);
  if (fromStanzas !== "") return { name: "debian.sources", text: `${fromStanzas}\n` };
  const lines = await readIfThere(join(aptDir, "sources.list"));
  const fromLines = rewriteLines(lines, suite);
  return fromLines === "" ? undefined : { name: "debian.list", text: `${fromLines}\n` };
}

async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch {
    return "";
  }
}

/** Returns a complaint, or undefined when `workDir/root` holds the package. */
async function download(
  workDir: string,
  sources: SourceFile,
  request: DebianPackagesRequest,
): Promise<string | undefined> {
  for (const dir of ["apt", "lists/partial", "cache/archives/partial", "deb", "root"]) {
    await mkdir(join(workDir, dir), { recursive: true });
  }
  await writeFile(join(workDir, "apt", sources.name), sources.text);
  await writeFile(join(workDir, "status"), "");
  await writeFile(join(workDir, "apt.conf"), APT_SETTINGS);
  const settings = aptSettings(workDir);
  const update = await runTool("apt-get", [...settings, "update"], {
    deadlineMs: request.deadlineMs,
  });
  // An archive without this suite makes the update fail although another one had it: the download
  // decides.
  const packages = request.names.map((name) => `${name}/${request.suite}`);
  const fetched = await runTool("apt-get", [...settings, "download", ...packages], {
    deadlineMs: request.deadlineMs,
    cwd: join(workDir, "deb"),
  });
  const files = await readdir(join(workDir, "deb"));
  if (!fetched.ok || files.length < packages.length) {
    const complaints = [update.complaint, fetched.complaint].filter((text) => text !== "");
    return `apt-get: ${complaints.join("; ")}`;
  }
  for (const file of files) {
    const args = ["-x", join(workDir, "deb", file), join(workDir, "root")];
    const unpacked = await runTool("dpkg", args, { deadlineMs: UNPACK_DEADLINE_MS });
    if (!unpacked.ok) return `dpkg: ${unpacked.complaint}`;
  }
  return undefined;
}

function aptSettings(workDir: string): string[] {
  const settings = {
    "Dir::Etc::SourceList": "/dev/null",
    "Dir::Etc::SourceParts": join(workDir, "apt"),
    "Dir::Etc::Preferences": "/dev/null",
    "Dir::Etc::PreferencesParts": "/dev/null",
    "Dir::State::Lists": join(workDir, "lists"),
    "Dir::State::status": join(workDir, "status"),
    "Dir::Cache": join(workDir, "cache"),
  };
  return [
    "-c",
    join(workDir, "apt.conf"),
    ...Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]),
  ];
}
