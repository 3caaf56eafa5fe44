import { accepted, type Outcome, refused } from "#errors";
import { FeedPage, FeedRequest, type Signature, SignedFeedRequest } from "#proto";
import { MONITOR_FEED_LIMITS, MONITOR_LIMITS } from "#runtime";
import { decodeExactly } from "./exact-decode.ts";
import { isParticipantId } from "./participant-id.ts";
import { isKeyId } from "./text-rules.ts";
import { timestampMs } from "./timestamps.ts";

/** A request for messages of a chain, read; who signed it is still to be seen. */
export interface ParsedFeedRequest {
  readonly request: FeedRequest;
  /** Exactly as signed. */
  readonly bytes: Uint8Array;
  readonly signature: Signature;
  /** Milliseconds since 1970. */
  readonly madeAtMs: number;
}

/** Bytes of a signature, of either suite (TP-TRUST-9). */
const SIGNATURE_BYTES = 64;

/** Reads an encoded SignedFeedRequest (TP-FEED-13): MALFORMED or TOO_LARGE, naming the field. */
export function parseFeedRequest(bytes: Uint8Array): Outcome<ParsedFeedRequest> {
  const { requestBytesMax } = MONITOR_FEED_LIMITS;
  if (bytes.length > requestBytesMax) return refused("TOO_LARGE", "", `over ${requestBytesMax}`);
  const signed = decodeExactly(SignedFeedRequest, bytes);
  const request = signed && decodeExactly(FeedRequest, signed.request);
  if (signed === undefined || request === undefined) {
    return refused("MALFORMED", "request", "is not encoded as we do");
  }
  const malformed = (field: string, detail: string) => refused("MALFORMED", field, detail);
  const { signature } = signed;
  if (!isKeyId(signature?.keyId ?? "")) return malformed("signature.key_id", "is none");
  if (signature?.value.length !== SIGNATURE_BYTES) {
    return malformed("signature.value", `must have ${SIGNATURE_BYTES} bytes`);
  }
  if (!isParticipantId(request.monitor)) return malformed("request.monitor", "is no participant");
  if (request.first < 1n || request.first > BigInt(Number.MAX_SAFE_INTEGER)) {
    return malformed("request.first", "begins at 1 and stays below 2^53");
  }
  const { fetchNumbersMax } = MONITOR_LIMITS;
  if (request.count < 1 || request.count > fetchNumbersMax) {
    return malformed("request.count", `must be 1 to ${fetchNumbersMax}`);
  }
  const madeAtMs = timestampMs(request.madeAt);
  if (madeAtMs === undefined) return malformed("request.made_at", "is missing");
  return accepted({ request, bytes: signed.request, signature, madeAtMs });
}

/** Reads an encoded FeedPage (TP-FEED-14); each envelope in it is still to be read. */
export function parseFeedPage(bytes: Uint8Array): Outcome<FeedPage> {
  const page = decodeExactly(FeedPage, bytes);
  if (page === undefined) return refused("MALFORMED", "feed_page", "is not encoded as we do");
  const { fetchNumbersMax } = MONITOR_LIMITS;
  if (page.envelopes.length > fetchNumbersMax) {
    return refused("TOO_LARGE", "feed_page.envelopes", `over ${fetchNumbersMax}`);
  }
  return accepted(page);
}
