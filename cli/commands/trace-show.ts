import type { Command } from "commander";
import { systemClock } from "#runtime";
import { tellCase } from "../case-story.ts";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import { accessWords } from "../service-access.ts";
import { findCaseId } from "../trace-calls.ts";
import { addCaseOptions, type CaseOptions, openCases } from "./trace-list.ts";

const HELP = `
Tells one case as the focal point of a State knows it: how it stands and whose move it is, the
clock, the firearm's marks, what happened and who did it, receipts and log entries, the answer, and
what can be done next. A case is named by its id, the beginning of it, or its national case number.
With --data it is read from the data folder, whether the exchange runs or not.

Examples:
  tracepost trace show MU-001 --data exchange --participant US
  tracepost trace show 0199b1f0-7c1a --data exchange --participant AT --json
  tracepost trace show KE/2026/17 --url https://focal-point.example --token-file my.token
`;

/** Adds `trace show`: one case, told as a whole. */
export function addTraceShow(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("show")
    .description("tell one trace case")
    .argument("<case>", "case id, the beginning of one, or a national case number");
  addCaseOptions(command);
  command.addHelpText("after", HELP);
  addAction<CaseOptions>(command, terminal, (options, name = "") => show(options, name, terminal));
}

async function show(
  options: CaseOptions,
  name: string,
  terminal: Terminal,
): Promise<CommandResult> {
  const source = await openCases(options, terminal);
  try {
    const file = await source.load(await findCaseId(source.all(), name));
    const { screen } = terminal;
    const access = accessWords(options);
    const tell = { screen, nowMs: systemClock.now(), access, data: options.data };
    return { json: file, lines: tellCase(file, tell) };
  } finally {
    await source.close();
  }
}
