import { get } from "node:http";
import { FAULTS, TracepostError } from "#errors";

/** Longest wait for an answer of a process on the same machine. */
const ANSWER_MS = 4_000;

/**
 * Asks the door of this container whether its role is ready (TP-CON-4), prints what it says and
 * notes the exit code. Loads next to nothing, because it is asked every few seconds. `port` is
 * where the role was told to listen (TP-CON-6).
 */
export function askReadiness(port: string): void {
  if (!isPort(port)) {
    process.stderr.write(`TRACEPOST_HTTP_PORT is no port to ask: ${JSON.stringify(port)}\n`);
    process.exitCode = FAULTS.USAGE.exitCode;
    return;
  }
  const url = `http://127.0.0.1:${port}/readyz`;
  const request = get(url, { timeout: ANSWER_MS }, (response) => {
    response.pipe(process.stdout);
    if (response.statusCode !== 200) process.exitCode = FAULTS.UNAVAILABLE.exitCode;
  });
  request.on("timeout", () => {
    request.destroy(new TracepostError("UNAVAILABLE", `gave no answer in ${ANSWER_MS} ms`));
  });
  request.on("error", (caught) => {
    process.stderr.write(`${url}: ${caught.message}\n`);
    process.exitCode = FAULTS.UNAVAILABLE.exitCode;
  });
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/u.test(text) && Number(text) > 0 && Number(text) < 65_536;
}
