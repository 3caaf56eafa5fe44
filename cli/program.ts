import { Command, CommanderError } from "commander";
import { TracepostError } from "#errors";
import packageJson from "../package.json" with { type: "json" };
import { type Terminal, tellFault } from "./command-result.ts";
import { addAlertAnswer } from "./commands/alert-answer.ts";
import { addAlertCap } from "./commands/alert-cap.ts";
import { addAlertGuide, addCheckLog } from "./commands/alert-guide.ts";
import { addAlertSend } from "./commands/alert-send.ts";
import { addAlertShow } from "./commands/alert-show.ts";
import { addAttachmentCommands } from "./commands/attachment.ts";
import { addBackup } from "./commands/backup.ts";
import { addChanges } from "./commands/changes.ts";
import { addCheck } from "./commands/check.ts";
import { addClock } from "./commands/clock.ts";
import { addCompletion } from "./commands/completion.ts";
import { addConformanceRun } from "./commands/conformance.ts";
import { addDeputy } from "./commands/deputy.ts";
import { addDirectory } from "./commands/directory.ts";
import { addDisclosure } from "./commands/disclosure.ts";
import { addEvents } from "./commands/events.ts";
import { addEvidence } from "./commands/evidence.ts";
import { addExchangeCertificates } from "./commands/exchange-certificates.ts";
import { addExchangeCredentials } from "./commands/exchange-credentials.ts";
import { addExchangeDown } from "./commands/exchange-down.ts";
import { addExchangeInit } from "./commands/exchange-init.ts";
import { addExchangeLeaf } from "./commands/exchange-leaf.ts";
import { addExchangeNatsConfig } from "./commands/exchange-nats-config.ts";
import { addExchangeReconcile } from "./commands/exchange-reconcile.ts";
import { addExchangeStatus } from "./commands/exchange-status.ts";
import { addExchangeSteward } from "./commands/exchange-steward.ts";
import { addExchangeUp } from "./commands/exchange-up.ts";
import { addInspect } from "./commands/inspect.ts";
import { addLedger } from "./commands/ledger.ts";
import { addLogCommands } from "./commands/log.ts";
import { addMonitor } from "./commands/monitor.ts";
import { addMonitorOutputs } from "./commands/monitor-outputs.ts";
import { addMonitorWatch } from "./commands/monitor-watch.ts";
import { addNotice } from "./commands/notice.ts";
import { addOnward } from "./commands/onward.ts";
import { addParticipantBelieve } from "./commands/participant-believe.ts";
import { addParticipantChange } from "./commands/participant-change.ts";
import { addParticipantDisclose } from "./commands/participant-disclose.ts";
import { addParticipantLook } from "./commands/participant-look.ts";
import { addParticipantRequest } from "./commands/participant-request.ts";
import { addPersons } from "./commands/persons.ts";
import { addPolicyChange } from "./commands/policy-change.ts";
import { addPolicyLook } from "./commands/policy-look.ts";
import { addPolicySimulate } from "./commands/policy-simulate.ts";
import { addPostHeld } from "./commands/post-held.ts";
import { addPostIssue } from "./commands/post-issue.ts";
import { addQuarantineDecide } from "./commands/quarantine-decide.ts";
import { addQuarantineList } from "./commands/quarantine-list.ts";
import { addReceipt } from "./commands/receipt.ts";
import { addRecordsAudit } from "./commands/records-audit.ts";
import { addRecordsDispose } from "./commands/records-dispose.ts";
import { addRecordsExport } from "./commands/records-export.ts";
import { addRecordsHold } from "./commands/records-hold.ts";
import { addRecordsList } from "./commands/records-list.ts";
import { addRecovery } from "./commands/recovery.ts";
import { addRegisterExchangeKey } from "./commands/register-exchange-key.ts";
import { addRegisterFreshen } from "./commands/register-freshen.ts";
import { addRegisterImport } from "./commands/register-import.ts";
import { addRegisterLook } from "./commands/register-look.ts";
import { addRegisterPublish } from "./commands/register-publish.ts";
import { addRegisterRootKey } from "./commands/register-root-key.ts";
import { addRegisterSuccession } from "./commands/register-succession.ts";
import { addRegisterVersion } from "./commands/register-version.ts";
import { addRegisterWitness } from "./commands/register-witness.ts";
import { addRelease } from "./commands/release.ts";
import { addRule } from "./commands/rule.ts";
import { addScheduleChange } from "./commands/schedule-change.ts";
import { addScheduleLook } from "./commands/schedule-look.ts";
import { addSeizure } from "./commands/seizure.ts";
import { addStoreCopy } from "./commands/store-copy.ts";
import { addSummary } from "./commands/summary.ts";
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
import { addUserWhoami } from "./commands/user-whoami.ts";
import { addWebhookCommands } from "./commands/webhook.ts";
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

