import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";

/** A service of ours in a process of its own, whose files may not grow beyond a size. */
export interface LimitedService {
  /** Everything it wrote to standard output and error. */
  readonly said: () => string;
  /** What `/readyz` says; status 0 while it does not answer. */
  readyz(): Promise<{ readonly status: number; readonly text: string }>;
  /** Lets its files grow without limit from now on. */
  liftLimit(): Promise<void>;
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
}): LimitedService {
  const { program, configFile, url, fileKib } = options;
  const limited = 'ulimit -S -f "$0"; exec "$@"';
  const node = [process.execPath, "--disable-warning=ExperimentalWarning"];
  const command = [String(fileKib), ...node, program, "--config", configFile];
  const child: ChildProcess = spawn("bash", ["-c", limited, ...command], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "exit");
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
    liftLimit: async () => {
      const limit = ["--pid", String(child.pid), "--fsize=unlimited:unlimited"];
      await promisify(execFile)("prlimit", limit);
    },
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}
