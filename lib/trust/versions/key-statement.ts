import {
  KeyPurpose,
  KeyStatement,
  type Signature,
  type SignedKeyStatement,
  type SigningKey,
} from "#proto";
import { REGISTER_LIMITS } from "#runtime";
import { decodeExactly, encodeMessage, equalBytes, timestampMs } from "#wire";
import { isHybridRecipient } from "../age-file.ts";
import { createSigner, PAYLOAD_TYPES, verifyBytesNow } from "../dsse.ts";
import { publicKeyOf, type SigningKeyPair } from "../keys.ts";
import type { KeySigner } from "../signers/key-signer.ts";
import { isKeyFor, isSealingKey, isValidAt } from "./key-windows.ts";
import { type RegisterOutcome, registerRefused } from "./register-refusal.ts";

/** A key statement whose signatures hold, with the bytes it came as. */
export interface OpenedStatement {
  readonly signed: SignedKeyStatement;
  readonly statement: KeyStatement;
  readonly identityKey: SigningKey;
}

/**
 * Signs what a participant says about its keys (TP-REG-6): with its identity key, with each signing
 * key in it, as proof that it has them, and with the identity key before, if that was another.
 */
export function signKeyStatement(
  statement: KeyStatement,
  keys: readonly SigningKeyPair[],
): SignedKeyStatement {
  const bytes = encodeMessage(KeyStatement, statement);
  return {
    statement: bytes,
    signatures: keys.map((pair) => {
      const signer = createSigner(pair, PAYLOAD_TYPES.keyStatement);
      return { keyId: signer.keyId, value: signer.sign(bytes) };
    }),
  };
}

/** The same with keys that may be far (TP-SIGN-1). */
export async function signKeyStatementWith(
  statement: KeyStatement,
  keys: readonly KeySigner[],
): Promise<SignedKeyStatement> {
  const bytes = encodeMessage(KeyStatement, statement);
  const signatures: Signature[] = [];
  // One after the other: a card does one thing at a time.
  for (const key of keys) {
    const value = await key.sign(PAYLOAD_TYPES.keyStatement, bytes);
    signatures.push({ keyId: key.keyId, value });
  }
  return { statement: bytes, signatures };
}

/**
 * Reads a key statement and verifies that whoever made it has the identity key and every signing
 * key in it (TP-REG-6). ENTRY_INVALID, naming what is wrong below `field`.
 */
export function openKeyStatement(
  signed: SignedKeyStatement | undefined,
  field: string,
): RegisterOutcome<OpenedStatement> {
  const statement = signed && decodeExactly(KeyStatement, signed.statement);
  if (signed === undefined || statement === undefined) {
    return registerRefused("ENTRY_INVALID", field, "is no statement about keys");
  }
  const problem = statementProblem(statement);
  if (problem !== undefined) return registerRefused("ENTRY_INVALID", field, problem);
  const identityKey = statement.identityKey as SigningKey;
  const unproven = [identityKey, ...statement.signingKeys].find((key) => !isSignedBy(signed, key));
  if (unproven !== undefined) {
    const detail = `lacks the signature of key ${unproven.keyId}, which it names`;
    return registerRefused("ENTRY_INVALID", field, detail);
  }
  return { ok: true, value: { signed, statement, identityKey } };
}

/** Whether a key has signed a statement. */
export function isSignedBy(signed: SignedKeyStatement, key: SigningKey): boolean {
  return signed.signatures.some(
    ({ keyId, value }) =>
      keyId === key.keyId &&
      verifyBytesNow(
        publicKeyOf(key.publicKey),
        PAYLOAD_TYPES.keyStatement,
        signed.statement,
        value,
      ),
  );
}

/** Whether two statements are the same bytes; who signed them besides is of no account. */
export function isSameStatement(left: OpenedStatement, right: OpenedStatement): boolean {
  return equalBytes(left.signed.statement, right.signed.statement);
}

function statementProblem(statement: KeyStatement): string | undefined {
  const { identityKey, recoveryRecipient, sealingKeys, sequence, signingKeys } = statement;
  if (sequence < 1n) return "has no sequence; it begins at 1";
  if (!isKeyFor(identityKey, KeyPurpose.IDENTITY)) return "has no good identity key";
  const madeAtMs = timestampMs(statement.madeAt);
  if (madeAtMs === undefined || !isValidAt(identityKey, madeAtMs)) {
    return "was made outside the window of its identity key";
  }
  if (Math.max(signingKeys.length, sealingKeys.length) > REGISTER_LIMITS.keysMax) {
    return `has more than ${REGISTER_LIMITS.keysMax} keys of a kind`;
  }
  if (!signingKeys.every((key) => isKeyFor(key, KeyPurpose.HEADER))) return "has a bad signing key";
  if (!sealingKeys.every(isSealingKey)) return "has a bad sealing key";
  if (recoveryRecipient !== "" && !isHybridRecipient(recoveryRecipient)) {
    return "has a recovery recipient that is not age1pq1…";
  }
  const ids = [identityKey, ...signingKeys].map(({ keyId }) => keyId);
  if (new Set(ids).size !== ids.length) return "uses a key for two purposes";
  return undefined;
}
