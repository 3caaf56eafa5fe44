import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { savePublicKey, saveSigningKey } from "#trust";
import { newToken } from "#users";
import type { GatewayConfig } from "../../gateway/config.ts";
import type { Parties } from "./parties.ts";

/** What a gateway's settings say of the files that it is started on. */
export type GatewayFiles = Pick<
  GatewayConfig,
  "dataDir" | "registerFile" | "rootPublicKeyFiles" | "keysDir" | "apiTokenFile"
>;

/** Lays the files of a gateway into a folder: the register and the keys of the parties, a token. */
export async function layGatewayFiles(dir: string, parties: Parties): Promise<GatewayFiles> {
  const file = (name: string): string => join(dir, name);
  const root = file("root-1.pub");
  const files = {
    ...{ dataDir: dir, keysDir: dir, rootPublicKeyFiles: [root] },
    ...{ registerFile: file("register.bin"), apiTokenFile: file("api.token") },
  };
  await saveSigningKey(file("receipt.key"), parties.receiptKey);
  await saveSigningKey(file("checkpoint.key"), parties.checkpointKey);
  await savePublicKey(root, parties.root);
  await writeFile(files.registerFile, parties.registerBytes);
  await writeFile(files.apiTokenFile, newToken().text, { mode: 0o600 });
  return files;
}
