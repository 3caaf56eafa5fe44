import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { TracepostError } from "#errors";
import { KeyPurpose, type Participant, Role } from "#proto";
import type { Clock } from "#runtime";
import {
  type AskPassphrase,
  ExternalSigner,
  type KeptRegisters,
  type KeySigner,
  loadKeySigner,
  loadRecoveryRecipient,
  loadSealingKeys,
  makeKeyCopy,
  noPassphrase,
  type OwnIdentity,
  openRegisterClient,
  pinsOf,
  type RegisterClient,
  readSecret,
  type SealingKeyPair,
  SigningRing,
  type VerifiedRegister,
  writePublic,
} from "#trust";
import { equalBytes } from "#wire";
import type { ServiceConfig } from "./service-config.ts";

/** A participant of a State. */
export interface Member {
  readonly participant: string;
  /** ISO 3166-1 alpha-2; empty: a regional body. */
  readonly state: string;
}

/** Who a service is, as its own files and the register say. */
export interface Identity {
  readonly client: RegisterClient;
  readonly self: Member;
  readonly headerKeys: SigningRing<KeySigner>;
  /** Where private halves are that are not in the folder. */
  readonly external: ExternalSigner | undefined;
  /** Identity keys; undefined where they are kept apart from here. */
  readonly identityKeys: SigningRing<KeySigner> | undefined;
  /** Every one of them opens; replaced when keys are read again. */
  sealingKeys: readonly SealingKeyPair[];
  readonly apiToken: string;
  /** Recipient of the State recovery key, if there is one. */
  readonly recovery: string | undefined;
}

/**
 * Reads keys and register, and checks that they are of the participant that the configuration
 * names, and that it has the role. Throws TracepostError CONFIG_INVALID or KEY_FILE.
 */
export async function loadIdentity(
  config: ServiceConfig,
  role: Role,
  clock: Clock,
): Promise<Identity> {
  const client = await openRegisterClient({
    file: config.registerFile,
    taken: await kept(takenFile(config.dataDir)),
    pins: await kept(pinsFile(config.dataDir)),
    rootPublicKeyFiles: config.rootPublicKeyFiles,
    clock,
  });
  const register = client.current.view();
  const external = externalSigner(config);
  const ask = passphraseOf(config);
  const source = { ask, ...(external === undefined ? {} : { external }) };
  const load = (file: string): Promise<KeySigner> => loadKeySigner(file, source);
  const headerKeys = await SigningRing.openWith(config.keysDir, "header", load);
  const sealingKeys = await loadSealingKeys(config.keysDir, ask);
  const participant = register.participant(config.participant);
  // A regional body is of no State (TP-MON-1); whoever else takes part is.
  const isOfNone = participant?.state === "" && role !== Role.REGIONAL_MONITOR;
  if (participant === undefined || isOfNone) {
    throw new TracepostError("CONFIG_INVALID", `${config.participant} is no State's participant`, {
      remedy: "Use the participant id the secretariat registered, and its newest register.",
    });
  }
  if (participant.role !== role) {
    throw new TracepostError("CONFIG_INVALID", `${config.participant} has another role`, {
      remedy: "Start the service of the role that the register gives it.",
    });
  }
  checkOwnKeys(participant, headerKeys, sealingKeys);
  const apiToken = await readSecret(config.apiTokenFile);
  const self = { participant: participant.id, state: participant.state };
  const identityKeys = await identityRing(config.keysDir, load);
  const recovery = await recoveryRecipient(config);
  await keepKeyCopy(config, recovery);
  const keys = { identityKeys, headerKeys, external, sealingKeys };
  return { client, self, ...keys, apiToken, recovery };
}

