import { mkdtemp, rm } from "node:fs/promises";
import { createServer, connect as dial, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readLocalEnvironment } from "../../deploy/local/environment.ts";
import { findNatsServer } from "../../deploy/local/nats-server/find-nats-server.ts";
import { findFreePort } from "../../deploy/local/supervisor/free-port.ts";
import { ManagedProcess } from "../../deploy/local/supervisor/managed-process.ts";
import { makeLeaf } from "../../deploy/nats/index.ts";
import type { CarrierPlace } from "./nats-carrier.ts";

const HOST = "127.0.0.1";

/** A line between a leaf and its hub that a test can cut and mend. */
export interface CutLine {
  readonly port: number;
  /** Ends what is open and lets nobody through. */
  cut(): void;
  /** What is open stays open, at both ends, and nothing comes through; new connections hang. */
  freeze(): void;
  /** Lets new connections through; what was frozen stays dead. */
  heal(): void;
  stop(): Promise<void>;
}

/** Opens one to a port of loopback. */
export async function openCutLine(target: number): Promise<CutLine> {
  let state: "open" | "cut" | "frozen" = "open";
  const ends = new Set<Socket>();
  const keep = (end: Socket, onEnd: () => void): void => {
    ends.add(end);
    end.on("error", () => end.destroy());
    end.on("close", () => {
      ends.delete(end);
      onEnd();
    });
  };
  const server = createServer((near) => {
    if (state === "cut") {
      near.destroy();
      return;
    }
    keep(near, () => undefined);
    if (state === "frozen") return;
    const far = dial(target, HOST);
    keep(far, () => near.destroy());
    near.on("close", () => far.destroy());
    near.on("data", (bytes) => state === "open" && far.write(bytes));
    far.on("data", (bytes) => state === "open" && near.write(bytes));
  });
  const port = await findFreePort();
  await new Promise<void>((resolve) => server.listen(port, HOST, resolve));
  const endAll = (): void => {
    for (const end of ends) end.destroy();
  };
  return {
    port,
    cut: () => {
      state = "cut";
      endAll();
    },
    freeze: () => {
      state = "frozen";
      for (const end of ends) end.removeAllListeners("data").pause();
    },
    heal: () => {
      state = "open";
    },
    stop: async () => {
      endAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A State's own nats-server, linked to the hub. */
export interface TestLeaf {
  /** Where a service of the State finds it. */
  readonly url: string;
  readonly folder: string;
  readonly logFile: string;
  stop(): Promise<void>;
}

/** Makes one as the command does, and starts it. */
export async function startLeaf(
  { paths, url }: Pick<CarrierPlace, "paths" | "url">,
  participant: string,
  hubPort: number,
): Promise<TestLeaf> {
  const around = await mkdtemp(join(tmpdir(), "tracepost-leaf-"));
  const folder = join(around, "leaf");
  const listen = { host: HOST, port: await findFreePort() };
  const hub = { host: HOST, port: hubPort };
  const made = await makeLeaf({ paths, natsUrl: url, participant, folder, hub, listen });
  const { cacheDir, natsServer, searchPath } = readLocalEnvironment();
  const { path } = await findNatsServer({ wanted: natsServer, cacheDir, searchPath });
  const logFile = join(around, "leaf.log");
  const server = new ManagedProcess(
    {
      name: "leaf",
      command: "/bin/sh",
      logFile,
      ipc: false,
      prepare: async () => ({
        args: ["-c", 'cd "$0" && exec "$1" --config leaf.conf', folder, path],
        env: process.env,
      }),
      ready: async () => made.natsUrl,
    },
    { restartCrashed: false, onEvent: () => undefined },
  );
  await server.start();
  return {
    ...{ url: made.natsUrl, folder, logFile },
    stop: async () => {
      await server.stop();
      await rm(around, { recursive: true, force: true });
    },
  };
}
