import { resolve } from "node:path";
import type { Command } from "commander";
import { TracepostError } from "#errors";
import { systemClock } from "#runtime";
import { openOrThrow } from "#trust";
import {
  type ExchangePaths,
  exchangeStatus,
  NatsFollower,
  openExchangeFolder,
  planLines,
  RegisterFollower,
  reconcileOnce,
  rootKeysOf,
} from "../../deploy/local/index.ts";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";
import { fetchInForce } from "../register-in-force.ts";
import { untilStopped } from "../until-stopped.ts";

interface ReconcileCommandOptions extends OutputOptions {
  readonly data: string;
  readonly dryRun?: boolean;
  readonly watch?: boolean;
  readonly natsUrl?: string;
  readonly gatewayUrl?: string;
}

const HELP = `
Has NATS follow the participant register that is in force at the gateway: accounts, the gateway's
rights, streams and consumers of who takes part; whoever was removed is disconnected. The plan is
printed; --dry-run does no more than that. May be run any number of times; what an interrupted run
has left is done by the next one.

An exchange that was started by exchange up follows by itself. Where nats-server and gateway run on
their own, say where: --nats-url and --gateway-url; with --watch each later version is followed too,
until Ctrl-C.

Examples:
  tracepost exchange reconcile --data exchange --dry-run
  tracepost exchange reconcile --data exchange --json
  tracepost exchange reconcile --data exchange --watch \\
    --nats-url nats://127.0.0.1:4222 --gateway-url http://127.0.0.1:8080
`;

/** Adds `exchange reconcile`: NATS follows the register (TP-RUN-8, TP-RUN-11). */
export function addExchangeReconcile(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("reconcile")
    .description("have NATS accounts and streams follow the participant register")
    .requiredOption("--data <dir>", "data folder of the exchange")
    .option("--dry-run", "show the plan and do nothing")
    .option("--watch", "stay, and follow each later version too")
    .option("--nats-url <url>", "a nats-server that runs on its own")
    .option("--gateway-url <url>", "a gateway that runs on its own")
    .addHelpText("after", HELP);
  addAction<ReconcileCommandOptions>(command, terminal, (options) =>
    options.watch === true ? watch(options, terminal) : reconcile(options),
  );
}

/** What is to follow, and where it answers. */
interface FollowedExchange {
  readonly paths: ExchangePaths;
  readonly natsUrl: string;
  readonly gatewayUrl: string;
}

async function findExchange(options: ReconcileCommandOptions): Promise<FollowedExchange> {
  const { data } = options;
  const { paths } = await openExchangeFolder(resolve(data));
  const found = await exchangeStatus(paths.dataDir);
  const running = found.kind === "running" ? found.state : undefined;
  const { gatewayUrl = running?.gateway.url ?? "", natsUrl = running?.nats.url ?? "" } = options;
  if (gatewayUrl !== "" && natsUrl !== "") return { paths, natsUrl, gatewayUrl };
  throw new TracepostError("UNAVAILABLE", `the exchange of ${data} does not run`, {
    remedy:
      `Start it: tracepost exchange up --data ${data}. One that runs on its own: say where it ` +
      "answers, with --nats-url and --gateway-url.",
  });
}

async function reconcile(options: ReconcileCommandOptions): Promise<CommandResult> {
  const { dryRun: planOnly = false } = options;
  const { gatewayUrl, natsUrl, paths } = await findExchange(options);
  const bytes = await fetchInForce(gatewayUrl);
  const register = openOrThrow(bytes, gatewayUrl, await rootKeysOf(paths));
  const order = { paths, natsUrl, register, clock: systemClock, planOnly };
  const steps = await reconcileOnce(order, () => undefined);
  const { version } = register.view;
  const end = planOnly ? "Nothing was done: --dry-run." : "Done.";
  return {
    json: { registerVersion: String(version), done: !planOnly, steps },
    lines: [...planLines(steps, version), ...(steps.length === 0 ? [] : [end])],
  };
}

async function watch(options: ReconcileCommandOptions, terminal: Terminal): Promise<CommandResult> {
  const { gatewayUrl, natsUrl, paths } = await findExchange(options);
  const say = (text: string): void => terminal.err(`${text}\n`);
  const planOnly = options.dryRun === true;
  const told = { paths, say, clock: systemClock };
  const nats = new NatsFollower({ ...told, natsUrl: () => natsUrl, planOnly });
  const follower = new RegisterFollower({
    ...told,
    gatewayUrl: () => gatewayUrl,
    followers: [(register) => nats.follow(register)],
  });
  follower.start();
  say(`NATS at ${natsUrl} follows the register of ${gatewayUrl}. Ctrl-C ends it.`);
  await untilStopped();
  await follower.stop();
  return { json: { stopped: true }, lines: ["Stopped."] };
}
