import type { Command } from "commander";
import { TracepostError } from "#errors";
import { systemClock } from "#runtime";
import { signFreshness } from "#trust";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";
import {
  contentOf,
  type HeldKeyOptions,
  loadBundle,
  loadHeldKey,
  saveBundle,
} from "../register-files.ts";

const HELP = `
Says, with a freshness key that the register names, that this version is the newest as of now. It
counts for 24 hours; who withholds a newer version gains no more time than that.

Example:
  tracepost register freshen register.bundle --key freshness.key
`;

/** Adds `register freshen` (TP-REG-3). */
export function addRegisterFreshen(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("freshen")
    .description("sign that a version is still the newest")
    .argument("<register>", "the bundle that is published")
    .requiredOption("--key <file>", "the freshness key")
    .option("--passphrase-file <file>", "its passphrase, in a file only you can read")
    .addHelpText("after", HELP);
  addAction<OutputOptions & HeldKeyOptions>(command, terminal, (options, file = "") =>
    freshen(options, file),
  );
}

async function freshen(options: HeldKeyOptions, file: string): Promise<CommandResult> {
  const bundle = await loadBundle(file);
  const { manifest } = contentOf(bundle, file);
  const key = await loadHeldKey(options);
  const { freshnessKeys, version } = manifest.manifest;
  if (!freshnessKeys.some(({ keyId }) => keyId === key.keyId)) {
    throw new TracepostError("KEY_FILE", `${options.key} is no freshness key of ${file}`, {
      remedy: "Use the key that the register names; see tracepost register diff.",
    });
  }
  const nowMs = systemClock.now();
  await saveBundle(file, { ...bundle, freshness: signFreshness(manifest, key, nowMs) });
  const json = { version: `${version}`, signedAt: new Date(nowMs).toISOString() };
  return { json, lines: [`Version ${version} is the newest as of ${json.signedAt}.`] };
}
