import { type KeyPurpose, SigningKey } from "#proto";
import { REGISTER_LIMITS } from "#runtime";
import { toTimestamp } from "#wire";
import type { SigningKeyPair } from "../keys.ts";
import { type RevocationOrder, saysMore } from "./edit-entries.ts";

/**
 * A key of the exchange itself (receipts, checkpoints, freshness) as a register has it: valid from
 * a time on, for two years; until then it is announced (TP-KEY-2).
 */
export function exchangeKey(
  { keyId, publicRaw }: Pick<SigningKeyPair, "keyId" | "publicRaw">,
  purpose: KeyPurpose,
  fromMs: number,
): SigningKey {
  return SigningKey.create({
    keyId,
    publicKey: publicRaw,
    purpose,
    notBefore: toTimestamp(fromMs),
    notAfter: toTimestamp(fromMs + REGISTER_LIMITS.keyLifeMs),
  });
}

/**
 * Keys with some of them revoked, named by their ids; one revoked already can become compromised.
 * A revoked key stays in the register: what it signed before is verified with it (TP-KEY-4).
 */
export function revokedKeys(
  keys: readonly SigningKey[],
  keyIds: readonly string[],
  order: RevocationOrder,
): readonly SigningKey[] {
  const { atMs, compromisedAtMs, reason: revocationReason } = order;
  const compromisedAt = compromisedAtMs === undefined ? undefined : toTimestamp(compromisedAtMs);
  return keys.map((key) => {
    if (!keyIds.includes(key.keyId)) return key;
    const { revokedAt = toTimestamp(atMs) } = key;
    if (key.revokedAt !== undefined && !saysMore(order, key.revocationReason)) return key;
    return { ...key, revokedAt, revocationReason, compromisedAt };
  });
}
