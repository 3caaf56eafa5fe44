import { resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Command, InvalidArgumentError } from "commander";
import { FAULTS, TracepostError } from "#errors";
import {
  compareHeads,
  FetchedTiles,
  fetchCheckpoint,
  fetchFrom,
  type LogRelation,
  loadCheckpoint,
  openCheckpoint,
  parseLogProof,
  storedNodes,
  type TreeHead,
} from "#message-log";
import { CLI_LIMITS, LOG_LIMITS } from "#runtime";
import { loadRegister } from "#trust";
import {
  ExchangePaths,
  type LogKeys,
  logKeysOf,
  logKeysOfFolder,
  readGatewayStore,
} from "../../deploy/local/index.ts";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";
import { readInput } from "../read-input.ts";

const HELP = `
Shows whether the log still begins with what an earlier checkpoint signed: a checkpoint file, or a proof
file, that somebody kept. The newest checkpoint is that of the data folder, or with --url that of a
gateway, whose tiles are fetched and not believed. Exit code 6 when the log was cut off or is another.
A receipt may be newer than the kept checkpoint, which follows within seconds: that one is waited for.

Examples:
  tracepost log consistency kept.checkpoint --data exchange
  tracepost log consistency receipt.tlog-proof --url https://hub.example --register register.bin --root-key root-1.pub
`;

const ABOUT_WAIT = "how long to wait for a checkpoint that covers it";

interface ConsistencyOptions extends OutputOptions {
  readonly data?: string;
  readonly url?: string;
  readonly register?: string;
  readonly rootKey?: readonly string[];
  readonly wait: number;
}

/** What came of the comparison. */
interface Compared {
  readonly earlier: TreeHead;
  readonly newest: TreeHead;
  readonly relation: LogRelation;
}

/** Adds `log consistency`: an earlier checkpoint against the newest (TP-LOG-14). */
export function addLogConsistency(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("consistency")
    .description("show that the log still begins with an earlier checkpoint")
    .argument("<earlier>", "checkpoint or proof file that was kept")
    .option("--data <dir>", "data folder of the exchange")
    .option("--url <url>", "address of a gateway, or of whoever hands out its tiles")
    .option("--register <file>", "participant register, instead of that of a data folder")
    .option("--root-key <file...>", "public root keys that the register must be signed by")
    .option("--wait <seconds>", ABOUT_WAIT, parseSeconds, CLI_LIMITS.checkpointWaitMs / 1_000)
    .addHelpText("after", HELP);
  addAction<ConsistencyOptions>(command, terminal, (options, file = "") =>
    runConsistency(options, file, terminal),
  );
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (Number.isInteger(seconds) && seconds >= 0 && seconds <= WAIT_SECONDS_MAX) return seconds;
  throw new InvalidArgumentError(`Give whole seconds, 0 to ${WAIT_SECONDS_MAX}.`);
}

const WAIT_SECONDS_MAX = CLI_LIMITS.receiptsWaitMsMax / 1_000;

async function runConsistency(
  options: ConsistencyOptions,
  file: string,
  terminal: Terminal,
): Promise<CommandResult> {
  const keys = await keysOf(options);
  const text = Buffer.from(await readInput(file, LOG_LIMITS.proofBytesMax)).toString("utf8");
  const proof = parseLogProof(text);
  const earlier = open(proof.ok ? proof.value.checkpoint : text, keys, file);
  const compare = (): Promise<Compared> =>
    options.url === undefined
      ? withFolder(earlier, keys, options.data ?? "")
      : withServer(earlier, keys, options.url);
  return resultOf(keys.origin, await compareInTime(compare, options.wait, terminal));
}

/**
 * A log that is shorter than what was shown may not have been kept under a checkpoint yet: it is
 * called cut off only after the next ones had their time (TP-LOG-14).
 */
async function compareInTime(
  compare: () => Promise<Compared>,
  waitSeconds: number,
  { err }: Terminal,
): Promise<Compared> {
  let compared = await compare();
  if (compared.relation !== "rollback" || waitSeconds === 0) return compared;
  const { earlier, newest } = compared;
  err(
    `The newest kept checkpoint has ${newest.size} entries, what you gave has ${earlier.size}: ` +
      `waiting up to ${waitSeconds} s for the next checkpoint.\n`,
  );
  for (let waited = 0; compared.relation === "rollback" && waited < waitSeconds; waited += 1) {
    await pause(1_000);
    compared = await compare();
  }
  return compared;
}

async function keysOf({ data, register, rootKey, url }: ConsistencyOptions): Promise<LogKeys> {
  if (register !== undefined && rootKey !== undefined && url !== undefined) {
    return logKeysOf(await loadRegister(register, rootKey));
  }
  if (data !== undefined && register === undefined) return await logKeysOfFolder(resolve(data));
  throw new TracepostError("USAGE", "it is not said whose log it is", {
    remedy: "Give --data, or --url with --register and --root-key.",
  });
}

function open(note: string, { origin, publicKeys }: LogKeys, name: string): TreeHead {
  const head = openCheckpoint(note, origin, publicKeys);
  if (head !== undefined) return head;
  throw new TracepostError("VERIFICATION", `${name} is no checkpoint signed as ${origin}`, {
    remedy: "Give the whole file as it was kept, and the register of that exchange.",
  });
}

async function withFolder(earlier: TreeHead, keys: LogKeys, data: string): Promise<Compared> {
  return await readGatewayStore(new ExchangePaths(resolve(data)), async (tx) => {
    const newest = open((await loadCheckpoint(tx)) ?? "", keys, "the kept checkpoint");
    const relation = await compareHeads(earlier, newest, () => storedNodes(tx));
    return { earlier, newest, relation };
  });
}

async function withServer(earlier: TreeHead, keys: LogKeys, url: string): Promise<Compared> {
  const fetchPath = fetchFrom(url);
  const newest = open(await fetchCheckpoint(fetchPath), keys, `the checkpoint of ${url}`);
  const relation = await compareHeads(earlier, newest, (size) => new FetchedTiles(fetchPath, size));
  return { earlier, newest, relation };
}

const MEANS: Readonly<Record<LogRelation, string>> = {
  same: "The log has not grown since: same size, same root.",
  grown: "Consistent: the log still begins with everything that was signed then.",
  rollback:
    "NOT consistent: the log was cut off, or no checkpoint that covers what was signed then was kept.",
  fork: "NOT consistent: the log is another than the one that was signed then.",
};

function resultOf(origin: string, { earlier, newest, relation }: Compared): CommandResult {
  const isConsistent = relation === "same" || relation === "grown";
  const told = ({ rootHash, size }: TreeHead) => ({
    size,
    rootHash: Buffer.from(rootHash).toString("base64"),
  });
  const then = told(earlier);
  const now = told(newest);
  return {
    lines: [
      MEANS[relation],
      `  log    ${origin}`,
      `  then   ${then.size} entries, root ${then.rootHash}`,
      `  now    ${now.size} entries, root ${now.rootHash}`,
      ...(isConsistent ? [] : ["Keep both checkpoints: each is signed, together they prove it."]),
    ],
    json: { consistent: isConsistent, relation, origin, earlier: then, newest: now },
    exitCode: isConsistent ? 0 : FAULTS.VERIFICATION.exitCode,
  };
}
