import { randomBytes } from "node:crypto";
import { rm, statfs, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { TracepostError } from "#errors";
import { addPolicySignature, DEFAULT_POLICY_TEXT, draftPolicy } from "#policy";
import { type StoreSettings, systemClock } from "#runtime";
import {
  formatRegisterBundle,
  generateLogKey,
  generateSealingKey,
  generateSigningKey,
  type SigningKeyPair,
  savePublicKey,
  saveSealingKey,
  saveSigningKey,
  signatureAlgorithm,
} from "#trust";
import { newToken } from "#users";
import { toTimestamp } from "#wire";
import {
  type TransportOptions,
  writeFirstCertificates,
} from "../certificates/first-certificates.ts";
import { writeLeafDoor } from "../leaf/leaf-door.ts";
import { issueAuthority } from "../provision/authority.ts";
import { writeAuthority } from "../provision/authority-files.ts";
import { planStorage, roomIn, type StoragePlan } from "../provision/storage-plan.ts";
import { ExchangePaths } from "./exchange-paths.ts";
import { firstBundle } from "./first-bundle.ts";
import type { GatewayKeys, ParticipantKeys } from "./first-register.ts";
import { checkStoreSettings, writeStoreSettings } from "./gateway-store.ts";
import { FOLDER_FORMAT, type FolderMarker, inspectFolder, unfinishedMarker } from "./marker.ts";
import type { ParticipantSpec } from "./participant-spec.ts";
import { parseParticipantsYaml, participantsYaml } from "./participants-file.ts";
import { makePrivateFolder, writePrivateFile } from "./private-files.ts";
import {
  PLAIN_BEFORE_START,
  TLS_BEFORE_START,
  writeGatewayConfig,
  writeParticipantConfig,
} from "./service-configs.ts";

/** What an exchange is made of. */
export interface InitOptions {
  /** Folder to make it in: absent or empty. */
  readonly dataDir: string;
  readonly participants: readonly ParticipantSpec[];
  /** Origin line of the message log; default a name made from the exchange's random id. */
  readonly logOrigin?: string;
  /** Participants there is to be room for, later ones included; default: see planStorage. */
  readonly room?: number | undefined;
  /** Certificates for mutual TLS; default: none, everything stays on loopback (TP-TLS-2). */
  readonly transport?: TransportOptions | undefined;
  /** Port on which its server waits for leafs (TP-TLS-9); default: it takes none. */
  readonly leafPort?: number | undefined;
  /** Where the gateway keeps its records; default: a file of the folder (TP-STORE-9). */
  readonly store?: StoreSettings | undefined;
}

/**
 * Makes the data folder of an exchange: keys, participant register, NATS operator, accounts, users
 * and credentials, configuration of every service. The folder's marker is written last; a set-up
 * that was interrupted is begun anew. Says for how many participants there is room. Throws
 * TracepostError INPUT_INVALID for the participants, DATA_FOLDER for a folder that is an exchange
 * already, or something else.
 */
export async function initExchange(options: InitOptions): Promise<{ readonly room: number }> {
  const paths = new ExchangePaths(resolve(options.dataDir));
  // Programs may call this with participants that came from no file: same rules, same messages.
  const participants = parseParticipantsYaml(participantsYaml(options.participants));
  refuseElsewhere(participants);
  if (options.store !== undefined) await checkStoreSettings(paths, options.store);
  await prepareFolder(paths);
  const storage = planStorage(participants.length, await freeBytes(paths.dataDir), options.room);
  const exchangeId = randomBytes(6).toString("hex");
  const logOrigin = options.logOrigin ?? `tracepost.local/${exchangeId}`;
  await writeTrust(paths, participants, logOrigin);
  await writeCarrier(paths, participants, storage);
  const ids = participants.map(({ id }) => id);
  const { leafPort, transport } = options;
  if (options.store !== undefined) await writeStoreSettings(paths, options.store);
  if (leafPort !== undefined) await writeLeafDoor(paths, { port: leafPort });
  if (transport !== undefined) await writeFirstCertificates(paths, ids, exchangeId, transport);
  const address = transport === undefined ? PLAIN_BEFORE_START : TLS_BEFORE_START;
  await writeGatewayConfig(paths, address, {});
  for (const participant of participants) {
    await writeParticipantConfig(paths, participant, address, {});
  }
  await writeMarker(paths, { exchangeId, logOrigin });
  return { room: roomIn(storage) };
}

/** Set-up makes everybody's keys; who has its own is admitted with them. */
function refuseElsewhere(participants: readonly ParticipantSpec[]): void {
  const elsewhere = participants.filter(({ runs }) => runs === "elsewhere");
  if (elsewhere.length === 0) return;
  throw new TracepostError("INPUT_INVALID", "set-up makes the keys of those who run here", {
    problems: elsewhere.map(({ id }) => `${id}: runs elsewhere, with keys of its own`),
    remedy: "Leave it out, and admit it later: tracepost participant add.",
  });
}

/** Leaves an empty folder with the mark of an unfinished set-up in it. */
async function prepareFolder(paths: ExchangePaths): Promise<void> {
  const folder = await inspectFolder(paths);
  if (folder.kind === "exchange") {
    throw new TracepostError("DATA_FOLDER", `${paths.dataDir} holds an exchange already`, {
      remedy: "Start it as it is, or name another folder with --data.",
    });
  }
  if (folder.kind === "unfinished") {
    // Nothing in it was ever used: the marker of a finished set-up is missing.
    const made = [
      paths.exchange.dir,
      paths.tls.dir,
      paths.nats.dir,
      paths.gateway.dir,
      paths.steward.dir,
      paths.run.dir,
      paths.participantsDir,
    ];
    for (const dir of made) await rm(dir, { recursive: true, force: true });
  }
  await makePrivateFolder(paths.dataDir);
  await writeFile(unfinishedMarker(paths), "", { mode: 0o600 });
}

async function freeBytes(dir: string): Promise<number> {
  const { bavail, bsize } = await statfs(dir);
  return bavail * bsize;
}

/** Keys of root, gateway and participants, and the register that binds them to names. */
async function writeTrust(
  paths: ExchangePaths,
  participants: readonly ParticipantSpec[],
  logOrigin: string,
): Promise<void> {
  const roots = await makeRootKeys(paths);
  const gateway: GatewayKeys = {
    receipt: generateSigningKey(),
    checkpoint: generateSigningKey(),
    log: generateLogKey(),
  };
  await saveSigningKey(paths.gateway.receiptKey, gateway.receipt);
  await saveSigningKey(paths.gateway.checkpointKey, gateway.checkpoint);
  await saveSigningKey(paths.gateway.logKey, gateway.log);
  const keys = new Map<string, ParticipantKeys>();
  for (const { id, suite } of participants) {
    const algorithm = signatureAlgorithm(suite);
    const own = {
      identity: generateSigningKey(algorithm),
      header: generateSigningKey(algorithm),
      sealing: await generateSealingKey(),
    };
    keys.set(id, own);
    await saveSigningKey(paths.participant(id).identityKey, own.identity);
    await saveSigningKey(paths.participant(id).headerKey, own.header);
    await saveSealingKey(paths.participant(id).sealingKey, own.sealing);
  }
  const nowMs = systemClock.now();
  const freshness = generateSigningKey();
  await saveSigningKey(paths.exchange.freshnessKey, freshness);
  const said = { nowMs, logOrigin, participants, keys, gateway };
  const signed = formatRegisterBundle(firstBundle({ ...said, roots, freshness }));
  await writePrivateFile(paths.exchange.bundle, signed);
  await writePrivateFile(paths.exchange.register, signed);
  await writePrivateFile(paths.exchange.policy, firstPolicy(nowMs, roots));
  await writePrivateFile(paths.gateway.apiToken, `${newToken().text}\n`);
  await writePrivateFile(paths.exchange.participants, participantsYaml(participants));
  for (const { id } of participants) {
    const own = paths.participant(id);
    await makePrivateFolder(own.registerFilesDir);
    await writePrivateFile(own.register, signed);
    for (const [place, root] of roots.entries()) {
      await savePublicKey(own.rootPublicKeys[place] as string, root);
    }
    await writePrivateFile(own.apiToken, `${newToken().text}\n`);
  }
}

/** The default policy as version 1, for the operator to change. */
function firstPolicy(nowMs: number, roots: readonly SigningKeyPair[]): Uint8Array {
  const issuedAt = toTimestamp(nowMs);
  const reason = "The default policy of the product";
  const draft = draftPolicy({ version: 1n, issuedAt, text: DEFAULT_POLICY_TEXT, reason });
  return roots.reduce(addPolicySignature, draft);
}

/** Three root keys, of which two sign; here they lie side by side, as init says. */
async function makeRootKeys(paths: ExchangePaths): Promise<readonly SigningKeyPair[]> {
  const { rootKeys, rootPublicKeys } = paths.exchange;
  const roots: SigningKeyPair[] = [];
  for (const [place, file] of rootKeys.entries()) {
    const root = generateSigningKey();
    await saveSigningKey(file, root);
    await savePublicKey(rootPublicKeys[place] as string, root);
    roots.push(root);
  }
  return roots;
}

async function writeCarrier(
  paths: ExchangePaths,
  participants: readonly ParticipantSpec[],
  storage: StoragePlan,
): Promise<void> {
  const authority = await issueAuthority(
    participants.map(({ id }) => id),
    storage,
  );
  await writeAuthority(paths, authority, storage);
  await makePrivateFolder(paths.steward.dir);
  await makePrivateFolder(dirname(paths.run.state));
}

async function writeMarker(
  paths: ExchangePaths,
  names: Pick<FolderMarker, "exchangeId" | "logOrigin">,
): Promise<void> {
  const marker: FolderMarker = {
    product: "tracepost",
    format: FOLDER_FORMAT,
    createdAt: new Date(systemClock.now()).toISOString(),
    ...names,
  };
  await writePrivateFile(paths.marker, `${JSON.stringify(marker, null, 2)}\n`);
  await rm(unfinishedMarker(paths), { force: true });
}
