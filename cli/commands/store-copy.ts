import type { Command } from "commander";
import { copyGatewayStore, placeFromText } from "../../deploy/local/index.ts";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";

const HELP = `
FROM and TO are the path of an SQLite file or a schema of PostgreSQL, written
postgres://user@host/database#schema. TO must not be there. All tables are copied as of one moment, read
again and compared; then the log and every record are verified where they lie now. What is interrupted
leaves nothing under the name TO, and FROM is never changed.

To move a gateway: stop it, copy its store, name the new place in its configuration, start it. A copy
from PostgreSQL into a file is a backup of it that can be read without a server.

Examples:
  tracepost store copy exchange/gateway/gateway.sqlite postgres://tp@db/records#gateway --data exchange
  tracepost store copy postgres://tp@db/records#gateway backup.sqlite --data exchange
`;

interface CopyOptions extends OutputOptions {
  readonly data: string;
  readonly passwordFile?: string;
}

/** Adds `store copy`: a gateway's store from a file to PostgreSQL, or back (TP-BACK-9). */
export function addStoreCopy(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("copy")
    .argument("<from>", "store file, or schema of a database, that is read")
    .argument("<to>", "store file or schema that is made; none may be there")
    .description("copy a gateway's store between SQLite and PostgreSQL, and verify its log there")
    .requiredOption("--data <dir>", "data folder of the exchange, for the keys of its log")
    .option("--password-file <file>", "password of the database, in a file for its owner alone")
    .addHelpText("after", HELP);
  addAction<CopyOptions>(command, terminal, runCopy);
}

async function runCopy(
  { data, passwordFile }: CopyOptions,
  from: string,
  to: string,
): Promise<CommandResult> {
  const source = placeFromText(from, passwordFile);
  const copied = await copyGatewayStore(data, source, placeFromText(to, passwordFile));
  return {
    lines: [
      `Copied: ${copied.rows} rows of ${copied.tables} tables, the same by count and digest`,
      `Verified: ${copied.entries} entries of ${copied.origin}, and their records`,
      "What the gateway records from now on is not in the copy: for a move it has to be stopped.",
    ],
    json: copied,
  };
}
