import type { Command } from "commander";
import { TracepostError } from "#errors";
import { ApiProblem, type ProblemField } from "#http";
import { faultLines, printable } from "#runtime";
import type { Screen } from "./screen.ts";

/** What a command has to say, in both forms. */
export interface CommandResult {
  /** For people, on standard output. */
  readonly lines: readonly string[];
  /** The same as one JSON value, with `--json`. */
  readonly json: unknown;
  /** Default 0. */
  readonly exitCode?: number;
}

/** What a command has around it: where it writes to, how it ends, and what the environment says. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Notes the exit code; the process ends when its work is done. */
  readonly setExitCode: (code: number) => void;
  /** Bearer token of the variable TRACEPOST_TOKEN. */
  readonly token?: string;
  /** Where the text is shown. */
  readonly screen: Screen;
}

/** Options every command has. */
export interface OutputOptions {
  readonly json?: boolean;
}

/**
 * Gives a command its `--json` and its action: prints what it returns, and tells a fault with its
 * problems and remedy, without a stack trace, under the exit code of its kind (TP-CLI-1).
 */
export function addAction<O extends OutputOptions>(
  command: Command,
  terminal: Terminal,
  action: (options: O, ...args: string[]) => Promise<CommandResult>,
): void {
  command.option("--json", "print one JSON value instead of text");
  command.action(async (...received: unknown[]) => {
    // Commander hands over the arguments, then the options, then the command.
    const options = received.at(-2) as O;
    const args = received.slice(0, -2) as string[];
    try {
      const { exitCode = 0, json, lines } = await action(options, ...args);
      const text = lines.length === 0 ? "" : `${lines.join("\n")}\n`;
      terminal.out(options.json === true ? toJsonText(json) : text);
      terminal.setExitCode(exitCode);
    } catch (caught) {
      tellFault(TracepostError.from(caught), terminal, options.json === true);
    }
  });
}

/** Tells a fault on standard error and notes its exit code. */
export function tellFault(fault: TracepostError, terminal: Terminal, asJson: boolean): void {
  const told = fault instanceof ApiProblem ? problemOf(fault) : { code: fault.code, fields: [] };
  const { message, problems, remedy } = fault;
  const text = asJson
    ? toJsonText({ error: { code: told.code, message, problems, remedy, fields: told.fields } })
    : `${(fault instanceof ApiProblem ? problemLines(fault) : faultLines(fault)).join("\n")}\n`;
  terminal.err(text);
  terminal.setExitCode(fault.exitCode);
}

/** What a service said no with: its closed code, and each field with its rule and remedy. */
function problemOf(fault: ApiProblem): { code: string; fields: readonly ProblemField[] } {
  const { detail, field, problems = [], title } = fault.problem;
  const alone = field === undefined ? [] : [{ field, rule: detail ?? title ?? "" }];
  return { code: fault.problemCode || fault.code, fields: [...alone, ...problems] };
}

/** As a person reads it: what is wrong, where, and what to do; who was asked comes last. */
function problemLines(fault: ApiProblem): string[] {
  const { detail = "", field = "", title = `Status ${fault.status}.` } = fault.problem;
  const code = fault.problemCode === "" ? "" : ` (${fault.problemCode})`;
  const where = [field, detail].filter((text) => text !== "").join(": ");
  return [
    `${title}${code}`,
    ...(where === "" ? [] : [`  ${where}`]),
    ...fault.problems.map((problem) => `  - ${problem}`),
    ...(fault.remedy === "" ? [] : [fault.remedy]),
    `Asked: ${fault.call}`,
  ].map(printable);
}

function toJsonText(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
