/** What an authority is asked, and its answer (RFC 3161, section 2.4). */
import { hash } from "node:crypto";
import { printable, TIMESTAMP_LIMITS } from "#runtime";
import { digestId, nodeDigest, type TimestampDigest } from "./algorithms.ts";
import { asn1, RawAnswer, readAsn1 } from "./asn1.ts";
import { type TimestampVerdict, untrue } from "./verdict.ts";

/** What is asked for. */
export interface TimestampRequest {
  /** What is to be stamped, whole; its digest alone is sent. */
  readonly message: Uint8Array;
  readonly digest: TimestampDigest;
  /** Random bytes that the answer repeats; the first below 128 and not 0. */
  readonly nonce: Uint8Array;
  /** Object identifier; default: the authority's own. */
  readonly policy?: string | undefined;
}

/** A TimeStampReq that asks for the certificates too. */
export function formatTimestampRequest(request: TimestampRequest): Uint8Array {
  const { schema, tsp, x509 } = asn1();
  const { digest, message, nonce, policy } = request;
  const imprint = hash(nodeDigest(digest), message, "buffer");
  const asked = new tsp.TimeStampReq({
    messageImprint: new tsp.MessageImprint({
      hashAlgorithm: new x509.AlgorithmIdentifier({
        algorithm: digestId(digest),
        parameters: null,
      }),
      hashedMessage: new schema.OctetString(imprint),
    }),
    ...(policy === undefined ? {} : { reqPolicy: policy }),
    nonce: Uint8Array.from(nonce).buffer,
    certReq: true,
  });
  return new Uint8Array(schema.AsnConvert.serialize(asked));
}

const GRANTED = 0;
const GRANTED_WITH_CHANGES = 1;

/** The token of a TimeStampResp, to the byte; nothing in it is verified. Never throws. */
export function parseTimestampAnswer(answer: Uint8Array): TimestampVerdict<Uint8Array> {
  if (answer.length > TIMESTAMP_LIMITS.answerBytesMax) return untrue("form", "it is too long");
  const read = readAsn1(answer, RawAnswer);
  if (read === undefined) return untrue("form", "it is no answer of a time-stamping authority");
  const { status, timeStampToken } = read;
  if (status.status !== GRANTED && status.status !== GRANTED_WITH_CHANGES) {
    const words = [...(status.statusString ?? [])].join(" ").slice(0, 200);
    const why = `the authority refuses with status ${status.status}`;
    return untrue("status", printable(words === "" ? why : `${why}: ${words}`));
  }
  if (!timeStampToken) return untrue("form", "it holds no token");
  return { ok: true, value: new Uint8Array(timeStampToken) };
}
