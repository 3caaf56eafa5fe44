import { type Command, Option } from "commander";
import { certificateProblem } from "#disposal";
import { TracepostError } from "#errors";
import { DisposalCertificate, SignedDisposalCertificate } from "#proto";
import { itemsOf } from "#records";
import { HTTP_LIMITS, printable, TRUST_LIMITS } from "#runtime";
import { openOrThrow } from "#trust";
import { timestampMs } from "#wire";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import {
  askRun,
  type CertificateLine,
  confirmRun,
  type DueView,
  declineRun,
  listCertificates,
  listDue,
  listRuns,
  loadRun,
  type RunLine,
} from "../disposal-calls.ts";
import { collect, parseLimit, parseNumber } from "../parse-option.ts";
import { readInput } from "../read-input.ts";
import { loadRootKeys } from "../register-files.ts";
import {
  accessWords,
  addServiceOptions,
  KEEPER_DOOR,
  openService,
  type ServiceOptions,
} from "../service-access.ts";
import { textTable } from "../text-table.ts";
import { writeNew } from "../write-new.ts";

interface DueOptions extends ServiceOptions {
  readonly limit: number;
}

interface DisposeOptions extends ServiceOptions {
  readonly authority: string;
  readonly dryRun?: boolean;
}

const DISPOSE_HELP = `
Erases what is due, in the background. At the gateway: the bytes of parts; headers, signatures, digests
and the log stay, so that everything still verifies. At a participant (--participant): cases, alerts,
attachments and lines of access logs; digests and ids stay. Each batch has a signed certificate, at the
gateway also an entry of the log. What a hold covers is never touched. Where more than a hundredth
of all records, and more than a hundred, is due at once, or the clock has jumped, it waits for a
second person. A records officer asks for it, and another one, who has not made the first one's
account, lets it go on. --dry-run lists what is due, as records due does.

Examples:
  tracepost records dispose --authority "Schedule of 2026" --dry-run --data exchange
  tracepost records dispose --authority "Schedule of 2026" --data exchange --user records-1
`;

/** Adds `records due`, `dispose`, `disposal list|show|confirm|decline` and `certificate`. */
export function addRecordsDispose(parent: Command, terminal: Terminal): void {
  addDue(parent, terminal);
  addDispose(parent, terminal);
  addRuns(
    parent.command("disposal").description("follow, confirm and decline runs of disposal"),
    terminal,
  );
  addCertificate(parent, terminal);
}

function addDue(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("due")
    .description("list what is due for disposal, and why")
    .option("--limit <n>", "show at most so many", parseLimit, HTTP_LIMITS.pageRowsMax);
  addServiceOptions(command, "keeper");
  command.addHelpText("after", "\nExample:\n  tracepost records due --data exchange\n");
  addAction<DueOptions>(command, terminal, (options) => due(options, terminal, options.limit));
}

async function due(
  options: ServiceOptions,
  terminal: Terminal,
  limit: number,
): Promise<CommandResult> {
  const service = await openService(options, terminal, KEEPER_DOOR);
  const found = await listDue(service, Math.min(limit, HTTP_LIMITS.pageRowsMax));
  return { json: found, lines: dueLines(found) };
}

function dueLines({ due: count, held, next, records }: DueView): string[] {
  const head = `${count} records are due, ${held} more are due and held.`;
  if (records.length === 0) return [head];
  const rows = records.flatMap(({ logIndex, messageId, parts, sender, subject }) =>
    parts.map((part) => [
      logIndex === undefined ? "–" : String(logIndex),
      subject ?? `${sender}/${messageId}`,
      part.onlyFor === undefined ? part.name : `${part.name} for ${part.onlyFor}`,
      part.class,
      part.dueAt,
      `${part.basis} (schedule ${part.scheduleVersion})`,
    ]),
  );
  const lines = textTable(["ENTRY", "RECORD", "PART", "CLASS", "DUE", "WHY"], rows);
  const more = next === undefined ? [] : ["There are more; ask for them with --limit."];
  return [head, ...lines, ...more].map(printable);
}

