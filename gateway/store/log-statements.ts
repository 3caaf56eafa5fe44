import { randomBytes } from "node:crypto";
import { type AppendedEntries, appendLogEntries } from "#message-log";
import { EntryKind, LogEntry, RefusalCode } from "#proto";
import type { Transaction } from "#runtime";
import { encodeMessage, toTimestamp } from "#wire";
import { noteOccurrences } from "./operator-events.ts";

/** What the gateway enters in the log about bytes it does not record as a message. */
export interface LogStatement {
  readonly kind:
    | typeof EntryKind.REFUSAL
    | typeof EntryKind.QUARANTINE_RELEASE
    | typeof EntryKind.REGISTER_CHANGE
    | typeof EntryKind.POLICY_CHANGE
    | typeof EntryKind.AUDIT
    | typeof EntryKind.HOLD
    | typeof EntryKind.RELEASE
    | typeof EntryKind.SCHEDULE_CHANGE
    | typeof EntryKind.DISPOSAL
    | typeof EntryKind.RENEWAL
    | typeof EntryKind.DAILY_COUNTS
    | typeof EntryKind.LOG_SUCCESSION
    | typeof EntryKind.TIME_STAMP;
  /** Participant of the subject token. */
  readonly sender: string;
  /** Empty when it cannot be read. */
  readonly messageId: string;
  /** Of the header, or of all the bytes when no message id can be read. */
  readonly headerDigest: Uint8Array;
  readonly code: RefusalCode;
  readonly field: string;
}

/** When statements are made, and what was in force. */
interface StatedUnder {
  readonly nowMs: number;
  readonly registerVersion: number;
  /** Default: what is stated was not decided by a policy. */
  readonly policyVersion?: number;
  /** Default: what is stated is kept under no schedule. */
  readonly scheduleVersion?: number;
}

/** Where statements stand in the log. */
export interface LoggedStatements extends AppendedEntries {
  readonly recordedAtMs: number;
}

/** The time under which something is recorded now: not before any earlier entry's. */
export async function recordTime(tx: Transaction, nowMs: number): Promise<number> {
  const state = await tx.get<{ recorded_at: number }>("SELECT recorded_at FROM gateway_state");
  return Math.max(nowMs, state?.recorded_at ?? 0);
}

/** Appends statements to the log, in order, at a time that is not before any earlier entry's. */
export async function logStatements(
  tx: Transaction,
  args: StatedUnder & { readonly statements: readonly LogStatement[] },
): Promise<LoggedStatements> {
  const recordedAtMs = await recordTime(tx, args.nowMs);
  const entries = args.statements.map((statement) =>
    encodeMessage(
      LogEntry,
      LogEntry.create({
        ...statement,
        registerVersion: BigInt(args.registerVersion),
        policyVersion: BigInt(args.policyVersion ?? 0),
        scheduleVersion: BigInt(args.scheduleVersion ?? 0),
        recordedAt: toTimestamp(recordedAtMs),
        nonce: randomBytes(16),
      }),
    ),
  );
  const log = await appendLogEntries(tx, entries);
  await tx.run("UPDATE gateway_state SET recorded_at = ?", recordedAtMs);
  return { ...log, recordedAtMs };
}

/** Logs the digest of something the gateway keeps, which says the rest. */
export async function logDigest(
  tx: Transaction,
  args: StatedUnder & Pick<LogStatement, "kind" | "sender"> & { readonly digest: Uint8Array },
): Promise<LoggedStatements> {
  const { digest, kind, sender, ...under } = args;
  const about = { kind, sender, messageId: "", headerDigest: digest };
  const statement = { ...about, code: RefusalCode.UNSPECIFIED, field: "" };
  return await logStatements(tx, { ...under, statements: [statement] });
}

/** A sender over its quota, with how many of its messages were handed back. */
interface OverQuota {
  readonly sender: string;
  readonly messages: number;
}

/** Logs that senders were over their quota: one entry each, however many messages (TP-GW-1). */
export async function logOverQuota(
  tx: Transaction,
  args: { nowMs: number; registerVersion: number; held: readonly OverQuota[] },
): Promise<{ size: number; rootHash: Uint8Array }> {
  const statements = args.held.map(({ sender }) => ({
    kind: EntryKind.REFUSAL,
    sender,
    messageId: "",
    headerDigest: new Uint8Array(),
    code: RefusalCode.QUOTA_EXCEEDED,
    field: "",
  }));
  const { size, rootHash } = await logStatements(tx, { ...args, statements });
  const seen = args.held.map(({ sender, messages }) => {
    return { kind: "OVER_QUOTA", participant: sender, subject: "", count: messages } as const;
  });
  await noteOccurrences(tx, seen, args.nowMs);
  return { size, rootHash };
}
