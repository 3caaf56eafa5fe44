import { type Command, Option } from "commander";
import { namesOf } from "#casework";
import { ErasureReason } from "#proto";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import { heldResult } from "../held-answer.ts";
import { answerNotice, sendNotice } from "../notice-calls.ts";
import { readBody } from "../read-body.ts";
import {
  accessWords,
  addServiceOptions,
  openService,
  type ServiceOptions,
} from "../service-access.ts";
import { addNoticeLook } from "./notice-look.ts";
import { addNoticeTold, toldCommand } from "./notice-told.ts";

const PERSON = { kind: "focal-point", defaultUser: "person" } as const;

/** What every notice names. */
interface SubjectOptions extends ServiceOptions {
  readonly part: string;
  readonly key?: string;
  readonly sender?: string;
}

const example = (text: string): string => `
Example:
  ${text} \\
    --data exchange --participant KE --user desk-7
`;

/** Adds `notice correct`, `erase`, `disclose`, `confirm`, `told`, `list` and `show`. */
export function addNotice(parent: Command, terminal: Terminal): void {
  addCorrect(parent, terminal);
  addErase(parent, terminal);
  addDisclose(parent, terminal);
  addConfirm(parent, terminal);
  addNoticeTold(parent, terminal);
  addNoticeLook(parent, terminal);
}

/** A command that sends a notice about a message. */
function aboutMessage(parent: Command, name: string, does: string): Command {
  return parent
    .command(name)
    .description(does)
    .argument("<message>", "id of the message it is about")
    .option("--part <part>", "body, persons, or attachment/ID", "body")
    .option("--key <key>", "idempotency key: the same notice is sent once");
}

function addCorrect(parent: Command, terminal: Terminal): void {
  const command = aboutMessage(
    parent,
    "correct",
    "say that something sent is to be read otherwise, to all who received it",
  ).argument("<file>", "reason, fields and persons as JSON or YAML; - reads standard input");
  addServiceOptions(command, "focal-point");
  const text = "tracepost notice correct 019b0f71-0c40 correction.yaml --part persons";
  command.addHelpText("after", example(text));
  addAction<SubjectOptions>(command, terminal, async (options, messageId = "", file = "") => {
    const correction = (await readBody(file)).value;
    return await send(options, { messageId, content: { correction } }, terminal);
  });
}

interface EraseOptions extends SubjectOptions {
  readonly reason: string;
  readonly explanation?: string;
}

function addErase(parent: Command, terminal: Terminal): void {
  const command = aboutMessage(
    parent,
    "erase",
    "have something that was sent erased, wherever it went",
  )
    .addOption(
      new Option("--reason <reason>", "why")
        .choices([...namesOf(ErasureReason)])
        .makeOptionMandatory(),
    )
    .option("--explanation <text>", "more about it");
  addServiceOptions(command, "focal-point");
  const text = "tracepost notice erase 019b0f71-0c40 --part persons --reason PURPOSE_ENDED";
  command.addHelpText("after", example(text));
  addAction<EraseOptions>(command, terminal, async (options, messageId = "") => {
    const { explanation, reason } = options;
    const erasure = { reason, ...(explanation && { explanation }) };
    return await send(options, { messageId, content: { erasure } }, terminal);
  });
}

function addDisclose(parent: Command, terminal: Terminal): void {
  const command = aboutMessage(
    parent,
    "disclose",
    "tell who sent something that it must be disclosed, before it is",
  )
    .argument("<file>", "the disclosure as JSON or YAML; - reads standard input")
    .requiredOption("--sender <id>", "participant that sent the message");
  addServiceOptions(command, "focal-point");
  const text = "tracepost notice disclose 019b0f71-0c40 disclosure.yaml --sender AT";
  command.addHelpText("after", example(text));
  addAction<SubjectOptions>(command, terminal, async (options, messageId = "", file = "") => {
    const priorDisclosure = (await readBody(file)).value;
    return await send(options, { messageId, content: { priorDisclosure } }, terminal);
  });
}

/** Sends a notice, and says to whom it went or what it waits for. */
export async function send(
  options: SubjectOptions,
  said: { readonly messageId: string; readonly content: object },
  terminal: Terminal,
): Promise<CommandResult> {
  const { key, part, sender } = options;
  const { content, messageId } = said;
  const access = accessWords(options);
  const subject = { messageId, part, ...(sender && { sender }) };
  const service = await openService(options, terminal, PERSON);
  const sent = await sendNotice(service, { subject, ...content }, key);
  const held = heldResult(sent, options);
  if (held !== undefined) return held;
  const lines = sent.notices.map(({ byLetter, noticeId, to }) =>
    byLetter === true
      ? `Write to ${to} by letter, then note it: ${toldCommand({ noticeId, to }, access)}`
      : `Sent to ${to}: notice ${noticeId}.`,
  );
  if (lines.length === 0) return { json: sent, lines: ["Nobody received it: nobody is told."] };
  return {
    json: sent,
    lines: [...lines, `See who has done it: tracepost notice show NOTICE ${access}`],
  };
}

interface ConfirmOptions extends ServiceOptions {
  readonly notDone?: string;
  readonly explanation?: string;
  readonly key?: string;
}

function addConfirm(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("confirm")
    .description("answer a notice received: it was done, or why it cannot be")
    .argument("<notice>", "id of the notice")
    .addOption(
      new Option("--not-done <reason>", "it cannot be done, and why").conflicts("explanation"),
    )
    .option("--explanation <text>", "what is to be said about it")
    .option("--key <key>", "idempotency key: the same answer is given once");
  addServiceOptions(command, "focal-point");
  command.addHelpText("after", example("tracepost notice confirm 019b0f75-1a2b"));
  addAction<ConfirmOptions>(command, terminal, async (options, noticeId = "") => {
    const { explanation = "", key, notDone } = options;
    const body = { done: notDone === undefined, explanation: notDone ?? explanation };
    const service = await openService(options, terminal, PERSON);
    const answered = await answerNotice(service, { noticeId, verb: "confirm", body, key });
    return { json: answered, lines: [`Answered: message ${answered.answerId}.`] };
  });
}
