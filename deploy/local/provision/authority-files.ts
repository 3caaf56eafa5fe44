import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { TracepostError } from "#errors";
import { readSecret } from "#runtime";
import type { ExchangePaths } from "../folder/exchange-paths.ts";
import { makePrivateFolder, writePrivateFile } from "../folder/private-files.ts";
import { checkActivations } from "./activation-check.ts";
import type { Authority, IssuedMember } from "./authority.ts";
import { readAccount, readOperator } from "./claims.ts";
import { Nkey } from "./nkey.ts";
import type { StoragePlan } from "./storage-plan.ts";

/** Where each user's credentials lie: a participant's with the participant. */
export function credentialsFile(paths: ExchangePaths, account: string, user: string): string {
  return account === user
    ? paths.participant(account).natsCreds
    : paths.operatorCreds(account, user);
}

/** The key of an account, or of the operator, that this folder holds. Throws KEY_FILE. */
export async function keyIn(paths: ExchangePaths, name: string): Promise<Nkey> {
  return Nkey.fromSeedText(await readSecret(join(paths.nats.keysDir, `${name}.nk`)));
}

/** Writes tokens, keys and credentials of a fresh authority; nothing is readable by others. */
export async function writeAuthority(
  paths: ExchangePaths,
  authority: Authority,
  storage: StoragePlan,
): Promise<void> {
  checkActivations(authority.accounts.map((account) => account.token));
  const { nats } = paths;
  for (const dir of [nats.resolverDir, nats.storeDir]) await makePrivateFolder(dir);
  await writePrivateFile(join(nats.keysDir, "operator.nk"), authority.operatorKey.seedText);
  for (const account of authority.accounts) {
    await writePrivateFile(join(nats.issuedDir, `${account.name}.jwt`), account.token);
    await writePrivateFile(join(nats.keysDir, `${account.name}.nk`), account.key.seedText);
    for (const [role, key] of account.signingKeys) {
      await writePrivateFile(join(nats.keysDir, `${account.name}.${role}.nk`), key.seedText);
    }
  }
  for (const user of authority.users) {
    await writePrivateFile(credentialsFile(paths, user.account, user.name), user.credentials);
  }
  await writePrivateFile(nats.storagePlan, `${JSON.stringify(storage, null, 2)}\n`);
  await writePrivateFile(nats.operatorToken, authority.operatorToken);
}

/**
 * Writes what was issued for one participant more. Its token comes last: without it nothing of the
 * rest counts, and is made anew.
 */
export async function writeIssuedAccount(
  paths: ExchangePaths,
  { account, users }: IssuedMember,
): Promise<void> {
  const { nats } = paths;
  const { key, name, signingKeys } = account;
  const files: (readonly [file: string, secret: string])[] = [
    [join(nats.keysDir, `${name}.nk`), key.seedText],
    ...[...signingKeys].map(
      ([role, own]) => [join(nats.keysDir, `${name}.${role}.nk`), own.seedText] as const,
    ),
    ...users.map((user) => [credentialsFile(paths, name, user.name), user.credentials] as const),
  ];
  // Side by side: each is a wait for the disk.
  await Promise.all(files.map(([file, secret]) => writePrivateFile(file, secret)));
  await writePrivateFile(join(nats.issuedDir, `${account.name}.jwt`), account.token);
}

/** What a server is started with. */
export interface IssuedTokens {
  readonly operatorToken: string;
  /** Public key of the system account. */
  readonly systemAccount: string;
  readonly accounts: readonly { readonly publicKey: string; readonly token: string }[];
}

/** Account tokens as they were issued, whatever they say; see {@link checkActivations}. */
export async function readAccountTokens(paths: ExchangePaths): Promise<string[]> {
  const { issuedDir } = paths.nats;
  const files = (await readdir(issuedDir)).filter((name) => name !== "operator.jwt").toSorted();
  return await Promise.all(files.map((name) => readFile(join(issuedDir, name), "utf8")));
}

/** Reads back what was issued. Throws TracepostError DATA_FOLDER when any of it is damaged. */
export async function readIssuedTokens(paths: ExchangePaths): Promise<IssuedTokens> {
  const { issuedDir, operatorToken: operatorFile } = paths.nats;
  try {
    const operatorToken = await readFile(operatorFile, "utf8");
    const tokens = await readAccountTokens(paths);
    checkActivations(tokens);
    return {
      operatorToken,
      systemAccount: readOperator(operatorToken).nats.system_account ?? "",
      accounts: tokens.map((token) => ({ publicKey: readAccount(token).sub, token })),
    };
  } catch (caught) {
    throw damaged(issuedDir, caught);
  }
}

/** Reads how the disk was shared out. Throws TracepostError DATA_FOLDER. */
export async function readStoragePlan(paths: ExchangePaths): Promise<StoragePlan> {
  const file = paths.nats.storagePlan;
  try {
    const plan = JSON.parse(await readFile(file, "utf8")) as Partial<StoragePlan>;
    const { streamBytes, coreBytes, serverBytes } = plan;
    if (![streamBytes, coreBytes, serverBytes].every(Number.isSafeInteger)) {
      throw new TracepostError("DATA_FOLDER", `${file} lacks a number`);
    }
    return plan as StoragePlan;
  } catch (caught) {
    throw damaged(file, caught);
  }
}

function damaged(what: string, cause: unknown): TracepostError {
  return new TracepostError("DATA_FOLDER", `damaged: ${what}`, {
    cause,
    problems: [TracepostError.from(cause).message],
    remedy: "Restore the folder from a backup, or move it away and start afresh.",
  });
}
