import { EntryKind } from "#proto";
import type { Transaction } from "#runtime";
import { equalBytes } from "#wire";
import { logDigest } from "./log-statements.ts";

/** Files that root keys sign: the table of each, and how the log says that a version was taken. */
const SIGNED = {
  policy: {
    table: "policies",
    kind: EntryKind.POLICY_CHANGE,
    under: (version: number) => ({ policyVersion: version }),
  },
  schedule: {
    table: "schedules",
    kind: EntryKind.SCHEDULE_CHANGE,
    under: (version: number) => ({ scheduleVersion: version }),
  },
} as const;

/** A version of such a file that is to be kept, and when. */
interface SignedVersion {
  readonly version: number;
  /** SHA-256 of the file. */
  readonly digest: Uint8Array;
  /** The file as signed. */
  readonly bytes: Uint8Array;
  readonly nowMs: number;
  readonly registerVersion: number;
}

/** What came of a version that was to be kept. */
export type SignedKept =
  | { readonly type: "kept"; readonly size: number; readonly rootHash: Uint8Array }
  | { readonly type: "known" }
  /** Not higher than what is kept, or another file of the same version. */
  | { readonly type: "lower" };

/** Keeps a version above those there are and enters it in the log, in one transaction. */
export async function keepSigned(
  tx: Transaction,
  what: keyof typeof SIGNED,
  { version, digest, bytes, nowMs, registerVersion }: SignedVersion,
): Promise<SignedKept> {
  const { kind, table, under } = SIGNED[what];
  const newest = await tx.get<{ version: number; digest: Uint8Array }>(
    `SELECT version, digest FROM ${table} ORDER BY version DESC LIMIT 1`,
  );
  if (newest !== undefined && version <= newest.version) {
    const isKnown = version === newest.version && equalBytes(digest, newest.digest);
    return { type: isKnown ? "known" : "lower" };
  }
  const place = { nowMs, registerVersion, ...under(version) };
  const log = await logDigest(tx, { kind, sender: "", digest, ...place });
  await tx.run(
    `INSERT INTO ${table} (version, digest, ${what}, log_index, taken_at) VALUES (?, ?, ?, ?, ?)`,
    version,
    digest,
    bytes,
    log.firstIndex,
    log.recordedAtMs,
  );
  return { type: "kept", size: log.size, rootHash: log.rootHash };
}
