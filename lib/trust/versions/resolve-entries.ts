import type { RegisterBundle } from "#proto";
import { PROCESS_LIMITS } from "#runtime";
import { equalBytes } from "#wire";
import type { OpenedManifest } from "./manifest.ts";
import { merkleRoot } from "./merkle-root.ts";
import { entryDigest, type OpenedEntry, openEntry } from "./register-entry.ts";
import { type RegisterOutcome, registerRefused } from "./register-refusal.ts";

/**
 * Finds the entries of a manifest, in those given and those that are here already (TP-REG-4): the
 * digests are as many as it says and have its Merkle root, each entry has its digest, ids ascend.
 * ENTRY_INVALID, or ENTRY_MISSING with the digests to fetch. What is here is not checked twice.
 */
export function resolveEntries(
  { manifest }: OpenedManifest,
  bundle: RegisterBundle,
  known: readonly OpenedEntry[],
): RegisterOutcome<readonly OpenedEntry[]> {
  const digests = bundle.entryDigests;
  const isNumber = digests.length === manifest.entryCount;
  if (!isNumber || digests.length > PROCESS_LIMITS.participantsMax) {
    const detail = `are ${digests.length}; the manifest says ${manifest.entryCount}`;
    return registerRefused("ENTRY_INVALID", "entry_digests", detail);
  }
  if (!equalBytes(merkleRoot(digests), manifest.entriesRoot)) {
    return registerRefused(
      "ENTRY_INVALID",
      "entry_digests",
      "do not have the root of the manifest",
    );
  }
  const here = new Map(known.map((entry) => [entry.digest, entry]));
  const given = new Map(bundle.entries.map((bytes) => [entryDigest(bytes), bytes]));
  const wanted = digests.map((digest) => Buffer.from(digest).toString("hex"));
  const missing = wanted.filter((digest) => !here.has(digest) && !given.has(digest));
  if (missing.length > 0) {
    const detail = `lack ${missing.length} of ${wanted.length}`;
    const { refusal } = registerRefused("ENTRY_MISSING", "entries", detail);
    return { ok: false, refusal: { ...refusal, missing } };
  }
  const entries: OpenedEntry[] = [];
  for (const digest of wanted) {
    const entry = here.get(digest);
    const opened = entry
      ? { ok: true as const, value: entry }
      : openEntry(given.get(digest) as Uint8Array);
    if (!opened.ok) return opened;
    entries.push(opened.value);
  }
  return inOrder(entries);
}

function inOrder(entries: readonly OpenedEntry[]): RegisterOutcome<readonly OpenedEntry[]> {
  const ids = entries.map(({ participant }) => participant.id);
  const at = ids.findIndex((id, index) => index > 0 && (ids[index - 1] as string) >= id);
  if (at === -1) return { ok: true, value: entries };
  const detail = `holds ${String(ids[at]).slice(0, 32)} out of order, or twice`;
  return registerRefused("ENTRY_INVALID", "entries", detail);
}
