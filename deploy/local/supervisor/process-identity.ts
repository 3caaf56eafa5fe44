import { readFile } from "node:fs/promises";
import { runTool } from "../tools/run-tool.ts";

/** `ps` answers at once or not at all. */
const PS_DEADLINE_MS = 2_000;
/** Place of the start time in `/proc/<pid>/stat`, counted after the name in parentheses. */
const STAT_START_AT = 19;

/**
 * What tells a process from a later one that was given the same number: when it was started.
 * Undefined when there is no such process, or it has ended and only waits for its parent.
 */
export async function startMarkOf(pid: number): Promise<string | undefined> {
  if (process.platform === "linux") {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
    if (stat === undefined) return undefined;
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const ended = fields[0] === "Z" || fields[0] === "X";
    return ended ? undefined : `${fields[STAT_START_AT]}@${await bootId()}`;
  }
  if (process.platform === "win32") return isThere(pid) ? "started" : undefined;
  const ps = await runTool("ps", ["-o", "lstart=", "-p", String(pid)], {
    deadlineMs: PS_DEADLINE_MS,
  });
  return ps.ok && ps.stdout.trim() !== "" ? ps.stdout.trim() : undefined;
}

/** Start times count from the start of the machine; this tells one from another. */
async function bootId(): Promise<string> {
  const text = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "");
  return text.trim();
}

/** Command line of a process, its parts joined by spaces; "" when it cannot be read. */
export async function commandLineOf(pid: number): Promise<string> {
  if (process.platform === "linux") {
    const text = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    return text.replaceAll("\0", " ").trim();
  }
  const ps = await runTool("ps", ["-ww", "-o", "command=", "-p", String(pid)], {
    deadlineMs: PS_DEADLINE_MS,
  });
  return ps.ok ? ps.stdout.trim() : "";
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (caught) {
    return (caught as NodeJS.ErrnoException).code === "EPERM";
  }
}
