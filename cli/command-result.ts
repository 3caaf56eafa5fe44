import type { Command } from "commander";
import { TracepostError } from "#errors";
import { faultLines } from "#runtime";

/** What a command has to say, in both forms. */
export interface CommandResult {
  /** For people, on standard output. */
  readonly lines: readonly string[];
  /** The same as one JSON value, with `--json`. */
  readonly json: unknown;
  /** Default 0. */
  readonly exitCode?: number;
}

/** Where a command writes to, and how it ends. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Notes the exit code; the process ends when its work is done. */
  readonly setExitCode: (code: number) => void;
}

/** Options every command has. */
export interface OutputOptions {
  readonly json?: boolean;
}

/**
 * Gives a command its `--json` and its action: prints what it returns, and tells a fault with its
 * problems and remedy, without a stack trace, under the exit code of its kind.
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
      terminal.out(options.json === true ? toJsonText(json) : `${lines.join("\n")}\n`);
      terminal.setExitCode(exitCode);
    } catch (caught) {
      tellFault(TracepostError.from(caught), terminal, options.json === true);
    }
  });
}

/** Tells a fault on standard error and notes its exit code. */
export function tellFault(fault: TracepostError, terminal: Terminal, asJson: boolean): void {
  const { code, message, problems, remedy } = fault;
  const text = asJson
    ? toJsonText({ error: { code, message, problems, remedy } })
    : `${faultLines(fault).join("\n")}\n`;
  terminal.err(text);
  terminal.setExitCode(fault.exitCode);
}

function toJsonText(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
