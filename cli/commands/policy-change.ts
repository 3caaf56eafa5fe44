import { resolve } from "node:path";
import type { Command } from "commander";
import { TracepostError } from "#errors";
import {
  addPolicySignature,
  compareReach,
  draftPolicy,
  loadPolicy,
  openPolicy,
  parsePolicyFile,
} from "#policy";
import { POLICY_LIMITS } from "#runtime";
import { loadPublicKey } from "#trust";
import { toTimestamp } from "#wire";
import {
  ExchangePaths,
  registerOn,
  rootSignersOf,
  writePrivateFile,
} from "../../deploy/local/index.ts";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";
import { findingLine, requireSound } from "../policy/policy-source.ts";
import { readInput } from "../read-input.ts";
import { type HeldKeyOptions, loadHeldKey } from "../register-files.ts";

const SIGN_HELP = `
A .cedar text becomes a policy file with --policy-version and --reason; a policy file gets one more
signature. Errors of the analysis keep it from being signed. Each root key signs by itself, where it is kept.

Examples:
  tracepost policy sign draft.cedar --policy-version 2 --reason "No tests" --key root-1.key --out policy.bin
  tracepost policy sign policy.bin --key root-2.key --out policy.bin
`;

const PUBLISH_HELP = `
Verifies the file with the root keys, says which pairs it opens and closes, and lays it where the gateway
takes it within seconds, without a stop. --dry-run changes nothing.

Example:
  tracepost policy publish policy.bin --data exchange --dry-run
`;

interface SignOptions extends OutputOptions, HeldKeyOptions {
  readonly out: string;
  readonly policyVersion?: string;
  readonly reason?: string;
}

interface PublishOptions extends OutputOptions {
  readonly data: string;
  readonly dryRun?: boolean;
}

/** Adds the commands that change a policy: sign, publish (TP-POLICY-8). */
export function addPolicyChange(parent: Command, terminal: Terminal): void {
  const sign = parent
    .command("sign")
    .description("make a policy file, or add a signature to one")
    .argument("<file>", "a .cedar text, or a policy file")
    .requiredOption("--key <file>", "private root key")
    .option("--passphrase-file <file>", "its passphrase, in a file only you can read")
    .requiredOption("--out <file>", "policy file to write")
    .option("--policy-version <n>", "version of a new policy file")
    .option("--reason <text>", "what changes and why, in a new policy file")
    .addHelpText("after", SIGN_HELP);
  addAction<SignOptions>(sign, terminal, runSign);
  const publish = parent
    .command("publish")
    .description("put a signed policy in force while the exchange runs")
    .argument("<file>", "policy file")
    .requiredOption("--data <dir>", "data folder of the exchange")
    .option("--dry-run", "say what it would change, and change nothing")
    .addHelpText("after", PUBLISH_HELP);
  addAction<PublishOptions>(publish, terminal, runPublish);
}

async function runSign(options: SignOptions, file = ""): Promise<CommandResult> {
  const bytes = await readInput(file, POLICY_LIMITS.policyBytesMax);
  const draft = file.endsWith(".cedar") ? newFile(bytes, options) : bytes;
  const parsed = parsePolicyFile(draft);
  if (!parsed.ok) throw notAFile(file, `${parsed.refusal.field} ${parsed.refusal.detail}`);
  const { version } = parsed.value;
  const findings = requireSound(version.text);
  const key = await loadHeldKey(options);
  const signed = addPolicySignature(draft, key);
  await writePrivateFile(options.out, signed);
  const after = parsePolicyFile(signed);
  const signatures = after.ok ? after.value.signed.signatures.map(({ keyId }) => keyId) : [];
  return {
    json: { version: String(version.version), reason: version.reason, signatures, findings },
    lines: [
      ...findings.map(findingLine),
      `${options.out}: version ${version.version}, ${version.reason}; signed by ${signatures.join(", ")}`,
    ],
  };
}

function newFile(text: Uint8Array, { policyVersion = "", reason = "" }: SignOptions): Uint8Array {
  if (!/^[1-9]\d{0,14}$/.test(policyVersion) || reason === "") {
    throw new TracepostError("USAGE", "a new policy file needs --policy-version and --reason", {
      remedy: "Give the version after the one in force, and what changes and why.",
    });
  }
  return draftPolicy({
    version: BigInt(policyVersion),
    issuedAt: toTimestamp(Date.now()),
    text: Buffer.from(text).toString("utf8"),
    reason,
  });
}

function notAFile(file: string, problem: string): TracepostError {
  return new TracepostError("INPUT_INVALID", `${file} cannot be put in force`, {
    problems: [problem],
    remedy: "Have it signed by the root keys with `tracepost policy sign`, under a higher version.",
  });
}

async function runPublish(options: PublishOptions, file = ""): Promise<CommandResult> {
  const paths = new ExchangePaths(resolve(options.data));
  const { policy: place, rootPublicKeys } = paths.exchange;
  // The same keys and number as the gateway's configuration has: what is laid there is taken.
  const signers = await rootSignersOf(rootPublicKeys);
  const keys = await Promise.all(signers.rootPublicKeyFiles.map((root) => loadPublicKey(root)));
  const bytes = await readInput(file, POLICY_LIMITS.policyBytesMax);
  const opened = openPolicy(bytes, { keys, threshold: signers.threshold });
  if (!opened.ok) throw notAFile(file, `${opened.refusal.field} ${opened.refusal.detail}`);
  const findings = requireSound(opened.value.policy.text);
  const before = (await loadPolicy(place, signers)).policy;
  const next = opened.value.policy;
  if (next.version <= before.version) {
    throw notAFile(file, `policy.version ${next.version} is not higher than ${before.version}`);
  }
  const register = await registerOn(paths, Date.now());
  const changes = compareReach(before, next, { register, atMs: Date.now() });
  if (options.dryRun !== true) await writePrivateFile(place, bytes);
  const count = (change: string): number =>
    changes.filter((one) => one.change === change).reduce((sum, one) => sum + one.pairs.length, 0);
  const done = options.dryRun === true ? "would be put" : "is put";
  return {
    json: { version: String(next.version), published: options.dryRun !== true, findings, changes },
    lines: [
      ...findings.map(findingLine),
      ...changes.map(({ change, kind, pairs }) => `${change} ${kind}: ${pairs.length} pairs`),
      `Version ${next.version} ${done} in force: ${count("opened")} pairs opened, ` +
        `${count("closed")} closed.`,
    ],
  };
}
