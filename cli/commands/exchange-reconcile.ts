import { resolve } from "node:path";
import type { Command } from "commander";
import { TracepostError } from "#errors";
import { fetchRegisterFrom } from "#participant";
import { systemClock } from "#runtime";
import { openRegisterOf } from "#trust";
import {
  exchangeStatus,
  openExchangeFolder,
  openReconciliation,
  RECONCILE_ACTIONS,
  type ReconcileStep,
  rootSignersOf,
} from "../../deploy/local/index.ts";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";

interface ReconcileCommandOptions extends OutputOptions {
  readonly data: string;
  readonly dryRun?: boolean;
}

const HELP = `
Has NATS follow the participant register that is in force at the gateway: accounts, the gateway's
rights, streams and consumers of who takes part; whoever was removed is disconnected. The plan is
printed; --dry-run does no more than that. May be run any number of times; what an interrupted run
has left is done by the next one.

Examples:
  tracepost exchange reconcile --data exchange --dry-run
  tracepost exchange reconcile --data exchange --json
`;

/** Adds `exchange reconcile`: NATS follows the register (TP-RUN-8). */
export function addExchangeReconcile(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("reconcile")
    .description("have NATS accounts and streams follow the participant register")
    .requiredOption("--data <dir>", "data folder of the exchange")
    .option("--dry-run", "show the plan and do nothing")
    .addHelpText("after", HELP);
  addAction<ReconcileCommandOptions>(command, terminal, reconcile);
}

async function reconcile({
  data,
  dryRun = false,
}: ReconcileCommandOptions): Promise<CommandResult> {
  const { paths } = await openExchangeFolder(resolve(data));
  const found = await exchangeStatus(paths.dataDir);
  const { gateway, nats } = found.kind === "running" ? found.state : NOTHING;
  if (gateway.url === "" || nats.url === "") {
    throw new TracepostError("UNAVAILABLE", `the exchange of ${data} does not run`, {
      remedy: `Start it: tracepost exchange up --data ${data}`,
    });
  }
  const bytes = await fetchRegisterFrom(gateway.url)();
  if (bytes === undefined) {
    throw new TracepostError("UNAVAILABLE", "the gateway does not hand out its register", {
      remedy: "Look whether it is ready: tracepost exchange status",
    });
  }
  const { rootPublicKeyFiles } = await rootSignersOf(paths.exchange.rootPublicKeys);
  const register = await openRegisterOf(bytes, gateway.url, rootPublicKeyFiles);
  const server = { paths, natsUrl: nats.url };
  const options = { ...server, register, registerBytes: bytes, clock: systemClock };
  const reconciliation = await openReconciliation(options);
  try {
    const { steps } = reconciliation;
    if (!dryRun) await reconciliation.apply();
    return resultOf(steps, register.version, !dryRun);
  } finally {
    await reconciliation.close();
  }
}

const NOTHING = { gateway: { url: "" }, nats: { url: "" } } as const;

function resultOf(
  steps: readonly ReconcileStep[],
  version: bigint,
  isDone: boolean,
): CommandResult {
  const count = `${steps.length} step${steps.length === 1 ? "" : "s"}`;
  const head = `Register version ${version}: ${steps.length === 0 ? "nothing to do" : count}.`;
  return {
    json: { registerVersion: String(version), done: isDone, steps },
    lines: [
      head,
      ...steps.map(
        ({ action, participant }) => `  ${participant}: ${RECONCILE_ACTIONS[action]} (${action})`,
      ),
      ...(steps.length === 0 ? [] : [isDone ? "Done." : "Nothing was done: --dry-run."]),
    ],
  };
}
