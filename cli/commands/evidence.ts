import { open } from "node:fs/promises";
import { resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { FAULTS, TracepostError } from "#errors";
import {
  type EvidenceSubject,
  formatEvidenceFile,
  parseEvidenceFile,
  parseRootSet,
  type RootSet,
  renewEvidence,
  verifyEvidenceFile,
} from "#evidence";
import { fetchFile } from "#http";
import { CLI_LIMITS, EVIDENCE_LIMITS, systemClock } from "#runtime";
import { evidenceBefore } from "../../deploy/local/index.ts";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";
import { evidenceLines } from "../evidence-lines.ts";
import { addServiceOptions, openService, type ServiceOptions } from "../service-access.ts";
import { addStampRoots, type StampRootOptions, stampRootsOf } from "../stamp-roots.ts";
import { writeNew } from "../write-new.ts";

interface ExportOptions extends ServiceOptions {
  readonly sender?: string;
  readonly logBefore?: number;
  readonly out: string;
}

interface VerifyOptions extends OutputOptions, StampRootOptions {
  readonly roots: readonly RootSet[];
}

const EXPORT_HELP = `
Writes one file with all that the gateway has recorded of a conversation: envelopes, receipts, log
entries with their proofs, registers and policies. With --sender the id is that of a message which
that participant sent. Whoever holds the file verifies it offline, with no trust in the operator.
It names sender, recipients and times: hand it to those alone who may know them. A records officer
or an auditor of the gateway may ask for it. --log-before reads the store of a log that has ended, in the
data folder and without a gateway: whoever may read that folder may ask.

Examples:
  tracepost evidence export 019b0f6e-5a10-7c3e-8f21-6d0b1a2c3e4f --out case.evidence.zip \\
    --data exchange
  tracepost evidence export 019b0f6e-5a11-7a44-9b0c-2f6e8d1a7b3c --sender KE --out message.zip \\
    --data exchange
  tracepost evidence export 019b0f6e-5a11-7a44-9b0c-2f6e8d1a7b3c --sender KE --out message.zip \\
    --data exchange --log-before 1
`;

const VERIFY_HELP = `
Needs the file and the fingerprints of the root keys; no network, no store, no configuration. Ask the
secretariat of the exchange for the fingerprints, or make them from root keys you have
(docs/spec/evidence.md); never take them from whoever gave you the file. Root keys of several times:
give --roots once for each.

Time-stamps in the file say when it existed, by authorities outside the exchange: name the root certificate
of each that you believe with --tsa-root, as its file or its SHA-256, out of its own publication or a
trusted list. Without it they prove nothing.

Exit code 0: proven. 6: something does not hold, or no root keys were given, so that nothing is proven.

Example:
  tracepost evidence verify case.evidence.zip \\
    --roots 3f0c9a5e1b7d42c68a90e1f2d3c4b5a6,8e1d0c2b3a4958677685940312fedcba
  tracepost evidence verify case.evidence.zip --tsa-root tsa-root.pem \\
    --roots 3f0c9a5e1b7d42c68a90e1f2d3c4b5a6,8e1d0c2b3a4958677685940312fedcba
`;

const RENEW_HELP = `
Completes an old evidence file with one about the same message or conversation that was exported since, and
that the log's renewals are in: the result has the later proofs, signatures and renewals, and the parts
of the old file, which may be disposed of by now. Verify it afterwards.

Example:
  tracepost evidence renew case-2027.zip case-2040.zip --out case.zip
`;

/** Adds `evidence export`, `evidence verify` (TP-EVID-1) and `evidence renew` (TP-RENEW-6). */
export function addEvidence(parent: Command, terminal: Terminal): void {
  addExport(parent, terminal);
  addVerify(parent, terminal);
  addRenew(parent, terminal);
}

function addExport(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("export")
    .description("write one file that proves to a stranger what was recorded")
    .argument("<id>", "id of a conversation; with --sender, of a message");
  addServiceOptions(command, "gateway");
  command
    .requiredOption("--out <file>", "new file, a ZIP file")
    .option("--sender <id>", "participant that sent the message")
    .option("--log-before <n>", "of a log that has ended, by its number, offline", parseLog)
    .addHelpText("after", EXPORT_HELP);
  addAction<ExportOptions>(command, terminal, async (options, id = "") => {
    const { data, logBefore, out, sender } = options;
    if (logBefore !== undefined) {
      if (data === undefined) throw NO_FOLDER;
      const subject = subjectOf(id, sender);
      const ended = { dataDir: resolve(data), log: logBefore, subject, clock: systemClock };
      return await written({ id, out, sender }, await evidenceBefore(ended));
    }
    const access = { kind: "gateway", defaultUser: "person" } as const;
    const service = await openService(options, terminal, access);
    const path =
      sender === undefined
        ? `/v1/evidence/conversations/${encodeURIComponent(id)}`
        : `/v1/evidence/messages/${encodeURIComponent(sender)}/${encodeURIComponent(id)}`;
    const file = await fetchFile(service.door, { path, timeoutMs: CLI_LIMITS.answerMs });
    return await written({ id, out, sender }, file);
  });
}

const NO_FOLDER = new TracepostError("USAGE", "it is not said whose log it is", {
  remedy: "Give the data folder of the exchange with --data.",
});

const subjectOf = (id: string, sender: string | undefined): EvidenceSubject =>
  sender === undefined
    ? { type: "conversation", conversationId: id }
    : { type: "message", sender, messageId: id };

function parseLog(text: string): number {
  if (/^[1-9][0-9]{0,3}$/u.test(text)) return Number(text);
  throw new InvalidArgumentError("Give the number of a folder in gateway/logs-before.");
}

async function written(
  {
    id,
    out,
    sender,
  }: { readonly id: string; readonly out: string; readonly sender?: string | undefined },
  file: Uint8Array,
): Promise<CommandResult> {
  await writeNew(out, file);
  return {
    json: { id, sender: sender ?? null, file: out, bytes: file.length },
    lines: [
      `Written: ${out}, ${file.length} bytes. For people: summary.html in it.`,
      `Anybody verifies it: tracepost evidence verify ${out} --roots FINGERPRINTS`,
    ],
  };
}

function addVerify(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("verify")
    .description("verify an evidence file, offline")
    .argument("<file>", "evidence file")
    .option(
      "--roots <fingerprints>",
      "SHA-256 of each root key of one time, or its first 32 digits, with commas between",
      (text, sets: readonly RootSet[]) => [...sets, parseRootSet(text)],
      [],
    );
  addStampRoots(command);
  command.addHelpText("after", VERIFY_HELP);
  addAction<VerifyOptions>(command, terminal, verify);
}

function addRenew(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("renew")
    .description("complete an old evidence file with a later one")
    .argument("<file>", "old evidence file")
    .argument("<later>", "evidence file about the same, exported since")
    .requiredOption("--out <file>", "new file, a ZIP file")
    .addHelpText("after", RENEW_HELP);
  addAction<OutputOptions & { readonly out: string }>(
    command,
    terminal,
    async ({ out }, file = "", later = "") => {
      const old = parseEvidenceFile(await readEvidence(file)).content;
      const fresh = parseEvidenceFile(await readEvidence(later)).content;
      const renewed = formatEvidenceFile(renewEvidence(old, fresh));
      await writeNew(out, renewed);
      const words = `Written: ${out}, renewed ${fresh.renewals.length} time(s)`;
      return {
        json: { file: out, bytes: renewed.length, renewals: fresh.renewals.length },
        lines: [`${words}. Verify it: tracepost evidence verify ${out} --roots FINGERPRINTS`],
      };
    },
  );
}

async function verify(options: VerifyOptions, file = ""): Promise<CommandResult> {
  const { roots } = options;
  const stampRoots = await stampRootsOf(options);
  const report = verifyEvidenceFile(await readEvidence(file), roots, stampRoots);
  const exitCode = report.verdict === "proven" ? 0 : FAULTS.VERIFICATION.exitCode;
  return { json: jsonOf(report), lines: evidenceLines(report), exitCode };
}

/** Not read at all when it is longer than any evidence file. */
async function readEvidence(file: string): Promise<Uint8Array> {
  try {
    await using handle = await open(file);
    const { size } = await handle.stat();
    if (size <= EVIDENCE_LIMITS.fileBytesMax) return await handle.readFile();
  } catch (caught) {
    throw new TracepostError("INPUT_INVALID", `${file} cannot be read`, {
      cause: caught,
      remedy: "Name a file that is there and may be read.",
    });
  }
  throw new TracepostError("INPUT_INVALID", `${file} is no evidence file`, {
    problems: [`it has over ${EVIDENCE_LIMITS.fileBytesMax} bytes`],
    remedy: "Name a file that `tracepost evidence export` wrote.",
  });
}

/** Times as instants, under names without their unit. */
function jsonOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(jsonOf);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).map(([name, one]: [string, unknown]) =>
    name.endsWith("Ms") && name !== "accuracyMs" && typeof one === "number"
      ? [name.slice(0, -"Ms".length), new Date(one).toISOString()]
      : [name, jsonOf(one)],
  );
  return Object.fromEntries(fields);
}
