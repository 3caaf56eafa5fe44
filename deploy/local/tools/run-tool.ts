import { execFile } from "node:child_process";

/** How a tool of this machine ended. */
export interface ToolResult {
  readonly ok: boolean;
  readonly stdout: string;
  /**
   * What it complained about, its last lines only; the reason it could not run, if it could not.
   */
  readonly complaint: string;
}

/** Bytes of output a tool may print before it is ended. */
const OUTPUT_BYTES_MAX = 4 * 1024 * 1024;
/** Lines of a complaint that are kept. */
const COMPLAINT_LINES_MAX = 4;

/**
 * Runs a tool without a shell and waits at most `deadlineMs` for it. Never throws: a tool that is
 * absent, fails or hangs is an answer like any other here.
 */
export function runTool(
  file: string,
  args: readonly string[],
  options: { readonly deadlineMs: number; readonly cwd?: string },
): Promise<ToolResult> {
  return new Promise((resolve) => {
    execFile(
      file,
      [...args],
      {
        timeout: options.deadlineMs,
        killSignal: "SIGKILL",
        maxBuffer: OUTPUT_BYTES_MAX,
        // A tool that asks something would wait for an answer nobody gives.
        env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" },
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      },
      (error, stdout, stderr) => {
        const complaint =
          error === null ? "" : lastLines(stderr) || reasonOf(error, options.deadlineMs);
        resolve({ ok: error === null, stdout, complaint });
      },
    );
  });
}

function reasonOf(error: Error & { killed?: boolean }, deadlineMs: number): string {
  return error.killed === true ? `gave no answer within ${deadlineMs} ms` : error.message;
}

function lastLines(text: string): string {
  return text.trim().split("\n").slice(-COMPLAINT_LINES_MAX).join("; ");
}
