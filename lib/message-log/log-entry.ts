import { accepted, type Outcome, refused } from "#errors";
import { LogEntry } from "#proto";
import { LOG_LIMITS } from "#runtime";
import { decodeExactly } from "#wire";
import { HASH_BYTES } from "./hashing.ts";

const NONCE_BYTES = 16;

/**
 * Reads the bytes under a leaf. They must be what encoding the entry gives, so that every reader
 * reads the same entry; fields of a later version are kept (TP-LOG-2). Refuses NOT_LOGGED.
 */
export function parseLogEntry(bytes: Uint8Array): Outcome<LogEntry> {
  if (bytes.length > LOG_LIMITS.entryBytesMax) return refused("NOT_LOGGED", "entry", "too large");
  const entry = decodeExactly(LogEntry, bytes);
  if (entry === undefined) return refused("NOT_LOGGED", "entry", "no log entry");
  if (entry.kind === 0) return refused("NOT_LOGGED", "entry.kind", "missing");
  if (entry.recordedAt === undefined) return refused("NOT_LOGGED", "entry.recorded_at", "missing");
  if (entry.nonce.length !== NONCE_BYTES) return refused("NOT_LOGGED", "entry.nonce", "length");
  const digests = {
    header_digest: entry.headerDigest,
    signatures_digest: entry.signaturesDigest,
    event_digest: entry.eventDigest,
  };
  for (const [field, digest] of Object.entries(digests)) {
    if (digest.length === 0 || digest.length === HASH_BYTES) continue;
    return refused("NOT_LOGGED", `entry.${field}`, "length");
  }
  return accepted(entry);
}
