import { KeyPurpose, ParticipantStatus, type SealingKey, type SigningKey } from "#proto";
import { REGISTER_LIMITS } from "#runtime";
import { timestampMs } from "#wire";
import type { RegisterView } from "../register-view.ts";
import { sealingKeyId } from "./key-windows.ts";

/** The last key that its owner has for one use, when it ends soon or has ended. */
export interface EndingKey {
  /** Empty: the exchange itself. */
  readonly participant: string;
  /** What it is for, as a person says it. */
  readonly use: string;
  readonly keyId: string;
  readonly endsAtMs: number;
}

/** How near the end is: each stage is said once. */
export type EndingStage = "ended" | "7 days" | "30 days" | "60 days";

const DAY_MS = 86_400_000;

const USES: ReadonlyMap<KeyPurpose, string> = new Map([
  [KeyPurpose.HEADER, "signing"],
  [KeyPurpose.RECEIPT, "receipts"],
  [KeyPurpose.CHECKPOINT, "checkpoints"],
  [KeyPurpose.IDENTITY, "identity"],
  [KeyPurpose.FRESHNESS, "freshness"],
]);

/**
 * Keys that end within `expiryWarningMs` and have no successor in the register, the soonest first
 * (TP-KEY-7). Revoked keys and participants that take no part do not count.
 */
export function endingKeys(view: RegisterView, nowMs: number): EndingKey[] {
  const own = [KeyPurpose.RECEIPT, KeyPurpose.CHECKPOINT, KeyPurpose.FRESHNESS].flatMap((purpose) =>
    view.gatewayKeys(purpose).map(({ key }) => key),
  );
  const found = [...signingEnds("", own)];
  for (const { id, sealingKeys, signingKeys, status } of view.participants) {
    if (status !== ParticipantStatus.ACTIVE) continue;
    found.push(...signingEnds(id, signingKeys), ...sealingEnds(id, sealingKeys));
  }
  return found
    .filter(({ endsAtMs }) => endsAtMs - nowMs <= REGISTER_LIMITS.expiryWarningMs)
    .toSorted((one, other) => one.endsAtMs - other.endsAtMs);
}

/** Which stage of {@link EndingStage} a key has come to. */
export function endingStage({ endsAtMs }: EndingKey, nowMs: number): EndingStage {
  const leftMs = endsAtMs - nowMs;
  if (leftMs <= 0) return "ended";
  if (leftMs <= 7 * DAY_MS) return "7 days";
  return leftMs <= 30 * DAY_MS ? "30 days" : "60 days";
}

/** The end of a key in words: `ends in 12 days` or `has ended 3 days ago`. */
export function endingText({ endsAtMs }: EndingKey, nowMs: number): string {
  const days = Math.floor(Math.abs(endsAtMs - nowMs) / DAY_MS);
  if (days === 0) return endsAtMs > nowMs ? "ends within a day" : "ended less than a day ago";
  const span = days === 1 ? "1 day" : `${days} days`;
  return endsAtMs > nowMs ? `ends in ${span}` : `has ended ${span} ago`;
}

function signingEnds(participant: string, keys: readonly SigningKey[]): EndingKey[] {
  const last = new Map<string, EndingKey>();
  for (const { keyId, notAfter, purpose, revokedAt } of keys) {
    const use = USES.get(purpose);
    if (use === undefined || revokedAt !== undefined) continue;
    note(last, { participant, use, keyId, endsAtMs: timestampMs(notAfter) ?? 0 });
  }
  return [...last.values()];
}

function sealingEnds(participant: string, keys: readonly SealingKey[]): EndingKey[] {
  const last = new Map<string, EndingKey>();
  for (const { notAfter, recipient } of keys) {
    const keyId = sealingKeyId(recipient);
    note(last, { participant, use: "sealing", keyId, endsAtMs: timestampMs(notAfter) ?? 0 });
  }
  return [...last.values()];
}

function note(last: Map<string, EndingKey>, key: EndingKey): void {
  const before = last.get(key.use);
  if (before === undefined || before.endsAtMs < key.endsAtMs) last.set(key.use, key);
}
