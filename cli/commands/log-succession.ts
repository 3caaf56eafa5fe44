import type { Command } from "commander";
import { TracepostError } from "#errors";
import { KeyPurpose, LogSuccession, type RegisterManifest } from "#proto";
import { LOG_LIMITS } from "#runtime";
import {
  addSuccessionSignature,
  draftSuccession,
  isSuccessionSigned,
  publicKeyOf,
  successionSignatures,
  writePublic,
} from "#trust";
import { toTimestamp } from "#wire";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";
import { readInput } from "../read-input.ts";
import { contentOf, type HeldKeyOptions, loadBundle, loadHeldKey } from "../register-files.ts";
import {
  manifestInForce,
  readSuccession,
  requireCosigned,
  tellSuccession,
  versionBrought,
} from "../succession/succession-source.ts";
import { addLogSuccessionBegin } from "./log-succession-begin.ts";

const DRAFT_HELP = `
Writes the statement that the log of a lost hub has ended and another one succeeds it, signed by nobody
yet. The newest checkpoint that a quorum of witnesses has cosigned says how far the old log is proven;
a witness and every participant's data folder (log-cosigned.checkpoint) has it. The keys of the new log
are those of the register: make new ones first if the old are lost with the hub.

Examples:
  tracepost register draft register.bundle --out next.bundle
  tracepost log succession draft next.bundle --checkpoint log-cosigned.checkpoint \\
    --origin example.org/exchange/2 --reason "The hub burnt down on 3 May" --out succession.bin
`;

const SIGN_HELP = `
Adds the signature of a root key to a statement. Each holder signs by itself, where its key is kept.

Example:
  tracepost log succession sign succession.bin --key root-2.key --out succession.bin
`;

const SHOW_HELP = `
Tells what a statement says, and with --register whether it holds: the checkpoint, and how many of the
root keys that must sign have signed. Exit code 6 when it does not hold.

Example:
  tracepost log succession show succession.bin --register next.bundle
`;

interface DraftOptions extends OutputOptions {
  readonly origin: string;
  readonly reason: string;
  readonly out: string;
  readonly checkpoint?: string;
  /** False where it is said that none is known. */
  readonly cosignedCheckpoint: boolean;
}

interface SignOptions extends OutputOptions, HeldKeyOptions {
  readonly out: string;
}

interface ShowOptions extends OutputOptions {
  readonly register?: string;
}

/** Adds `log succession draft`, `sign`, `show` and `begin` (TP-SUCC-1, TP-SUCC-4). */
export function addLogSuccession(parent: Command, terminal: Terminal): void {
  const group = parent
    .command("succession")
    .description("begin another log after the loss of the hub");
  const draft = group
    .command("draft")
    .description("write the statement that one log succeeds another")
    .argument("<draft>", "draft of the version of the register that is to bring it")
    .option("--checkpoint <file>", "the newest checkpoint that a quorum has cosigned")
    .option("--no-cosigned-checkpoint", "say that none is known: nothing of the log is relied on")
    .requiredOption("--origin <name>", "name of the new log, which no log here had before")
    .requiredOption("--reason <text>", "what happened")
    .requiredOption("--out <file>", "statement to write")
    .addHelpText("after", DRAFT_HELP);
  addAction<DraftOptions>(draft, terminal, runDraft);
  const sign = group
    .command("sign")
    .description("add the signature of a root key to a statement")
    .argument("<file>", "statement of succession")
    .requiredOption("--key <file>", "private root key")
    .option("--passphrase-file <file>", "its passphrase, in a file only you can read")
    .requiredOption("--out <file>", "statement to write")
    .addHelpText("after", SIGN_HELP);
  addAction<SignOptions>(sign, terminal, runSign);
  const show = group
    .command("show")
    .description("tell what a statement says, and whether it holds")
    .argument("<file>", "statement of succession")
    .option("--register <file>", "register in force, or the draft that is to bring it")
    .addHelpText("after", SHOW_HELP);
  addAction<ShowOptions>(show, terminal, runShow);
  addLogSuccessionBegin(group, terminal);
}

async function runDraft(options: DraftOptions, file = ""): Promise<CommandResult> {
  const checkpoint = await checkpointOf(options);
  const bundle = await loadBundle(file);
  const { manifest } = contentOf(bundle, file).manifest;
  const { logOrigin: oldOrigin } = manifestInForce(bundle, file).manifest;
  requireCosigned({ oldOrigin, checkpoint }, { bundle, file });
  const bytes = draftSuccession(
    LogSuccession.create({
      oldOrigin,
      checkpoint,
      noCosignedCheckpoint: checkpoint === "",
      newOrigin: options.origin,
      ...keysOfNewLog(manifest),
      succeedsAt: toTimestamp(Date.now()),
      reason: options.reason,
      registerVersion: versionBrought(bundle, file),
    }),
  );
  await writePublic(options.out, bytes);
  const { json, lines } = tellSuccession(await readSuccession(options.out));
  return { json, lines: [...lines, `${options.out}: to be signed by the root keys.`] };
}

async function checkpointOf({
  checkpoint: file,
  cosignedCheckpoint: isKnown,
}: DraftOptions): Promise<string> {
  if ((file !== undefined) === isKnown) {
    if (file === undefined) return "";
    return Buffer.from(await readInput(file, LOG_LIMITS.noteBytesMax)).toString("utf8");
  }
  throw new TracepostError("USAGE", "It is not said how far the old log is proven", {
    remedy:
      "Give --checkpoint FILE, or --no-cosigned-checkpoint if nobody has one: one of the two.",
  });
}

/** Keys of the version that brings it, those that are not revoked. */
function keysOfNewLog({ gatewayKeys, logKeys }: RegisterManifest) {
  return {
    checkpointKeys: gatewayKeys.filter(
      ({ purpose, revokedAt }) => purpose === KeyPurpose.CHECKPOINT && revokedAt === undefined,
    ),
    logKeys: logKeys.filter(({ revokedAt }) => revokedAt === undefined),
  };
}

async function runSign(options: SignOptions, file = ""): Promise<CommandResult> {
  const before = await readSuccession(file);
  const signed = addSuccessionSignature(before.signed, await loadHeldKey(options));
  await writePublic(options.out, signed);
  const after = await readSuccession(options.out);
  const signers = after.signed.signatures.map(({ keyId }) => keyId).join(", ");
  const { json, lines } = tellSuccession(after);
  return { json, lines: [...lines, `${options.out}: signed by ${signers}`] };
}

async function runShow({ register }: ShowOptions, file = ""): Promise<CommandResult> {
  const opened = await readSuccession(file);
  const said = tellSuccession(opened);
  if (register === undefined) return said;
  const bundle = await loadBundle(register);
  const { roots } = manifestInForce(bundle, register);
  requireCosigned(opened.succession, { bundle, file: register });
  const keys = roots.keys.map(({ publicKey }) => publicKeyOf(publicKey));
  const has = successionSignatures(opened.signed, keys).length;
  const line = `Signed by ${has} root keys of the ${roots.threshold} that must sign.`;
  if (isSuccessionSigned(opened.signed, roots)) return { ...said, lines: [...said.lines, line] };
  throw new TracepostError("VERIFICATION", `${file} does not hold`, {
    problems: [line],
    remedy: "Have it signed by more root holders: tracepost log succession sign",
  });
}
