import { resolve } from "node:path";
import type { Command } from "commander";
import { printable, systemClock } from "#runtime";
import {
  openExchangeFolder,
  type RotatedUser,
  rotateCredentials,
} from "../../deploy/local/index.ts";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";
import { runningNats } from "../running-nats.ts";

interface CredentialsOptions extends OutputOptions {
  readonly data: string;
  readonly account: readonly string[];
  readonly dryRun?: boolean;
}

const HELP = `
Makes the NATS credentials of an account anew while the exchange runs: the keys that issue its users,
and those users. What holds the old ones is cut off; services read their file again as they connect
again, and lose nothing. A participant that runs elsewhere is handed its new file. Accounts are the
participants, GATEWAY, CORE and SYS. May be run again at any time.

Examples:
  tracepost exchange credentials --data exchange --account NE
  tracepost exchange credentials --data exchange --account GATEWAY CORE SYS --json
`;

/** Adds `exchange credentials`: NATS credentials made anew without a stop (TP-KEY-6). */
export function addExchangeCredentials(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("credentials")
    .description("make the NATS credentials of accounts anew, without a stop")
    .requiredOption("--data <dir>", "data folder of the exchange")
    .requiredOption("--account <name...>", "participants, GATEWAY, CORE or SYS")
    .option("--dry-run", "say what would be made anew, and do nothing")
    .addHelpText("after", HELP);
  addAction<CredentialsOptions>(command, terminal, makeAnew);
}

async function makeAnew(options: CredentialsOptions): Promise<CommandResult> {
  const { account: accounts, data, dryRun = false } = options;
  const { paths } = await openExchangeFolder(resolve(data));
  const natsUrl = await runningNats(data, paths);
  const users: RotatedUser[] = [];
  for (const account of accounts) {
    users.push(
      ...(await rotateCredentials({ paths, natsUrl, clock: systemClock, account, dryRun })),
    );
  }
  const what = dryRun ? "would be made anew" : "made anew";
  return {
    json: { done: !dryRun, users },
    lines: users.map(({ account, file, user }) =>
      printable(`  ${account}: credentials of ${user} ${what}, in ${file}`),
    ),
  };
}
