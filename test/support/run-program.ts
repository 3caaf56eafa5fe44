import { startCommand } from "./run-command.ts";

/** What a program said and how it ended. */
export interface ProgramResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of the checkout under this Node, to its end. */
export async function runProgram(file: string, args: readonly string[]): Promise<ProgramResult> {
  const { code, err, out } = await startCommand(file, args).ended;
  return { code, stdout: out, stderr: err };
}
