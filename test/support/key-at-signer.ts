import { readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import {
  combineShares,
  loadSigningKey,
  makeRecoveryKey,
  type RecoveryShare,
  savePublicKey,
  saveSigningKey,
} from "#trust";
import { ExchangePaths } from "../../deploy/local/index.ts";

/** The program that comes with the product. */
export const SIGNER_PROGRAM = resolve(import.meta.dirname, "../../deploy/signer/main.ts");

/**
 * Takes the header key of a participant out of its key folder, and gives it to a program that the
 * configuration names; the folder keeps the public half (TP-SIGN-2). Its State gets a recovery key,
 * whose shares lie beside the key.
 */
export async function giveKeyToSigner(dataDir: string, participant: string): Promise<void> {
  const { config, dir, headerKey } = new ExchangePaths(resolve(dataDir)).participant(participant);
  const pair = await loadSigningKey(headerKey);
  const held = resolve(dir, "..", `${participant}-signer`);
  await saveSigningKey(join(held, "header.pem"), pair);
  await rm(headerKey);
  await savePublicKey(headerKey, pair);
  const { recipient, shares } = await makeRecoveryKey(2, 2);
  await writeFile(join(held, "shares.json"), JSON.stringify(shares));
  const recoveryRecipientFile = join(held, "recovery.pub");
  await writeFile(recoveryRecipientFile, `${recipient}\n`);
  const settings = JSON.parse(await readFile(config, "utf8")) as Record<string, unknown>;
  const signer = { command: [process.execPath, SIGNER_PROGRAM, held], timeoutMs: 60_000 };
  await writeFile(config, JSON.stringify({ ...settings, signer, recoveryRecipientFile }), {
    mode: 0o600,
  });
}

/** The recovery key of that State, put together from its shares. */
export async function recoveryKeyOf(dataDir: string, participant: string) {
  const { dir } = new ExchangePaths(resolve(dataDir)).participant(participant);
  const file = resolve(dir, "..", `${participant}-signer`, "shares.json");
  return await combineShares(JSON.parse(await readFile(file, "utf8")) as RecoveryShare[]);
}
