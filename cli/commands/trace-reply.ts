import { type Command, Option } from "commander";
import { namesOf } from "#casework";
import { RefusalGround } from "#proto";
import { addAttachOption } from "../attach-option.ts";
import { addAction, type Terminal } from "../command-result.ts";
import { type MoveOptions, makeMove, oneBody } from "../move-command.ts";
import { addWaitOption } from "../sent-message.ts";
import { addServiceOptions } from "../service-access.ts";

interface ReplyOptions extends MoveOptions {
  readonly acknowledge?: string;
  readonly expectedBy?: string;
  readonly ask?: string;
  readonly field?: readonly string[];
  readonly interim?: string;
  readonly refer?: readonly string[];
  readonly delay?: string;
  readonly reviewOn?: string;
  readonly refuse?: string;
  readonly maintain?: true;
  readonly reconsider?: true;
  readonly explanation?: string;
}

const GROUNDS = namesOf(RefusalGround);

const HELP = `
Says something about a request received: acknowledges it, asks back, tells what is known so far,
refers to another State, delays or refuses, gives the reasons of a refusal, or sends the reply of a
file, which is the body of POST /v1/traces/CASE/reply as JSON or YAML:

  sourceNote: Register of Austria
  final:
    outcome: LAST_LEGAL_HOLDER_IDENTIFIED
    remarks: Sold on 2019-04-02
    custodyEvents: [{ kind: SOLD, date: 2019-04-02, datePrecision: DAY, toParty: "..." }]
    answers: [{ question: LAST_LEGAL_HOLDER, answer: "..." }]

A correction is a file too: { correction: { reason: "...", corrected: { outcome: ... } } }.
CASE is a case id, the beginning of one, or a national case number. What is open now: trace show.

Examples:
  tracepost trace reply 019b0f6e answer.yaml --data exchange --participant AT --wait
  tracepost trace reply 019b0f6e --acknowledge AT/2026/3 --data exchange --participant AT
  tracepost trace reply 019b0f6e --ask "Is the third character a B or an 8?" \\
    --field firearm.serial_raw --data exchange --participant AT
  tracepost trace reply KE/2026/17 --refuse NATIONAL_SECURITY --explanation "..." \\
    --data exchange --participant AT --user supervisor-1
`;

/** Adds `trace reply`: the next message to a request received (TP-MOVE-25). */
export function addTraceReply(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("reply")
    .description("acknowledge, ask back, answer, delay, refer or refuse a request received")
    .argument("<case>", "case id, the beginning of one, or a national case number")
    .argument("[file]", "the reply as JSON or YAML; - reads standard input")
    .option("--acknowledge <reference>", "say that it is worked on, under this national reference")
    .option("--expected-by <time>", "with --acknowledge: when to expect the answer (ISO 8601)")
    .option("--ask <question>", "ask for what is lacking; the clock stops until it comes")
    .option("--field <paths...>", "with --ask: fields of the request it is about")
    .option("--interim <text>", "tell what is known so far; more is to come")
    .option("--refer <states...>", "the trail leads to these States; the other State asks there")
    .addOption(new Option("--delay <ground>", "answer later").choices(GROUNDS))
    .option("--review-on <date>", "with --delay: the day it is looked at again")
    .addOption(new Option("--refuse <ground>", "refuse to answer").choices(GROUNDS))
    .option("--maintain", "asked for reasons: the refusal stands")
    .option("--reconsider", "asked for reasons: the case is taken up again")
    .option("--explanation <text>", "with --delay, --refuse, --maintain or --reconsider: why")
    .option("--break-glass <reason>", "if URGENT: send alone what needs a second person, and why")
    .option("--key <key>", "idempotency key: the same message under it is sent once");
  addAttachOption(command);
  addWaitOption(command);
  addServiceOptions(command, "focal-point");
  command.addHelpText("after", HELP);
  addAction<ReplyOptions>(command, terminal, async (options, name = "", file) => {
    const body = await oneBody(repliesOf(options), file);
    const kind = { path: "reply", role: "requested" } as const;
    return await makeMove(kind, options, { name, body }, terminal);
  });
}

function repliesOf(options: ReplyOptions) {
  const { acknowledge, ask, delay, expectedBy, explanation, field, interim } = options;
  const { maintain, reconsider, refer, refuse, reviewOn } = options;
  const decision = maintain === true ? "MAINTAINED" : "RECONSIDERED";
  const clarification = { clarification: { decision, explanation } };
  return [
    {
      name: "--acknowledge",
      with: ["expectedBy"],
      isGiven: acknowledge !== undefined,
      body: { acknowledgement: { nationalReference: acknowledge, expectedBy } },
    },
    {
      name: "--ask",
      with: ["field"],
      isGiven: ask !== undefined,
      body: { requestForInformation: { question: ask, fields: field } },
    },
    {
      name: "--interim",
      with: [],
      isGiven: interim !== undefined,
      body: { interim: { remarks: interim } },
    },
    {
      name: "--refer",
      with: [],
      isGiven: refer !== undefined,
      body: { referral: { mode: "POINTER", nextStates: refer } },
    },
    {
      name: "--delay",
      with: ["reviewOn", "explanation"],
      isGiven: delay !== undefined,
      body: { delay: { ground: delay, explanation, reviewOn: reviewOn ?? "" } },
    },
    {
      name: "--refuse",
      with: ["explanation"],
      isGiven: refuse !== undefined,
      body: { refusal: { ground: refuse, explanation } },
    },
    {
      name: "--maintain",
      with: ["explanation"],
      isGiven: maintain === true,
      body: clarification,
    },
    {
      name: "--reconsider",
      with: ["explanation"],
      isGiven: reconsider === true,
      body: clarification,
    },
  ].map((move) => ({ ...move, given: options as Readonly<Record<string, unknown>> }));
}
