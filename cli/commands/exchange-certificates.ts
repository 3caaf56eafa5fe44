import { resolve } from "node:path";
import type { Command } from "commander";
import { systemClock } from "#runtime";
import {
  addCertificates,
  type CertificateStanding,
  listCertificates,
  openCertified,
  parseHostName,
  type Renewal,
  renewCertificates,
} from "../../deploy/local/index.ts";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";
import { collect } from "../parse-option.ts";
import { textTable } from "../text-table.ts";
import { readTransport, type TransportWords } from "../transport-options.ts";

interface ListOptions extends OutputOptions {
  readonly data: string;
}

type AddOptions = ListOptions & TransportWords;

interface RenewOptions extends ListOptions {
  readonly all?: boolean;
  readonly host?: readonly string[];
  readonly newAuthority?: boolean;
  readonly dropFormer?: boolean;
  readonly caKey?: string;
  readonly natsUrl?: string;
  readonly nothingRuns?: boolean;
  readonly dryRun?: boolean;
}

const LIST_HELP = `
Tells of every certificate of the exchange whose it is, when it ends, and whether it is due: less than
60 days left, over, absent, of a former authority, or without a name it should have. Exit code 0 when
none is due, 5 otherwise.

Example:
  tracepost exchange certificates list --data exchange
`;

const RENEW_HELP = `
Renews what is due, or --all, while everything runs: files are replaced whole, the nats-server reads
its own again, doors take theirs within seconds, clients at their next handshake. No connection ends.
--new-authority makes the next authority; the one before stays believed until --drop-former. Both want to
know the nats-server: the one that exchange up has started, --nats-url, or --nothing-runs. Those that have
ended are believed no more; at most eight are believed together.

Examples:
  tracepost exchange certificates renew --data exchange --dry-run
  tracepost exchange certificates renew --data exchange --host hub2.example.org
  tracepost exchange certificates renew --data exchange --new-authority
`;

const ADD_HELP = `
Gives an exchange that was made without certificates its own, while nothing of it runs: a small
authority, or the one of --ca-cert and --ca-key, and a certificate for everybody. From the next start on
it speaks TLS. Where a nats-server runs on its own, write its configuration anew: exchange nats-config.

Examples:
  tracepost exchange certificates add --data exchange
  tracepost exchange certificates add --data exchange --host hub.example.org --host NE=desk.example.org
`;

/** Adds `exchange certificates list`, `renew` and `add` (TP-TLS-6, TP-TLS-7, TP-TLS-13). */
export function addExchangeCertificates(parent: Command, terminal: Terminal): void {
  const group = parent.command("certificates").description("certificates of an exchange with TLS");
  const list = group
    .command("list")
    .description("tell when each certificate ends and which is due")
    .requiredOption("--data <dir>", "data folder of the exchange")
    .addHelpText("after", LIST_HELP);
  addAction<ListOptions>(list, terminal, tellAll);
  const renew = group
    .command("renew")
    .description("renew certificates without a stop")
    .requiredOption("--data <dir>", "data folder of the exchange")
    .option("--all", "every certificate, not only those that are due")
    .option(
      "--host <name>",
      "a further name, repeatable; ID=NAME for a participant's door",
      collect,
    )
    .option("--new-authority", "a new authority, and every certificate by it")
    .option("--drop-former", "believe the present authority alone from now on")
    .option("--ca-key <file>", "key of an authority that is not kept in the folder")
    .option("--nats-url <url>", "a server that runs on its own, to read its certificate again")
    .option("--nothing-runs", "with an authority: no nats-server of this exchange runs anywhere")
    .option("--dry-run", "say what would be renewed, change nothing")
    .addHelpText("after", RENEW_HELP);
  addAction<RenewOptions>(renew, terminal, renewSome);
  const add = group
    .command("add")
    .description("give an exchange certificates that was made without")
    .requiredOption("--data <dir>", "data folder of the exchange")
    .option("--host <name>", "a name to be reached by, repeatable; ID=NAME for a door", collect)
    .option("--ca-cert <file>", "authority that issues them (PEM); default one of its own")
    .option("--ca-key <file>", "key of that authority (PEM, 0600)")
    .addHelpText("after", ADD_HELP);
  addAction<AddOptions>(add, terminal, addAll);
}

async function addAll({ data, ...words }: AddOptions): Promise<CommandResult> {
  const elsewhere = await addCertificates(resolve(data), await readTransport(words));
  return {
    json: { added: true, elsewhere },
    lines: [
      "The exchange has certificates; it speaks TLS from its next start on.",
      ...elsewhere.map(
        (id) => `${id} runs elsewhere: hand it participants/${id}/tls, and tls:// for NATS.`,
      ),
    ],
  };
}

async function tellAll({ data }: ListOptions): Promise<CommandResult> {
  const opened = await openCertified(resolve(data));
  const certificates = await listCertificates(opened, systemClock.now());
  const due = certificates.filter((one) => one.due !== "");
  const lines = [...tableOf(certificates), `${due.length} of ${certificates.length} are due.`];
  return { json: { certificates }, lines, exitCode: due.length === 0 ? 0 : DUE_EXIT };
}

const DUE_EXIT = 5;

async function renewSome(options: RenewOptions): Promise<CommandResult> {
  const { data, host, ...asked } = options;
  const hosts = (host ?? []).map(parseHostName);
  const renewal = await renewCertificates({ dataDir: resolve(data), ...asked, hosts });
  const isDry = options.dryRun === true;
  return { json: { ...renewal, dryRun: isDry }, lines: tell(renewal, isDry) };
}

function tell({ droppedFormer, newAuthority, renewed, server }: Renewal, isDry: boolean): string[] {
  const verb = isDry ? "Would renew" : "Renewed";
  const rows = renewed.map(({ due, file, holder, use }) => [holder, use, due, file]);
  return [
    `${verb} ${renewed.length} certificates${newAuthority ? ", by a new authority" : ""}.`,
    ...(rows.length === 0 ? [] : textTable(RENEWED_HEAD, rows).map((line) => `  ${line}`)),
    ...(droppedFormer ? ["Former authorities are believed no more."] : []),
    ...(isDry || server === "not needed" ? [] : [SERVER_LINES[server]]),
  ];
}

const RENEWED_HEAD = ["holder", "use", "why", "file"];
const LIST_HEAD = ["holder", "use", "until", "left", "", "names"];

const SERVER_LINES = {
  reloaded: "The nats-server has read its certificate again.",
  "not running": "No nats-server runs here; one that runs elsewhere is told with --nats-url.",
} as const;

function tableOf(certificates: readonly CertificateStanding[]): string[] {
  const rows = certificates.map(({ daysLeft, due, holder, names, notAfter, use }) => [
    holder,
    use,
    notAfter.slice(0, 10),
    `${daysLeft} days`,
    due === "" ? "" : `due: ${due}`,
    names.join(" "),
  ]);
  return textTable(LIST_HEAD, rows);
}
