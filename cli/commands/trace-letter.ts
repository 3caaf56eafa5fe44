import { type Command, Option } from "commander";
import { fetchFile } from "#http";
import { LETTER_LANGUAGE_NAMES } from "#reference";
import { CLI_LIMITS } from "#runtime";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import {
  accessWords,
  addServiceOptions,
  openService,
  type ServiceOptions,
} from "../service-access.ts";
import { allTraces, findCaseId } from "../trace-calls.ts";
import { writeNew } from "../write-new.ts";

interface LetterOptions extends ServiceOptions {
  readonly language?: string;
  readonly out?: string;
}

const HELP = `
Writes the official letter of a request to a State that is not on the exchange: PDF, or a page for
print if the file ends in .html. The language is that State's unless another is chosen: en, fr, es,
pt, ar or ru. Print it, have it signed and sealed, send it, and note how it left.

Examples:
  tracepost trace letter KE/2026/17 --out letter.pdf --data exchange --participant KE
  tracepost trace letter KE/2026/17 --language fr --out letter.html --data exchange --participant KE
`;

/** Adds `trace letter`: the official letter of a request (TP-OFF-3). */
export function addTraceLetter(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("letter")
    .description("write the official letter of a request to a State off the exchange")
    .argument("<case>", "case id, the beginning of one, or a national case number")
    .addOption(
      new Option("--language <code>", "language of the letter").choices(
        Object.keys(LETTER_LANGUAGE_NAMES),
      ),
    )
    .option("--out <file>", "where to write it, .pdf or .html; default: CASE.pdf");
  addServiceOptions(command, "focal-point");
  command.addHelpText("after", HELP);
  addAction<LetterOptions>(command, terminal, (options, name = "") =>
    write(options, name, terminal),
  );
}

async function write(
  options: LetterOptions,
  name: string,
  terminal: Terminal,
): Promise<CommandResult> {
  const access = { kind: "focal-point", defaultUser: "person" } as const;
  const service = await openService(options, terminal, access);
  const caseId = await findCaseId(allTraces(service, { role: "requesting" }), name);
  const file = options.out ?? `${caseId}.pdf`;
  const form = file.endsWith(".html") ? "html" : "pdf";
  const query = options.language === undefined ? "" : `?language=${options.language}`;
  const path = `/v1/traces/${caseId}/letter.${form}${query}`;
  const content = await fetchFile(service.door, { path, timeoutMs: CLI_LIMITS.answerMs });
  await writeNew(file, content);
  const noted = `tracepost trace dispatched ${caseId} --channel POST --reference REFERENCE`;
  return {
    json: { caseId, file, bytes: content.length },
    lines: [
      `Written: ${file}.`,
      `Once it has left: ${noted} --on YYYY-MM-DD ${accessWords(options)}`,
    ],
  };
}
