import type { Command } from "commander";
import { stringify } from "yaml";
import { HTTP_LIMITS, printable } from "#runtime";
import { addAlertOptions, alertPath, findAlertId, openAlerts } from "../alert-calls.ts";
import { addAction, type Terminal } from "../command-result.ts";
import { parseLimit } from "../parse-option.ts";
import {
  addServiceOptions,
  callService,
  openService,
  type ServiceOptions,
} from "../service-access.ts";
import { textTable } from "../text-table.ts";

interface Guide {
  readonly kinds: readonly { readonly kind: string; readonly about: string }[];
  readonly template: readonly { readonly heading: string; readonly prompt: string }[];
  readonly checklist: readonly { readonly code: string; readonly question: string }[];
}

interface CheckLine {
  readonly at: string;
  readonly actor: string;
  readonly questions: number;
  readonly possibleMatches: number;
}

/** Adds `alert checklist` and `alert trace`: what an alert needs, and what follows a hit. */
export function addAlertGuide(parent: Command, terminal: Terminal): void {
  const checklist = parent
    .command("checklist")
    .description("show kinds of alerts, and the checklist of a modus operandi");
  addAlertOptions(checklist);
  checklist.addHelpText(
    "after",
    "\nExample:\n  tracepost alert checklist --data exchange --participant KE\n",
  );
  addAction<ServiceOptions>(checklist, terminal, async (options) => {
    const service = await openAlerts(options, terminal);
    const guide = await callService<Guide>(service, { path: "/v1/alerts/checklist" });
    const kinds = guide.kinds.map(({ about, kind }) => `${kind}: ${about}`);
    const headings = guide.template.map(({ heading, prompt }) => `${heading}: ${prompt}`);
    const points = guide.checklist.map(({ code, question }) => `${code}: ${question}`);
    return { json: guide, lines: [...kinds, "", ...headings, "", ...points].map(printable) };
  });
  const trace = parent
    .command("trace")
    .description("print the trace request that a hit of this State begins; sends nothing")
    .argument("<alert>", "alert id, or the beginning of one")
    .argument("<hit>", "id of the hit");
  addAlertOptions(trace);
  trace.addHelpText(
    "after",
    "\nExample:\n  tracepost alert trace 019b0f81 019b0f82-3c4d-7e5f-8a6b-7c8d9e0f1a2b \\\n" +
      "    --data exchange --participant TZ > request.yaml\n",
  );
  addAction<ServiceOptions>(trace, terminal, async (options, name = "", hitId = "") => {
    const service = await openAlerts(options, terminal);
    const path = alertPath(await findAlertId(service, name), "hits", hitId, "trace");
    const body = await callService<object>(service, { path });
    return { json: body, lines: stringify(body).trimEnd().split("\n") };
  });
}

/** Adds `checks`: who asked whether something is wanted. */
export function addCheckLog(program: Command, terminal: Terminal): void {
  const command = program.command("checks").description("list who asked what, the newest first");
  addServiceOptions(command, "focal-point");
  command
    .option("--limit <n>", "show at most so many", parseLimit, HTTP_LIMITS.pageRowsMax)
    .addHelpText(
      "after",
      "\nExample:\n  tracepost checks --data exchange --participant KE-CUSTOMS\n",
    );
  addAction<ServiceOptions & { readonly limit: number }>(command, terminal, async (options) => {
    const service = await openService(options, terminal, {
      kind: "focal-point",
      defaultUser: "person",
    });
    const path = `/v1/checks?limit=${Math.min(options.limit, HTTP_LIMITS.pageRowsMax)}`;
    const found = await callService<{ checks: CheckLine[] }>(service, { path });
    const rows = found.checks.map(({ actor, at, possibleMatches, questions }) => [
      at,
      actor,
      String(questions),
      String(possibleMatches),
    ]);
    const lines = textTable(["AT", "BY", "QUESTIONS", "POSSIBLE MATCHES"], rows);
    return { json: found, lines: rows.length === 0 ? ["Nobody has asked."] : lines };
  });
}
