import { resolve } from "node:path";
import type { Command } from "commander";
import { FAULTS } from "#errors";
import { PROCESS_LIMITS } from "#runtime";
import {
  exchangeStatus,
  openExchangeFolder,
  type ProcessRecord,
  type RunState,
} from "../../deploy/local/index.ts";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";
import { runningRegister } from "../running-register.ts";

interface StatusOptions extends OutputOptions {
  readonly data: string;
}

/** How a process of the exchange is. */
interface ProcessHealth extends ProcessRecord {
  readonly name: string;
  readonly health: "ready" | "not ready" | "no answer";
}

const HELP = `
Says whether the exchange of a data folder runs, where its processes answer and whether they are
ready, and how long its participant register lasts. Exit code 0 when all are ready, 5 otherwise.

Example:
  tracepost exchange status --data exchange --json
`;

/** Adds `exchange status`: what runs, where, and how it is. */
export function addExchangeStatus(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("status")
    .description("say whether an exchange runs and how its processes are")
    .requiredOption("--data <dir>", "data folder of the exchange")
    .addHelpText("after", HELP);
  addAction<StatusOptions>(command, terminal, status);
}

async function status(options: StatusOptions): Promise<CommandResult> {
  const dataDir = resolve(options.data);
  const { marker, participants, paths } = await openExchangeFolder(dataDir);
  const found = await exchangeStatus(dataDir);
  const processes = found.kind === "running" ? await healthOf(found.state) : [];
  const url = found.kind === "running" ? found.state.gateway.url : "";
  const { rootPublicKey } = paths.exchange;
  const lasting = url === "" ? undefined : await runningRegister(url, [rootPublicKey]);
  const allReady = processes.length > 0 && processes.every(({ health }) => health === "ready");
  const wide = Math.max(0, ...processes.map(({ name }) => name.length));
  const { exchangeId } = marker;
  return {
    json: {
      dataDir,
      exchangeId,
      participants: participants.map(({ id }) => id),
      status: found.kind,
      processes,
      ...(lasting === undefined ? {} : { register: lasting.register }),
    },
    lines: [
      `Exchange ${exchangeId}, ${participants.length} participants: ${sentenceOf(found.kind)}`,
      ...processes.map(
        ({ health, name, pid, url }) =>
          `  ${name.padEnd(wide)}  ${health}  ${url}  (process ${pid})`,
      ),
      ...(lasting === undefined ? [] : registerLines(lasting)),
      ...(found.kind === "running"
        ? []
        : [`Start it: tracepost exchange up --data ${options.data}`]),
    ],
    ...(allReady ? {} : { exitCode: FAULTS.UNAVAILABLE.exitCode }),
  };
}

function registerLines({
  notice,
  register: { closesAt, expiresAt, standing, version },
}: NonNullable<Awaited<ReturnType<typeof runningRegister>>>): string[] {
  const lasts = `expires ${expiresAt}, nothing goes after ${closesAt}`;
  const line = `  register version ${version}: ${standing}; ${lasts}`;
  return notice === undefined ? [line] : [line, `  ${notice.what}`, `  ${notice.remedy}`];
}

function sentenceOf(kind: "stopped" | "abandoned" | "running"): string {
  switch (kind) {
    case "running":
      return "it runs.";
    case "stopped":
      return "it does not run.";
    case "abandoned":
      return "the process that started it was killed; the next start resumes it.";
    default:
      return kind satisfies never;
  }
}

async function healthOf(state: RunState): Promise<ProcessHealth[]> {
  const services: readonly (readonly [string, ProcessRecord])[] = [
    ["gateway", state.gateway],
    ...Object.entries(state.participants),
  ];
  const told = await Promise.all(
    services.map(async ([name, record]) => ({ name, ...record, health: await ask(record.url) })),
  );
  // The server has no HTTP door; that the services are ready says that it answers.
  const answers = told.some(({ health }) => health === "ready");
  return [{ name: "nats", ...state.nats, health: answers ? "ready" : "no answer" }, ...told];
}

async function ask(url: string): Promise<ProcessHealth["health"]> {
  if (url === "") return "no answer";
  try {
    const signal = AbortSignal.timeout(PROCESS_LIMITS.shutdownMs);
    const response = await fetch(`${url}/readyz`, { signal, redirect: "error" });
    return response.ok ? "ready" : "not ready";
  } catch {
    return "no answer";
  }
}
