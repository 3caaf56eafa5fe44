import { readFile } from "node:fs/promises";
import { openOrThrow, type RegisterView } from "#trust";
import type { ExchangePaths } from "../folder/exchange-paths.ts";
import { readGatewayStoreIfThere } from "../folder/gateway-store.ts";
import { isThere } from "../folder/root-keys.ts";
import { rootKeysOf } from "./folder-registers.ts";

/** A file that a gateway keeps, with a name for messages. */
interface Kept {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * The register that was in force at the gateway of a folder at a time (TP-POLICY-8): the newest it
 * had taken by then, the first one before that, and what the folder begins with where the gateway
 * never ran. Throws TracepostError VERIFICATION for one that the root keys did not sign.
 */
export async function registerOn(paths: ExchangePaths, atMs: number): Promise<RegisterView> {
  const roots = await rootKeysOf(paths);
  const kept = await keptOn(paths, "register", atMs);
  const { register } = paths.exchange;
  const { bytes, name } = kept ?? { name: register, bytes: await readFile(register) };
  return openOrThrow(bytes, name, roots).view;
}

/**
 * The policy file that was in force there at a time; undefined where the folder has none, as the
 * default policy of the program is in force then.
 */
export async function policyOn(paths: ExchangePaths, atMs: number): Promise<Kept | undefined> {
  const { policy } = paths.exchange;
  const kept = await keptOn(paths, "policy", atMs);
  if (kept !== undefined || !(await isThere(policy))) return kept;
  return { name: policy, bytes: await readFile(policy) };
}

/** Versions have a table each in the gateway's store; a later one was taken later. */
async function keptOn(
  paths: ExchangePaths,
  what: "policy" | "register",
  atMs: number,
): Promise<Kept | undefined> {
  const table = what === "policy" ? "policies" : "registers";
  const one = `SELECT version, ${what} AS bytes FROM ${table}`;
  const row = await readGatewayStoreIfThere(paths, async (tx) => {
    const inForce = `${one} WHERE taken_at <= ? ORDER BY version DESC LIMIT 1`;
    const first = `${one} ORDER BY version LIMIT 1`;
    type Row = { version: number; bytes: Uint8Array };
    return (await tx.get<Row>(inForce, atMs)) ?? (await tx.get<Row>(first));
  });
  return row && { name: `${what} version ${row.version} of the gateway`, bytes: row.bytes };
}
