import { resolve } from "node:path";
import type { Command } from "commander";
import { compareSchedules, formatPeriod, scheduleSignatures } from "#records";
import { majorityOf } from "#trust";
import { ExchangePaths, rootKeysOf } from "../../deploy/local/index.ts";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";
import {
  changeLine,
  lineJson,
  readScheduleSource,
  scheduleLine,
} from "../schedule/schedule-source.ts";

const SHOW_HELP = `
Shows how long records of each class are kept, and on what basis: unless told otherwise by the default
schedule, which holds until one is published. What was published lies in exchange/schedule.bin of the data
folder. With --text the schedule as it is written, to be changed and drafted anew.

Examples:
  tracepost schedule show
  tracepost schedule show exchange/exchange/schedule.bin
  tracepost schedule show default --text > schedule.yaml
`;

const DIFF_HELP = `
Says which periods become longer and which shorter. Records that are there are extended by a longer
schedule, and by a shorter one never ended earlier.

Example:
  tracepost schedule diff default schedule.yaml
`;

const VERIFY_HELP = `
Says which root keys have signed a schedule file, and whether they are enough to put it in force. Exit code
6 when they are not.

Example:
  tracepost schedule verify schedule.bin --data exchange
`;

interface ShowOptions extends OutputOptions {
  readonly text?: boolean;
}

interface VerifyOptions extends OutputOptions {
  readonly data: string;
}

/** Adds the commands that look at a retention schedule: show, diff, verify (TP-RET-9). */
export function addScheduleLook(parent: Command, terminal: Terminal): void {
  const show = parent
    .command("show")
    .description("show how long records are kept, and on what basis")
    .argument("[schedule]", "a .yaml text, a schedule file, or default", "default")
    .option("--text", "as it is written")
    .addHelpText("after", SHOW_HELP);
  addAction<ShowOptions>(show, terminal, runShow);
  const diff = parent
    .command("diff")
    .description("say which periods a change makes longer or shorter")
    .argument("<before>", "a .yaml text, a schedule file, or default")
    .argument("<after>", "the schedule to come")
    .addHelpText("after", DIFF_HELP);
  addAction<OutputOptions>(diff, terminal, runDiff);
  const verify = parent
    .command("verify")
    .description("say who has signed a schedule file, and whether that is enough")
    .argument("<file>", "schedule file")
    .requiredOption("--data <dir>", "data folder of the exchange")
    .addHelpText("after", VERIFY_HELP);
  addAction<VerifyOptions>(verify, terminal, runVerify);
}

async function runShow({ text }: ShowOptions, source = ""): Promise<CommandResult> {
  const { file, schedule } = await readScheduleSource(source);
  const { closedAfterSilence, lines, version } = schedule;
  const silence = formatPeriod(closedAfterSilence);
  const signatures = (file?.signed.signatures ?? []).map(({ keyId }) => keyId);
  const reason = file?.version.reason ?? "";
  const json = {
    version,
    reason,
    signatures,
    closedAfterSilence: silence,
    lines: lines.map(lineJson),
    text: schedule.text,
  };
  if (text === true) return { json, lines: [schedule.text.trimEnd()] };
  const signed =
    signatures.length === 0 ? "signed by nobody" : `signed by ${signatures.join(", ")}`;
  const about = file === undefined ? "" : `; ${reason}; ${signed}`;
  return {
    json,
    lines: [
      `Version ${version}${about}.`,
      ...lines.map(scheduleLine),
      `A case that nobody closed counts as closed ${silence} after its last message.`,
    ],
  };
}

async function runDiff(_: OutputOptions, before = "", after = ""): Promise<CommandResult> {
  const [old, now] = [await readScheduleSource(before), await readScheduleSource(after)];
  const changes = compareSchedules(old.schedule, now.schedule);
  const none = ["Nothing is kept for longer or shorter."];
  return { json: { changes }, lines: changes.length === 0 ? none : changes.map(changeLine) };
}

async function runVerify({ data }: VerifyOptions, source = ""): Promise<CommandResult> {
  const { file, schedule } = await readScheduleSource(source);
  const { keys, threshold } = majorityOf(await rootKeysOf(new ExchangePaths(resolve(data))));
  const signedBy = file === undefined ? [] : scheduleSignatures(file, keys);
  const isEnough = signedBy.length >= threshold;
  const said = isEnough ? "can be put in force" : "is not to be put in force";
  return {
    json: { version: schedule.version, signedBy, threshold, isEnough },
    lines: [
      `Version ${schedule.version} ${said}: signed by ${signedBy.length} of the ` +
        `${threshold} root keys that must sign.`,
      ...signedBy,
    ],
    exitCode: isEnough ? 0 : 6,
  };
}
