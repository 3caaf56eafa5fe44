import { type Command, Option } from "commander";
import { FAULTS } from "#errors";
import { systemClock } from "#runtime";
import {
  type BackupFindings,
  type BackupManifest,
  type BackupReport,
  createBackup,
  type RestoreReport,
  restoreBackup,
  verifyBackup,
} from "../../deploy/local/index.ts";
import packageJson from "../../package.json" with { type: "json" };
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";

const CREATE_HELP = `
Works while the services run, and holds none of them up. Each store is copied as of one moment, the
gateway's last; then the files beside it. Private keys, tokens and credentials stay where they are
unless --with-keys asks for them; root keys are never copied. What is disposed of later still lies in
an older backup: destroy backups in time. The digest that is printed vouches for every file: keep it
elsewhere.

Examples:
  tracepost backup create --data exchange --to /backup/2026-02-02
  tracepost backup create --data exchange --to /backup/gateway --only gateway
`;

const VERIFY_HELP = `
Reads every file and every page again, and the gateway's log with all its records. Touches no service.
Exit code 6 when something is wrong, each thing by its name.

Example:
  tracepost backup verify /backup/2026-02-02 --digest 4be1…
`;

const RESTORE_HELP = `
Everything is laid beside the folder and proven there, then exchanged by its name; what was there is
kept aside. Keys that the backup leaves out are taken from the folder that is replaced. A gateway that
is restored to an older state is refused by itself at its start when others know more of its log.

Examples:
  tracepost backup restore /backup/2026-02-02 --data exchange --replace
  tracepost backup restore /backup/2026-02-02 --data exchange --only gateway --replace
`;

interface CreateOptions extends OutputOptions {
  readonly data: string;
  readonly to: string;
  readonly only?: readonly string[];
  readonly withKeys?: boolean;
}

interface VerifyOptions extends OutputOptions {
  readonly digest?: string;
}

interface RestoreOptions extends OutputOptions {
  readonly data: string;
  readonly only?: readonly string[];
  readonly replace?: boolean;
}

/** Adds `backup create`, `backup verify` and `backup restore` (TP-BACK-1, TP-BACK-3, TP-BACK-4). */
export function addBackup(parent: Command, terminal: Terminal): void {
  const only = (what: string): Option =>
    new Option(
      "--only <part>",
      `${what}: gateway, or the id of a participant; again for more`,
    ).argParser((text: string, given: readonly string[] | undefined) => [...(given ?? []), text]);
  const create = parent
    .command("create")
    .description("back a data folder up, its stores as of one moment each, while its services run")
    .requiredOption("--data <dir>", "data folder of an exchange, or of one service")
    .requiredOption("--to <dir>", "folder that is made; must not be there")
    .addOption(only("back up only this part"))
    .option("--with-keys", "copy private keys, tokens and credentials too, but for root keys")
    .addHelpText("after", CREATE_HELP);
  addAction<CreateOptions>(create, terminal, runCreate);
  const verify = parent
    .command("verify")
    .argument("<backup>", "folder of the backup")
    .description("read a whole backup again, and verify the log in it")
    .option("--digest <hex>", "what `backup create` has printed")
    .addHelpText("after", VERIFY_HELP);
  addAction<VerifyOptions>(verify, terminal, runVerify);
  const restore = parent
    .command("restore")
    .argument("<backup>", "folder of the backup")
    .description("lay a backup back, proven before it takes the place of what is there")
    .requiredOption("--data <dir>", "data folder that is made, or replaced with --replace")
    .addOption(only("restore only this part"))
    .option("--replace", "put aside what is there")
    .addHelpText("after", RESTORE_HELP);
  addAction<RestoreOptions>(restore, terminal, runRestore);
}

async function runCreate({ data, only, to, withKeys }: CreateOptions): Promise<CommandResult> {
  const report = await createBackup({
    ...{ dataDir: data, to, withKeys: withKeys === true, clock: systemClock },
    ...(only === undefined ? {} : { only }),
    program: packageJson.version,
  });
  return { lines: createdLines(report), json: report };
}

function createdLines({ digest, folder, manifest }: BackupReport): string[] {
  return [
    `Backed up: ${folder}`,
    ...contentLines(manifest),
    ...leftLines(manifest),
    `  digest  ${digest}`,
    "Verify it, from time to time too: tracepost backup verify DIR --digest HEX",
  ];
}

function contentLines({ files, stores }: BackupManifest): string[] {
  const lines = stores.map(({ bytes, log, path, schema }) => {
    const entries = log === null ? "" : `, ${log.size} log entries`;
    return `  ${path}  schema ${schema}, ${sizeOf(bytes)}${entries}`;
  });
  return [...lines, `  and ${files.length} files beside them`];
}

function leftLines({ left }: BackupManifest): string[] {
  const count = (why: string): number => left.filter((one) => one.why === why).length;
  const keys = count("private key");
  const others = left.filter(({ why }) => why !== "private key" && why !== "root key");
  return [
    ...(keys === 0
      ? []
      : [
          `  not in it: ${keys} private keys, tokens and credentials (--with-keys); keep them apart`,
        ]),
    ...(count("root key") === 0 ? [] : ["  not in it: root keys, which each holder keeps alone"]),
    ...others.map(({ path, why }) => `  not in it: ${path}, ${why}`),
  ];
}

function sizeOf(bytes: number): string {
  return bytes < 1024 * 1024
    ? `${Math.ceil(bytes / 1024)} KiB`
    : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

async function runVerify({ digest }: VerifyOptions, folder: string): Promise<CommandResult> {
  const found = await verifyBackup(folder);
  const isOther = digest !== undefined && digest.toLowerCase() !== found.digest;
  const other = isOther ? [`the backup has the digest ${found.digest}, not ${digest}`] : [];
  const problems = [...other, ...found.problems];
  const isWhole = problems.length === 0;
  return {
    lines: isWhole ? wholeLines(found) : ["NOT whole:", ...problems.map((one) => `  - ${one}`)],
    json: { whole: isWhole, ...found, problems },
    exitCode: isWhole ? 0 : FAULTS.VERIFICATION.exitCode,
  };
}

function wholeLines({ folder, isLogVerified, manifest }: BackupFindings): string[] {
  return [
    `Whole: ${folder}, made ${manifest.createdAt} by version ${manifest.program}`,
    ...contentLines(manifest),
    ...logLine(manifest, isLogVerified),
  ];
}

function logLine({ stores }: BackupManifest, isLogVerified: boolean): string[] {
  if (isLogVerified) return ["  the message log and every record in it are verified"];
  const hasLog = stores.some(({ log }) => log !== null);
  return hasLog
    ? ["  records agree with the log; no register is there to verify its signature"]
    : [];
}

async function runRestore(
  { data, only, replace }: RestoreOptions,
  folder: string,
): Promise<CommandResult> {
  const report = await restoreBackup({
    ...{ from: folder, dataDir: data, replace: replace === true, clock: systemClock },
    ...(only === undefined ? {} : { only }),
  });
  return { lines: restoredLines(report, data), json: report };
}

function restoredLines(report: RestoreReport, data: string): string[] {
  const { aside, isLogVerified, manifest, missingKeys, stores } = report;
  return [
    `Restored: ${data}, as it was ${manifest.createdAt}`,
    ...stores.map((path) => `  ${path}`),
    ...logLine(manifest, isLogVerified),
    ...aside.map((path) => `  what was there lies in ${path}`),
    ...(missingKeys.length === 0
      ? []
      : [`Lay ${missingKeys.length} keys back before it is started:`]),
    ...missingKeys.map((path) => `  ${path}`),
  ];
}
