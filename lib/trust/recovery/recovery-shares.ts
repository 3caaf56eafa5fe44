import { hash } from "node:crypto";
import { generateHybridIdentity, identityToRecipient } from "age-encryption";
import { combine, split } from "shamir-secret-sharing";
import { Type } from "typebox";
import { Value } from "typebox/value";
import { TracepostError } from "#errors";
import { TRUST_LIMITS } from "#runtime";
import type { SealingKeyPair } from "../key-files.ts";

/** One share of a recovery key; whoever has fewer than `needed` of them knows nothing of it. */
export interface RecoveryShare {
  readonly format: "tracepost-recovery-share-1";
  /** 1, 2, 3 … */
  readonly number: number;
  readonly of: number;
  readonly needed: number;
  /** First 16 hex digits of SHA-256 over the recipient: which key it is a share of. */
  readonly key: string;
  /** The share, base64. */
  readonly share: string;
  /** First 8 hex digits of SHA-256 over all the others: a slip of the pen is seen. */
  readonly check: string;
}

const Share = Type.Object(
  {
    format: Type.Literal("tracepost-recovery-share-1"),
    number: Type.Integer({ minimum: 1, maximum: TRUST_LIMITS.recoverySharesMax }),
    of: Type.Integer({ minimum: 2, maximum: TRUST_LIMITS.recoverySharesMax }),
    needed: Type.Integer({ minimum: 2, maximum: TRUST_LIMITS.recoverySharesMax }),
    key: Type.String({ pattern: "^[0-9a-f]{16}$" }),
    share: Type.String({ pattern: "^[A-Za-z0-9+/]{16,}={0,2}$" }),
    check: Type.String({ pattern: "^[0-9a-f]{8}$" }),
  },
  { additionalProperties: false },
);

/** A State recovery key as it is made: its recipient, for everybody, and shares; no key. */
export interface NewRecoveryKey {
  readonly recipient: string;
  readonly shares: readonly RecoveryShare[];
}

/**
 * Makes a recovery key and splits it by Shamir: any `needed` of the shares give it back
 * (TP-RECOVER-1). The key itself is kept nowhere. Throws TracepostError USAGE for other numbers
 * than 2 ≤ needed ≤ of.
 */
export async function makeRecoveryKey(of: number, needed: number): Promise<NewRecoveryKey> {
  const max = TRUST_LIMITS.recoverySharesMax;
  if (!(needed >= 2 && needed <= of && of <= max)) {
    throw new TracepostError("USAGE", `${needed} of ${of} shares cannot be`, {
      remedy: `Choose at least 2 that are needed, and at most ${max} shares, such as 3 of 5.`,
    });
  }
  const identity = await generateHybridIdentity();
  const recipient = await identityToRecipient(identity);
  const parts = await split(new Uint8Array(Buffer.from(identity)), of, needed);
  const key = recoveryKeyName(recipient);
  const shares = parts.map((part, at) => {
    const share = Buffer.from(part).toString("base64");
    return checked({
      format: "tracepost-recovery-share-1",
      number: at + 1,
      of,
      needed,
      key,
      share,
    });
  });
  return { recipient, shares };
}

/** Reads a share; undefined for a text that is none, or has a slip in it. Never throws. */
export function parseRecoveryShare(text: string): RecoveryShare | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Value.Check(Share, value)) return undefined;
  return value.needed <= value.of && checked(value).check === value.check ? value : undefined;
}

/** Name of a recovery key: the first 16 hex digits of SHA-256 over its recipient. */
export function recoveryKeyName(recipient: string): string {
  return hash("sha256", recipient, "hex").slice(0, 16);
}

/**
 * Puts a recovery key together again (TP-RECOVER-1). Throws TracepostError KEY_FILE for too few
 * shares, shares of different keys, or one twice.
 */
export async function combineShares(shares: readonly RecoveryShare[]): Promise<SealingKeyPair> {
  const [first] = shares;
  const numbers = new Set(shares.map(({ number }) => number));
  if (first === undefined || numbers.size < first.needed) {
    const problem = `${numbers.size} different shares of ${first?.needed ?? "the"} needed`;
    throw unusable(problem, "Bring as many different shares as are needed.");
  }
  const isOne = shares.every(({ key, needed }) => key === first.key && needed === first.needed);
  if (!isOne) throw unusable("the shares are of different keys", "Bring those of one key.");
  const distinct = shares.filter(
    (one, at) => shares.findIndex((o) => o.number === one.number) === at,
  );
  try {
    const parts = distinct.map(({ share }) => new Uint8Array(Buffer.from(share, "base64")));
    const identity = Buffer.from(await combine(parts)).toString("latin1");
    const recipient = await identityToRecipient(identity);
    if (recoveryKeyName(recipient) === first.key) return { identity, recipient };
  } catch {
    // Below: what came out is no key, and nobody is shown what it is.
  }
  throw unusable("the shares do not give the key they name", "One was altered: bring another.");
}

function checked(share: Omit<RecoveryShare, "check">): RecoveryShare {
  const { format, number, of, needed, key, share: bytes } = share;
  const said = [format, number, of, needed, key, bytes].join(" ");
  const check = hash("sha256", said, "hex").slice(0, 8);
  return { format, number, of, needed, key, share: bytes, check };
}

function unusable(problem: string, remedy: string): TracepostError {
  return new TracepostError("KEY_FILE", `the recovery key cannot be had: ${problem}`, { remedy });
}
