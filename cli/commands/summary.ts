import type { Command } from "commander";
import { HTTP_LIMITS, printable } from "#runtime";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import { parseLimit } from "../parse-option.ts";
import {
  addServiceOptions,
  callService,
  openService,
  type ServiceOptions,
} from "../service-access.ts";
import { textTable } from "../text-table.ts";

interface IncidentOptions extends ServiceOptions {
  readonly limit: number;
}

interface AttentionView {
  readonly at: string;
  readonly attention: readonly {
    readonly level: "stuck" | "look";
    readonly what: string;
    readonly remedy: string;
  }[];
}

interface IncidentView {
  readonly kind: string;
  readonly sender: string;
  readonly subject: string;
  readonly detail: string;
  readonly lastAt: string;
  readonly count: number;
}

const SUMMARY_HELP = `
Tells what needs a person at a service, what is stuck first, with what to do about it. --json has
all counts of its status page; no content of any message.

Examples:
  tracepost summary --data exchange --participant KE
  tracepost summary --data exchange --gateway --json
`;

const INCIDENTS_HELP = `
Lists what came from the exchange and could not be used, the newest first: bytes that are no
message, messages that do not verify, numbers that are missing.

Example:
  tracepost incidents --data exchange --participant KE
`;

/** Adds `summary` and `incidents`: a service at a glance (TP-OPS-30). */
export function addSummary(program: Command, terminal: Terminal): void {
  const summary = program.command("summary").description("tell what needs a person at a service");
  addServiceOptions(summary, "any");
  summary.addHelpText("after", SUMMARY_HELP);
  addAction<ServiceOptions>(summary, terminal, async (options) => {
    const service = await openService(options, terminal, ADMINISTRATION);
    const found = await callService<AttentionView>(service, { path: "/v1/summary" });
    return { json: found, lines: attentionLines(found) };
  });
  const incidents = program
    .command("incidents")
    .description("list what came from the exchange and could not be used");
  addServiceOptions(incidents, "focal-point");
  incidents
    .option("--limit <n>", "show at most so many", parseLimit, HTTP_LIMITS.pageRowsMax)
    .addHelpText("after", INCIDENTS_HELP);
  addAction<IncidentOptions>(incidents, terminal, (options) => list(options, terminal));
}

/** The service's own user may see counts, and no case. */
const ADMINISTRATION = { kind: "any", defaultUser: "installation" } as const;

function attentionLines({ at, attention }: AttentionView): string[] {
  if (attention.length === 0) return [`Nothing needs a person (${at}).`];
  return attention.flatMap(({ level, remedy, what }) => [
    printable(`${level === "stuck" ? "STUCK" : "LOOK "}  ${what}`),
    printable(`       ${remedy}`),
  ]);
}

async function list(options: IncidentOptions, terminal: Terminal): Promise<CommandResult> {
  const limit = Math.min(options.limit, HTTP_LIMITS.pageRowsMax);
  const service = await openService(options, terminal, {
    kind: "focal-point",
    defaultUser: "installation",
  });
  const path = `/v1/incidents?limit=${limit}`;
  const found = await callService<{ incidents: IncidentView[] }>(service, { path });
  const rows = found.incidents.map(({ count, detail, kind, lastAt, sender, subject }) => [
    kind,
    sender === "" ? "-" : sender,
    String(count),
    lastAt,
    [subject, detail].filter((text) => text !== "").join(": "),
  ]);
  const lines = textTable(["KIND", "FROM", "COUNT", "LAST", "WHAT"], rows);
  return { json: found, lines: rows.length === 0 ? ["No incidents."] : lines };
}
