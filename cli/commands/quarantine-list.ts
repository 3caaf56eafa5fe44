import type { Command } from "commander";
import { REFUSALS } from "#errors";
import { printable } from "#runtime";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import { type ItemFile, type ItemLine, listItems, loadItem } from "../operator-calls.ts";
import { parseLimit, parseNumber } from "../parse-option.ts";
import { addServiceOptions, openService, type ServiceOptions } from "../service-access.ts";
import { textTable } from "../text-table.ts";

interface ListOptions extends ServiceOptions {
  readonly of?: string;
  readonly state: string;
  readonly code?: string;
  readonly limit: number;
}

/** Items shown unless asked for more. */
const LIMIT_DEFAULT = 50;
/** Asks for no state in particular. */
const ANY = "any";

const LIST_HELP = `
Lists what the gateway could not verify, the newest first. Without --state it lists what is held:
what waits for somebody to decide.

States: held, released, rejected, settled (a later copy was proven), any.

Examples:
  tracepost quarantine list --data exchange
  tracepost quarantine list --data exchange --of KE --state any --code SIGNATURE_INVALID
`;

const SHOW_HELP = `
Shows one item: what came, what was wrong with it, what its header claims, and what was decided.
Nobody was proven to have written the header: trust none of it.

Example:
  tracepost quarantine show 12 --data exchange
`;

/** Adds `quarantine list` and `quarantine show`. */
export function addQuarantineList(parent: Command, terminal: Terminal): void {
  const listing = parent.command("list").description("list what the gateway could not verify");
  addServiceOptions(listing, "gateway");
  listing
    .option("--of <id>", "only of this participant, such as KE")
    .option("--state <state>", "only items in this state", "held")
    .option("--code <code>", "only what was refused with this code, such as MALFORMED")
    .option("--limit <n>", "show at most so many", parseLimit, LIMIT_DEFAULT)
    .addHelpText("after", LIST_HELP);
  addAction<ListOptions>(listing, terminal, (options) => list(options, terminal));
  const showing = parent
    .command("show")
    .description("show one item with its header and its decisions")
    .argument("<item>", "number of the item", parseNumber);
  addServiceOptions(showing, "gateway");
  showing.addHelpText("after", SHOW_HELP);
  addAction<ServiceOptions>(showing, terminal, async (options, id = "") => {
    const item = await loadItem(await openService(options, terminal, OPERATION), id);
    return { json: item, lines: describe(item) };
  });
}

const OPERATION = { kind: "gateway", defaultUser: "person" } as const;

async function list(options: ListOptions, terminal: Terminal): Promise<CommandResult> {
  const { code, limit, of: participant, state } = options;
  const query = { participant, state: state === ANY ? undefined : state, code };
  const found = await listItems(await openService(options, terminal, OPERATION), query, limit);
  return { json: found, lines: table(found.items, found.more) };
}

function table(items: readonly ItemLine[], more: boolean): string[] {
  if (items.length === 0) return ["No items."];
  const rows = items.map(({ id, state, participant, code, count, lastAt, messageId = "" }) => {
    return [String(id), state, participant, code, String(count), lastAt, messageId];
  });
  const head = ["ITEM", "STATE", "OF", "REFUSED WITH", "CAME", "LAST", "MESSAGE"];
  const lines = textTable(head, rows);
  return more ? [...lines, "There are more; ask for them with --limit."] : lines;
}

function describe(item: ItemFile): string[] {
  const { code, count, field, firstAt, id, lastAt, logIndex, participant, state, subject } = item;
  const meaning = Object.entries(REFUSALS).find(([name]) => name === code)?.[1].meaning ?? "";
  const times =
    count === 1 ? `Came once, ${firstAt}` : `Came ${count} times, ${firstAt} to ${lastAt}`;
  return [
    `Item ${id} is ${state}: ${code}${field === undefined ? "" : ` (${field})`}`,
    ...(meaning === "" ? [] : [meaning]),
    "",
    `Of ${participant}, on ${subject}`,
    `${times}; ${item.sizeBytes} bytes, SHA-256 ${item.sha256}`,
    `Refused in entry ${logIndex} of the message log`,
    ...(item.settledLogIndex === undefined
      ? []
      : [
          `Settled by entry ${item.settledLogIndex}: the same header under a valid key of its sender`,
        ]),
    "",
    ...claimLines(item),
    "",
    ...decisionLines(item),
  ].map(printable);
}

function claimLines({ header }: ItemFile): string[] {
  const claims = header?.claims;
  if (claims === undefined) return ["It has no header that can be read."];
  const { kind, lane, messageId, parts, priority, recipients, sender, sentAt, status } = claims;
  const sizes = parts.map(({ name, sealed, sizeBytes }) => {
    return `${name} (${sizeBytes} bytes${sealed ? "" : ", not sealed"})`;
  });
  return [
    "Its header claims, and nobody was proven to have written it:",
    `  message  ${messageId ?? "without an id"}`,
    `  kind     ${kind}, ${priority}, lane ${lane}, ${status}`,
    `  from     ${sender ?? "nobody"} to ${recipients.join(", ") || "nobody"}`,
    `  sent     ${sentAt ?? "at no time"}`,
    `  parts    ${sizes.join(", ") || "none"}`,
  ];
}

function decisionLines({ decisions, id, state }: ItemFile): string[] {
  const made = decisions.map(({ actor, code, decidedAt, decision, logIndex, reason }) => {
    return `${actor} ${decision} it (${code}) at ${decidedAt}, log entry ${logIndex}: ${reason}`;
  });
  if (state !== "held") return made.length === 0 ? ["Nobody had to decide."] : made;
  const ways = `tracepost quarantine release ${id} --reason TEXT, or reject ${id}`;
  return [...made, `Decide: ${ways}`];
}
