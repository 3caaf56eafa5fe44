import { readFile } from "node:fs/promises";
import {
  draftRegister,
  formatRegisterBundle,
  loadSigningKey,
  parseRegisterBundle,
  registerContent,
  signManifest,
} from "#trust";
import { type ExchangePaths, writePrivateFile } from "../../deploy/local/index.ts";

/** Lays version 1 of an exchange that never ran anew, as if it had been issued at another time. */
export async function issueFirstAt(
  paths: ExchangePaths,
  participants: readonly string[],
  issuedAtMs: number,
): Promise<void> {
  const first = parseRegisterBundle(await readFile(paths.exchange.bundle));
  const content = first.ok ? registerContent(first.value) : first;
  if (!content.ok) throw new TypeError(content.refusal.detail);
  const { entries, manifest } = content.value;
  const { roots, ...said } = manifest.manifest;
  if (roots === undefined) throw new TypeError("there are no root keys");
  const drafted = draftRegister({ ...said, roots, previous: undefined, issuedAtMs, entries });
  const keys = await Promise.all(
    paths.exchange.rootKeys.slice(0, roots.threshold).map(loadSigningKey),
  );
  const manifests = drafted.manifests.map((one) => keys.reduce(signManifest, one));
  const bytes = formatRegisterBundle({ ...drafted, manifests });
  const files = participants.map((id) => paths.participant(id).register);
  for (const file of [paths.exchange.bundle, paths.exchange.register, ...files]) {
    await writePrivateFile(file, bytes);
  }
}
