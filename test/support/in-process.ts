import { runProgram } from "../../cli/program.ts";
import type { CommandEnd } from "./run-command.ts";

/**
 * Runs the `tracepost` command in this process, on a terminal that only remembers: the same as
 * the program, without the seconds it takes to start one.
 */
export async function tracepostHere(
  args: readonly string[],
  around: { readonly token?: string } = {},
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
    ...around,
  });
  return { code, out, err };
}
