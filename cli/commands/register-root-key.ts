import type { Command } from "commander";
import { generateSigningKey, saveProtectedKey, savePublicKey, saveSigningKey } from "#trust";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";
import { readPassphrase } from "../register-files.ts";

interface RootOptions extends OutputOptions {
  readonly out: string;
  readonly passphraseFile?: string;
  readonly unprotected?: boolean;
}

const ROOT_HELP = `
Makes a root key, under a passphrase, and its public half beside it (.pub). Do this at the place
where the key stays, without a network; the passphrase never leaves its holder.

Example:
  tracepost register root-key --out root-1.key --passphrase-file root-1.passphrase
`;

/** Adds `register root-key` (TP-REG-11). */
export function addRegisterRootKey(parent: Command, terminal: Terminal): void {
  const root = parent
    .command("root-key")
    .description("make a root key under a passphrase")
    .requiredOption("--out <file>", "where to write it")
    .option("--passphrase-file <file>", "its passphrase, in a file only you can read")
    .option("--unprotected", "without a passphrase; for trials only")
    .addHelpText("after", ROOT_HELP);
  addAction<RootOptions>(root, terminal, makeRootKey);
}

async function makeRootKey(options: RootOptions): Promise<CommandResult> {
  const pair = generateSigningKey();
  const { out, passphraseFile, unprotected = false } = options;
  if (unprotected) await saveSigningKey(out, pair);
  else await saveProtectedKey(out, pair, await readPassphrase(passphraseFile));
  const publicFile = `${out.replace(/\.key$/u, "")}.pub`;
  await savePublicKey(publicFile, pair);
  const json = { keyId: pair.keyId, keyFile: out, publicFile };
  return { json, lines: [`Root key ${pair.keyId} in ${out}, public half in ${publicFile}.`] };
}
