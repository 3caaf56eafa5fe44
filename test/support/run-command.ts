import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { REPOSITORY } from "./source-files.ts";

/** How a command ended and what it said. */
export interface CommandEnd {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A command that runs. */
export interface RunningCommand {
  readonly child: ChildProcess;
  /** Resolves at the first standard output that matches; rejects if it ends without. */
  saying(pattern: RegExp): Promise<string>;
  /** Resolves when it has ended. */
  readonly ended: Promise<CommandEnd>;
}

/** Starts a program of the checkout with the Node that runs the tests. */
export function startCommand(
  program: string,
  args: readonly string[],
  options: {
    readonly input?: Uint8Array;
    readonly cwd?: string;
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): RunningCommand {
  const child = spawn(process.execPath, [join(REPOSITORY, program), ...args], {
    cwd: options.cwd ?? REPOSITORY,
    // As a person starts it, not as npm starts the tests.
    env: { ...process.env, npm_lifecycle_event: undefined, INIT_CWD: undefined, ...options.env },
  });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input);
  const ended = new Promise<CommandEnd>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, out, err }));
  });
  const saying = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (pattern.test(out)) resolve(out);
      };
      child.stdout.on("data", look);
      look();
      ended.then((end) => reject(new TypeError(`it ended: ${JSON.stringify(end)}`)), reject);
    });
  return { child, saying, ended };
}

/** Runs the `tracepost` command to its end. */
export function tracepost(args: readonly string[], input?: Uint8Array): Promise<CommandEnd> {
  return startCommand("bin/tracepost.js", args, input === undefined ? {} : { input }).ended;
}
