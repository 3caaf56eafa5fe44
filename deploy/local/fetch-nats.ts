/**
 * `node deploy/local/fetch-nats.ts`: finds or fetches a nats-server and prints its path and
 * version, so that a set-up script can do it before anything starts.
 */

import { TracepostError } from "#errors";
import { readLocalEnvironment } from "./environment.ts";
import { findNatsServer } from "./nats-server/find-nats-server.ts";

const environment = readLocalEnvironment();
try {
  const server = await findNatsServer({
    wanted: environment.natsServer,
    searchPath: environment.searchPath,
    cacheDir: environment.cacheDir,
    onProgress: (text) => process.stderr.write(`${text}\n`),
  });
  process.stdout.write(`${server.path} ${server.version}\n`);
} catch (caught) {
  const fault = TracepostError.from(caught);
  const lines = [fault.message, ...fault.problems.map((problem) => `  ${problem}`), fault.remedy];
  process.stderr.write(`${lines.filter((line) => line !== "").join("\n")}\n`);
  process.exitCode = fault.exitCode;
}
