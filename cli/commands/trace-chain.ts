import type { Command } from "commander";
import { stateName } from "#reference";
import { printable } from "#runtime";
import { type ChainFile, drawChain } from "../chain-drawing.ts";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import {
  accessWords,
  addServiceOptions,
  callService,
  openService,
  type ServiceOptions,
} from "../service-access.ts";
import { allTraces, findCaseId } from "../trace-calls.ts";

const CHAIN_HELP = `
Draws the whole chain of a trace over several States: who was asked, what came of it, where the
firearm went, gaps, and what happened in the order of time. Any case of the chain may be named.

Examples:
  tracepost trace chain KE/2026/17 --data exchange --participant KE
  tracepost trace chain 019b0f6e --data exchange --participant KE --json
`;

const NEXT_HELP = `
Makes the request that follows a case, one hop on, to the State its answer leads to, and prints it:
look at it, then send it. Of a request received it makes the one that passes it on, if its State has
consented. Sends nothing.

Examples:
  tracepost trace next KE/2026/17 --data exchange --participant KE --json > next.json
  tracepost trace next KE/2026/17 --state IT --data exchange --participant KE
`;

interface NextOptions extends ServiceOptions {
  readonly state?: string;
}

interface NextView {
  readonly trace: { readonly to: string } & Readonly<Record<string, unknown>>;
  readonly state: string;
  readonly onExchange: boolean;
  readonly forwardedFor?: string;
  readonly withheld: readonly { readonly state: string; readonly because: string }[];
}

/** Adds `trace chain` and `trace next`: a trace over several States (TP-CHAIN-6, TP-CHAIN-7). */
export function addTraceChain(parent: Command, terminal: Terminal): void {
  const chain = parent.command("chain").description("draw the whole chain of a case");
  addCase(chain).addHelpText("after", CHAIN_HELP);
  addAction<ServiceOptions>(chain, terminal, (options, name = "") => draw(options, name, terminal));
  const next = parent.command("next").description("make the request that follows a case");
  addCase(next)
    .option("--state <code>", "ask this State instead of the one the answer leads to first")
    .addHelpText("after", NEXT_HELP);
  addAction<NextOptions>(next, terminal, (options, name = "") => make(options, name, terminal));
}

function addCase(command: Command): Command {
  command.argument("<case>", "case id, the beginning of one, or a national case number");
  addServiceOptions(command, "focal-point");
  return command;
}

async function draw(
  options: ServiceOptions,
  name: string,
  terminal: Terminal,
): Promise<CommandResult> {
  const { path, service } = await openCase(options, name, terminal);
  const file = await callService<ChainFile>(service, { path: `${path}/chain` });
  const lines = drawChain(file, terminal.screen);
  if (file.next === undefined) return { json: file, lines };
  const next = `tracepost trace next ${file.next.caseId} ${accessWords(options)} --json > next.json`;
  return { json: file, lines: [...lines, "", `Go on: ${next}`] };
}

async function make(
  options: NextOptions,
  name: string,
  terminal: Terminal,
): Promise<CommandResult> {
  const { path, service } = await openCase(options, name, terminal);
  const query = options.state === undefined ? "" : `?state=${options.state}`;
  const made = await callService<NextView>(service, { path: `${path}/next${query}` });
  const { forwardedFor, onExchange, state, trace, withheld } = made;
  const way = onExchange ? `on the exchange as ${trace.to}` : "by letter: not on the exchange";
  const behalf = forwardedFor === undefined ? "" : ` on behalf of ${stateName(forwardedFor)}`;
  return {
    // What a file may hold that is sent as it is.
    json: trace,
    lines: [
      `The next request asks ${stateName(state)}${behalf} (${way}).`,
      ...withheld.map((one) => `Not passed on: what ${stateName(one.state)} told; ${one.because}.`),
      JSON.stringify(trace, undefined, 2),
      `Save it (--json > next.json), look at it, then: tracepost trace send next.json ${accessWords(options)}`,
    ].map((line) => line.split("\n").map(printable).join("\n")),
  };
}

async function openCase(options: ServiceOptions, name: string, terminal: Terminal) {
  const access = { kind: "focal-point", defaultUser: "person" } as const;
  const service = await openService(options, terminal, access);
  return { path: `/v1/traces/${await findCaseId(allTraces(service, {}), name)}`, service };
}
