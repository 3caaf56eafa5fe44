import { resolve } from "node:path";
import type { Command } from "commander";
import { TracepostError } from "#errors";
import { type OutputOptions, type Terminal, tellFault } from "../command-result.ts";
import { addStampRoots, type StampRootOptions, stampRootsOf } from "../stamp-roots.ts";
import { addLogConsistency } from "./log-consistency.ts";
import { addLogCounts } from "./log-counts.ts";
import { addLogFsck } from "./log-fsck.ts";
import { addLogProve } from "./log-prove.ts";
import { addLogRenew } from "./log-renew.ts";
import { addLogStamps } from "./log-stamps.ts";
import { addLogSuccession } from "./log-succession.ts";
import { verifyLogCommand } from "./log-verify.ts";

interface VerifyOptions extends OutputOptions, StampRootOptions {
  readonly data: string;
  readonly stamps?: true;
}

const HELP = `
Recomputes the whole log from its entries and checks the newest checkpoint with the gateway's key,
which the participant register vouches for. Needs no network and no running exchange, and disturbs
none. Exit code 6 when it does not verify.

--stamps verifies what authorities outside have time-stamped too: every token, and that the entries which
are there give the tree that was stamped. Name the root certificate of each that must be among them with
--tsa-root, as its file or its SHA-256, out of its own publication.

Examples:
  tracepost log verify --data exchange
  tracepost log verify --data exchange --stamps --tsa-root tsa-root.pem
`;

/** Adds the commands about the message log. */
export function addLogCommands(parent: Command, terminal: Terminal): void {
  addLogVerify(parent, terminal);
  addLogFsck(parent, terminal);
  addLogCounts(parent, terminal);
  addLogProve(parent, terminal);
  addLogConsistency(parent, terminal);
  addLogRenew(parent, terminal);
  addLogStamps(parent, terminal);
  addLogSuccession(parent, terminal);
}

/** Adds `log verify`: recomputes the message log of a data folder offline. */
function addLogVerify(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("verify")
    .description("recompute the message log and check its newest checkpoint, offline")
    .requiredOption("--data <dir>", "data folder of the exchange")
    .option("--stamps", "verify the time-stamps on its checkpoints too");
  addStampRoots(command);
  command
    .option("--json", "print one JSON value instead of text")
    .addHelpText("after", HELP)
    .action(async (options: VerifyOptions) => {
      const json = options.json === true;
      try {
        const stdout = { write: terminal.out };
        const dataDir = resolve(options.data);
        const isStamped = options.stamps === true || options.tsaRoot.length > 0;
        const stampRoots = isStamped ? await stampRootsOf(options) : undefined;
        terminal.setExitCode(await verifyLogCommand({ dataDir, json, stdout, stampRoots }));
      } catch (caught) {
        tellFault(TracepostError.from(caught), terminal, json);
      }
    });
}