/** The program that signs, if there is one; it is started with its first signature. */
function externalSigner({ configDir, signer }: ServiceConfig): ExternalSigner | undefined {
  if (signer === undefined) return undefined;
  const { command, timeoutMs } = signer;
  return new ExternalSigner({
    command: command as [string, ...string[]],
    cwd: configDir ?? ".",
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
}

/** Reads the passphrase when a key file needs it, each time: it is kept nowhere. */
function passphraseOf({ keyPassphraseFile }: ServiceConfig): AskPassphrase {
  if (keyPassphraseFile === undefined) return noPassphrase;
  return async () => (await readSecret(keyPassphraseFile)).trimEnd();
}

async function recoveryRecipient(config: ServiceConfig): Promise<string | undefined> {
  const { recoveryRecipientFile: file } = config;
  return file === undefined ? undefined : await loadRecoveryRecipient(file);
}

/** Keeps the key folder sealed to the recovery key, for the copy of the data folder. */
async function keepKeyCopy(config: ServiceConfig, recovery: string | undefined): Promise<void> {
  if (recovery === undefined) return;
  const { dataDir, keyPassphraseFile, keysDir } = config;
  const passphrase =
    keyPassphraseFile === undefined ? undefined : (await readSecret(keyPassphraseFile)).trimEnd();
  const copy = await makeKeyCopy(keysDir, passphrase, recovery);
  await writePublic(join(dataDir, "recovery-keys.age"), copy);
}

async function identityRing(
  keysDir: string,
  load: (file: string) => Promise<KeySigner>,
): Promise<SigningRing<KeySigner> | undefined> {
  const isHere = await access(join(keysDir, "identity.key")).then(
    () => true,
    () => false,
  );
  return isHere ? await SigningRing.openWith(keysDir, "identity", load) : undefined;
}

/** Who we are, as far as the identity keys that lie here say it. */
export function ownIdentity({ identityKeys, self }: Identity): OwnIdentity | undefined {
  if (identityKeys === undefined) return undefined;
  return { participant: self.participant, identityKeyIds: identityKeys.keyIds };
}

/** File of the newest register that was taken while running. */
function takenFile(dataDir: string): string {
  return join(dataDir, "register-taken.bin");
}

/** File of what is pinned (TP-REG-12). */
function pinsFile(dataDir: string): string {
  return join(dataDir, "register-pins.bin");
}

async function kept(name: string): Promise<KeptRegisters["taken"]> {
  try {
    return { name, bytes: await readFile(name) };
  } catch (caught) {
    if ((caught as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new TracepostError("VERIFICATION", `${name} cannot be read`, { cause: caught });
  }
}

/**
 * Keeps a register that was taken while running, then what is pinned with it; both are on the disk
 * when it settles. Between the two, the pins of before judge it once more at the next start.
 */
export async function keepRegister(dataDir: string, register: VerifiedRegister): Promise<void> {
  await writePublic(takenFile(dataDir), register.bytes);
  await keepPins(dataDir, register);
}

/** Keeps what is pinned with a register, unless it is kept already. */
export async function keepPins(dataDir: string, register: VerifiedRegister): Promise<void> {
  const pins = pinsOf(register);
  const before = await kept(pinsFile(dataDir));
  if (pins === undefined || (before && equalBytes(before.bytes, pins))) return;
  await writePublic(pinsFile(dataDir), pins);
}

/** Reads keys again that a rotation may have laid beside the others. */
export async function reloadKeys(identity: Identity, config: ServiceConfig): Promise<void> {
  await identity.headerKeys.reload();
  await identity.identityKeys?.reload();
  identity.sealingKeys = await loadSealingKeys(config.keysDir, passphraseOf(config));
  await keepKeyCopy(config, identity.recovery);
}

/** Which keys are here, to be compared with an entry of the register. */
export function keysOf({ headerKeys, sealingKeys }: Identity) {
  const recipients = sealingKeys.map(({ recipient }) => recipient);
  return { headerKeyIds: headerKeys.keyIds, recipients };
}

/** With keys the register does not know, nobody could verify us and we could open nothing. */
function checkOwnKeys(
  participant: Participant,
  { keyIds }: Pick<SigningRing, "keyIds">,
  sealingKeys: readonly SealingKeyPair[],
): void {
  const isSigner = participant.signingKeys.some(
    (key) => keyIds.includes(key.keyId) && key.purpose === KeyPurpose.HEADER,
  );
  const isSealer = participant.sealingKeys.some((key) =>
    sealingKeys.some(({ recipient }) => recipient === key.recipient),
  );
  if (isSigner && isSealer) return;
  const file = isSigner ? "seal.age" : "header.key";
  throw new TracepostError("KEY_FILE", `${file} is not the key of ${participant.id}`, {
    remedy: "Use the key files made with this register, or have the new keys registered.",
  });
}
