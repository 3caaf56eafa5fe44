import type { Terminal } from "../../cli/command-result.ts";
import { runProgram } from "../../cli/program.ts";
import type { CommandEnd } from "./run-command.ts";

/** A terminal that hears nothing, for those who only look at the commands. */
export const SILENT_TERMINAL: Terminal = {
  out: () => undefined,
  err: () => undefined,
  setExitCode: () => undefined,
  screen: { width: 80, hasColours: false },
};

/**
 * Runs the `tracepost` command in this process, on a terminal that only remembers: the same as
 * the program, without the seconds it takes to start one.
 */
export async function tracepostHere(
  args: readonly string[],
  around: Partial<Pick<Terminal, "token" | "screen">> = {},
): Promise<CommandEnd> {
  let out = "";
  let err = "";
  let code = 0;
  await runProgram(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    setExitCode: (given) => {
      code = given;
    },
    screen: SILENT_TERMINAL.screen,
    ...around,
  });
  return { code, out, err };
}
