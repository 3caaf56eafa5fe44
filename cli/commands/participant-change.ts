import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { TracepostError } from "#errors";
import {
  ParticipantStatus,
  type RegisterEntry,
  RevocationReason,
  SignedKeyStatement,
} from "#proto";
import { REGISTER_LIMITS, systemClock } from "#runtime";
import {
  admittedEntry,
  entryFor,
  keyIdsOf,
  openKeyStatement,
  type RegisterContent,
  withEntry,
  withRevocations,
  withStatement,
  withStatus,
} from "#trust";
import { decodeExactly } from "#wire";
import { parseParticipantsYaml, registeredParticipant } from "../../deploy/local/index.ts";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";
import { readInput } from "../read-input.ts";
import { changeDraft, type DraftOptions, reportLines, takenOr } from "../register-files.ts";
import {
  addRevocationOptions,
  type RevocationOptions,
  revocationOrder,
} from "../revocation-order.ts";

/** Options of a command that changes an entry in a draft. */
export type ChangeOptions = OutputOptions & DraftOptions;

interface AddOptions extends ChangeOptions {
  readonly keys: string;
}

interface RotateOptions extends ChangeOptions, RevocationOptions {
  readonly keys?: string;
}

const HELP = {
  add: `
Admits a participant in a draft: what it is, as in the participants file of exchange init, and the
statement about its keys that it has made itself with tracepost participant request.

Example:
  tracepost participant add ne.yaml --keys ne.statement --draft next.bundle
`,
  suspend: `
Suspends a participant in a draft. From the version on nothing of it is accepted; receipts for what
it was sent still are. Its keys stay.

Example:
  tracepost participant suspend NE --draft next.bundle
`,
  resume: `
Lets a suspended participant take part again, in a draft.

Example:
  tracepost participant resume NE --draft next.bundle
`,
  remove: `
Removes a participant in a draft, and revokes all its keys. The entry stays, so that what it sent can
be verified, and its id is never given again.

Example:
  tracepost participant remove NE --draft next.bundle
`,
  rotate: `
Puts the next statement of a participant about its keys in a draft, or revokes keys of it, with the
time since when somebody else may have had them: what was recorded after that is flagged.

Examples:
  tracepost participant rotate-key NE --keys ne-2.statement --draft next.bundle
  tracepost participant rotate-key NE --revoke 5f0c1a2b3c4d5e6f708192a3b4c5d6e7 \\
    --reason COMPROMISED --compromised-since 2026-05-01T00:00:00Z --draft next.bundle
`,
} as const;

/** Adds `participant add`, `suspend`, `resume`, `remove` and `rotate-key` (TP-REG-10). */
export function addParticipantChange(parent: Command, terminal: Terminal): void {
  const add = parent
    .command("add")
    .description("admit a participant in a draft of the register")
    .argument("<file>", "what it is (YAML, one entry)")
    .requiredOption("--keys <file>", "its own statement about its keys");
  addDraftOptions(add, HELP.add);
  addAction<AddOptions>(add, terminal, addParticipant);
  const standings = [
    ["suspend", "suspend a participant in a draft", ParticipantStatus.SUSPENDED],
    ["resume", "let a suspended participant take part again", ParticipantStatus.ACTIVE],
    ["remove", "remove a participant and revoke its keys", ParticipantStatus.REMOVED],
  ] as const;
  for (const [word, description, status] of standings) {
    const command = parent
      .command(word)
      .description(description)
      .argument("<id>", "participant id");
    addDraftOptions(command, HELP[word]);
    addAction<ChangeOptions>(command, terminal, (options, id = "") =>
      changeEntry(options, id, (entry, nowMs) => standingOf(entry, status, nowMs)),
    );
  }
  const rotate = parent
    .command("rotate-key")
    .description("take a participant's next keys into a draft, or revoke keys")
    .argument("<id>", "participant id")
    .option("--keys <file>", "its next statement about its keys");
  addDraftOptions(addRevocationOptions(rotate), HELP.rotate);
  addAction<RotateOptions>(rotate, terminal, rotateKeys);
}

/** Gives a command the options that say which draft, and its help. */
export function addDraftOptions(command: Command, help: string): void {
  command
    .requiredOption("--draft <file>", "draft of the next version")
    .option("--dry-run", "show what would change, write nothing")
    .addHelpText("after", help);
}

