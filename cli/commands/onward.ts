import { type Command, Option } from "commander";
import { HTTP_LIMITS } from "#runtime";
import { addAction, type Terminal } from "../command-result.ts";
import { heldResult } from "../held-answer.ts";
import { answerNotice, listOnward } from "../notice-calls.ts";
import { parseLimit } from "../parse-option.ts";
import { addServiceOptions, openService, type ServiceOptions } from "../service-access.ts";
import { textTable } from "../text-table.ts";
import { send } from "./notice.ts";

const PERSON = { kind: "focal-point", defaultUser: "person" } as const;
const words = (text: string): string[] => text.split(",").map((one) => one.trim());

const example = (text: string): string => `
Example:
  ${text} \\
    --data exchange --participant KE --user desk-7
`;

/** Adds `onward ask`, `onward decide` and `onward list` (TP-PERS-16, TP-PERS-17). */
export function addOnward(parent: Command, terminal: Terminal): void {
  addAsk(parent, terminal);
  addDecide(parent, terminal);
  addList(parent, terminal);
}

interface AskOptions extends ServiceOptions {
  readonly sender: string;
  readonly part: string;
  readonly to: string[];
  readonly purpose: string;
  readonly key?: string;
}

function addAsk(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("ask")
    .description("ask who sent a message whether it may be passed on")
    .argument("<message>", "id of the message")
    .requiredOption("--sender <id>", "participant that sent it")
    .requiredOption("--to <ids>", "participants or States, separated by commas", words)
    .requiredOption("--purpose <text>", "why")
    .option("--part <part>", "body or persons", "body")
    .option("--key <key>", "idempotency key: it is asked once");
  addServiceOptions(command, "focal-point");
  const text =
    'tracepost onward ask 019b0f71-0c40 --sender AT --to CH --purpose "It is asked next"';
  command.addHelpText("after", example(text));
  addAction<AskOptions>(command, terminal, async (options, messageId = "") => {
    const { purpose, to: releaseTo } = options;
    const content = { onwardReleaseRequest: { releaseTo, purpose } };
    return await send(options, { messageId, content }, terminal);
  });
}

interface DecideOptions extends ServiceOptions {
  readonly grant?: string[];
  readonly refuse?: string;
  readonly conditions?: string;
  readonly key?: string;
}

function addDecide(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("decide")
    .description("grant or refuse what another State asks to pass on")
    .argument("<notice>", "id of the notice that asks")
    .addOption(
      new Option("--grant <ids>", "for whom, separated by commas, of those asked for")
        .argParser(words)
        .conflicts("refuse"),
    )
    .option("--refuse <reason>", "not at all, and why")
    .option("--conditions <text>", "conditions of a grant")
    .option("--key <key>", "idempotency key: it is decided once");
  addServiceOptions(command, "focal-point");
  command.addHelpText("after", example("tracepost onward decide 019b0f75-1a2b --grant CH"));
  addAction<DecideOptions>(command, terminal, async (options, noticeId = "") => {
    const { conditions, grant, key, refuse } = options;
    const body =
      grant === undefined
        ? { granted: false, reason: refuse ?? "" }
        : { granted: true, releaseTo: grant, ...(conditions && { conditions }) };
    const service = await openService(options, terminal, PERSON);
    const answered = await answerNotice(service, { noticeId, verb: "decide", body, key });
    const held = heldResult(answered, options);
    return held ?? { json: answered, lines: [`Decided: message ${answered.answerId}.`] };
  });
}

interface ListOptions extends ServiceOptions {
  readonly case?: string;
  readonly limit: number;
}

function addList(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("list")
    .description("list what this State passed on: who received what of whom")
    .option("--case <id>", "only what messages of this case passed on")
    .option("--limit <n>", "show at most so many", parseLimit, HTTP_LIMITS.pageRowsMax);
  addServiceOptions(command, "focal-point");
  command.addHelpText("after", example("tracepost onward list"));
  addAction<ListOptions>(command, terminal, async (options) => {
    const { case: caseId, limit } = options;
    const rows = String(Math.min(limit, HTTP_LIMITS.pageRowsMax));
    const service = await openService(options, terminal, PERSON);
    const { copies, next } = await listOnward(service, { ...(caseId && { caseId }), limit: rows });
    const lines = textTable(
      ["TO", "WHAT", "OF", "IN CASE", "BECAUSE", "AT"],
      copies.map(({ at, caseId: inCase, ground, of, to }) => {
        return [to, `${of.part} of ${of.messageId}`, of.sender, inCase, ground, at];
      }),
    );
    const none = ["Nothing was passed on."];
    return {
      json: { copies, more: next !== undefined },
      lines: copies.length === 0 ? none : lines,
    };
  });
}
