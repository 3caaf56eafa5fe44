import type { Command } from "commander";
import { printable } from "#runtime";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import { acknowledgeEvent, type EventLine, listEvents } from "../operator-calls.ts";
import { parseLimit, parseNumber } from "../parse-option.ts";
import { addServiceOptions, openService, type ServiceOptions } from "../service-access.ts";
import { textTable } from "../text-table.ts";

interface ListOptions extends ServiceOptions {
  readonly of?: string;
  readonly kind?: string;
  readonly state: string;
  readonly limit: number;
}

interface AckOptions extends ServiceOptions {
  readonly note?: string;
}

/** Events shown unless asked for more. */
const LIMIT_DEFAULT = 50;
/** Asks for no state in particular. */
const ANY = "any";

const LIST_HELP = `
Lists what the operator of the gateway should know of, the newest first: forgeries, misused ids,
violations, lost messages of a stream, and more (docs/spec/operations.md says what to do about
each). Without --state it lists what nobody has acknowledged.

States: open, acknowledged, any.

Examples:
  tracepost events list --data exchange
  tracepost events list --data exchange --of KE --kind PERMISSION_VIOLATION --state any
`;

const ACK_HELP = `
Closes an event: it was seen and looked into. What happens later opens a new one.

Example:
  tracepost events ack 7 --note "KE has replaced the credential" --data exchange
`;

const OPERATION = { kind: "gateway", defaultUser: "person" } as const;

/** Adds `events list` and `events ack`. */
export function addEvents(parent: Command, terminal: Terminal): void {
  const listing = parent.command("list").description("list what the operator should know of");
  addServiceOptions(listing, "gateway");
  listing
    .option("--of <id>", "only of this participant, such as KE")
    .option("--kind <kind>", "only of this kind, such as FORGERY")
    .option("--state <state>", "only events in this state", "open")
    .option("--limit <n>", "show at most so many", parseLimit, LIMIT_DEFAULT)
    .addHelpText("after", LIST_HELP);
  addAction<ListOptions>(listing, terminal, (options) => list(options, terminal));
  const ack = parent
    .command("ack")
    .description("acknowledge an event, which closes it")
    .argument("<event>", "number of the event", parseNumber)
    .option("--note <text>", "what was found out; kept with your name");
  addServiceOptions(ack, "gateway");
  ack.addHelpText("after", ACK_HELP);
  addAction<AckOptions>(ack, terminal, (options, id = "") => acknowledge(options, id, terminal));
}

async function list(options: ListOptions, terminal: Terminal): Promise<CommandResult> {
  const { kind, limit, of: participant, state } = options;
  const query = { participant, kind, state: state === ANY ? undefined : state };
  const found = await listEvents(await openService(options, terminal, OPERATION), query, limit);
  return { json: found, lines: table(found.events, found.more) };
}

function table(events: readonly EventLine[], more: boolean): string[] {
  if (events.length === 0) return ["No events."];
  const rows = events.map((event) => {
    const { acknowledged, count, detail = "", id, kind, lastAt, participant, subject } = event;
    const closed = acknowledged === undefined ? "" : `closed by ${acknowledged.by}; `;
    return [
      String(id),
      kind,
      participant ?? "-",
      String(count),
      lastAt,
      `${closed}${[subject, detail].filter(Boolean).join(": ")}`,
    ];
  });
  const lines = textTable(["EVENT", "KIND", "OF", "COUNT", "LAST", "WHAT"], rows);
  return more ? [...lines, "There are more; ask for them with --limit."] : lines;
}

async function acknowledge(
  options: AckOptions,
  id: string,
  terminal: Terminal,
): Promise<CommandResult> {
  const service = await openService(options, terminal, OPERATION);
  const event = await acknowledgeEvent(service, id, options.note);
  const { acknowledged, count, kind, participant = "nobody in particular" } = event;
  const what = `Event ${id} (${kind} of ${participant}, counted ${count})`;
  const by = `by ${acknowledged?.by} at ${acknowledged?.at}`;
  const line = event.repeated ? `${what} had been closed ${by}.` : `${what} is closed.`;
  return { json: event, lines: [printable(line)] };
}