async function addParticipant(options: AddOptions, file = ""): Promise<CommandResult> {
  const [spec, ...more] = parseParticipantsYaml(await readFile(file, "utf8"));
  if (spec === undefined || more.length > 0) {
    throw new TracepostError("INPUT_INVALID", `${file} holds ${more.length + 1} participants`, {
      remedy: "Write one entry in the file, and add one participant after the other.",
    });
  }
  const statement = await readStatement(options.keys, spec.id);
  return await changed(options, ({ entries }) => {
    if (entryFor(entries, spec.id) !== undefined) {
      throw new TracepostError("USAGE", `${spec.id} is in the register already`, {
        remedy: "An id is given once. Change the entry: tracepost participant --help",
      });
    }
    return withEntry(entries, admittedEntry(registeredParticipant(spec), statement));
  });
}

async function rotateKeys(options: RotateOptions, id = ""): Promise<CommandResult> {
  const { keys, revoke = [] } = options;
  if (keys === undefined && revoke.length === 0) {
    throw new TracepostError("USAGE", "It is not said which keys change", {
      remedy: "Give --keys FILE for the next statement, or --revoke KEY-ID.",
    });
  }
  const order = revocationOrder(options, systemClock.now());
  const statement = keys === undefined ? undefined : await readStatement(keys, id);
  return await changeEntry(options, id, (entry) => {
    const next = statement === undefined ? entry : withStatement(entry, statement);
    demandKeysOf([entry, next], revoke, options.draft);
    return revoke.length === 0 ? next : withRevocations(next, revoke, order);
  });
}

/** What is revoked is a key of the entry, now or next. Throws TracepostError USAGE. */
function demandKeysOf(
  entries: readonly RegisterEntry[],
  revoke: readonly string[],
  draft: string,
): void {
  const known = new Set(
    entries.flatMap((one) => [...keyIdsOf(one), ...one.revocations.map(({ keyId }) => keyId)]),
  );
  const unknown = revoke.find((keyId) => !known.has(keyId));
  if (unknown === undefined) return;
  const id = entries[0]?.participant?.id ?? "";
  throw new TracepostError("USAGE", `${unknown} is no key of ${id} in ${draft}`, {
    remedy: `See: tracepost participant show ${id} --register ${draft}`,
  });
}

/** Changes the entry of a participant in a draft. Throws TracepostError USAGE where it has none. */
export async function changeEntry(
  options: ChangeOptions,
  id: string,
  change: (entry: RegisterEntry, nowMs: number) => RegisterEntry,
): Promise<CommandResult> {
  return await changed(options, ({ entries }, nowMs) => {
    const entry = entryFor(entries, id);
    if (entry === undefined) {
      throw new TracepostError("USAGE", `${id} is not in ${options.draft}`, {
        remedy: `See: tracepost participant list --register ${options.draft}`,
      });
    }
    return withEntry(entries, change(entry, nowMs));
  });
}

async function changed(
  options: ChangeOptions,
  change: (content: RegisterContent, nowMs: number) => readonly RegisterEntry[],
): Promise<CommandResult> {
  const nowMs = systemClock.now();
  const entriesOf = (content: RegisterContent) => ({ entries: change(content, nowMs) });
  const report = await changeDraft(options, entriesOf, nowMs);
  return { json: report, lines: reportLines(report) };
}

function standingOf(entry: RegisterEntry, status: ParticipantStatus, nowMs: number): RegisterEntry {
  if (entry.participant?.status === ParticipantStatus.REMOVED) {
    throw new TracepostError("USAGE", `${entry.participant.id} was removed`, {
      remedy: "What was removed does not come back: admit it under another id, with new keys.",
    });
  }
  const next = withStatus(entry, status);
  if (status !== ParticipantStatus.REMOVED) return next;
  return withRevocations(next, keyIdsOf(next), { atMs: nowMs, reason: RevocationReason.REMOVED });
}

async function readStatement(file: string, id: string): Promise<SignedKeyStatement> {
  const signed = decodeExactly(
    SignedKeyStatement,
    await readInput(file, REGISTER_LIMITS.entryBytesMax),
  );
  const { statement } = takenOr(openKeyStatement(signed, "statement"), file);
  if (signed !== undefined && statement.participant === id) return signed;
  throw new TracepostError(
    "INPUT_INVALID",
    `${file} is about ${statement.participant}, not ${id}`,
    {
      remedy: "Ask the participant for the statement about its own keys.",
    },
  );
}
