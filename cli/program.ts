import { Command, CommanderError } from "commander";
import { TracepostError } from "#errors";
import { tellFault, type Terminal } from "./command-result.ts";
import { addExchangeDown } from "./commands/exchange-down.ts";
import { addExchangeInit } from "./commands/exchange-init.ts";
import { addExchangeStatus } from "./commands/exchange-status.ts";
import { addExchangeUp } from "./commands/exchange-up.ts";
import { addInspect } from "./commands/inspect.ts";
import { addLogVerify } from "./commands/log-verify-command.ts";
import { addTraceList } from "./commands/trace-list.ts";
import { addTraceShow } from "./commands/trace-show.ts";
import { EXIT_CODES_HELP } from "./exit-codes.ts";

const EXAMPLES = `
Examples:
  tracepost exchange init --data exchange --participants participants.yaml
  tracepost exchange up --data exchange --detach
  tracepost trace list --data exchange --participant US
  tracepost log verify --data exchange
`;

/** Runs one command line. Never throws: what goes wrong is told, with its exit code. */
export async function runProgram(argv: readonly string[], terminal: Terminal): Promise<void> {
  const program = createProgram(terminal);
  try {
    await program.parseAsync([...argv], { from: "user" });
  } catch (caught) {
    if (caught instanceof CommanderError) {
      // Commander has told it already: help, or what is wrong with the arguments.
      terminal.setExitCode(caught.exitCode === 0 ? 0 : new TracepostError("USAGE", "").exitCode);
      return;
    }
    tellFault(TracepostError.from(caught), terminal, argv.includes("--json"));
  }
}

function createProgram(terminal: Terminal): Command {
  const program = new Command("tracepost")
    .description("Runs an exchange of trace requests between national focal points, and looks into it.")
    .addHelpText("after", `${EXAMPLES}\n${EXIT_CODES_HELP}`)
    .helpCommand("help [command]", "show help of a command");
  const exchange = group(program, "exchange", "set up, start, stop and look at an exchange");
  addExchangeInit(exchange, terminal);
  addExchangeUp(exchange, terminal);
  addExchangeDown(exchange, terminal);
  addExchangeStatus(exchange, terminal);
  const trace = group(program, "trace", "look at the trace cases of a State");
  addTraceList(trace, terminal);
  addTraceShow(trace, terminal);
  const log = group(program, "log", "check the message log");
  addLogVerify(log, terminal);
  addInspect(program, terminal);
  prepare(program, terminal);
  return program;
}

function group(program: Command, name: string, description: string): Command {
  return program.command(name).description(description);
}

/** Gives a command and those below it the same manners. */
function prepare(command: Command, terminal: Terminal): void {
  command
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError(`See: ${pathOf(command)} --help`)
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err });
  for (const child of command.commands) prepare(child, terminal);
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}
