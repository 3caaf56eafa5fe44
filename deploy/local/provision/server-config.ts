import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { NATS_LIMITS } from "#runtime";
import { doorFiles } from "../certificates/certificate-files.ts";
import { readTransportPlan } from "../certificates/transport-plan.ts";
import type { ExchangePaths } from "../folder/exchange-paths.ts";
import type { FolderMarker } from "../folder/marker.ts";
import { writePrivateFile } from "../folder/private-files.ts";
import { type LeafDoor, readLeafDoor } from "../leaf/leaf-door.ts";
import { type IssuedTokens, readIssuedTokens, readStoragePlan } from "./authority-files.ts";
import { natsString } from "./nats-text.ts";
import type { StoragePlan } from "./storage-plan.ts";

/** Address the server listens on; anything else needs mutual TLS beside the credentials. */
export const LISTEN_HOST = "127.0.0.1";
/** Memory streams are not used; the server wants a positive number. */
const MEMORY_STORE_BYTES = 1024 * 1024;
/** Longest handshake, in seconds: a machine under load takes its time. */
const HANDSHAKE_S = 10;
/** Connections of the whole server. */
const CONNECTIONS_MAX = 8_192;

/** How a server of this exchange is to run. */
export interface ServerPlacement {
  /** Address it listens on. */
  readonly host: string;
  readonly port: number;
  /** Where it notes its process number; default nowhere. */
  readonly pidFile?: string;
}

/**
 * Writes what a nats-server is started with: its configuration, and the tokens of accounts it does
 * not hold yet, laid into its own folder. What it holds may have been changed at run time and is
 * left alone; and nothing is preloaded, because the token of the first day would let a revoked user
 * in again if both were issued in the same second (TP-NATS-8). To be called while no server of this
 * folder runs. Throws TracepostError DATA_FOLDER when what was issued is damaged.
 */
export async function writeServerFiles(
  paths: ExchangePaths,
  marker: Pick<FolderMarker, "exchangeId">,
  placement: ServerPlacement,
): Promise<void> {
  const tokens = await readIssuedTokens(paths);
  const storage = await readStoragePlan(paths);
  const { resolverDir, serverConfig } = paths.nats;
  const held = new Set(await readdir(resolverDir).catch(() => []));
  for (const { publicKey, token } of tokens.accounts) {
    const name = `${publicKey}.jwt`;
    if (!held.has(name)) await writePrivateFile(join(resolverDir, name), token);
  }
  const { exchangeId } = marker;
  const hasTls = (await readTransportPlan(paths)) !== undefined;
  const door = await readLeafDoor(paths);
  const text = serverConfigText({ paths, exchangeId, placement, tokens, storage, hasTls, door });
  await writePrivateFile(serverConfig, text);
}

/** What the configuration file of a nats-server is made from. */
interface ServerConfigInput {
  readonly paths: ExchangePaths;
  readonly exchangeId: string;
  readonly placement: ServerPlacement;
  readonly tokens: IssuedTokens;
  readonly storage: StoragePlan;
  readonly hasTls: boolean;
  readonly door: LeafDoor | undefined;
}

/**
 * The configuration of the exchange's nats-server (TP-NATS-2): no WebSocket, no monitoring port,
 * accounts from the full resolver.
 */
function serverConfigText(input: ServerConfigInput): string {
  const { paths, exchangeId, hasTls, placement, tokens, storage } = input;
  const { host, port, pidFile } = placement;
  return `# Written by tracepost; changes made here are lost.
server_name: ${natsString(`tracepost-${exchangeId}`)}
listen: ${natsString(`${host}:${port}`)}
max_payload: ${NATS_LIMITS.payloadBytesMax}
max_connections: ${CONNECTIONS_MAX}
logtime_utc: true
${pidFile === undefined ? "" : `pid_file: ${natsString(pidFile)}\n`}${hasTls ? tlsText(paths) : ""}
${leafText(input)}jetstream {
  store_dir: ${natsString(paths.nats.storeDir)}
  max_file_store: ${storage.serverBytes}
  max_memory_store: ${MEMORY_STORE_BYTES}
}

operator: ${natsString(tokens.operatorToken)}
system_account: ${tokens.systemAccount}
resolver {
  type: full
  dir: ${natsString(paths.nats.resolverDir)}
  allow_delete: false
  interval: "2m"
  limit: 1000
}
`;
}

/**
 * The door for leafs, where there is one (TP-TLS-9). Nothing is compressed: what is sealed gets no
 * smaller, and what is unpacked before a log-in is a way in.
 */
function leafText({ door, hasTls, paths, placement }: ServerConfigInput): string {
  if (door === undefined) return "";
  return `leafnodes {
  listen: ${natsString(`${placement.host}:${door.port}`)}
  no_advertise: true
  compression: off
  authorization { timeout: ${HANDSHAKE_S} }
${hasTls ? tlsText(paths) : ""}}
`;
}

/** Mutual TLS from the first byte: a stranger does not even see a greeting (TP-TLS-3). */
function tlsText(paths: ExchangePaths): string {
  return `tls {
${certificateText(paths)}
  handshake_first: true
}
`;
}

function certificateText(paths: ExchangePaths): string {
  const { caFile, certFile, keyFile } = doorFiles(paths.nats.tls);
  return `  cert_file: ${natsString(certFile)}
  key_file: ${natsString(keyFile)}
  ca_file: ${natsString(caFile)}
  verify: true
  timeout: ${HANDSHAKE_S}`;
}
