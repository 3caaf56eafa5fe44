import type { Command } from "commander";
import { HTTP_LIMITS } from "#runtime";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import { parseLimit } from "../parse-option.ts";
import {
  decideBlock,
  listAccess,
  listDue,
  type PersonBlockView,
  readPersons,
} from "../person-calls.ts";
import { addServiceOptions, openService, type ServiceOptions } from "../service-access.ts";
import { textTable } from "../text-table.ts";
import { allTraces, findCaseId } from "../trace-calls.ts";

const PERSON = { kind: "focal-point", defaultUser: "person" } as const;

const example = (text: string): string => `
Example:
  ${text} \\
    --data exchange --participant KE --user desk-7
`;

/** Adds `persons show`, `log`, `due`, `review` and `erase` (TP-PERS-5 to TP-PERS-7). */
export function addPersons(parent: Command, terminal: Terminal): void {
  addShow(parent, terminal);
  addLog(parent, terminal);
  addDue(parent, terminal);
  addReview(parent, terminal);
  addErase(parent, terminal);
}

interface ReasonOptions extends ServiceOptions {
  readonly reason: string;
}

function addShow(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("show")
    .description("read the personal data of a case; who reads it, and why, is written down")
    .argument("<case>", "case id or national case number")
    .requiredOption("--reason <text>", "why it must be read");
  addServiceOptions(command, "focal-point");
  const text = 'tracepost persons show KE/2026/18 --reason "Preparing the answer"';
  command.addHelpText("after", example(text));
  addAction<ReasonOptions>(command, terminal, async (options, name = "") => {
    const service = await openService(options, terminal, PERSON);
    const caseId = await findCaseId(allTraces(service, {}), name);
    const found = await readPersons(service, caseId, options.reason);
    const lines = found.blocks.flatMap((block) => [...table([block]), ...personLines(block)]);
    return { json: found, lines: lines.length === 0 ? ["The case has none."] : lines };
  });
}

function personLines({ data }: PersonBlockView): string[] {
  if (data === undefined) return [];
  const rows = data.persons.map((one) => [
    one.personRef,
    one.role ?? "",
    one.accuracy ?? "",
    one.name ?? "",
    one.dateOfBirth ?? "",
    [one.documentKind, one.documentNumber].filter((word) => word !== undefined).join(" "),
  ]);
  return [
    `  Necessary because: ${data.necessity}`,
    `  By law: ${data.legalBasis}`,
    ...textTable(["  PERSON", "AS", "IT IS", "NAME", "BORN", "DOCUMENT"], rows),
  ];
}

function addLog(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("log")
    .description("show who did what to the personal data of a case, when and why; no content")
    .argument("<case>", "case id or national case number");
  addServiceOptions(command, "focal-point");
  command.addHelpText("after", example("tracepost persons log KE/2026/18"));
  addAction<ServiceOptions>(command, terminal, async (options, name = "") => {
    const service = await openService(options, terminal, PERSON);
    const caseId = await findCaseId(allTraces(service, {}), name);
    const found = await listAccess(service, caseId);
    const rows = found.access.map((one) => [one.at, one.act, one.actor, one.blockId, one.reason]);
    return { json: found, lines: textTable(["AT", "WHAT", "WHO", "BLOCK", "WHY"], rows) };
  });
}

interface DueOptions extends ServiceOptions {
  readonly until?: string;
  readonly limit: number;
}

function addDue(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("due")
    .description("list personal data that is to be reviewed, the longest due first")
    .option("--until <time>", "due until then, RFC 3339; by default now")
    .option("--limit <n>", "show at most so many", parseLimit, HTTP_LIMITS.pageRowsMax);
  addServiceOptions(command, "focal-point");
  command.addHelpText("after", example("tracepost persons due --until 2027-01-01T00:00:00Z"));
  addAction<DueOptions>(command, terminal, async (options) => {
    const { limit, until } = options;
    const rows = String(Math.min(limit, HTTP_LIMITS.pageRowsMax));
    const service = await openService(options, terminal, PERSON);
    const query = { ...(until && { dueUntil: until }), limit: rows };
    const { blocks, next } = await listDue(service, query);
    const lines = blocks.length === 0 ? ["Nothing is due."] : table(blocks);
    return { json: { blocks, more: next !== undefined }, lines };
  });
}

function table(blocks: readonly PersonBlockView[]): string[] {
  const rows = blocks.map((one) => [
    one.blockId,
    one.direction === "sent" ? `to ${one.peer}` : `of ${one.peer}`,
    String(one.persons),
    one.erased === undefined ? `review ${one.reviewAt}` : `erased: ${one.erased.because}`,
  ]);
  return textTable(["BLOCK", "WITH", "PERSONS", "STANDS AT"], rows);
}

interface ReviewOptions extends ReasonOptions {
  readonly keepUntil: string;
}

function addReview(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("review")
    .description("keep personal data until another day, and say why")
    .argument("<block>", "id of the block")
    .requiredOption("--keep-until <time>", "RFC 3339, within five years")
    .requiredOption("--reason <text>", "why it is still needed");
  addServiceOptions(command, "focal-point");
  const text =
    "tracepost persons review AT.019b0f71 --keep-until 2027-06-01T00:00:00Z " +
    '--reason "The trial goes on"';
  command.addHelpText("after", example(text));
  addAction<ReviewOptions>(command, terminal, async (options, blockId = "") => {
    const { keepUntil, reason } = options;
    const service = await openService(options, terminal, PERSON);
    return told(await decideBlock(service, blockId, "review", { keepUntil, reason }));
  });
}

function addErase(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("erase")
    .description("erase personal data here; notice erase has it erased everywhere")
    .argument("<block>", "id of the block")
    .requiredOption("--reason <text>", "why it ends");
  addServiceOptions(command, "focal-point");
  const text = 'tracepost persons erase AT.019b0f71 --reason "The purpose has ended"';
  command.addHelpText("after", example(text));
  addAction<ReasonOptions>(command, terminal, async (options, blockId = "") => {
    const service = await openService(options, terminal, PERSON);
    return told(await decideBlock(service, blockId, "erase", { reason: options.reason }));
  });
}

function told(block: PersonBlockView): CommandResult {
  return { json: block, lines: table([block]) };
}
