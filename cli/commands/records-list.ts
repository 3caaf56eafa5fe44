import { type Command, Option } from "commander";
import { CONVERSATION_STATES } from "#casework";
import { REFUSALS } from "#errors";
import { Kind, Tlp, UseRestriction } from "#proto";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import { parseLimit, parsePlace } from "../parse-option.ts";
import {
  listRecords,
  loadRecord,
  type RecordFile,
  type RecordLine,
  type RecordWish,
} from "../record-calls.ts";
import { addServiceOptions, openService, type ServiceOptions } from "../service-access.ts";
import { textTable } from "../text-table.ts";

interface ListOptions extends ServiceOptions, RecordWish {
  readonly limit: number;
}

interface ShowOptions extends ServiceOptions {
  readonly reason?: string;
}

/** Records shown unless asked for more. */
const LIMIT_DEFAULT = 50;

const LIST_HELP = `
Lists what the gateway recorded, the newest first; a record meets everything that is given. Each
look is kept in the audit trail with who looked and what for.

An operator sees who sent what kind of message when, its size and what was decided. What headers say
beside that (conversation, state, handling, use), holds and due dates are for records officers and
auditors. What a hold covers is due on no date, unless it is asked for with --hold.

Examples:
  tracepost records list --data exchange --party KE --kind TRACE_REQUEST --state OPEN
  tracepost records list --data exchange --refused --from 2026-01-01T00:00:00Z
  tracepost records list --data exchange --party KE --due-before 2037-01-01T00:00:00Z
`;

const SHOW_HELP = `
Shows one record by its place in the log: what was decided, where it was delivered, and for records
officers and auditors what its header says. The gateway has no content to show.

Example:
  tracepost records show 45 --data exchange --reason "request of the court of 12 March"
`;

/** Where commands about records go, and as whom. */
export const RECORDS_DOOR = { kind: "gateway", defaultUser: "person" } as const;

/** Adds `records list` and `records show`. */
export function addRecordsList(parent: Command, terminal: Terminal): void {
  const listing = parent.command("list").description("list what the gateway recorded");
  addServiceOptions(listing, "gateway");
  addCriteria(listing);
  const states = new Option("--state <state>", "that opened a conversation in it");
  listing
    .addOption(states.choices([...CONVERSATION_STATES]))
    .option("--due-from <time>", "the first of its parts is due then or later")
    .option("--due-before <time>", "the first of its parts is due before")
    .option("--reason <text>", "why; kept with the look")
    .option("--limit <n>", "show at most so many", parseLimit, LIMIT_DEFAULT)
    .addHelpText("after", LIST_HELP);
  addAction<ListOptions>(listing, terminal, async ({ limit, ...options }) => {
    const service = await openService(options, terminal, RECORDS_DOOR);
    const found = await listRecords(service, wishOf(options), limit);
    return { json: found, lines: tableOf(found.records, found.more, asksDue(options)) };
  });
  const showing = parent
    .command("show")
    .description("show one record with what became of it")
    .argument("<record>", "its place in the log", parsePlace);
  addServiceOptions(showing, "gateway");
  showing.option("--reason <text>", "why; kept with the look").addHelpText("after", SHOW_HELP);
  addAction<ShowOptions>(showing, terminal, async (options, place): Promise<CommandResult> => {
    const service = await openService(options, terminal, RECORDS_DOOR);
    const record = await loadRecord(service, String(place), options.reason);
    return { json: record, lines: describe(record) };
  });
}

