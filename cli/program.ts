import { Command, CommanderError } from "commander";
import { TracepostError } from "#errors";
import packageJson from "../package.json" with { type: "json" };
import { type Terminal, tellFault } from "./command-result.ts";
import { addAlertAnswer } from "./commands/alert-answer.ts";
import { addAlertSend } from "./commands/alert-send.ts";
import { addAlertShow } from "./commands/alert-show.ts";
import { addAttachmentCommands } from "./commands/attachment.ts";
import { addCheck } from "./commands/check.ts";
import { addClock } from "./commands/clock.ts";
import { addCompletion } from "./commands/completion.ts";
import { addConformanceRun } from "./commands/conformance.ts";
import { addDeputy } from "./commands/deputy.ts";
import { addEvents } from "./commands/events.ts";
import { addExchangeDown } from "./commands/exchange-down.ts";
import { addExchangeInit } from "./commands/exchange-init.ts";
import { addExchangeNatsConfig } from "./commands/exchange-nats-config.ts";
import { addExchangeStatus } from "./commands/exchange-status.ts";
import { addExchangeSteward } from "./commands/exchange-steward.ts";
import { addExchangeUp } from "./commands/exchange-up.ts";
import { addInspect } from "./commands/inspect.ts";
import { addLogVerify } from "./commands/log.ts";
import { addPostHeld } from "./commands/post-held.ts";
import { addPostIssue } from "./commands/post-issue.ts";
import { addQuarantineDecide } from "./commands/quarantine-decide.ts";
import { addQuarantineList } from "./commands/quarantine-list.ts";
import { addRegisterImport } from "./commands/register-import.ts";
import { addRegisterLook } from "./commands/register-look.ts";
import { addRelease } from "./commands/release.ts";
import { addRule } from "./commands/rule.ts";
import { addTraceAskWhom } from "./commands/trace-ask-whom.ts";
import { addTraceByLetter } from "./commands/trace-by-letter.ts";
import { addTraceChain } from "./commands/trace-chain.ts";
import { addTraceCheck } from "./commands/trace-check.ts";
import { addTraceDraft } from "./commands/trace-draft.ts";
import { addTraceFollowUp } from "./commands/trace-follow-up.ts";
import { addTraceLetter } from "./commands/trace-letter.ts";
import { addTraceList } from "./commands/trace-list.ts";
import { addTraceOverdue } from "./commands/trace-overdue.ts";
import { addTraceReply } from "./commands/trace-reply.ts";
import { addTraceSend } from "./commands/trace-send.ts";
import { addTraceShow } from "./commands/trace-show.ts";
import { addTraceTemplate } from "./commands/trace-template.ts";
import { addUserAdd } from "./commands/user-add.ts";
import { addUserList } from "./commands/user-list.ts";
import { addUserStatus } from "./commands/user-status.ts";
import { addUserToken } from "./commands/user-token.ts";
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
  const asJson = argv.includes("--json");
  const program = createProgram(terminal, asJson);
  try {
    await program.parseAsync([...argv], { from: "user" });
  } catch (caught) {
    if (!(caught instanceof CommanderError)) {
      tellFault(TracepostError.from(caught), terminal, asJson);
    } else if (caught.exitCode !== 0) {
      tellUsage(caught, terminal, asJson);
    }
  }
}

/** The command whose words were wrong. */
const placeOf = new WeakMap<CommanderError, string>();

/** Commander has told a person already, help included; a program is told here. */
function tellUsage(error: CommanderError, terminal: Terminal, asJson: boolean): void {
  const message = error.message.replace(/^error: /u, "");
  const remedy = `See: ${placeOf.get(error) ?? "tracepost"} --help`;
  const fault = new TracepostError("USAGE", message, { remedy });
  if (asJson) tellFault(fault, terminal, asJson);
  else terminal.setExitCode(fault.exitCode);
}

/** Every command of the program; `asJson` keeps usage errors off standard error as text. */
export function createProgram(terminal: Terminal, asJson: boolean): Command {
  const program = new Command("tracepost")
    .description(
      "Runs an exchange of trace requests between national focal points, and looks into it.",
    )
    .addHelpText("after", `${EXAMPLES}\n${EXIT_CODES_HELP}`)
    .version(packageJson.version, "-V, --version", "print the version")
    .helpCommand("help [command]", "show help of a command");
  const exchange = group(program, "exchange", "set up, start, stop and look at an exchange");
  addExchangeInit(exchange, terminal);
  addExchangeUp(exchange, terminal);
  addExchangeDown(exchange, terminal);
  addExchangeStatus(exchange, terminal);
  addExchangeNatsConfig(exchange, terminal);
  addExchangeSteward(exchange, terminal);
  const trace = group(
    program,
    "trace",
    "look at the trace cases of a State, send and answer requests",
  );
  addTraceList(trace, terminal);
  addTraceShow(trace, terminal);
  addTraceAskWhom(trace, terminal);
  addTraceTemplate(trace, terminal);
  addTraceCheck(trace, terminal);
  addTraceSend(trace, terminal);
  addTraceReply(trace, terminal);
  addTraceFollowUp(trace, terminal);
  addTraceDraft(trace, terminal);
  addTraceOverdue(trace, terminal);
  addRelease(group(program, "release", "decide what needs a second person"), terminal);
  addDeputy(group(program, "deputy", "name who may confirm for a time"), terminal);
  addClock(group(program, "clock", "set when answers are due"), terminal);
  addCheck(program, terminal);
  const register = group(
    program,
    "register",
    "bring a firearm register in, search it, take it out",
  );
  addRegisterImport(register, terminal);
  addRegisterLook(register, terminal);
  const alert = group(program, "alert", "send, follow and answer alerts, and report hits");
  addAlertShow(alert, terminal);
  addAlertSend(alert, terminal);
  addAlertAnswer(alert, terminal);
  const post = group(program, "post", "border posts that hold the alerts in force as a file");
  addPostIssue(post, terminal);
  addPostHeld(post, terminal);
  addTraceChain(trace, terminal);
  addTraceLetter(trace, terminal);
  addTraceByLetter(trace, terminal);
  addAttachmentCommands(group(program, "attachment", "photographs and documents"), terminal);
  const user = group(program, "user", "manage who may use a service, and their tokens");
  addUserList(user, terminal);
  addUserAdd(user, terminal);
  addUserStatus(user, terminal);
  addUserToken(user, terminal);
  const quarantine = group(program, "quarantine", "decide about what could not be verified");
  addQuarantineList(quarantine, terminal);
  addQuarantineDecide(quarantine, terminal);
  addEvents(group(program, "events", "see what the operator should know of"), terminal);
  const log = group(program, "log", "check the message log");
  addLogVerify(log, terminal);
  addInspect(program, terminal);
  addRule(program, terminal);
  const conformance = group(program, "conformance", "hold another implementation against ours");
  addConformanceRun(conformance, terminal);
  addCompletion(program, terminal);
  prepare(program, terminal, asJson);
  return program;
}

function group(program: Command, name: string, description: string): Command {
  return program.command(name).description(description);
}

/** Gives a command and those below it the same manners. */
function prepare(command: Command, terminal: Terminal, asJson: boolean): void {
  command
    .exitOverride((error) => {
      placeOf.set(error, pathOf(command));
      throw error;
    })
    .showSuggestionAfterError()
    .showHelpAfterError(`See: ${pathOf(command)} --help`)
    .configureOutput({
      writeOut: terminal.out,
      writeErr: (text) => asJson || terminal.err(text),
    });
  for (const child of command.commands) prepare(child, terminal, asJson);
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}