function addDispose(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("dispose")
    .description("erase what is due, with certificates")
    .requiredOption("--authority <text>", "order or rule it is done under")
    .option("--dry-run", "only list what is due");
  addServiceOptions(command, "keeper");
  command.addHelpText("after", DISPOSE_HELP);
  addAction<DisposeOptions>(command, terminal, async (options) => {
    if (options.dryRun === true) return await due(options, terminal, HTTP_LIMITS.pageRowsMax);
    const run = await askRun(await openService(options, terminal, KEEPER_DOOR), options.authority);
    const words = accessWords(options);
    const confirm = `tracepost records disposal confirm ${run.id} --reason TEXT ${words}`;
    const next =
      run.state === "waiting"
        ? `Another records officer lets it go on: ${confirm}`
        : `Follow it: tracepost records disposal show ${run.id} ${words}`;
    return { json: run, lines: [...describe(run), printable(next)] };
  });
}

/** Why a run waits → what the second person is to look at. */
const REASONS: Readonly<Record<string, string>> = {
  SHARE: "more than a hundredth of all records is due at once: is the schedule right?",
  CLOCK: "the clock is not what it was: is it right?",
};

function describe(run: RunLine): string[] {
  const { askedAt, askedBy, authority, bytes, confirmedBy, due: count, held, id, parts } = run;
  const { declinedBecause, declinedBy } = run;
  const why = run.why === undefined ? "" : `: ${REASONS[run.why] ?? run.why}`;
  return [
    `Run ${id} is ${run.state}${why}`,
    `${run.records} of ${count} records, ${parts} parts, ${bytes} bytes are gone; ${held} are held`,
    `Asked for by ${askedBy} at ${askedAt}: ${authority}`,
    ...(confirmedBy === undefined ? [] : [`Confirmed by ${confirmedBy}`]),
    ...(declinedBy === undefined ? [] : [`Declined by ${declinedBy}: ${declinedBecause ?? ""}`]),
    ...(run.endedAt === undefined ? [] : [`Ended at ${run.endedAt}`]),
  ].map(printable);
}

function addRuns(parent: Command, terminal: Terminal): void {
  const listing = parent
    .command("list")
    .description("list runs of disposal, the newest first")
    .option("--limit <n>", "show at most so many", parseLimit, HTTP_LIMITS.pageRowsMax);
  addServiceOptions(listing, "keeper");
  listing.addHelpText("after", "\nExample:\n  tracepost records disposal list --data exchange\n");
  addAction<DueOptions>(listing, terminal, async (options) => {
    const service = await openService(options, terminal, KEEPER_DOOR);
    const { disposals, next } = await listRuns(
      service,
      Math.min(options.limit, HTTP_LIMITS.pageRowsMax),
    );
    const rows = disposals.map((run) => {
      const gone = `${run.records}/${run.due}`;
      return [String(run.id), run.state, gone, String(run.held), run.askedBy, run.askedAt];
    });
    const head = ["RUN", "STATE", "GONE", "HELD", "ASKED BY", "AT"];
    const lines = rows.length === 0 ? ["No runs."] : textTable(head, rows);
    return { json: { disposals, more: next !== undefined }, lines };
  });
  const showing = parent
    .command("show")
    .description("show how far a run of disposal has come")
    .argument("<run>", "number of the run", parseNumber);
  addServiceOptions(showing, "keeper");
  showing.addHelpText("after", "\nExample:\n  tracepost records disposal show 3 --data exchange\n");
  addAction<ServiceOptions>(showing, terminal, async (options, id = "") => {
    const run = await loadRun(await openService(options, terminal, KEEPER_DOOR), id);
    return { json: run, lines: describe(run) };
  });
  addVerb(parent, terminal, "confirm");
  addVerb(parent, terminal, "decline");
}

/** Verb → what it does to a run, what its reason says, and an example of one. */
const VERBS = {
  confirm: {
    call: confirmRun,
    what: "let a run go on that another person has asked for",
    why: "why schedule and clock are right",
    example: "Looked through",
  },
  decline: {
    call: declineRun,
    what: "end a run for good, whether it waits or goes on",
    why: "why it must not go on",
    example: "The schedule is wrong",
  },
} as const;

