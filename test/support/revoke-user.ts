import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type Account,
  type ClaimsData,
  decode,
  encodeAccount,
  fromSeed,
  parseCreds,
} from "@nats-io/jwt";
import { credentialsFile } from "../../deploy/local/provision/authority-files.ts";
import type { CarrierClients } from "./nats-carrier.ts";

/**
 * Revokes a user of an account as the operator does: edits the account token that the server has,
 * never one rebuilt from memory.
 */
export async function revokeUser(
  carrier: CarrierClients,
  account: string,
  user: string,
): Promise<void> {
  const operator = await carrier.raw("SYS", "operator");
  const token = await readFile(join(carrier.paths.nats.issuedDir, `${account}.jwt`), "utf8");
  const accountKey = decode<Account>(token).sub;
  const held = await operator.request(`$SYS.REQ.ACCOUNT.${accountKey}.CLAIMS.LOOKUP`);
  const claims: ClaimsData<Account> = decode(held.string());
  const credentials = await parseCreds(
    await readFile(credentialsFile(carrier.paths, account, user)),
  );
  const now = Math.floor(Date.now() / 1_000);
  const changed = { ...claims.nats, revocations: { [credentials.uc.sub]: now + 1 } };
  const seed = await readFile(join(carrier.paths.nats.keysDir, "operator.nk"));
  const update = await encodeAccount(claims.name, claims.sub, changed, { signer: fromSeed(seed) });
  const answer = await operator.request("$SYS.REQ.CLAIMS.UPDATE", update);
  const { error } = answer.json<{ error?: unknown }>();
  if (error !== undefined) throw new TypeError(`not revoked: ${JSON.stringify(error)}`);
}