/** What each group of commands is for. */
const GROUPS = {
  exchange: "set up, start, stop and look at an exchange",
  trace: "look at the trace cases of a State, send and answer requests",
  attachment: "photographs and documents",
  persons: "read, review and erase personal data, and see who did",
  notice: "correct, erase and announce, wherever information went",
  onward: "ask and decide whether something may be passed on, and see what was",
  release: "decide what needs a second person",
  deputy: "name who may confirm for a time",
  clock: "set when answers are due",
  register: "the firearm register of a State; versions of the participant register",
  seizure: "reports of what was seized, found or surrendered",
  ledger: "the national ledger of indicator 16.4.2: counted, signed off, sent to regional bodies",
  participant: "admit, change and remove participants in a draft of the register",
  recovery: "the State recovery key: own copies open when a machine is lost",
  alert: "send, follow and answer alerts, and report hits",
  post: "border posts that hold the alerts in force as a file",
  user: "manage who may use a service, and their tokens",
  webhook: "have other systems told of changes",
  monitor: "what a regional body counts, publishes and is told",
  receipt: "what was signed about a message",
  quarantine: "decide about what could not be verified",
  records: "find what the gateway recorded; legal holds and disposal",
  events: "see what the operator should know of",
  disclosure: "what a regional body may see of whom",
  policy: "who may send what to whom: look at it, sign it, put it in force",
  schedule: "how long records are kept: look at it, sign it, put it in force",
  log: "check the message log",
  store: "move a gateway's store to PostgreSQL, or back",
  backup: "back a data folder up, verify a backup, lay it back",
  evidence: "files that prove to a stranger what was recorded",
  conformance: "hold another implementation against ours",
} as const;

/**
 * Every command of the program, at least one for each operation of a service (TP-CLI-9); `asJson`
 * keeps usage errors off standard error as text.
 */
export function createProgram(terminal: Terminal, asJson: boolean): Command {
  const program = new Command("tracepost")
    .description(
      "Runs an exchange of trace requests between national focal points, and looks into it.",
    )
    .addHelpText("after", `${EXAMPLES}\n${EXIT_CODES_HELP}`)
    .version(packageJson.version, "-V, --version", "print the version")
    .helpCommand("help [command]", "show help of a command");
  addExchangeCommands(group(program, "exchange", GROUPS.exchange), terminal);
  addTraceCommands(group(program, "trace", GROUPS.trace), terminal);
  addAttachmentCommands(group(program, "attachment", GROUPS.attachment), terminal);
  addPersons(group(program, "persons", GROUPS.persons), terminal);
  addNotice(group(program, "notice", GROUPS.notice), terminal);
  addOnward(group(program, "onward", GROUPS.onward), terminal);
  addRelease(group(program, "release", GROUPS.release), terminal);
  addDeputy(group(program, "deputy", GROUPS.deputy), terminal);
  addClock(group(program, "clock", GROUPS.clock), terminal);
  addRegisterCommands(group(program, "register", GROUPS.register), terminal);
  addSeizure(group(program, "seizure", GROUPS.seizure), terminal);
  addLedger(group(program, "ledger", GROUPS.ledger), terminal);
  addParticipantCommands(group(program, "participant", GROUPS.participant), terminal);
  addRecovery(group(program, "recovery", GROUPS.recovery), terminal);
  addAlertCommands(group(program, "alert", GROUPS.alert), terminal);
  addCheck(program, terminal);
  addCheckLog(program, terminal);
  addPostCommands(group(program, "post", GROUPS.post), terminal);
  addUserCommands(group(program, "user", GROUPS.user), terminal);
  addSummary(program, terminal);
  addDirectory(program, terminal);
  addChanges(program, terminal);
  addWebhookCommands(group(program, "webhook", GROUPS.webhook), terminal);
  addMonitorCommands(group(program, "monitor", GROUPS.monitor), terminal);
  addReceipt(group(program, "receipt", GROUPS.receipt), terminal);
  addQuarantineCommands(group(program, "quarantine", GROUPS.quarantine), terminal);
  addRecordsCommands(group(program, "records", GROUPS.records), terminal);
  addEvents(group(program, "events", GROUPS.events), terminal);
  addPolicyCommands(group(program, "policy", GROUPS.policy), terminal);
  addDisclosure(group(program, "disclosure", GROUPS.disclosure), terminal);
  addScheduleCommands(group(program, "schedule", GROUPS.schedule), terminal);
  addLogCommands(group(program, "log", GROUPS.log), terminal);
  addStoreCopy(group(program, "store", GROUPS.store), terminal);
  addBackup(group(program, "backup", GROUPS.backup), terminal);
  addEvidence(group(program, "evidence", GROUPS.evidence), terminal);
  addInspect(program, terminal);
  addRule(program, terminal);
  addConformanceRun(group(program, "conformance", GROUPS.conformance), terminal);
  addCompletion(program, terminal);
  prepare(program, terminal, asJson);
  return program;
}

