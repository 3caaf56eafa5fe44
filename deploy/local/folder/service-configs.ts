import { readFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import type { TlsFiles } from "#tls";
import { clientFiles, doorFiles } from "../certificates/certificate-files.ts";
import { GATEWAY_ACCOUNT } from "../provision/authority.ts";
import { credentialsFile } from "../provision/authority-files.ts";
import type { ExchangePaths, TlsPaths } from "./exchange-paths.ts";
import { storeSettingsOf } from "./gateway-store.ts";
import type { ParticipantSpec } from "./participant-spec.ts";
import { writePrivateFile } from "./private-files.ts";
import { isThere, rootSignersOf } from "./root-keys.ts";

/** Doors of this machine are on loopback. */
const DOOR_HOST = "127.0.0.1";

/** Addresses that stand in configuration files until a start chooses free ports. */
export const PLAIN_BEFORE_START = { natsUrl: "nats://127.0.0.1:4222", httpPort: 0 };
/** The same where the carrier speaks TLS. */
export const TLS_BEFORE_START = { natsUrl: "tls://127.0.0.1:4222", httpPort: 0 };

/** Settings of services that whoever starts an exchange may choose. */
export interface ServiceTuning {
  readonly logLevel?: "trace" | "debug" | "info" | "warn" | "error" | "silent";
  /** First wait before anything is sent again, in milliseconds; default of the product. */
  readonly resendFirstMs?: number;
  /** How long a sequence may have a hole before its sender is asked; default of the product. */
  readonly gapNoticeAfterMs?: number;
  /** How often the gateway feeds monitors, in milliseconds; default of the product. */
  readonly feedPeriodMs?: number;
  /** Requests of one user in ten seconds; default of the product. */
  readonly requestsPerUserMax?: number;
}

/** Where a service connects to and listens. */
export interface ServiceAddress {
  readonly natsUrl: string;
  /** Port of its HTTP door on loopback; 0: a free one. */
  readonly httpPort: number;
  /** Door of the gateway, for participants; absent: as it stands in the file. */
  readonly exchangeUrl?: string;
}

/** Writes the gateway's configuration file. */
export async function writeGatewayConfig(
  paths: ExchangePaths,
  address: ServiceAddress,
  tuning: ServiceTuning,
): Promise<void> {
  const { config } = paths.gateway;
  const from = relativeTo(config);
  const roots = await rootSignersOf(paths.exchange.rootPublicKeys);
  await writeConfig(config, {
    dataDir: from(paths.gateway.dir),
    ...carrierOf(address, paths.gateway.tls, from),
    credsFile: from(credentialsFile(paths, GATEWAY_ACCOUNT, "gateway")),
    registerFile: from(paths.exchange.register),
    // A folder made before policies were signed has none: its gateway decides by the default one.
    policyFile: (await isThere(paths.exchange.policy)) ? from(paths.exchange.policy) : undefined,
    policyThreshold: roots.threshold,
    scheduleFile: from(paths.exchange.schedule),
    rootPublicKeyFiles: roots.rootPublicKeyFiles.map(from),
    store: await storeSettingsOf(paths),
    keysDir: from(paths.gateway.keysDir),
    apiTokenFile: from(paths.gateway.apiToken),
    http: doorOf(address, tuning, paths.gateway.tls, from),
    logLevel: tuning.logLevel ?? "info",
    resendFirstMs: tuning.resendFirstMs,
    feedPeriodMs: tuning.feedPeriodMs,
  });
}

/**
 * Writes the configuration file of a participant. It reads its own copies of
 * register and root key. Where webhooks may lead, and how private keys are kept, is the
 * operator's to write into the file, and stays as it is.
 */
export async function writeParticipantConfig(
  paths: ExchangePaths,
  participant: ParticipantSpec,
  address: ServiceAddress,
  tuning: ServiceTuning,
): Promise<void> {
  const own = paths.participant(participant.id);
  const from = relativeTo(own.config);
  const { rootPublicKeyFiles } = await rootSignersOf(own.rootPublicKeys);
  await writeConfig(own.config, {
    participant: participant.id,
    dataDir: from(own.dir),
    ...carrierOf(address, own.tls, from),
    credsFile: from(own.natsCreds),
    registerFile: from(own.register),
    rootPublicKeyFiles: rootPublicKeyFiles.map(from),
    keysDir: from(own.keysDir),
    apiTokenFile: from(own.apiToken),
    http: doorOf(address, tuning, own.tls, from),
    logLevel: tuning.logLevel ?? "info",
    ...(participant.role === "focal-point" ? { answering: participant.answering } : {}),
    resendFirstMs: tuning.resendFirstMs,
    gapNoticeAfterMs: tuning.gapNoticeAfterMs,
    exchangeUrl: address.exchangeUrl ?? (await settingIn(own.config, "exchangeUrl")),
    webhookOrigins: await settingIn(own.config, "webhookOrigins"),
    keyPassphraseFile: await settingIn(own.config, "keyPassphraseFile"),
    recoveryRecipientFile: await settingIn(own.config, "recoveryRecipientFile"),
    signer: await settingIn(own.config, "signer"),
    // Where a monitor keeps what it counts and what it watches is its operator's choice (TP-MON-2).
    store: await settingIn(own.config, "store"),
    watch: await settingIn(own.config, "watch"),
    witness: await settingIn(own.config, "witness"),
  });
}

/** Where the carrier is, and how to log in where it speaks TLS. */
function carrierOf({ natsUrl }: ServiceAddress, own: TlsPaths, from: (path: string) => string) {
  return { natsUrl, natsTls: speaksTls(natsUrl) ? filesFrom(clientFiles(own), from) : undefined };
}

/** The HTTP door of a service of this machine; HTTPS where the carrier speaks TLS. */
function doorOf(
  { httpPort, natsUrl }: ServiceAddress,
  { requestsPerUserMax }: ServiceTuning,
  own: TlsPaths,
  from: (path: string) => string,
) {
  const tls = speaksTls(natsUrl) ? filesFrom(doorFiles(own), from) : undefined;
  return { host: DOOR_HOST, port: httpPort, requestsPerUserMax, tls };
}

/** Where a door of this machine answers: by HTTPS where the carrier speaks TLS. */
export function doorUrlOf(natsUrl: string, port: number): string {
  return `${speaksTls(natsUrl) ? "https" : "http"}://${DOOR_HOST}:${port}`;
}

function speaksTls(natsUrl: string): boolean {
  return natsUrl.startsWith("tls://");
}

function filesFrom({ certFile, keyFile, caFile }: TlsFiles, from: (path: string) => string) {
  return { certFile: from(certFile), keyFile: from(keyFile), caFile: from(caFile) };
}

/** Paths as they stand in a file: the data folder may be moved, or be mounted elsewhere. */
function relativeTo(file: string): (path: string) => string {
  return (path) => relative(dirname(resolve(file)), resolve(path)) || ".";
}

/** A setting of a file as it stands; undefined without one. */
async function settingIn(file: string, name: string): Promise<unknown> {
  const text = await readFile(resolve(file), "utf8").catch(() => "{}");
  try {
    const config: unknown = JSON.parse(text);
    return Object.entries(config ?? {}).find(([key]) => key === name)?.[1];
  } catch {
    return undefined;
  }
}

/** Settings that are not chosen are left out: the service has its own default. */
async function writeConfig(file: string, config: Record<string, unknown>): Promise<void> {
  await writePrivateFile(resolve(file), `${JSON.stringify(config, null, 2)}\n`);
}
