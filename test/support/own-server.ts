import { join } from "node:path";
import { readLocalEnvironment } from "../../deploy/local/environment.ts";
import { writeNatsConfig } from "../../deploy/local/external-nats.ts";
import { findNatsServer } from "../../deploy/local/nats-server/find-nats-server.ts";
import { findFreePort } from "../../deploy/local/supervisor/free-port.ts";
import { ManagedProcess } from "../../deploy/local/supervisor/managed-process.ts";

/** A nats-server without the rest of an exchange. */
export interface OwnServer {
  readonly port: number;
  readonly logFile: string;
  stop(): Promise<void>;
}

/** Starts a nats-server on a configuration that somebody has written. */
export async function startNats(config: string, port: number, logFile: string): Promise<OwnServer> {
  const { cacheDir, natsServer, searchPath } = readLocalEnvironment();
  const { path } = await findNatsServer({ wanted: natsServer, cacheDir, searchPath });
  const server = new ManagedProcess(
    {
      name: "nats",
      command: path,
      logFile,
      ipc: false,
      prepare: async () => ({ args: ["--config", config], env: process.env }),
      ready: async () => `127.0.0.1:${port}`,
    },
    { restartCrashed: false, onEvent: () => undefined },
  );
  await server.start();
  return { port, logFile, stop: () => server.stop() };
}

/** Starts the server of a data folder on loopback. */
export async function startOwnServer(dataDir: string): Promise<OwnServer> {
  const host = "127.0.0.1";
  const port = await findFreePort();
  const config = await writeNatsConfig(dataDir, { listen: { host, port } });
  return await startNats(config, port, join(dataDir, "..", "nats.log"));
}