function addVerb(parent: Command, terminal: Terminal, verb: keyof typeof VERBS): void {
  const { call, example, what, why } = VERBS[verb];
  const command = parent
    .command(verb)
    .description(what)
    .argument("<run>", "number of the run", parseNumber)
    .requiredOption("--reason <text>", why);
  addServiceOptions(command, "keeper");
  command.addHelpText(
    "after",
    `\nExample:\n  tracepost records disposal ${verb} 3 --reason "${example}" --data exchange\n`,
  );
  addAction<ServiceOptions & { readonly reason: string }>(
    command,
    terminal,
    async (options, id = "") => {
      const service = await openService(options, terminal, KEEPER_DOOR);
      const run = await call(service, id, options.reason);
      return { json: run, lines: describe(run) };
    },
  );
}

function addCertificate(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("certificate")
    .description("what a run of disposal has erased, with its signed certificates")
    .argument("<run>", "number of the run", parseNumber)
    .option("--out <file>", "write the certificates there, one in base64 on each line")
    .option("--register <file>", "verify them by this register, with its root keys")
    .addOption(new Option("--root <file>", "root public key; for each").argParser(collect));
  addServiceOptions(command, "keeper");
  command.addHelpText(
    "after",
    "\nExample:\n  tracepost records certificate 3 --out disposal-3.txt --data exchange\n",
  );
  addAction<CertificateOptions>(command, terminal, async (options, id = "") => {
    const { out } = options;
    const service = await openService(options, terminal, KEEPER_DOOR);
    const certificates = await listCertificates(service, id);
    const verified = await verifyAll(certificates, options);
    const text = certificates.map(({ signed }) => `${signed}\n`).join("");
    if (out !== undefined) await writeNew(out, text);
    const written = out === undefined ? [] : [`Written: ${out}`];
    return {
      json: { certificates },
      lines: [...certificates.flatMap(tell), ...verified, ...written],
    };
  });
}

interface CertificateOptions extends ServiceOptions {
  readonly out?: string;
  readonly register?: string;
  readonly root?: readonly string[];
}

/** Verifies certificates by a register; throws TracepostError VERIFICATION for a wrong one. */
async function verifyAll(
  certificates: readonly CertificateLine[],
  { register: file, root }: CertificateOptions,
): Promise<string[]> {
  if (file === undefined) return [];
  const bytes = await readInput(file, TRUST_LIMITS.registerBytesMax);
  const { view } = openOrThrow(bytes, file, await loadRootKeys(root));
  const problems = certificates.flatMap(({ certificate: id, signed }) => {
    const kept = SignedDisposalCertificate.decode(Buffer.from(signed, "base64"));
    const problem = certificateProblem(kept, view);
    return problem === undefined ? [] : [`certificate ${id}: ${problem}`];
  });
  if (problems.length === 0)
    return [`Verified: all ${certificates.length} are signed as they say.`];
  throw new TracepostError("VERIFICATION", "A certificate of disposal does not verify", {
    problems,
    remedy: "Ask whoever keeps the records; keep what you were given as it is.",
  });
}

function tell({ certificate: id, isSigned, logIndex, signed }: CertificateLine): string[] {
  const { certificate, items: kept } = SignedDisposalCertificate.decode(
    Buffer.from(signed, "base64"),
  );
  const said = DisposalCertificate.decode(certificate);
  const at = new Date(timestampMs(said.disposedAt) ?? 0).toISOString();
  const entry = logIndex === undefined ? "" : `, log entry ${logIndex}`;
  const head = `Certificate ${id} of ${at}${entry}${isSigned ? "" : ", not signed yet"}`;
  const by = said.confirmedBy === "" ? said.askedBy : `${said.askedBy} and ${said.confirmedBy}`;
  const named = itemsOf(said, kept);
  if (named === undefined) return [`${printable(head)}: its items are not the ones it names`];
  const items = named.map(({ messageId, parts, sender, subject }) => {
    const names = parts.map(({ name, onlyFor }) =>
      onlyFor === "" ? name : `${name} for ${onlyFor}`,
    );
    return `  ${subject || `${sender}/${messageId}`}: ${names.join(", ")}`;
  });
  return [head, `  ${said.authority}, by ${by}`, ...items].map(printable);
}
