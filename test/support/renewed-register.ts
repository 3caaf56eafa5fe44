import { readFile } from "node:fs/promises";
import { type ApiDoor, callApi, EXAMPLE_IDS } from "#http";
import {
  draftSuccessor,
  formatRegisterBundle,
  loadSigningKey,
  parseRegisterBundle,
  signManifest,
} from "#trust";
import type { ExchangePaths } from "../../deploy/local/index.ts";

/**
 * Puts the next version of an exchange's register in force, signed by two of its root keys; gives
 * what the examples of the HTTP API are to be told of it.
 */
export async function renewedRegister(
  { exchange }: ExchangePaths,
  door: ApiDoor,
): Promise<[string, string][]> {
  const first = parseRegisterBundle(await readFile(exchange.bundle));
  const drafted = first.ok ? draftSuccessor(first.value, {}, Date.now()) : first;
  if (!drafted.ok) throw new TypeError(drafted.refusal.detail);
  const roots = await Promise.all(
    exchange.rootKeys.slice(0, 2).map((file) => loadSigningKey(file)),
  );
  const [last, ...before] = drafted.value.manifests.toReversed();
  const signed = last === undefined ? [] : [roots.reduce(signManifest, last)];
  const manifests = [...before.toReversed(), ...signed];
  const bundle = formatRegisterBundle({ ...drafted.value, manifests });
  const register = Buffer.from(bundle).toString("base64");
  const call = { method: "POST", path: "/v1/register", body: { register } } as const;
  await callApi(door, { ...call, timeoutMs: 30_000 });
  const [digest = new Uint8Array()] = drafted.value.entryDigests;
  return [
    [EXAMPLE_IDS.signedRegister, register],
    [EXAMPLE_IDS.registerEntry, Buffer.from(digest).toString("hex")],
  ];
}
