import { type Command, Option } from "commander";
import { TracepostError } from "#errors";
import { RefusalGround } from "#proto";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import { readBody } from "../read-body.ts";
import { addWaitOption, reportSent, type WaitOptions } from "../sent-message.ts";
import {
  accessWords,
  addServiceOptions,
  openService,
  type ServiceOptions,
} from "../service-access.ts";
import { allTraces, findCaseId, sendReply } from "../trace-calls.ts";

interface ReplyOptions extends ServiceOptions, WaitOptions {
  readonly acknowledge?: string;
  readonly expectedBy?: string;
  readonly refuse?: string;
  readonly explanation?: string;
}

const GROUNDS = Object.keys(RefusalGround).filter((name) => name !== "UNSPECIFIED");

const HELP = `
Answers a request received: acknowledges it, refuses it, or sends the final answer of a file, which
is the body of POST /v1/traces/CASE/reply as JSON or YAML:

  sourceNote: Register of Austria
  final:
    outcome: LAST_LEGAL_HOLDER_IDENTIFIED
    remarks: Sold on 2019-04-02
    answers: [{ question: LAST_LEGAL_HOLDER, answer: "..." }]

CASE is a case id, the beginning of one, or a national case number.

Examples:
  tracepost trace reply 019b0f6e answer.yaml --data exchange --participant AT --wait
  tracepost trace reply 019b0f6e --acknowledge AT/2026/3 --data exchange --participant AT
  tracepost trace reply KE/2026/17 --refuse NATIONAL_SECURITY --explanation "..." \\
    --data exchange --participant AT --user supervisor-1
`;

/** Adds `trace reply`: the next message to a request received. */
export function addTraceReply(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("reply")
    .description("acknowledge, answer or refuse a request received")
    .argument("<case>", "case id, the beginning of one, or a national case number")
    .argument("[file]", "the answer as JSON or YAML; - reads standard input")
    .option("--acknowledge <reference>", "say that it is worked on, under this national reference")
    .option("--expected-by <time>", "with --acknowledge: when to expect the answer (ISO 8601)")
    .addOption(new Option("--refuse <ground>", "refuse to answer").choices(GROUNDS))
    .option("--explanation <text>", "with --refuse: why");
  addWaitOption(command);
  addServiceOptions(command, "focal-point");
  command.addHelpText("after", HELP);
  addAction<ReplyOptions>(command, terminal, (options, name = "", file) =>
    reply(options, { name, file }, terminal),
  );
}

async function reply(
  options: ReplyOptions,
  { name, file }: { readonly name: string; readonly file: string | undefined },
  terminal: Terminal,
): Promise<CommandResult> {
  const body = await bodyOf(options, file);
  const access = { kind: "focal-point", defaultUser: "person" } as const;
  const service = await openService(options, terminal, access);
  const caseId = await findCaseId(allTraces(service, { role: "requested" }), name);
  const sent = await sendReply(service, caseId, body);
  const report = await reportSent(service, { caseId, messageId: sent.messageId }, options);
  const state = report.state ?? sent.state;
  return {
    json: { caseId, ...sent, state, ...report.json },
    lines: [
      `Sent: case ${caseId} stands at ${state}.`,
      ...report.lines,
      `See it: tracepost trace show ${caseId} ${accessWords(options)}`,
    ],
    exitCode: report.exitCode,
  };
}

/** Exactly one of the three moves; what belongs to another one is refused before it is sent. */
async function bodyOf(
  { acknowledge, expectedBy, explanation, refuse }: ReplyOptions,
  file: string | undefined,
): Promise<unknown> {
  const moves = [file, acknowledge, refuse].filter((each) => each !== undefined);
  if (moves.length !== 1) {
    throw usage(
      "The reply must be one of three",
      "Give FILE, --acknowledge REF or --refuse GROUND.",
    );
  }
  if (expectedBy !== undefined && acknowledge === undefined) {
    throw usage(
      "--expected-by belongs to --acknowledge",
      "Leave it out, or write it into the file.",
    );
  }
  if (explanation !== undefined && refuse === undefined) {
    throw usage("--explanation belongs to --refuse", "Leave it out, or write it into the file.");
  }
  if (acknowledge !== undefined) {
    return { acknowledgement: { nationalReference: acknowledge, expectedBy } };
  }
  if (refuse !== undefined) return { refusal: { ground: refuse, explanation } };
  return (await readBody(file ?? "-")).value;
}

function usage(message: string, remedy: string): TracepostError {
  return new TracepostError("USAGE", message, { remedy });
}
