import { type Command, Option } from "commander";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import { CHANNELS } from "../letter-options.ts";
import { readBody } from "../read-body.ts";
import {
  accessWords,
  addServiceOptions,
  callService,
  openService,
  type ServiceAccess,
  type ServiceOptions,
} from "../service-access.ts";
import { allTraces, findCaseId } from "../trace-calls.ts";

interface ChannelOptions extends ServiceOptions {
  readonly channel: string;
  readonly reference: string;
  readonly on: string;
  readonly note?: string;
  readonly language?: string;
}

const DISPATCHED_HELP = `
Notes by which channel the letter of a request left. The first time the case counts as delivered,
because nobody off the exchange gives receipts. What the letter says after that (information, a
withdrawal, a reminder) is noted by trace follow-up with --channel, --reference and --on.

Examples:
  tracepost trace dispatched KE/2026/17 --channel I-24/7 --reference NCB-NBO/2026/118 \\
    --on 2026-02-03 --language fr --data exchange --participant KE
`;

const ENTER_HELP = `
Enters an answer that came by another channel. The file is what trace reply takes, as JSON or YAML:

  sourceNote: Registre national
  final: { outcome: EXPORTED_ONWARD, nextState: IT }

Examples:
  tracepost trace enter KE/2026/17 answer.yaml --channel POST --reference ML/DGPN/77 \\
    --on 2026-03-01 --data exchange --participant KE
`;

/**
 * Adds `trace dispatched` and `trace enter`: what goes and comes by letter (TP-OFF-5, TP-OFF-6).
 */
export function addTraceByLetter(parent: Command, terminal: Terminal): void {
  const dispatched = parent
    .command("dispatched")
    .description("note by which channel the letter of a request left");
  addChannelOptions(dispatched).option("--language <code>", "language it was written in");
  addServiceOptions(dispatched, "focal-point");
  dispatched.addHelpText("after", DISPATCHED_HELP);
  addAction<ChannelOptions>(dispatched, terminal, (options, name = "") =>
    noteDispatched(options, name, terminal),
  );
  const enter = parent.command("enter").description("enter an answer that came by another channel");
  addChannelOptions(enter).argument("<file>", "the answer as JSON or YAML; - reads standard input");
  addServiceOptions(enter, "focal-point");
  enter.addHelpText("after", ENTER_HELP);
  addAction<ChannelOptions>(enter, terminal, (options, name = "", file = "") =>
    enterAnswer(options, { name, file }, terminal),
  );
}

function addChannelOptions(command: Command): Command {
  return command
    .argument("<case>", "case id, the beginning of one, or a national case number")
    .addOption(
      new Option("--channel <channel>", "how it went or came")
        .choices(CHANNELS)
        .makeOptionMandatory(),
    )
    .requiredOption("--reference <text>", "what the channel knows it by")
    .requiredOption("--on <date>", "day on which it left or came, YYYY-MM-DD")
    .option("--note <text>", "what else is worth keeping");
}

async function noteDispatched(
  options: ChannelOptions,
  name: string,
  terminal: Terminal,
): Promise<CommandResult> {
  const { channel, language, note, on, reference } = options;
  const { caseId, service } = await openCase(options, name, terminal);
  const body = { channel, reference, dispatchedOn: on, language, note };
  return await tell(options, service, { caseId, action: "dispatched", body, done: "Noted" });
}

async function enterAnswer(
  options: ChannelOptions,
  { file, name }: { readonly file: string; readonly name: string },
  terminal: Terminal,
): Promise<CommandResult> {
  const { value: reply } = await readBody(file);
  const { channel, note, on, reference } = options;
  const { caseId, service } = await openCase(options, name, terminal);
  const body = { channel, reference, receivedOn: on, note, reply };
  return await tell(options, service, { caseId, action: "entered-answer", body, done: "Entered" });
}

async function openCase(options: ChannelOptions, name: string, terminal: Terminal) {
  const access = { kind: "focal-point", defaultUser: "person" } as const;
  const service = await openService(options, terminal, access);
  const caseId = await findCaseId(allTraces(service, { role: "requesting" }), name);
  return { caseId, service };
}

async function tell(
  options: ChannelOptions,
  service: ServiceAccess,
  told: {
    readonly caseId: string;
    readonly action: string;
    readonly body: object;
    readonly done: string;
  },
): Promise<CommandResult> {
  const { action, body, caseId, done } = told;
  const path = `/v1/traces/${caseId}/${action}`;
  const call = { method: "POST", path, body } as const;
  const { state } = await callService<{ state: string }>(service, call);
  return {
    json: { caseId, state },
    lines: [
      `${done}: case ${caseId} stands at ${state}.`,
      `See it: tracepost trace show ${caseId} ${accessWords(options)}`,
    ],
  };
}