/** Gives a command the options that say which records are meant, and that stay true of them. */
export function addCriteria(command: Command): void {
  const choice = (flags: string, about: string, names: readonly string[]): Option =>
    new Option(flags, about).choices(names.filter((name) => name !== "UNSPECIFIED"));
  command
    .option("--id <uuid>", "the message of this id")
    .option("--conversation <uuid>", "of this conversation")
    .option("--party <id>", "sent or received by this participant, such as KE")
    .addOption(choice("--kind <kind>", "of this kind", Object.keys(Kind)))
    .addOption(choice("--handling <tlp>", "under this mark", Object.keys(Tlp)))
    .addOption(choice("--use <use>", "under this restriction", Object.keys(UseRestriction)))
    .addOption(choice("--code <code>", "refused with it", Object.keys(REFUSALS)))
    .option("--refused", "refused, whatever for")
    .option("--hold <number>", "named by this legal hold", parsePlace)
    .option("--from <time>", "recorded then or later, such as 2026-01-01T00:00:00Z")
    .option("--until <time>", "recorded before");
}

/** What options ask for, without where and how. */
export function wishOf(options: RecordWish): RecordWish {
  const { code, conversation, from, handling, id, kind, party } = options;
  const { dueBefore, dueFrom, hold, reason, refused, state, until, use } = options;
  return {
    ...{ id, conversation, party, kind, state, handling, use, code, refused, from, until },
    ...{ hold, dueFrom, dueBefore, reason },
  };
}

function asksDue({ dueBefore, dueFrom }: RecordWish): boolean {
  return (dueBefore ?? dueFrom) !== undefined;
}

function tableOf(records: readonly RecordLine[], more: boolean, showsDue: boolean): string[] {
  if (records.length === 0) return ["No records."];
  const rows = records.map((record) => [
    String(record.logIndex),
    record.recordedAt,
    record.kind,
    record.sender,
    record.recipients.join(" "),
    record.code ?? record.decision,
    record.messageId,
    ...(showsDue ? [record.dueAt ?? ""] : []),
  ]);
  const due = showsDue ? ["DUE"] : [];
  const head = ["PLACE", "RECORDED", "KIND", "FROM", "TO", "DECISION", "MESSAGE", ...due];
  const lines = textTable(head, rows);
  return more ? [...lines, "There are more; ask for them with --limit."] : lines;
}

function describe(record: RecordFile): string[] {
  const { code, decision, deliveries, field, kind, messageId, recipients, sender } = record;
  const why = code === undefined ? "" : `: ${code}${field === undefined ? "" : ` (${field})`}`;
  return [
    `${kind} ${messageId}`,
    `From ${sender} to ${recipients.join(", ") || "nobody"}, ${record.sizeBytes} bytes`,
    `Recorded ${record.recordedAt} in entry ${record.logIndex} of the message log`,
    ...(record.dueAt === undefined ? [] : [`First part due ${record.dueAt}, unless it is held`]),
    `${decision}${why}; register ${record.registerVersion}, policy ${record.policyVersion}`,
    ...deliveries.map(({ attempts, receiptIndex, recipient, state }) => {
      const receipt = receiptIndex === undefined ? "" : `, receipt in entry ${receiptIndex}`;
      return `To ${recipient}: ${state} after ${attempts} attempts${receipt}`;
    }),
    ...headerLines(record),
  ];
}

function headerLines({ header, parts = [] }: RecordFile): string[] {
  if (header === undefined) return ["", "What its header says is for who may read records."];
  const { conversationId, handling, inReplyTo, state } = header;
  return [
    "",
    `Conversation  ${conversationId ?? "none"}${state === undefined ? "" : `, ${state}`}`,
    `Sent          ${header.sentAt ?? "at no time"}, expires ${header.expiresAt ?? "never"}`,
    `Status        ${header.status}, ${header.priority}`,
    `Handling      ${handling ? [handling.tlp, ...handling.use].join(", ") : "not said"}`,
    ...(inReplyTo ? [`In reply to   ${inReplyTo.messageId} of ${inReplyTo.sender}`] : []),
    ...parts.map(({ isKept, name, onlyFor, sizeBytes }) => {
      const whose = onlyFor === undefined ? "" : ` for ${onlyFor}`;
      return `Part          ${name}${whose}, ${sizeBytes} bytes${isKept ? "" : ", not kept"}`;
    }),
  ];
}
