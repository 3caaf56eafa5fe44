import type { Command } from "commander";
import { printable } from "#runtime";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import { decideItem } from "../operator-calls.ts";
import { parseNumber } from "../parse-option.ts";
import { addServiceOptions, openService, type ServiceOptions } from "../service-access.ts";

interface DecideOptions extends ServiceOptions {
  readonly reason: string;
}

const RELEASE_HELP = `
Closes a held item: its cause is removed, and the same message is judged afresh when it comes. It is
not sent from here: nothing but its header is kept. The log of the exchange has the release, without
your name; name and reason stay with the gateway.

Example:
  tracepost quarantine release 12 --reason "KE has registered its new key" --data exchange
`;

const REJECT_HELP = `
Closes a held item for good: its sender is told REFUSED_BY_OPERATOR, and the same message is refused
from then on, whatever is registered later. It cannot be taken back.

Example:
  tracepost quarantine reject 12 --reason "KE knows nothing of it" --data exchange
`;

/** What follows from a decision, in a sentence. */
const MEANINGS = {
  release: "the same message is judged afresh when it comes.",
  reject: "the same message is refused from now on; its sender is told, where its id can be read.",
} as const;

/** Adds `quarantine release` and `quarantine reject`. */
export function addQuarantineDecide(parent: Command, terminal: Terminal): void {
  addOne(parent, terminal, "release", "let a message be judged afresh", RELEASE_HELP);
  addOne(parent, terminal, "reject", "refuse a message for good", REJECT_HELP);
}

function addOne(
  parent: Command,
  terminal: Terminal,
  verb: "release" | "reject",
  description: string,
  help: string,
): void {
  const command = parent
    .command(verb)
    .description(description)
    .argument("<item>", "number of the item", parseNumber)
    .requiredOption("--reason <text>", "why; kept with your name");
  addServiceOptions(command, "gateway");
  command.addHelpText("after", help);
  addAction<DecideOptions>(command, terminal, (options, id = "") =>
    decide(options, terminal, verb, id),
  );
}

async function decide(
  options: DecideOptions,
  terminal: Terminal,
  verb: "release" | "reject",
  id: string,
): Promise<CommandResult> {
  const access = { kind: "gateway", defaultUser: "person" } as const;
  const service = await openService(options, terminal, access);
  const made = await decideItem(service, id, verb, options.reason);
  const { actor, decidedAt, decision, logIndex, reason, repeated } = made;
  const line = repeated
    ? `Item ${id} had been ${decision} by ${actor} at ${decidedAt}: ${reason}`
    : `Item ${id} is ${decision} (log entry ${logIndex}): ${MEANINGS[verb]}`;
  return { json: made, lines: [printable(line)] };
}
