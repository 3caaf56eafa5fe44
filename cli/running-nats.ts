import { TracepostError } from "#errors";
import { type ExchangePaths, exchangeStatus } from "../deploy/local/index.ts";

/**
 * Where the nats-server of an exchange answers that runs on this machine. Throws TracepostError
 * UNAVAILABLE when it does not run; `data` is its folder as it was named.
 */
export async function runningNats(data: string, paths: ExchangePaths): Promise<string> {
  const found = await exchangeStatus(paths.dataDir);
  const url = found.kind === "running" ? found.state.nats.url : "";
  if (url !== "") return url;
  throw new TracepostError("UNAVAILABLE", `the exchange of ${data} does not run`, {
    remedy: `Start it: tracepost exchange up --data ${data}`,
  });
}
