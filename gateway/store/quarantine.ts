import { randomBytes } from "node:crypto";
import { appendLogEntries } from "#message-log";
import { EntryKind, LogEntry, RefusalCode } from "#proto";
import type { Transaction } from "#runtime";
import { encodeMessage, toTimestamp } from "#wire";

/** What is kept of bytes that could not be read as a message: no content. */
export interface QuarantineItem {
  /** SHA-256 of the bytes. */
  readonly digest: Uint8Array;
  readonly sizeBytes: number;
  readonly subject: string;
  /** Participant of the subject token. */
  readonly sender: string;
  readonly code: RefusalCode;
  readonly field: string;
  /** Header bytes where there were any, else empty. */
  readonly header: Uint8Array;
}

/** Keeps unreadable bytes as a digest, and logs that they came (TP-GW-6). */
export async function quarantine(
  tx: Transaction,
  args: { nowMs: number; items: readonly QuarantineItem[] },
): Promise<{ size: number; rootHash: Uint8Array }> {
  const { recordedAtMs, ...head } = await appendRefusals(tx, args);
  for (const item of args.items) {
    await tx.run(
      `INSERT INTO quarantine (digest, size_bytes, subject, received_at, code, field, header)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      item.digest,
      item.sizeBytes,
      item.subject,
      recordedAtMs,
      item.code,
      item.field,
      item.header,
    );
  }
  return head;
}

/** Logs that a sender was over its quota: one entry, however many messages (TP-GW-1). */
export async function logOverQuota(
  tx: Transaction,
  args: { nowMs: number; senders: readonly string[] },
): Promise<{ size: number; rootHash: Uint8Array }> {
  const items = args.senders.map((sender) => ({
    digest: new Uint8Array(),
    sender,
    code: RefusalCode.QUOTA_EXCEEDED,
    field: "",
  }));
  const { size, rootHash } = await appendRefusals(tx, { nowMs: args.nowMs, items });
  return { size, rootHash };
}

async function appendRefusals(
  tx: Transaction,
  args: {
    nowMs: number;
    items: readonly Pick<QuarantineItem, "digest" | "sender" | "code" | "field">[];
  },
): Promise<{ size: number; rootHash: Uint8Array; recordedAtMs: number }> {
  const state = await tx.get<{ recorded_at: number }>("SELECT recorded_at FROM gateway_state");
  const recordedAtMs = Math.max(args.nowMs, state?.recorded_at ?? 0);
  const entries = args.items.map((item) =>
    encodeMessage(
      LogEntry,
      LogEntry.create({
        kind: EntryKind.REFUSAL,
        sender: item.sender,
        headerDigest: item.digest,
        code: item.code,
        field: item.field,
        recordedAt: toTimestamp(recordedAtMs),
        nonce: randomBytes(16),
      }),
    ),
  );
  const log = await appendLogEntries(tx, entries);
  await tx.run("UPDATE gateway_state SET recorded_at = ?", recordedAtMs);
  return { size: log.size, rootHash: log.rootHash, recordedAtMs };
}
