import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What a program said and how it ended. */
export interface ProgramResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const CHECKOUT = fileURLToPath(new URL("../..", import.meta.url));
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;

/** Runs a program of the checkout under this Node, to its end. */
export function runProgram(file: string, args: readonly string[]): Promise<ProgramResult> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [file, ...args],
      { cwd: CHECKOUT, maxBuffer: OUTPUT_BYTES_MAX },
      (_failure, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}
