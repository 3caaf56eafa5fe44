import { NATS_LIMITS } from "#runtime";
import type { ExchangePaths } from "../folder/exchange-paths.ts";
import type { IssuedTokens } from "./authority-files.ts";
import type { StoragePlan } from "./storage-plan.ts";

/** Address the server listens on; anything else needs mutual TLS beside the credentials. */
export const LISTEN_HOST = "127.0.0.1";
/** Memory streams are not used; the server wants a positive number. */
const MEMORY_STORE_BYTES = 1024 * 1024;
/** Connections of the whole server. */
const CONNECTIONS_MAX = 8_192;

/** What the configuration file of a nats-server is made from. */
export interface ServerConfigInput {
  readonly paths: ExchangePaths;
  readonly exchangeId: string;
  readonly port: number;
  readonly tokens: IssuedTokens;
  /** Accounts whose token the server holds already. */
  readonly held: ReadonlySet<string>;
  readonly storage: StoragePlan;
}

/**
 * The configuration of the exchange's nats-server (TP-NATS-2): loopback only, no WebSocket, no
 * monitoring port, accounts from the full resolver. Only accounts the server does not know are
 * preloaded: what it holds may have been changed at run time, and the token of the first day would
 * let a revoked user in again if both were issued in the same second (TP-NATS-8).
 */
export function serverConfigText(input: ServerConfigInput): string {
  const { paths, exchangeId, port, tokens, held, storage } = input;
  const preload = tokens.accounts
    .filter(({ publicKey }) => !held.has(publicKey))
    .map(({ publicKey, token }) => `  ${publicKey}: ${quote(token)}`);
  return `# Written at each start of the exchange; changes made here are lost.
server_name: ${quote(`tracepost-${exchangeId}`)}
listen: ${quote(`${LISTEN_HOST}:${port}`)}
max_payload: ${NATS_LIMITS.payloadBytesMax}
max_connections: ${CONNECTIONS_MAX}
logtime_utc: true
pid_file: ${quote(paths.run.natsPid)}

jetstream {
  store_dir: ${quote(paths.nats.storeDir)}
  max_file_store: ${storage.serverBytes}
  max_memory_store: ${MEMORY_STORE_BYTES}
}

operator: ${quote(tokens.operatorToken)}
system_account: ${tokens.systemAccount}
resolver {
  type: full
  dir: ${quote(paths.nats.resolverDir)}
  allow_delete: false
  interval: "2m"
  limit: 1000
}
resolver_preload {
${preload.join("\n")}
}
`;
}

/** A string of the configuration language: backslash and quote are the only special characters. */
function quote(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
