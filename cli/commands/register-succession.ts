import type { Command } from "commander";
import { TracepostError } from "#errors";
import { systemClock } from "#runtime";
import { isSuccessionSigned } from "#trust";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";
import { changeDraft, type DraftOptions, loadBundle, reportLines } from "../register-files.ts";
import {
  manifestInForce,
  readSuccession,
  requireCosigned,
  versionBrought,
} from "../succession/succession-source.ts";

const HELP = `
Puts a signed statement of succession into the draft it was written for, and names the new log there. The
draft is signed like any other; nothing of the old log is accepted once it is in force.

Example:
  tracepost register succession succession.bin --draft next.bundle
`;

interface SuccessionOptions extends OutputOptions, DraftOptions {}

/** Adds `register succession`: the log of a draft succeeds the one before it (TP-SUCC-2). */
export function addRegisterSuccession(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("succession")
    .description("name the log that succeeds a lost one in a draft")
    .argument("<file>", "statement of succession, signed by enough root keys")
    .requiredOption("--draft <file>", "draft of the next version")
    .option("--dry-run", "show what would change, write nothing")
    .addHelpText("after", HELP);
  addAction<SuccessionOptions>(command, terminal, runSuccession);
}

async function runSuccession(options: SuccessionOptions, file = ""): Promise<CommandResult> {
  const statement = await readSuccession(file);
  const bundle = await loadBundle(options.draft);
  const { manifest: before, roots } = manifestInForce(bundle, options.draft);
  const { newOrigin, oldOrigin, registerVersion } = statement.succession;
  requireCosigned(statement.succession, { bundle, file: options.draft });
  const version = versionBrought(bundle, options.draft);
  const problems = [
    ...(isSuccessionSigned(statement.signed, roots)
      ? []
      : [`succession.signatures hold too few of the ${roots.threshold} that must sign`]),
    ...(oldOrigin === before.logOrigin ? [] : [`succession.old_origin is ${oldOrigin}`]),
    ...(registerVersion === version ? [] : [`succession.register_version is ${registerVersion}`]),
  ];
  if (problems.length > 0) {
    throw new TracepostError("VERIFICATION", `${file} does not go with ${options.draft}`, {
      problems,
      remedy: `It must end ${before.logOrigin} in version ${version}: draft it anew, and sign.`,
    });
  }
  const change = () => ({
    logOrigin: newOrigin,
    logSuccessions: [...before.logSuccessions, statement.signed],
  });
  const report = await changeDraft(options, change, systemClock.now());
  return { lines: reportLines(report), json: report };
}
