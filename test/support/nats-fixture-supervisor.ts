/** Runs an exchange in a process of its own, so that a test can kill its supervisor. */

import { startExchange } from "../../deploy/local/index.ts";

const program = process.argv[3] ?? "";
const exchange = await startExchange({
  dataDir: process.argv[2] ?? "",
  programs: {
    gateway: program,
    focalPoint: program,
    borderAgency: program,
    regionalMonitor: program,
  },
});
process.on("SIGTERM", () => {
  void exchange.stop().then(() => process.exit(0));
});
process.send?.({ type: "started" });
