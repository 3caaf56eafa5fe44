import type { Command } from "commander";
import { TracepostError } from "#errors";
import type { RootKey, RootKeySet } from "#proto";
import { systemClock } from "#runtime";
import {
  draftSuccessor,
  firstState,
  givenRoots,
  isDraft,
  keyIdOf,
  loadPublicKey,
  rawPublicKey,
  registerAlarms,
  registerStanding,
  signManifest,
  takeRegister,
} from "#trust";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";
import {
  contentOf,
  differenceLines,
  type HeldKeyOptions,
  loadBundle,
  loadHeldKey,
  loadRootKeys,
  refusalFault,
  reportLines,
  reportOf,
  saveBundle,
  takenOr,
} from "../register-files.ts";

interface DraftingOptions extends OutputOptions {
  readonly out: string;
  readonly rootKey?: readonly string[];
  readonly threshold?: string;
  readonly dryRun?: boolean;
}

interface SigningOptions extends OutputOptions, HeldKeyOptions {
  readonly against: string;
  readonly dryRun?: boolean;
}

interface VerifyOptions extends OutputOptions {
  readonly root?: readonly string[];
}

const DRAFT_HELP = `
Begins the next version from the one that is published: the same content, seven more days. Change it
with tracepost participant, then have enough root holders sign it, each on a machine of his own, and
publish it. New root keys are given as STATE:FILE; the old and the new must sign.

Examples:
  tracepost register draft register.bundle --out next.bundle
  tracepost register draft register.bundle --out next.bundle --threshold 2 \\
    --root-key KE:a.pub --root-key AT:b.pub --root-key BR:c.pub
`;

const SIGN_HELP = `
Shows what a draft changes, and adds the signature of one root key. Others sign the same file, with
their own keys; a draft that is changed afterwards loses all signatures.

Example:
  tracepost register sign next.bundle --against register.bundle --key root-2.key \\
    --passphrase-file root-2.passphrase
`;

const VERIFY_HELP = `
Judges a register as a newcomer does who has these root keys from hand to hand: signatures, entries,
keys, time. Exit code 6 when it is not taken.

Example:
  tracepost register verify register.bundle --root root-1.pub --root root-2.pub --root root-3.pub
`;

const DIFF_HELP = `
Tells what is otherwise in the second register, each fact on a line.

Example:
  tracepost register diff register.bundle next.bundle
`;

/** Adds `register draft`, `sign`, `verify` and `diff` (TP-REG-10). */
export function addRegisterVersion(parent: Command, terminal: Terminal): void {
  const draft = parent
    .command("draft")
    .description("begin the next version of the participant register")
    .argument("<register>", "the bundle that is published")
    .requiredOption("--out <file>", "where to write the draft")
    .option("--root-key <state:file...>", "root keys from this version on, all of them")
    .option("--threshold <n>", "with --root-key: how many must sign")
    .option("--dry-run", "show what it would say, write nothing")
    .addHelpText("after", DRAFT_HELP);
  addAction<DraftingOptions>(draft, terminal, (options, file = "") => beginDraft(options, file));
  const sign = parent
    .command("sign")
    .description("sign a draft with one root key")
    .argument("<draft>", "the draft")
    .requiredOption("--against <register>", "the version it follows, to see what it changes")
    .requiredOption("--key <file>", "the root key")
    .option("--passphrase-file <file>", "its passphrase, in a file only you can read")
    .option("--dry-run", "show what it changes and how far it is signed, sign nothing")
    .addHelpText("after", SIGN_HELP);
  addAction<SigningOptions>(sign, terminal, (options, file = "") => signDraft(options, file));
  const verify = parent
    .command("verify")
    .description("judge a register as a newcomer does")
    .argument("<register>", "the bundle")
    .option("--root <file...>", "public root keys that are believed")
    .addHelpText("after", VERIFY_HELP);
  addAction<VerifyOptions>(verify, terminal, (options, file = "") => verifyBundle(options, file));
  const diff = parent
    .command("diff")
    .description("tell what is otherwise in another version")
    .argument("<before>", "a bundle")
    .argument("<after>", "another bundle")
    .addHelpText("after", DIFF_HELP);
  addAction<OutputOptions>(diff, terminal, async (_options, before = "", after = "") => {
    const report = reportOf(
      after,
      await loadBundle(after),
      contentOf(await loadBundle(before), before),
      false,
    );
    const { differences } = report;
    return { json: { differences }, lines: differenceLines(differences) };
  });
}