function addExchangeCommands(parent: Command, terminal: Terminal): void {
  addExchangeInit(parent, terminal);
  addExchangeUp(parent, terminal);
  addExchangeDown(parent, terminal);
  addExchangeStatus(parent, terminal);
  addExchangeReconcile(parent, terminal);
  addExchangeCredentials(parent, terminal);
  addExchangeCertificates(parent, terminal);
  addExchangeNatsConfig(parent, terminal);
  addExchangeLeaf(parent, terminal);
  addExchangeSteward(parent, terminal);
}

function addTraceCommands(parent: Command, terminal: Terminal): void {
  addTraceList(parent, terminal);
  addTraceShow(parent, terminal);
  addTraceAskWhom(parent, terminal);
  addTraceTemplate(parent, terminal);
  addTraceCheck(parent, terminal);
  addTraceSend(parent, terminal);
  addTraceReply(parent, terminal);
  addTraceFollowUp(parent, terminal);
  addTraceDraft(parent, terminal);
  addTraceOverdue(parent, terminal);
  addTraceChain(parent, terminal);
  addTraceLetter(parent, terminal);
  addTraceByLetter(parent, terminal);
}

function addParticipantCommands(parent: Command, terminal: Terminal): void {
  addParticipantLook(parent, terminal);
  addParticipantBelieve(parent, terminal);
  addParticipantChange(parent, terminal);
  addParticipantDisclose(parent, terminal);
  addParticipantRequest(parent, terminal);
}

function addRegisterCommands(parent: Command, terminal: Terminal): void {
  addRegisterImport(parent, terminal);
  addRegisterLook(parent, terminal);
  addRegisterVersion(parent, terminal);
  addRegisterFreshen(parent, terminal);
  addRegisterPublish(parent, terminal);
  addRegisterRootKey(parent, terminal);
  addRegisterExchangeKey(parent, terminal);
  addRegisterWitness(parent, terminal);
  addRegisterSuccession(parent, terminal);
}

function addAlertCommands(parent: Command, terminal: Terminal): void {
  addAlertShow(parent, terminal);
  addAlertSend(parent, terminal);
  addAlertCap(parent, terminal);
  addAlertAnswer(parent, terminal);
  addAlertGuide(parent, terminal);
}

function addPostCommands(parent: Command, terminal: Terminal): void {
  addPostIssue(parent, terminal);
  addPostHeld(parent, terminal);
}

function addPolicyCommands(parent: Command, terminal: Terminal): void {
  addPolicyLook(parent, terminal);
  addPolicySimulate(parent, terminal);
  addPolicyChange(parent, terminal);
}

function addScheduleCommands(parent: Command, terminal: Terminal): void {
  addScheduleLook(parent, terminal);
  addScheduleChange(parent, terminal);
}

function addMonitorCommands(parent: Command, terminal: Terminal): void {
  addMonitor(parent, terminal);
  addMonitorWatch(parent, terminal);
  addMonitorOutputs(parent, terminal);
}

function addUserCommands(parent: Command, terminal: Terminal): void {
  addUserList(parent, terminal);
  addUserAdd(parent, terminal);
  addUserStatus(parent, terminal);
  addUserToken(parent, terminal);
  addUserWhoami(parent, terminal);
}

function addRecordsCommands(parent: Command, terminal: Terminal): void {
  addRecordsList(parent, terminal);
  addRecordsExport(parent, terminal);
  addRecordsAudit(parent, terminal);
  addRecordsDispose(parent, terminal);
  addRecordsHold(group(parent, "hold", "keep records from disposal, by two people"), terminal);
}

function addQuarantineCommands(parent: Command, terminal: Terminal): void {
  addQuarantineList(parent, terminal);
  addQuarantineDecide(parent, terminal);
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
