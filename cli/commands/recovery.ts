import { join } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { TracepostError } from "#errors";
import { printable } from "#runtime";
import { readSqliteFile } from "#store";
import {
  makeRecoveryKey,
  openKeyCopy,
  recoveryKeyName,
  restoreKeyCopy,
  writePublic,
  writeSecret,
} from "#trust";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";
import { collect } from "../parse-option.ts";
import { readInput } from "../read-input.ts";
import { type OpenedCopies, openCopiesOf } from "../recovery-copies.ts";
import { keyOfShares } from "../recovery-shares.ts";

interface InitOptions extends OutputOptions {
  readonly out: string;
  readonly shares: number;
  readonly needed: number;
}

interface ShareOptions extends OutputOptions {
  readonly share: readonly string[];
}

interface OpenOptions extends ShareOptions {
  readonly store: string;
  readonly participant: string;
  readonly message?: string;
  readonly out: string;
}

interface RestoreOptions extends ShareOptions {
  readonly copy: string;
  readonly keysDir: string;
}

const COPY_BYTES_MAX = 4_194_304;

const INIT_HELP = `
Makes the State recovery key on a machine without a network, and splits it: any --needed of the
--shares give it back, fewer tell nothing. The key itself is written nowhere. Give each share to
another person of the State, on another medium; none to the operator of the exchange.

Example:
  tracepost recovery init --shares 5 --needed 3 --out recovery
`;

const CHECK_HELP = `
Puts shares together, on a machine without a network, and tells the name of the key they give:
the one that \`tracepost recovery init\` told. Nothing is written.

Example:
  tracepost recovery check --share share-1.json --share share-4.json --share share-5.json
`;

const OPEN_HELP = `
Opens the own copies of a store, or one of them, with the shares alone: no key of the participant
is needed. Works on a copy of the file; each message becomes a JSON file below --out, named by its
sender, or own, and its id. One that does not open is told, and the others are opened; a file that
is there already stays as it is.

Example:
  tracepost recovery open --store focal-point.sqlite --participant NE --out opened \\
    --share share-1.json --share share-4.json --share share-5.json
`;

const RESTORE_HELP = `
Brings back the key folder of a machine that is lost, from the copy that its service has kept sealed
to the recovery key (recovery-keys.age in its data folder). Then announce new keys.

Example:
  tracepost recovery restore --copy recovery-keys.age --keys-dir keys \\
    --share share-1.json --share share-4.json --share share-5.json
`;

/** Adds `recovery init|check|open|restore` (TP-RECOVER-1 to TP-RECOVER-5). */
export function addRecovery(parent: Command, terminal: Terminal): void {
  const init = parent
    .command("init")
    .description("make the State recovery key, in shares")
    .requiredOption("--out <dir>", "new folder for the shares and recovery.pub")
    .option("--shares <number>", "how many shares", parseCount, 5)
    .option("--needed <number>", "how many of them open", parseCount, 3)
    .addHelpText("after", INIT_HELP);
  addAction<InitOptions>(init, terminal, initRecovery);
  const check = withShares(
    parent.command("check").description("try whether shares give the key"),
  ).addHelpText("after", CHECK_HELP);
  addAction<ShareOptions>(check, terminal, checkShares);
  const open = withShares(parent.command("open").description("open own copies of a store"))
    .requiredOption("--store <file>", "a copy of the store, such as focal-point.sqlite")
    .requiredOption("--participant <id>", "whose store it is")
    .requiredOption("--out <dir>", "folder for what is opened")
    .option("--message <id>", "this one alone")
    .addHelpText("after", OPEN_HELP);
  addAction<OpenOptions>(open, terminal, openCopies);
  const restore = withShares(parent.command("restore").description("bring back a key folder"))
    .requiredOption("--copy <file>", "recovery-keys.age of the data folder that is lost")
    .requiredOption("--keys-dir <dir>", "folder for the keys")
    .addHelpText("after", RESTORE_HELP);
  addAction<RestoreOptions>(restore, terminal, restoreKeys);
}

function withShares(command: Command): Command {
  return command.requiredOption("--share <file>", "a share; once for each", collect);
}

function parseCount(text: string): number {
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Write a whole number, such as 3.");
}

async function initRecovery({ needed, out, shares: of }: InitOptions): Promise<CommandResult> {
  const { recipient, shares } = await makeRecoveryKey(of, needed);
  const files = shares.map(({ number }) => join(out, `share-${number}.json`));
  for (const [at, share] of shares.entries()) {
    await writeSecret(files[at] as string, `${JSON.stringify(share, undefined, 2)}\n`);
  }
  const publicFile = join(out, "recovery.pub");
  const key = recoveryKeyName(recipient);
  await writePublic(publicFile, `# State recovery key ${key}\n${recipient}\n`);
  const json = { key, publicFile, shares: files, needed };
  const told = "Give each to another person of the State, and none to the operator.";
  return {
    json,
    lines: [
      printable(`Recovery key ${key}: ${of} shares in ${out}, any ${needed} give it back.`),
      told,
      printable(`Name ${publicFile} as recoveryRecipientFile in the configuration.`),
    ],
  };
}

async function checkShares({ share }: ShareOptions): Promise<CommandResult> {
  const { recipient } = await keyOfShares(share);
  const key = recoveryKeyName(recipient);
  return { json: { key }, lines: [`The shares give recovery key ${key}.`] };
}

async function openCopies(options: OpenOptions): Promise<CommandResult> {
  const { identity } = await keyOfShares(options.share);
  const { message: wanted, out, participant, store } = options;
  const order = { identity, out, participant, wanted };
  return resultOf(options, await readSqliteFile(store, (tx) => openCopiesOf(tx, order)));
}

function resultOf(
  { out, store }: OpenOptions,
  { files, present, problems }: OpenedCopies,
): CommandResult {
  if (problems.length > 0) {
    const done = `${files.length} opened in ${out}, ${present.length} were there already`;
    const failed = `${problems.length} messages do not open; ${done}`;
    throw new TracepostError("VERIFICATION", failed, {
      problems,
      remedy: "Look whether --participant and the shares are those of this store.",
    });
  }
  if (files.length + present.length === 0) {
    throw new TracepostError("INPUT_INVALID", `${store} holds no such own copy`, {
      remedy: "Messages from before recoveryRecipientFile was set have no recovery key.",
    });
  }
  const were = `${present.length} were there already and stay as they are:`;
  const lines = [
    `${files.length} messages opened in ${out}.`,
    ...(present.length === 0 ? [] : [were, ...present.map((file) => `  ${file}`)]),
  ];
  return { json: { opened: files.length, files, present }, lines: lines.map(printable) };
}

async function restoreKeys({ copy, keysDir, share }: RestoreOptions): Promise<CommandResult> {
  const { identity } = await keyOfShares(share);
  const keys = await openKeyCopy(await readInput(copy, COPY_BYTES_MAX), identity);
  await restoreKeyCopy(keys, keysDir);
  const files = Object.keys(keys.files);
  if (keys.passphrase !== undefined) {
    await writeSecret(join(keysDir, "passphrase"), `${keys.passphrase}\n`);
    files.push("passphrase");
  }
  const lines = [
    printable(`${files.length} files in ${keysDir}: ${files.join(", ")}.`),
    "Somebody may have the machine that is lost: announce new keys with participant request --after.",
  ];
  return { json: { keysDir, files }, lines };
}