async function beginDraft(options: DraftingOptions, file: string): Promise<CommandResult> {
  const { dryRun = false, out } = options;
  const bundle = await loadBundle(file);
  const before = contentOf(bundle, file);
  if (isDraft(bundle)) {
    throw new TracepostError("INPUT_INVALID", `${file} is a draft itself`, {
      remedy: "Change it with tracepost participant, or begin from the version that is published.",
    });
  }
  const roots = await rootsOf(options);
  const next = takenOr(
    draftSuccessor(bundle, roots === undefined ? {} : { roots }, systemClock.now()),
    file,
  );
  const report = reportOf(out, next, before, dryRun);
  if (!dryRun) await saveBundle(out, next);
  return { json: report, lines: reportLines(report) };
}

async function rootsOf({ rootKey = [], threshold = "2" }: DraftingOptions) {
  if (rootKey.length === 0) return undefined;
  const keys = await Promise.all(rootKey.map(readRootKey));
  const roots = { threshold: Number(threshold), keys };
  const alone = stateAlone(roots);
  if (alone === undefined) return roots;
  throw new TracepostError("USAGE", `${alone} alone could sign the register`, {
    remedy:
      "Keep fewer root keys in one State than have to sign, so that it takes two (TP-REG-11).",
  });
}

/** A State that holds as many root keys as have to sign: nobody else would be asked. */
function stateAlone({ keys, threshold }: RootKeySet): string | undefined {
  const states = keys.map(({ state }) => state);
  return states.find((state) => states.filter((one) => one === state).length >= threshold);
}

async function readRootKey(text: string): Promise<RootKey> {
  const [, state = "", file = ""] = /^([A-Z]{2}):(.+)$/u.exec(text) ?? [];
  if (file === "") {
    throw new TracepostError("USAGE", `${text} names no State and file`, {
      remedy: "Write --root-key KE:root-1.pub: where the key lies, and its public half.",
    });
  }
  const publicKey = rawPublicKey(await loadPublicKey(file));
  return { keyId: keyIdOf(publicKey), publicKey, state };
}

async function signDraft(options: SigningOptions, file: string): Promise<CommandResult> {
  const bundle = await loadBundle(file);
  const before = contentOf(await loadBundle(options.against), options.against);
  const [last, ...earlier] = bundle.manifests.toReversed();
  if (last === undefined || !isDraft(bundle)) {
    throw new TracepostError("INPUT_INVALID", `${file} needs no signature`, {
      remedy: "Enough root keys have signed it: publish it, or draft the next version.",
    });
  }
  const key = await loadHeldKey(options);
  const signed = { ...bundle, manifests: [...earlier.toReversed(), signManifest(last, key)] };
  const { dryRun = false } = options;
  const report = reportOf(file, signed, before, dryRun);
  if (!dryRun) await saveBundle(file, signed);
  return { json: { ...report, keyId: key.keyId }, lines: reportLines(report) };
}

async function verifyBundle(options: VerifyOptions, file: string): Promise<CommandResult> {
  const roots = givenRoots(await loadRootKeys(options.root));
  const nowMs = systemClock.now();
  const taking = takeRegister(firstState(roots), await loadBundle(file), nowMs);
  if (taking.outcome === "refused") throw refusalFault(taking.refusal, file);
  const { name, closesAtMs = nowMs } = registerStanding(taking.state, nowMs);
  const { view } = taking.taken;
  const json = {
    version: `${view.version}`,
    standing: name,
    expiresAt: new Date(view.expiresAtMs).toISOString(),
    closesAt: new Date(closesAtMs).toISOString(),
    participants: view.participants.length,
    alarms: registerAlarms(taking.state),
  };
  const signed = `Version ${json.version} is well signed: ${json.participants} participants.`;
  return { json, lines: [signed, `It is ${name}; it closes at ${json.closesAt}.`] };
}
