import { readFile } from "node:fs/promises";
import type { ExchangePaths } from "../folder/exchange-paths.ts";

/** The version that NATS follows; in a folder that has none noted, the one it was made with. */
export async function reconciledVersion(paths: ExchangePaths): Promise<bigint> {
  const text = await readFile(paths.run.reconciled, "utf8").catch(() => "1");
  return /^[1-9][0-9]{0,18}\n?$/u.test(text) ? BigInt(text.trim()) : 1n;
}
