import type { KeyObject } from "node:crypto";
import { readFile } from "node:fs/promises";
import { describePlace, type Transaction } from "#runtime";
import { loadPublicKey, openOrThrow, type VerifiedRegister } from "#trust";
import type { ExchangePaths } from "../folder/exchange-paths.ts";
import { gatewayPlace, readGatewayStoreIfThere } from "../folder/gateway-store.ts";
import { rootSignersOf } from "../folder/root-keys.ts";

/** The root keys that are believed in a data folder. */
export async function rootKeysOf(paths: ExchangePaths): Promise<readonly KeyObject[]> {
  const { rootPublicKeyFiles } = await rootSignersOf(paths.exchange.rootPublicKeys);
  return await Promise.all(rootPublicKeyFiles.map((file) => loadPublicKey(file)));
}

/**
 * The newest version that the gateway of a folder has taken; before its first start, what it begins
 * with. Undefined when there is none that is well signed: the gateway says so itself.
 */
export async function newestKept(paths: ExchangePaths): Promise<VerifiedRegister | undefined> {
  const place = describePlace(await gatewayPlace(paths));
  try {
    const kept = await readGatewayStoreIfThere(paths, newestIn);
    if (kept === undefined) return await readIfSound(paths, paths.exchange.register);
    return await openIfSound(paths, place, async () => kept);
  } catch {
    return undefined;
  }
}

/** The version that is published in the folder, where it is later than one that is in force. */
export async function publishedAfter(
  paths: ExchangePaths,
  { view: { version } }: VerifiedRegister,
): Promise<VerifiedRegister | undefined> {
  const published = await readIfSound(paths, paths.exchange.bundle);
  return published !== undefined && published.view.version > version ? published : undefined;
}

async function readIfSound(
  paths: ExchangePaths,
  file: string,
): Promise<VerifiedRegister | undefined> {
  return await openIfSound(paths, file, async () => await readFile(file));
}

async function openIfSound(
  paths: ExchangePaths,
  name: string,
  read: () => Promise<Uint8Array>,
): Promise<VerifiedRegister | undefined> {
  try {
    return openOrThrow(await read(), name, await rootKeysOf(paths));
  } catch {
    return undefined;
  }
}

async function newestIn(tx: Transaction): Promise<Uint8Array> {
  const newest = await tx.get<{ register: Uint8Array }>(
    "SELECT register FROM registers ORDER BY version DESC LIMIT 1",
  );
  return newest?.register ?? new Uint8Array(0);
}
