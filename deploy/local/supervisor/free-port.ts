import { createServer } from "node:net";
import { TracepostError } from "#errors";
import { LISTEN_HOST } from "../provision/server-config.ts";

/**
 * A port of loopback nobody listens on now. Another program may take it before it is used: whoever
 * uses it tries again with another one.
 */
export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (cause) => {
      reject(new TracepostError("UNAVAILABLE", "no port of loopback can be opened", { cause }));
    });
    probe.listen(0, LISTEN_HOST, () => {
      const address = probe.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
