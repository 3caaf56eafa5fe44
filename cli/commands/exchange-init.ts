import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { TracepostError } from "#errors";
import type { StoreSettings } from "#runtime";
import {
  initExchange,
  openExchangeFolder,
  parseParticipantsYaml,
  type TransportOptions,
} from "../../deploy/local/index.ts";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";
import { collect, parseLimit, parsePort } from "../parse-option.ts";
import { readTransport, type TransportWords } from "../transport-options.ts";

interface InitOptions extends OutputOptions, TransportWords {
  readonly data: string;
  readonly participants: string;
  readonly tls?: boolean;
  readonly room?: number;
  readonly leafPort?: number;
  readonly store?: "sqlite" | "postgres";
  readonly storeUrl?: string;
  readonly storeSchema?: string;
  readonly storePasswordFile?: string;
}

const HELP = `
The participants file is a YAML list, one entry a participant:

  - id: AT
    name: Focal point of Austria
    role: focal-point
    answering: register          # or officer, the default
    languages: [de, en]
    instruments:
      - { instrument: ITI, boundness: committed, since: 2005-12-08 }

All its problems are reported at once, and nothing is created before it has none.

With --tls, or a --host, it makes a small authority and certificates: nats-server and doors then speak
TLS, and NATS lets in only who has a certificate besides its credentials. --host NAME is a name of the
hub, --host ID=NAME one of a participant's door; those of loopback are in every certificate.
With --ca-cert and --ca-key the certificates come from an authority you have; its key is not kept.

Half of the free disk is shared out among the streams of all, once and for good: without --room they
are of a fair size, and there is room for as many participants as fit.

With --leaf-port the nats-server waits for the NATS servers of States too; see tracepost exchange leaf.

With --store postgres the gateway keeps its records in a schema of a PostgreSQL database, version 15 or
later, that is there already: --store-url postgres://user@host/database. A password stands in a file,
mode 0600, never in the url. Focal points and border agencies keep theirs in files.

Examples:
  tracepost exchange init --data exchange --participants participants.yaml
  tracepost exchange init --data exchange --participants participants.yaml --room 500
  tracepost exchange init --data exchange --participants participants.yaml --host hub.example.org
`;

/** Adds `exchange init`: keys, participant register, NATS accounts and configuration. */
export function addExchangeInit(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("init")
    .description("make the data folder of a new exchange")
    .requiredOption("--data <dir>", "folder to make: absent or empty")
    .requiredOption("--participants <file>", "who takes part (YAML)")
    .option("--tls", "make certificates: mutual TLS, HTTPS")
    .option("--host <name>", "a name to be reached by, repeatable; makes certificates", collect)
    .option("--ca-cert <file>", "authority that issues them (PEM); default one of its own")
    .option("--ca-key <file>", "key of that authority (PEM, 0600)")
    .option("--room <n>", "participants to leave room for on the disk, later ones too", parseLimit)
    .addOption(
      new Option("--store <kind>", "what the gateway keeps its records in")
        .choices(["sqlite", "postgres"])
        .default("sqlite"),
    )
    .option("--store-url <url>", "database of a postgres store, without a password")
    .option("--store-schema <name>", "schema of a postgres store; default tracepost_gateway")
    .option("--store-password-file <file>", "its password (0600); default as libpq finds one")
    .option("--leaf-port <port>", "port for leafs, NATS servers of States; default none", parsePort)
    .addHelpText("after", HELP);
  addAction<InitOptions>(command, terminal, initialize);
}

async function initialize(options: InitOptions): Promise<CommandResult> {
  const dataDir = resolve(options.data);
  const participants = parseParticipantsYaml(await readText(options.participants));
  const transport = await transportOf(options);
  const settings = { leafPort: options.leafPort, room: options.room, store: storeOf(options) };
  const { room } = await initExchange({ dataDir, participants, transport, ...settings });
  const { marker } = await openExchangeFolder(dataDir);
  const { exchangeId, logOrigin } = marker;
  const ids = participants.map(({ id }) => id);
  return {
    json: { dataDir, exchangeId, logOrigin, participants: ids, room, tls: transport !== undefined },
    lines: [
      `Made the exchange ${exchangeId} with ${ids.length} participants: ${ids.join(", ")}.`,
      `Its message log is ${logOrigin}. Everything lies in ${dataDir}; keep it to yourself.`,
      `The disk is shared out for ${room} participants, those who are admitted later included.`,
      "Its three root keys lie side by side: meant in earnest, keep them in two States at least.",
      "While they lie here, exchange up signs the next register in time: each lasts seven days.",
      ...(transport === undefined ? [] : [tlsLine(options.caCert)]),
      `Start it with: tracepost exchange up --data ${options.data}`,
    ],
  };
}

/** Nothing is noted for a file: a folder has one by itself. */
function storeOf(options: InitOptions): StoreSettings | undefined {
  const { store, storePasswordFile, storeSchema = "tracepost_gateway", storeUrl } = options;
  if (store !== "postgres") {
    if ((storeUrl ?? options.storeSchema ?? storePasswordFile) === undefined) return undefined;
    throw new TracepostError("USAGE", "--store-url and its like go with --store postgres", {
      remedy: "Add --store postgres, or leave them out.",
    });
  }
  if (storeUrl === undefined) {
    throw new TracepostError("USAGE", "--store postgres needs --store-url", {
      remedy: "Name the database: --store-url postgres://user@host/database.",
    });
  }
  const passwordFile =
    storePasswordFile === undefined ? {} : { passwordFile: resolve(storePasswordFile) };
  return { kind: "postgres", url: storeUrl, schema: storeSchema, ...passwordFile };
}

function tlsLine(caCert: string | undefined): string {
  const whose =
    caCert === undefined ? "its own authority, tls/ca.pem" : "the authority in --ca-cert";
  return `It speaks TLS with certificates of ${whose}.`;
}

async function transportOf(options: InitOptions): Promise<TransportOptions | undefined> {
  const { caCert, caKey, host, tls } = options;
  const isAsked = tls === true || host !== undefined || caCert !== undefined || caKey !== undefined;
  return isAsked ? await readTransport(options) : undefined;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (caught) {
    const why = caught instanceof Error ? caught.message : String(caught);
    throw new TracepostError("INPUT_INVALID", `The participants file cannot be read: ${why}`, {
      cause: caught,
      remedy: "Give --participants the path of a YAML file; see tracepost exchange init --help.",
    });
  }
}
