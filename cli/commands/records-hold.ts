import { type Command, InvalidArgumentError, Option } from "commander";
import { HTTP_LIMITS, printable } from "#runtime";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import {
  actOnHold,
  askHold,
  type HoldFile,
  type HoldLine,
  type HoldVerb,
  listHolds,
  loadHold,
} from "../hold-calls.ts";
import { collect, parseLimit, parseMoment, parseNumber } from "../parse-option.ts";
import {
  accessWords,
  addServiceOptions,
  KEEPER_DOOR,
  openService,
  type ServiceOptions,
} from "../service-access.ts";
import { textTable } from "../text-table.ts";

const STATES = ["asked", "confirmed", "release-asked", "released", "declined"];

interface PlaceOptions extends ServiceOptions {
  readonly message?: readonly HeldMessage[];
  readonly conversation?: string;
  readonly party?: string;
  readonly sender?: string;
  readonly recipient?: string;
  readonly kind?: readonly string[];
  readonly recordedFrom?: number;
  readonly recordedBefore?: number;
  readonly asOfNow?: boolean;
  readonly reason: string;
  readonly authority: string;
  readonly review?: number;
}

interface HeldMessage {
  readonly sender: string;
  readonly messageId: string;
}

const PLACE_HELP = `
What is held is not disposed of, from the answer on. A records officer asks for it; another one, who has
not made the first one's account, is to confirm it. Give messages, a conversation, a party, or criteria:
  --message NE/0198c5a2-…        that message; may be given again
  --conversation ID              all of it, later messages too
  --party NE                     everything from or to it, later messages too
  --sender, --recipient, --kind, --recorded-from, --recorded-before, --as-of-now
                                 with or without a conversation or a party: what is recorded
                                 by now and fulfils all of them

Examples:
  tracepost records hold place --conversation 0198c5a1-… --reason "Preservation order" \\
    --authority "High Court at Nairobi, 12/2026" --data exchange --user records-1
  tracepost records hold place --party KE --recorded-from 2026-01-01T00:00:00Z \\
    --reason "Inquiry" --authority "Prosecutor, 7/2026" --data exchange --user records-1
`;

/** Adds the commands of legal holds. */
export function addRecordsHold(parent: Command, terminal: Terminal): void {
  addPlace(parent, terminal);
  addList(parent, terminal);
  addShow(parent, terminal);
  for (const verb of Object.keys(ACTS) as HoldVerb[]) addAct(parent, terminal, verb);
}

function addPlace(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("place")
    .description("hold records: nothing of them is disposed of from then on")
    .addOption(
      new Option("--message <sender/id>", "a message; may be given again").argParser(collectHeld),
    )
    .option("--conversation <id>", "a conversation, later messages too")
    .option("--party <id>", "all traffic of a participant, later messages too")
    .option("--sender <id>", "criterion: sent by it")
    .option("--recipient <id>", "criterion: sent to it")
    .addOption(
      new Option("--kind <kind>", "criterion: such as TRACE_REQUEST; may be given again").argParser(
        collect,
      ),
    )
    .option("--recorded-from <time>", "criterion: recorded at or after", parseMoment)
    .option("--recorded-before <time>", "criterion: recorded before", parseMoment)
    .option("--as-of-now", "nothing that is recorded later")
    .requiredOption("--reason <text>", "why; kept with your name")
    .requiredOption("--authority <text>", "court or office, with its reference")
    .option("--review <time>", "when it is to be looked at again", parseMoment);
  addServiceOptions(command, "keeper");
  command.addHelpText("after", PLACE_HELP);
  addAction<PlaceOptions>(command, terminal, async (options) => {
    const { authority, reason, review } = options;
    const wish = { ...scopeOf(options), reason, authority, reviewAt: momentOf(review) };
    const hold = await askHold(await openService(options, terminal, KEEPER_DOOR), wish);
    const next = `tracepost records hold confirm ${hold.id} --reason TEXT ${accessWords(options)}`;
    const line = `Hold ${hold.id} covers ${coverOf(hold)} from now on.`;
    return {
      json: hold,
      lines: [printable(line), `Another records officer confirms it: ${printable(next)}`],
    };
  });
}

function collectHeld(text: string, before: readonly HeldMessage[] = []): HeldMessage[] {
  const [sender = "", messageId = "", ...more] = text.split("/");
  if (sender !== "" && messageId !== "" && more.length === 0) {
    return [...before, { sender, messageId }];
  }
  throw new InvalidArgumentError("It must be sender and message id, such as NE/0198c5a2-….");
}

/** A conversation or a party alone is held with what comes later; with a criterion it is one. */
function scopeOf(options: PlaceOptions): object {
  const { asOfNow, conversation, kind, message, party, recipient, sender } = options;
  const [from, to] = [momentOf(options.recordedFrom), momentOf(options.recordedBefore)];
  const criteria = { sender, recipient, kinds: kind, from, to };
  const names = { party, conversationId: conversation };
  const isQuery = asOfNow === true || Object.values(criteria).some((one) => one !== undefined);
  return { messages: message, ...(isQuery ? { query: { ...names, ...criteria } } : names) };
}

