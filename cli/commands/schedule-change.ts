import { resolve } from "node:path";
import type { Command } from "commander";
import { TracepostError } from "#errors";
import {
  addScheduleSignature,
  compareSchedules,
  defaultSchedule,
  draftSchedule,
  openSchedule,
  type RetentionSchedule,
} from "#records";
import { RECORDS_LIMITS } from "#runtime";
import { majorityOf } from "#trust";
import { toTimestamp } from "#wire";
import { ExchangePaths, isThere, rootKeysOf, writePrivateFile } from "../../deploy/local/index.ts";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";
import { readInput } from "../read-input.ts";
import { type HeldKeyOptions, loadHeldKey } from "../register-files.ts";
import {
  changeLine,
  readScheduleSource,
  requireSchedule,
  requireScheduleFile,
} from "../schedule/schedule-source.ts";

const DRAFT_HELP = `
Checks a text and makes it a schedule file, signed by nobody yet. The first version is 1.

Example:
  tracepost schedule draft schedule.yaml --schedule-version 1 --reason "Law 12/2027" --out schedule.bin
`;

const SIGN_HELP = `
Adds the signature of a root key to a schedule file. Each holder signs by itself, where its key is kept;
\`tracepost schedule show\` says what is signed.

Example:
  tracepost schedule sign schedule.bin --key root-2.key --out schedule.bin
`;

const PUBLISH_HELP = `
Verifies the file with the root keys, says what becomes longer and shorter, and lays it where the gateway
takes it within seconds, without a stop. --dry-run changes nothing.

Example:
  tracepost schedule publish schedule.bin --data exchange --dry-run
`;

interface DraftOptions extends OutputOptions {
  readonly out: string;
  readonly scheduleVersion: string;
  readonly reason: string;
}

interface SignOptions extends OutputOptions, HeldKeyOptions {
  readonly out: string;
}

interface PublishOptions extends OutputOptions {
  readonly data: string;
  readonly dryRun?: boolean;
}

/** Adds the commands that change the schedule: draft, sign, publish (TP-RET-9). */
export function addScheduleChange(parent: Command, terminal: Terminal): void {
  const draft = parent
    .command("draft")
    .description("make a schedule file that can be signed")
    .argument("<text>", "the schedule, YAML or JSON")
    .requiredOption("--schedule-version <n>", "the version after the one in force; the first is 1")
    .requiredOption("--reason <text>", "what changes and why")
    .requiredOption("--out <file>", "schedule file to write")
    .addHelpText("after", DRAFT_HELP);
  addAction<DraftOptions>(draft, terminal, runDraft);
  const sign = parent
    .command("sign")
    .description("add a signature to a schedule file")
    .argument("<file>", "schedule file")
    .requiredOption("--key <file>", "private root key")
    .option("--passphrase-file <file>", "its passphrase, in a file only you can read")
    .requiredOption("--out <file>", "schedule file to write")
    .addHelpText("after", SIGN_HELP);
  addAction<SignOptions>(sign, terminal, runSign);
  const publish = parent
    .command("publish")
    .description("put a signed schedule in force while the exchange runs")
    .argument("<file>", "schedule file")
    .requiredOption("--data <dir>", "data folder of the exchange")
    .option("--dry-run", "say what it would change, and change nothing")
    .addHelpText("after", PUBLISH_HELP);
  addAction<PublishOptions>(publish, terminal, runPublish);
}

async function runDraft(options: DraftOptions, source = ""): Promise<CommandResult> {
  const { out, reason, scheduleVersion } = options;
  if (!/^[1-9]\d{0,14}$/.test(scheduleVersion)) {
    throw new TracepostError("USAGE", `--schedule-version ${scheduleVersion} is no version`, {
      remedy: "Give the version after the one in force; the first one is 1.",
    });
  }
  if (reason === "" || reason.length > RECORDS_LIMITS.textCharsMax) {
    throw new TracepostError("USAGE", "--reason is empty or too long", {
      remedy: `Say what changes and why in at most ${RECORDS_LIMITS.textCharsMax} characters.`,
    });
  }
  const bytes = await readInput(source, RECORDS_LIMITS.scheduleBytesMax);
  const text = Buffer.from(bytes).toString("utf8");
  const { version } = requireSchedule(source, text, Number(scheduleVersion));
  const issuedAt = toTimestamp(Date.now());
  await writePrivateFile(out, draftSchedule({ version: BigInt(version), issuedAt, text, reason }));
  return {
    json: { version, reason },
    lines: [`${out}: version ${version}, ${reason}; to be signed by the root keys.`],
  };
}

async function runSign(options: SignOptions, source = ""): Promise<CommandResult> {
  const { out } = options;
  const bytes = await readInput(source, RECORDS_LIMITS.scheduleFileBytesMax);
  const { version } = requireScheduleFile(source, bytes);
  // What no gateway would take is not signed.
  requireSchedule(source, version.text, Number(version.version));
  const signed = addScheduleSignature(bytes, await loadHeldKey(options));
  await writePrivateFile(out, signed);
  const after = requireScheduleFile(out, signed);
  const signatures = after.signed.signatures.map(({ keyId }) => keyId);
  const { reason } = version;
  return {
    json: { version: Number(version.version), reason, signatures },
    lines: [`${out}: version ${version.version}, ${reason}; signed by ${signatures.join(", ")}`],
  };
}

async function runPublish(options: PublishOptions, source = ""): Promise<CommandResult> {
  const paths = new ExchangePaths(resolve(options.data));
  const place = paths.exchange.schedule;
  // The same keys and number as the gateway's configuration has: what is laid there is taken.
  const roots = majorityOf(await rootKeysOf(paths));
  const bytes = await readInput(source, RECORDS_LIMITS.scheduleFileBytesMax);
  const opened = openSchedule(bytes, roots);
  if (!opened.ok) throw notInForce(source, `${opened.refusal.field} ${opened.refusal.detail}`);
  const next = opened.value.schedule;
  const before = await laid(place);
  if (next.version <= before.version) {
    throw notInForce(source, `schedule.version ${next.version} is not above ${before.version}`);
  }
  const changes = compareSchedules(before, next);
  if (options.dryRun !== true) await writePrivateFile(place, bytes);
  const done = options.dryRun === true ? "would be put" : "is put";
  return {
    json: { version: next.version, published: options.dryRun !== true, changes },
    lines: [
      ...changes.map(changeLine),
      `Version ${next.version} ${done} in force. What is there already is extended by what is ` +
        "longer, and by what is shorter never ended earlier.",
    ],
  };
}

/** The schedule in force, as far as it was laid: without one the default schedule. */
async function laid(place: string): Promise<RetentionSchedule> {
  if (!(await isThere(place))) return defaultSchedule();
  return (await readScheduleSource(place)).schedule;
}

function notInForce(source: string, problem: string): TracepostError {
  return new TracepostError("INPUT_INVALID", `${source} cannot be put in force`, {
    problems: [problem],
    remedy: "Have it signed by the root keys with `tracepost schedule sign`, in a higher version.",
  });
}
