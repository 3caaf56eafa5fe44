import { type Command, Option } from "commander";
import { namesOf } from "#casework";
import { EstablishedBy, Usefulness, WithdrawalReason } from "#proto";
import { addAttachOption } from "../attach-option.ts";
import { addAction, type Terminal } from "../command-result.ts";
import { addLetterOptions, type LetterOptions, letterOf } from "../letter-options.ts";
import { type MoveOptions, makeMove, oneBody } from "../move-command.ts";
import { addWaitOption } from "../sent-message.ts";
import { addServiceOptions } from "../service-access.ts";

interface FollowUpOptions extends MoveOptions, LetterOptions {
  readonly inform?: string;
  readonly nothingMore?: true;
  readonly askWhy?: string;
  readonly withdraw?: string;
  readonly acceptFoundFacts?: true;
  readonly remind?: true;
  readonly feedback?: string;
  readonly close?: string;
  readonly establishedBy?: string;
  readonly reopen?: string;
  readonly text?: string;
}

const HELP = `
Says something after a request of this State: gives what was asked for, asks why it was refused,
withdraws it, reminds, tells whether the answer helped, closes the case or reopens it. FILE is the
body of POST /v1/traces/CASE/follow-up as JSON or YAML, for what options do not hold:

  supplementaryInformation:
    text: The third character is an 8.
    firearm: { type: PISTOL_SELF_LOADING, serialStatus: RESTORED, serialRaw: AB8123, ... }

CASE is a case id, the beginning of one, or a national case number. What is open now: trace show.

Examples:
  tracepost trace follow-up KE/2026/17 --inform "The third character is an 8." \\
    --data exchange --participant KE
  tracepost trace follow-up KE/2026/17 --withdraw RESOLVED_DOMESTICALLY --data exchange \\
    --participant KE
  tracepost trace follow-up KE/2026/17 --close "The dealer was found." --established-by TRACE \\
    --data exchange --participant KE --wait
  tracepost trace follow-up KE/2026/18 --inform "The third character is an 8." --channel POST \\
    --reference KE/OUT/44 --on 2026-02-20 --data exchange --participant KE

The last goes to a State that is not on the exchange: note it before the letter leaves. It has no
receipts, so --wait does not go with it.
`;

/** Adds `trace follow-up`: the next message after a request of this State (TP-MOVE-25). */
export function addTraceFollowUp(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("follow-up")
    .description("inform, ask why, withdraw, remind, close or reopen after a request of this State")
    .argument("<case>", "case id, the beginning of one, or a national case number")
    .argument("[file]", "the follow-up as JSON or YAML; - reads standard input")
    .option("--inform <text>", "give the information that was asked for")
    .option("--nothing-more", "alone or with --inform: there is nothing more to give")
    .option("--ask-why <question>", "ask for the reasons of a refusal")
    .addOption(new Option("--withdraw <reason>", "take back").choices(namesOf(WithdrawalReason)))
    .option("--accept-found-facts", "with --withdraw: what was found already may still be sent")
    .option("--remind", "remind the other State")
    .addOption(
      new Option("--feedback <usefulness>", "did the answer help").choices(namesOf(Usefulness)),
    )
    .option("--close <reason>", "close the case")
    .addOption(
      new Option("--established-by <what>", "with --close: by what the origin is fixed").choices(
        namesOf(EstablishedBy),
      ),
    )
    .option("--reopen <facts>", "new facts, within 30 days of the answer")
    .option("--text <text>", "with --withdraw, --remind or --feedback: more words")
    .option("--key <key>", "idempotency key: the same message under it is sent once");
  addLetterOptions(command);
  addAttachOption(command);
  addWaitOption(command);
  addServiceOptions(command, "focal-point");
  command.addHelpText("after", HELP);
  addAction<FollowUpOptions>(command, terminal, async (options, name = "", file) => {
    const body = { ...(await oneBody(followUpsOf(options), file)), ...letterOf(options) };
    const kind = { path: "follow-up", role: "requesting" } as const;
    return await makeMove(kind, options, { name, body }, terminal);
  });
}

function followUpsOf(options: FollowUpOptions) {
  const { askWhy, close, feedback, inform, nothingMore, remind, reopen, text, withdraw } = options;
  const establishes = options.establishedBy !== undefined;
  return [
    {
      name: "--inform",
      with: ["nothingMore"],
      isGiven: inform !== undefined || nothingMore === true,
      body: { supplementaryInformation: { text: inform, nothingMore } },
    },
    {
      name: "--ask-why",
      with: [],
      isGiven: askWhy !== undefined,
      body: { clarificationRequest: { question: askWhy } },
    },
    {
      name: "--withdraw",
      with: ["acceptFoundFacts", "text"],
      isGiven: withdraw !== undefined,
      body: {
        withdrawal: {
          reason: withdraw,
          explanation: text,
          acceptsFoundFacts: options.acceptFoundFacts,
        },
      },
    },
    { name: "--remind", with: ["text"], isGiven: remind === true, body: { reminder: { text } } },
    {
      name: "--feedback",
      with: ["text"],
      isGiven: feedback !== undefined,
      body: { outcomeFeedback: { usefulness: feedback, text } },
    },
    {
      name: "--close",
      with: ["establishedBy"],
      isGiven: close !== undefined,
      body: {
        caseClosed: {
          established: establishes,
          establishedBy: options.establishedBy,
          reason: close,
        },
      },
    },
    {
      name: "--reopen",
      with: [],
      isGiven: reopen !== undefined,
      body: { caseReopened: { newFacts: reopen } },
    },
  ].map((move) => ({ ...move, given: options as Readonly<Record<string, unknown>> }));
}
