import type { Command } from "commander";
import { FEED_LIMITS, HTTP_LIMITS, printable } from "#runtime";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import { parseLimit, parsePlace } from "../parse-option.ts";
import {
  addServiceOptions,
  callService,
  openService,
  type ServiceOptions,
} from "../service-access.ts";
import { textTable } from "../text-table.ts";

interface ChangesOptions extends ServiceOptions {
  readonly after?: number;
  readonly limit: number;
  readonly wait?: boolean;
}

interface ChangeView {
  readonly sequence: number;
  readonly at: string;
  readonly kind: string;
  readonly actor: string;
  readonly caseId?: string;
  readonly messageId?: string;
  readonly participant?: string;
  readonly state?: string;
  readonly code?: string;
}

interface ChangePage {
  readonly changes: readonly ChangeView[];
  /** Number to go on after. */
  readonly next: number;
  readonly last: number;
}

const HELP = `
Tells what has changed after a number, in order, as a national system follows it: ids, states and
codes, no content. Without --after it begins with the oldest change kept; what it says to go on with
misses nothing and repeats nothing.

Examples:
  tracepost changes --data exchange --participant KE
  tracepost changes --after 4711 --wait --json --url https://focal-point.example --token-file my.token
`;

/** Adds `changes`: one page of the feed of changes (TP-API-41). */
export function addChanges(parent: Command, terminal: Terminal): void {
  const command = parent.command("changes").description("tell what has changed after a number");
  addServiceOptions(command, "focal-point");
  command
    .option("--after <n>", "number up to which changes are known", parsePlace)
    .option("--limit <n>", "show at most so many", parseLimit, HTTP_LIMITS.pageRowsMax)
    .option("--wait", `where there is none, wait for one, ${FEED_LIMITS.waitMsMax / 1_000} seconds`)
    .addHelpText("after", HELP);
  addAction<ChangesOptions>(command, terminal, (options) => tell(options, terminal));
}

async function tell(options: ChangesOptions, terminal: Terminal): Promise<CommandResult> {
  const { after, limit, wait } = options;
  const query = new URLSearchParams({
    limit: String(Math.min(limit, HTTP_LIMITS.pageRowsMax)),
    ...(after === undefined ? {} : { after: String(after) }),
    ...(wait === true ? { waitMs: String(FEED_LIMITS.waitMsMax) } : {}),
  });
  const service = await openService(options, terminal, {
    kind: "focal-point",
    defaultUser: "person",
  });
  const page = await callService<ChangePage>(service, { path: `/v1/changes?${query}` });
  return { json: page, lines: linesOf(page) };
}

function linesOf({ changes, last, next }: ChangePage): string[] {
  const rows = changes.map((one) => [
    String(one.sequence),
    one.at,
    one.kind,
    one.caseId ?? one.messageId ?? "",
    [one.participant, one.state, one.code].filter(Boolean).join(" "),
    one.actor,
  ]);
  const head = ["CHANGE", "AT", "KIND", "CASE OR MESSAGE", "WHAT", "BY"];
  const ahead = last > next ? `${last - next} more are there` : "that is all until now";
  return [
    ...(rows.length === 0 ? ["Nothing has changed."] : textTable(head, rows)),
    printable(`Go on with --after ${next}; ${ahead}.`),
  ];
}