function momentOf(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

interface ListOptions extends ServiceOptions {
  readonly state?: string;
  readonly reviewDue?: boolean;
  readonly limit: number;
}

function addList(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("list")
    .description("list legal holds, the newest first")
    .addOption(new Option("--state <state>", "only in this state").choices(STATES))
    .option("--review-due", "only those that are to be looked at again")
    .option("--limit <n>", "show at most so many", parseLimit, HTTP_LIMITS.pageRowsMax);
  addServiceOptions(command, "keeper");
  command.addHelpText(
    "after",
    "\nExample:\n  tracepost records hold list --state asked --data exchange --user records-2\n",
  );
  addAction<ListOptions>(command, terminal, async (options) => {
    const { limit, reviewDue, state } = options;
    const query = {
      ...(state && { state }),
      ...(reviewDue && { reviewDue: "true" }),
      limit: String(Math.min(limit, HTTP_LIMITS.pageRowsMax)),
    };
    const service = await openService(options, terminal, KEEPER_DOOR);
    const { holds, next } = await listHolds(service, query);
    return { json: { holds, more: next !== undefined }, lines: table(holds) };
  });
}

function table(holds: readonly HoldLine[]): string[] {
  if (holds.length === 0) return ["No holds."];
  const rows = holds.map((hold) => [
    String(hold.id),
    hold.state,
    coverOf(hold),
    hold.authority,
    hold.askedBy,
    hold.askedAt,
    hold.reviewDue === true ? `${hold.reviewAt} due` : (hold.reviewAt ?? ""),
  ]);
  return textTable(["HOLD", "STATE", "WHAT", "AUTHORITY", "ASKED BY", "AT", "REVIEW"], rows);
}

/** What a hold covers, in few words. */
function coverOf({ conversationId, messages, party, query }: HoldLine): string {
  if (messages !== undefined) return `${messages.length} message${messages.length > 1 ? "s" : ""}`;
  if (conversationId !== undefined) return `conversation ${conversationId}`;
  if (party !== undefined) return `all of ${party}`;
  const criteria = Object.entries(query ?? {}).filter(([name]) => name !== "logSize");
  return criteria.map(([name, value]) => `${name} ${String(value)}`).join(", ");
}

function addShow(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("show")
    .description("show a legal hold and what was done about it")
    .argument("<hold>", "number of the hold", parseNumber);
  addServiceOptions(command, "keeper");
  command.addHelpText(
    "after",
    "\nExample:\n  tracepost records hold show 3 --data exchange --user records-1\n",
  );
  addAction<ServiceOptions>(command, terminal, async (options, id = "") => {
    const hold = await loadHold(await openService(options, terminal, KEEPER_DOOR), id);
    return { json: hold, lines: describe(hold) };
  });
}

function describe(hold: HoldFile): string[] {
  const { acts, authority, messages = [], query, reason, reviewAt } = hold;
  const review = reviewAt === undefined ? [] : [`To be looked at again: ${reviewAt}`];
  return [
    `Hold ${hold.id} is ${hold.state}: ${hold.covers ? "it covers" : "it covered"} ${coverOf(hold)}`,
    ...messages.map(({ messageId, sender }) => `  ${sender}/${messageId}`),
    ...(query === undefined ? [] : [`Recorded before entry ${query.logSize} of the log`]),
    `Authority: ${authority}`,
    `Reason: ${reason}`,
    ...review,
    "",
    ...acts.map((one) => {
      const entry = one.logIndex === undefined ? "" : `, log entry ${one.logIndex}`;
      return `${one.at} ${one.act} by ${one.actor}${entry}: ${one.reason}`;
    }),
  ].map(printable);
}

interface ActOptions extends ServiceOptions {
  readonly reason: string;
  readonly review?: number;
}

/** Verb → what the command is for, and what follows. */
const ACTS: Readonly<Record<HoldVerb, readonly [description: string, follows: string]>> = {
  confirm: ["confirm a hold that another person has asked for", "it covers until it is released."],
  decline: ["end a hold that nobody has confirmed", "it covers nothing any more."],
  release: ["ask for the end of a hold", "it covers until another records officer agrees."],
  "confirm-release": ["end a hold whose end another person has asked for", "it covers nothing."],
  keep: ["keep a hold whose end was asked for", "it goes on."],
  review: ["say that a hold was looked at again and is kept", "it goes on."],
};

function addAct(parent: Command, terminal: Terminal, verb: HoldVerb): void {
  const [description, follows] = ACTS[verb];
  const command = parent
    .command(verb)
    .description(description)
    .argument("<hold>", "number of the hold", parseNumber)
    .requiredOption("--reason <text>", "why; kept with your name");
  if (verb === "review") {
    command.option("--review <time>", "when to look next; default: never", parseMoment);
  }
  addServiceOptions(command, "keeper");
  command.addHelpText(
    "after",
    `\nExample:\n  tracepost records hold ${verb} 3 --reason "…" --data exchange --user records-2\n`,
  );
  addAction<ActOptions>(command, terminal, async (options, id = ""): Promise<CommandResult> => {
    const { reason, review } = options;
    const service = await openService(options, terminal, KEEPER_DOOR);
    const reviewAt = momentOf(review);
    const hold = await actOnHold(service, id, verb, { reason, ...(reviewAt && { reviewAt }) });
    const again = hold.repeated ? "you had said so before; " : "";
    return { json: hold, lines: [`Hold ${id} is ${hold.state}: ${again}${follows}`] };
  });
}
