import type { Command } from "commander";
import { TraceReply, TraceRequest } from "#proto";
import type { CaseFile } from "../case-source.ts";
import { tellCase, timeline } from "../case-story.ts";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import { type CaseOptions, openCases } from "./trace-list.ts";

const HELP = `
Tells one case as the focal point of a State knows it: who asked whom, about which firearm, what
happened with receipts and log entries, and the answer. A case is named by its id, the beginning of
it, or its national case number.

Examples:
  tracepost trace show MU-001 --data exchange --participant US
  tracepost trace show 0199b1f0-7c1a --data exchange --participant AT --json
`;

/** Adds `trace show`: one case, told as a whole. */
export function addTraceShow(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("show")
    .description("tell one trace case")
    .argument("<case>", "case id, the beginning of one, or a national case number")
    .requiredOption("--data <dir>", "data folder of the exchange")
    .requiredOption("--participant <id>", "whose view, such as US")
    .addHelpText("after", HELP);
  addAction<CaseOptions>(command, terminal, show);
}

async function show(options: CaseOptions, name = ""): Promise<CommandResult> {
  const source = await openCases(options);
  try {
    const file = await source.show(name);
    return { json: toJson(file), lines: tellCase(file, options.participant) };
  } finally {
    await source.close();
  }
}

function toJson(file: CaseFile): unknown {
  const { events: _, messages, reply, request, ...line } = file;
  return {
    ...line,
    request: TraceRequest.toJSON(request),
    reply: reply === undefined ? null : TraceReply.toJSON(reply),
    messages: messages.map(({ attempts, logIndex, messageId, state }) => ({
      messageId,
      state,
      attempts,
      logIndex,
    })),
    timeline: timeline(file).map(({ at, text }) => ({ at: new Date(at).toISOString(), text })),
  };
}
