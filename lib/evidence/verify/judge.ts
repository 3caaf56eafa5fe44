import type { EntryKind, LogEntry } from "#proto";
import { equalBytes, sha256 } from "#wire";
import type { EntryProver, ProvenEntry } from "./entry-prover.ts";
import type { Problems } from "./problems.ts";
import { checkSigned, type ReadEnvelope } from "./signed-envelope.ts";
import type { SignedVersions } from "./signed-versions.ts";

/** What messages and receipts are judged with. */
export interface MessageJudge {
  readonly versions: SignedVersions;
  readonly prover: EntryProver;
  readonly problems: Problems;
  /** What nobody may conclude, in sentences. */
  readonly notProven: string[];
}

/** Who signed is judged by the register that the gateway decided under (TP-EVID-7). */
export function checkUnderRegister(
  place: string,
  read: ReadEnvelope,
  { entry, recordedAtMs }: ProvenEntry,
  { problems, versions }: MessageJudge,
): void {
  const register = versions.registers.get(Number(entry.registerVersion))?.value;
  if (register === undefined) {
    problems.add(place, `version ${entry.registerVersion} of the register is not in the file`);
    return;
  }
  checkSigned(place, read, { register, recordedAtMs }, problems);
}

/** Whether an entry of the log is about a very message. */
export function isEntryAbout(entry: LogEntry, { header, headerDigest }: ReadEnvelope): boolean {
  return (
    entry.sender === header.sender &&
    entry.messageId === header.messageId &&
    equalBytes(entry.headerDigest, headerDigest)
  );
}

/** What the newest register in the file knows of a key that the one at the time did not. */
export function compromisedSince(
  keyId: string,
  recordedAtMs: number,
  { versions }: Pick<MessageJudge, "versions">,
): number | undefined {
  const sinceMs = versions.compromised.find((key) => key.keyId === keyId)?.sinceMs;
  return sinceMs !== undefined && sinceMs <= recordedAtMs ? sinceMs : undefined;
}

/** Whether an entry is of a kind, and names these bytes by their SHA-256. */
export function isEntryNaming(
  entry: LogEntry | undefined,
  kind: EntryKind,
  bytes: Uint8Array,
): boolean {
  return entry?.kind === kind && equalBytes(entry.headerDigest, sha256(bytes));
}
