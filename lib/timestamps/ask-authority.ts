/** Asks a time-stamping authority over HTTP (RFC 3161, section 3.4; TP-STAMP-3). */
import { randomBytes } from "node:crypto";
import { boundedBody, type Clock, printable, TIMESTAMP_LIMITS } from "#runtime";
import type { TimestampDigest } from "./algorithms.ts";
import { formatTimestampRequest, parseTimestampAnswer } from "./request.ts";
import { type TimestampVerdict, untrue } from "./verdict.ts";
import { type VerifiedToken, verifyTimestampToken } from "./verify-token.ts";

/** An authority that can be asked. */
export interface AskedAuthority {
  readonly url: string;
  /** DER of its root certificates. */
  readonly roots: readonly Uint8Array[];
  readonly digest: TimestampDigest;
  /** Object identifier of the policy that is asked for; default: the authority's own. */
  readonly policy?: string | undefined;
  /** Longest wait for the answer, in milliseconds; default: `askMs`. */
  readonly waitMs?: number | undefined;
}

/** A token that was verified whole. */
export interface TakenToken extends VerifiedToken {
  /** DER, as the authority gave it. */
  readonly token: Uint8Array;
}

const NONCE_BYTES = 16;

/** Asks for a token over a message, and verifies it. Never throws: what goes wrong is a refusal. */
export async function askTimestampAuthority(
  authority: AskedAuthority,
  message: Uint8Array,
  clock: Clock,
): Promise<TimestampVerdict<TakenToken>> {
  const { digest, policy, roots } = authority;
  const nonce = randomBytes(NONCE_BYTES);
  // A number that is not negative, and has no zeros to begin with: it has one spelling.
  nonce[0] = ((nonce[0] ?? 0) & 0x3f) | 0x40;
  const body = formatTimestampRequest({ message, digest, nonce, policy });
  const answer = await fetchAnswer(authority, body);
  if (!answer.ok) return answer;
  const token = parseTimestampAnswer(answer.value);
  if (!token.ok) return token;
  const expected = { message, roots, nonce, policy, takenAtMs: clock.now() };
  const verified = verifyTimestampToken(token.value, expected);
  return verified.ok ? { ok: true, value: { ...verified.value, token: token.value } } : verified;
}

async function fetchAnswer(
  { url, waitMs = TIMESTAMP_LIMITS.askMs }: AskedAuthority,
  body: Uint8Array,
): Promise<TimestampVerdict<Uint8Array>> {
  try {
    const response = await fetch(url, {
      method: "POST",
      body: Buffer.from(body),
      headers: {
        "content-type": "application/timestamp-query",
        accept: "application/timestamp-reply",
      },
      redirect: "error",
      signal: AbortSignal.timeout(waitMs),
    });
    if (response.status !== 200) return untrue("status", `it answers HTTP ${response.status}`);
    const answer = await boundedBody(response, TIMESTAMP_LIMITS.answerBytesMax);
    return answer === undefined
      ? untrue("form", "its answer is too long")
      : { ok: true, value: answer };
  } catch (caught) {
    const name = caught instanceof Error ? caught.name : "no answer";
    return untrue("status", printable(`it does not answer: ${name}`));
  }
}
