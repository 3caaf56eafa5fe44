import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, open } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { type FaultCode, type FaultOptions, TracepostError } from "#errors";
import {
  type ExchangeEvent,
  openExchangeFolder,
  type RunningExchange,
  type StartOptions,
  startExchange,
} from "../../deploy/local/index.ts";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";

interface UpOptions extends OutputOptions {
  readonly data: string;
  readonly detach?: boolean;
  /** False with --no-renew. */
  readonly renew: boolean;
  readonly planOnly?: boolean;
}

const HELP = `
Starts NATS, the gateway and the service of each participant, each a process of its own on loopback,
and stays until Ctrl-C, which drains and stops them in order. With --detach it returns as soon as
all are ready; stop them with tracepost exchange down.

While it runs, NATS follows each version of the participant register that is published: the plan is
said, then done; with --plan-only it is only said. What falls due is signed with the keys that lie in
the folder: twice a day the word that the register is the newest; and before it expires the next version,
where enough root keys lie there too, as in a trial. --no-renew leaves root keys unused. Where they lie
elsewhere, as they should, it says how long the register lasts and what to do.

Examples:
  tracepost exchange up --data exchange
  tracepost exchange up --data exchange --detach
`;

/** Adds `exchange up`: starts every process of an exchange. */
export function addExchangeUp(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("up")
    .description("start an exchange on this machine")
    .requiredOption("--data <dir>", "data folder of the exchange")
    .option("--detach", "return when all is ready and leave it running")
    .option("--no-renew", "sign no next register with root keys that lie in the folder")
    .option("--plan-only", "say what NATS has to do for a new register, do nothing")
    .addHelpText("after", HELP);
  addAction<UpOptions>(command, terminal, (options) =>
    options.detach === true ? startDetached(options) : stayUp(options, terminal),
  );
}

interface ProcessLine {
  readonly name: string;
  readonly pid: number;
  readonly url: string;
}

/** What a detached exchange tells the command that started it. */
type DetachedMessage =
  | {
      readonly type: "up";
      readonly processes: readonly ProcessLine[];
      /** What was said until all was ready. */
      readonly said: readonly string[];
    }
  | ({ readonly type: "fault"; readonly code: FaultCode; readonly message: string } & Required<
      Pick<FaultOptions, "problems" | "remedy">
    >);

/** Set in the environment of an exchange that was started by `--detach`. */
const DETACHED_VARIABLE = "TRACEPOST_DETACHED";

async function stayUp(options: UpOptions, terminal: Terminal): Promise<CommandResult> {
  const dataDir = resolve(options.data);
  const stop = listenForStop(terminal);
  const said: string[] = [];
  const onEvent = (event: ExchangeEvent): void => {
    if (event.type !== "progress") return;
    said.push(event.text);
    terminal.err(`${event.text}\n`);
  };
  const { planOnly = false, renew: mayRenew } = options;
  try {
    const exchange = await startTold({ dataDir, signal: stop.signal, onEvent, planOnly, mayRenew });
    const processes = processesOf(exchange);
    process.send?.({ type: "up", processes, said } satisfies DetachedMessage);
    if (process.env[DETACHED_VARIABLE] === undefined) {
      const lines = [...describe(processes, options.data), "Ctrl-C stops everything."];
      const json = JSON.stringify({ dataDir, processes }, undefined, 2);
      terminal.out(`${options.json === true ? json : lines.join("\n")}\n`);
    }
    if (process.connected === true) process.disconnect();
    await stop.asked;
    await exchange.stop();
  } finally {
    stop.release();
  }
  return { json: { stopped: true }, lines: ["Stopped."] };
}

/** Starts the exchange; a detached one also tells its parent what went wrong. */
async function startTold(options: StartOptions): Promise<RunningExchange> {
  try {
    return await startExchange(options);
  } catch (caught) {
    const { code, message, problems, remedy } = TracepostError.from(caught);
    process.send?.({ type: "fault", code, message, problems, remedy } satisfies DetachedMessage);
    throw caught;
  }
}

function listenForStop(terminal: Terminal) {
  const controller = new AbortController();
  const asked = new Promise<void>((done) => {
    controller.signal.addEventListener("abort", () => done(), { once: true });
  });
  const onSignal = (): void => {
    const again = controller.signal.aborted;
    terminal.err(again ? "Already stopping.\n" : "Stopping: what is under way is finished.\n");
    controller.abort();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  const release = (): void => {
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  };
  return { signal: controller.signal, asked, release };
}

/** Starts this very command again, on its own, and waits until it says that all is ready. */
async function startDetached(options: UpOptions): Promise<CommandResult> {
  const dataDir = resolve(options.data);
  const { paths } = await openExchangeFolder(dataDir);
  await mkdir(paths.run.logsDir, { recursive: true, mode: 0o700 });
  const logFile = join(paths.run.logsDir, "supervisor.log");
  const log = await open(logFile, "a", 0o600);
  try {
    const main = fileURLToPath(new URL("../main.ts", import.meta.url));
    const own = [
      ...(options.renew ? [] : ["--no-renew"]),
      ...(options.planOnly ? ["--plan-only"] : []),
    ];
    const child = spawn(process.execPath, [main, "exchange", "up", "--data", dataDir, ...own], {
      detached: true,
      stdio: ["ignore", log.fd, log.fd, "ipc"],
      cwd: dirname(dataDir),
      env: { ...process.env, [DETACHED_VARIABLE]: "1" },
    });
    const { processes, said } = await untilUp(child, logFile);
    child.disconnect();
    child.unref();
    const lines = describe(processes, options.data);
    return {
      json: { dataDir, supervisorPid: child.pid, processes },
      lines: [...said, ...lines, `Stop it with: tracepost exchange down --data ${options.data}`],
    };
  } finally {
    await log.close();
  }
}

/** What a detached exchange says when all is ready. */
type UpMessage = DetachedMessage & { readonly type: "up" };

function untilUp(child: ChildProcess, logFile: string): Promise<UpMessage> {
  return new Promise((resolveUp, reject) => {
    child.once("message", (message: DetachedMessage) => {
      if (message.type === "up") return resolveUp(message);
      const { code, message: text, problems, remedy } = message;
      return reject(new TracepostError(code, text, { problems, remedy }));
    });
    child.once("error", (caught) => reject(caught));
    child.once("exit", () => {
      const fault = new TracepostError("UNAVAILABLE", "the exchange ended before it was ready", {
        remedy: `Its log is ${logFile}`,
      });
      reject(fault);
    });
  });
}

function processesOf(exchange: RunningExchange): ProcessLine[] {
  const services = [...exchange.participants].map(([name, { pid, url }]) => ({
    name,
    pid,
    url,
  }));
  return [
    { name: "nats", ...exchange.nats },
    { name: "gateway", ...exchange.gateway },
    ...services,
  ];
}

function describe(processes: readonly ProcessLine[], dataDir: string): string[] {
  const wide = Math.max(...processes.map(({ name }) => name.length));
  return [
    `The exchange in ${dataDir} is up:`,
    ...processes.map(({ name, pid, url }) => `  ${name.padEnd(wide)}  ${url}  (process ${pid})`),
    "Each address but that of nats has a status page, /healthz, /readyz and /metrics.",
  ];
}
