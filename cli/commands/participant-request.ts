import { type Command, Option } from "commander";
import { TracepostError } from "#errors";
import { KeyStatement, SignedKeyStatement } from "#proto";
import { printable, REGISTER_LIMITS, systemClock } from "#runtime";
import {
  type ExternalSigner,
  loadRecoveryRecipient,
  makeOwnKeys,
  type OwnKeyOptions,
  openKeyStatement,
  renewOwnKeys,
  SUITES,
  signatureAlgorithm,
  writePublic,
} from "#trust";
import { decodeExactly, isParticipantId } from "#wire";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";
import { parseMoment } from "../parse-option.ts";
import { readInput } from "../read-input.ts";
import { readPassphrase, takenOr } from "../register-files.ts";
import { openSigner } from "../signer-file.ts";

interface RequestOptions extends OutputOptions {
  readonly keysDir: string;
  readonly out: string;
  readonly after?: string;
  readonly header?: boolean;
  readonly sealing?: boolean;
  readonly identity?: boolean;
  readonly from?: number;
  readonly suite: keyof typeof SUITES;
  readonly passphraseFile?: string;
  readonly unprotected?: boolean;
  readonly signer?: string;
  readonly recovery?: string;
}

const HELP = `
At the participant: makes its keys and the statement about them that the secretariat takes into the
register; private keys never leave the folder. With --after and the statement before, the next keys:
they are valid beside the ones before, from --from on, and are announced until then.

Keys are written under a passphrase. A key that a program or hardware holds is not made: its public
half lies in the folder, as header.key or identity.key, and --signer names how the program is run.

Examples:
  tracepost participant request NE --keys-dir keys --out ne.statement --passphrase-file pass
  tracepost participant request NE --keys-dir keys --out ne-2.statement --passphrase-file pass \\
    --after ne.statement --header --from 2027-01-01T00:00:00Z
  tracepost participant request NE --keys-dir keys --out ne.statement --passphrase-file pass \\
    --signer signer.json
`;

/** Adds `participant request` (TP-REG-6). */
export function addParticipantRequest(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("request")
    .description("at the participant: make keys and the statement about them")
    .argument("<id>", "own participant id, such as NE")
    .requiredOption("--keys-dir <dir>", "folder of its private keys")
    .requiredOption("--out <file>", "where to write the statement")
    .option("--after <statement>", "the statement before, to make the next keys")
    .option("--header", "with --after: the next key that signs messages")
    .option("--sealing", "with --after: the next key that is sealed to")
    .option("--identity", "with --after: the next identity key")
    .option("--from <time>", "with --after: when the new keys begin (ISO 8601)", parseMoment)
    .addOption(
      new Option("--suite <suite>", "how the new keys sign")
        .choices(Object.keys(SUITES))
        .default("ed25519"),
    )
    .option("--passphrase-file <file>", "passphrase of the keys, in a file only you can read")
    .option("--unprotected", "keys without a passphrase, private by their mode alone")
    .option("--recovery <file>", "recovery.pub of the State recovery key, to be stated too")
    .option("--signer <file>", 'JSON: {"command": [program, …]} of the program that holds keys')
    .addHelpText("after", HELP);
  addAction<RequestOptions>(command, terminal, makeStatement);
}

async function makeStatement(options: RequestOptions, id = ""): Promise<CommandResult> {
  const nowMs = systemClock.now();
  const { after, keysDir, out } = options;
  if (!isParticipantId(id)) {
    throw new TracepostError("USAGE", `${id} is no participant id`, {
      remedy: "Write NE, NE-CUSTOMS or ORG-ECOWAS.",
    });
  }
  const external = options.signer === undefined ? undefined : await openSigner(options.signer);
  let signed: SignedKeyStatement;
  try {
    const kept = await keyOptions(options, external);
    signed =
      after === undefined
        ? await makeOwnKeys(id, keysDir, nowMs, kept)
        : await nextKeys(options, await readStatement(after), nowMs, kept);
  } finally {
    await external?.close();
  }
  await writePublic(out, SignedKeyStatement.encode(signed).finish());
  const { identityKey, sequence, signingKeys } = KeyStatement.decode(signed.statement);
  const json = {
    participant: id,
    sequence: `${sequence}`,
    identityKey: identityKey?.keyId ?? "",
    signingKeys: signingKeys.map(({ keyId }) => keyId),
    statement: out,
  };
  const told = `Tell the secretariat by another channel: identity key ${json.identityKey}.`;
  return { json, lines: [printable(`Statement ${sequence} of ${id} in ${out}.`), told] };
}

/** How new keys are kept, and where those that sign are. Throws TracepostError USAGE. */
async function keyOptions(
  { passphraseFile, recovery, suite, unprotected = false }: RequestOptions,
  external: ExternalSigner | undefined,
): Promise<OwnKeyOptions> {
  const common = {
    algorithm: signatureAlgorithm(suite),
    ...(external === undefined ? {} : { external }),
    ...(recovery === undefined ? {} : { recovery: await loadRecoveryRecipient(recovery) }),
  };
  if (unprotected && passphraseFile === undefined) return common;
  const passphrase = await readPassphrase(passphraseFile);
  return { ...common, ask: async () => passphrase, ...(unprotected ? {} : { passphrase }) };
}

async function nextKeys(
  options: RequestOptions,
  previous: KeyStatement,
  nowMs: number,
  kept: OwnKeyOptions,
) {
  const { from = nowMs, header = false, identity = false, keysDir, sealing = false } = options;
  if (!header && !sealing && !identity) {
    throw new TracepostError("USAGE", "It is not said which key is to be made", {
      remedy: "Give --header, --sealing or --identity, or more of them.",
    });
  }
  const renewal = { header, identity, sealing, fromMs: from };
  return await renewOwnKeys(previous, keysDir, renewal, nowMs, kept);
}

async function readStatement(file: string): Promise<KeyStatement> {
  const bytes = await readInput(file, REGISTER_LIMITS.entryBytesMax);
  const signed = decodeExactly(SignedKeyStatement, bytes);
  return takenOr(openKeyStatement(signed, "statement"), file).statement;
}
