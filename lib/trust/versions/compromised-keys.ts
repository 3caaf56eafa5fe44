import { RevocationReason, type Timestamp } from "#proto";
import { timestampMs } from "#wire";
import type { RegisterView } from "../register-view.ts";
import type { OpenedEntry } from "./register-entry.ts";

/** A key of a participant that others may have had (TP-KEY-8). */
export interface CompromisedKey {
  readonly participant: string;
  readonly keyId: string;
  /** The earliest time the register gives: of the compromise, else of the revocation. */
  readonly sinceMs: number;
}

interface Revoked {
  readonly keyId: string;
  readonly reason: RevocationReason;
  readonly revokedAt?: Timestamp | undefined;
  readonly compromisedAt?: Timestamp | undefined;
}

/**
 * Every key of a participant that a register says was compromised: of the keys in force, and of
 * revocations whose key is in no statement any more.
 */
export function compromisedKeys(
  view: RegisterView,
  entries: readonly OpenedEntry[] = [],
): readonly CompromisedKey[] {
  const inForce = view.participants.flatMap(({ id, signingKeys }) =>
    signingKeys.map((key) => ({ id, revoked: { ...key, reason: key.revocationReason } })),
  );
  const ever = entries.flatMap(({ participant: { id }, revocations }) =>
    revocations.map((revoked) => ({ id, revoked })),
  );
  const found = new Map<string, CompromisedKey>();
  for (const { id: participant, revoked } of [...inForce, ...ever]) {
    const sinceMs = sinceOf(revoked);
    if (sinceMs === undefined) continue;
    const { keyId } = revoked;
    const known = found.get(keyId)?.sinceMs ?? sinceMs;
    found.set(keyId, { participant, keyId, sinceMs: Math.min(known, sinceMs) });
  }
  return [...found.values()];
}

function sinceOf({ compromisedAt, reason, revokedAt }: Revoked): number | undefined {
  if (reason !== RevocationReason.COMPROMISED) return undefined;
  const times = [compromisedAt, revokedAt].map((at) => timestampMs(at) ?? Number.POSITIVE_INFINITY);
  return Math.min(...times);
}
