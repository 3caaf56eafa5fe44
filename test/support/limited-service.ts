import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";

/** A service of ours in a process of its own, whose files may not grow beyond a size. */
export interface LimitedService {
  /** Everything it wrote to standard output and error. */
  readonly said: () => string;
  /** What `/readyz` says; status 0 while it does not answer. */
  readyz(): Promise<{ readonly status: number; readonly text: string }>;
  /** Lets its files grow to this size and no further, from now on. */
  limit(fileKib: number): Promise<void>;
  /** Lets its files grow without limit from now on. */
  liftLimit(): Promise<void>;
  /** Settles when the process has ended, with the signal that ended it. */
  readonly ended: Promise<NodeJS.Signals | null>;
  /** Asks it to drain, and waits for its end. */
  stop(): Promise<void>;
}

/**
 * Starts `node PROGRAM --config FILE` under a limit on the size of files, which is how a full disk
 * looks to one process, and which can be lifted while it runs.
 */
export function startLimited(options: {
  readonly program: string;
  readonly configFile: string;
  readonly url: string;
  readonly fileKib: number;
  readonly env?: Readonly<Record<string, string>>;
}): LimitedService {
  const { program, configFile, url, fileKib, env = {} } = options;
  const limited = 'ulimit -S -f "$0"; exec "$@"';
  const node = [process.execPath, "--disable-warning=ExperimentalWarning"];
  const command = [String(fileKib), ...node, program, "--config", configFile];
  const child: ChildProcess = spawn("bash", ["-c", limited, ...command], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  const ended = once(child, "exit").then(([, signal]) => signal as NodeJS.Signals | null);
  const setLimit = async (bytes: string): Promise<void> => {
    const limit = ["--pid", String(child.pid), `--fsize=${bytes}`];
    await promisify(execFile)("prlimit", limit);
  };
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
    });
  }
  return {
    said: () => text,
    readyz: async () => {
      try {
        const response = await fetch(`${url}/readyz`);
        return { status: response.status, text: await response.text() };
      } catch {
        return { status: 0, text: "" };
      }
    },
    limit: (kib) => setLimit(`${kib * 1024}:unlimited`),
    liftLimit: () => setLimit("unlimited:unlimited"),
    ended,
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}
