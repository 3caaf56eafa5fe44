import { mkdir, rename } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import type { Command } from "commander";
import { TracepostError } from "#errors";
import { systemClock } from "#runtime";
import { formatRegisterBundle, writePublic } from "#trust";
import { ExchangePaths, exchangeStatus, isThere } from "../../deploy/local/index.ts";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";
import { loadBundle, loadRootKeys } from "../register-files.ts";
import { judgeSuccessor, readInForce } from "../register-in-force.ts";

const HELP = `
Prepares a stopped gateway for its first start with the log that succeeds the lost one. Judges the signed
register first, puts what is left of the old store aside, where it stays readable (log verify reads
it too), and lays the register where the gateway begins with it. Nothing is destroyed; done again
it changes nothing.

Example:
  tracepost log succession begin next.bundle --root root-1.pub root-2.pub root-3.pub --data exchange
`;

interface BeginOptions extends OutputOptions {
  readonly data: string;
  readonly root?: readonly string[];
}

/** Files of a SQLite store beside its own. */
const STORE_FILES = ["", "-wal", "-shm", ".bodies"];

/** Adds `log succession begin` (TP-SUCC-4). */
export function addLogSuccessionBegin(parent: Command, terminal: Terminal): void {
  const begin = parent
    .command("begin")
    .description("prepare a stopped gateway for the log that succeeds the lost one")
    .argument("<register>", "the bundle that brings the statement, signed by enough root keys")
    .option("--root <file...>", "public root keys that are believed")
    .requiredOption("--data <dir>", "data folder of the exchange")
    .addHelpText("after", HELP);
  addAction<BeginOptions>(begin, terminal, runBegin);
}

async function runBegin(options: BeginOptions, file = ""): Promise<CommandResult> {
  const paths = new ExchangePaths(resolve(options.data));
  const bundle = await loadBundle(file);
  const roots = await loadRootKeys(options.root);
  const inForce = await readInForce({ against: paths.exchange.bundle });
  const { view } = judgeSuccessor({ bundle, file }, inForce, roots, systemClock.now()).taken;
  const last = view.successions.at(-1);
  if (last === undefined) {
    throw new TracepostError("INPUT_INVALID", `${file} brings no succession of the log`, {
      remedy: "Put the signed statement into the draft: tracepost register succession",
    });
  }
  await requireStopped(paths);
  const aside = join(paths.gateway.logsBefore, String(view.successions.length));
  const moved = await putAside(paths.gateway.store, aside);
  await writePublic(paths.exchange.register, formatRegisterBundle(bundle));
  await writePublic(paths.exchange.bundle, formatRegisterBundle(bundle));
  const { newOrigin, oldOrigin } = last.succession;
  return {
    json: { oldOrigin, newOrigin, version: `${view.version}`, aside: moved ? aside : null },
    lines: [
      moved ? `What is left of ${oldOrigin} lies in ${aside}.` : `Nothing of ${oldOrigin} is here.`,
      `The gateway begins ${newOrigin} at its next start: tracepost exchange up`,
    ],
  };
}

async function requireStopped(paths: ExchangePaths): Promise<void> {
  const { kind } = await exchangeStatus(paths.dataDir);
  if (kind !== "running") return;
  throw new TracepostError("USAGE", "The exchange is running", {
    remedy: "Stop it first: tracepost exchange down",
  });
}

/** Moves what there is of a store; false where there is nothing, or all of it was moved before. */
async function putAside(store: string, folder: string): Promise<boolean> {
  if (!(await isThere(store))) return await isThere(join(folder, basename(store)));
  if (await isThere(join(folder, basename(store)))) {
    throw new TracepostError("DATA_FOLDER", `${folder} holds a store already`, {
      remedy: "The log was begun before: start the exchange, or draft the next succession.",
    });
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // The store itself goes last: where it is gone, all of it is.
  for (const end of STORE_FILES.toReversed()) {
    const file = `${store}${end}`;
    if (await isThere(file)) await rename(file, join(folder, basename(file)));
  }
  return true;
}
