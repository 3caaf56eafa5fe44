/**
 * Stands in for a service in tests of the supervisor: keeps the contract of a service process
 * (ready message, drain on SIGTERM and on the loss of its parent) and misbehaves when told to.
 */

import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const behaviour = process.env.FIXTURE_BEHAVIOUR ?? "";
const config = JSON.parse(readFileSync(process.argv[3] ?? "", "utf8"));

if (behaviour === "fail") {
  process.stderr.write("fixture: its configuration is wrong\n");
  process.exit(2);
}

const server = createServer((_, response) => {
  response.end(JSON.stringify({ config, env: process.env.FIXTURE_EXTRA ?? "", pid: process.pid }));
});
server.listen(config.http.port, config.http.host, () => {
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  process.send?.({ type: "noise" });
  process.send?.({ type: "ready", url: `http://127.0.0.1:${port}` });
});

function stop(): void {
  if (behaviour === "stubborn") return;
  process.stdout.write(`stopped ${new Date().toISOString()}\n`);
  server.close(() => process.exit(0));
  server.closeAllConnections();
}
process.on("SIGTERM", stop);
process.on("disconnect", stop);
