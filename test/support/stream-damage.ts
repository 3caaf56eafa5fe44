import { cp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { DeliverPolicy, jetstreamManager } from "@nats-io/jetstream";
import { connect, credsAuthenticator } from "nats";
import type { ExchangePaths, RunningExchange } from "../../deploy/local/index.ts";
import { credentialsFile } from "../../deploy/local/provision/authority-files.ts";
import { readAccount } from "../../deploy/local/provision/claims.ts";

/** A stream of an account, such as `{ account: "CORE", stream: "OUT_AT" }`. */
export interface StreamName {
  readonly account: string;
  readonly stream: string;
}

/** Folder in which a server keeps a stream. */
export async function folderOfStream(
  paths: ExchangePaths,
  { account, stream }: StreamName,
): Promise<string> {
  const token = await readFile(join(paths.nats.issuedDir, `${account}.jwt`), "utf8");
  return join(paths.nats.storeDir, "jetstream", readAccount(token).sub, "streams", stream);
}

/** Copies a folder of a server, which is stopped for it; gives what puts the copy in its place. */
export async function keepCopy(
  exchange: RunningExchange,
  folder: string,
): Promise<() => Promise<void>> {
  const nats = exchange.process("nats");
  const kept = join(exchange.dataDir, "kept", folder.replaceAll(/[^\w.-]/g, "_"));
  await nats.stop();
  await cp(folder, kept, { recursive: true });
  await nats.start();
  return async () => {
    await rm(folder, { recursive: true });
    await cp(kept, folder, { recursive: true });
  };
}

/** Leaves a consumer where it stands after a loss of its stream's tail: beyond the stream's end. */
export async function putConsumerAhead(
  { nats, paths }: RunningExchange,
  { account, stream }: StreamName,
  name: string,
): Promise<void> {
  const connection = await connect({
    servers: nats.url,
    authenticator: credsAuthenticator(
      await readFile(credentialsFile(paths, account, "provisioner")),
    ),
    inboxPrefix: "_I.provisioner",
  });
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const { config } = await manager.consumers.info(stream, name);
  await manager.consumers.delete(stream, name);
  await manager.consumers.add(stream, {
    ...config,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: FAR_AHEAD,
  });
  await connection.close();
}

const FAR_AHEAD = 1_000_000;
