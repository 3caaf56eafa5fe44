import { accepted, type Outcome, refused } from "#errors";
import { Dispatch } from "#proto";
import { WIRE_LIMITS } from "#runtime";
import type { ParseOptions } from "./check-header.ts";
import { decodeExactly, hasUnknownFields } from "./exact-decode.ts";
import { type ParsedMessage, parseFilteredEnvelope } from "./parse-envelope.ts";

/** What a recipient finds in its inbox, read. */
export interface ParsedDispatch {
  readonly dispatch: Dispatch;
  readonly message: ParsedMessage;
}

/**
 * Reads what the gateway put into an inbox (TP-WIRE-16): the sender's envelope, from which key
 * parts of other recipients may be missing, with the evidence that it was logged. Receipts of the
 * gateway itself are taken unless `allowGatewaySender` is false. Refuses like parseEnvelope;
 * whether the evidence is there and true is checked by the caller.
 */
export function parseDispatch(
  bytes: Uint8Array,
  options: ParseOptions = {},
): Outcome<ParsedDispatch> {
  if (bytes.length > WIRE_LIMITS.dispatchBytesMax) {
    return refused("TOO_LARGE", "dispatch", `over ${WIRE_LIMITS.dispatchBytesMax} bytes`);
  }
  const dispatch = decodeExactly(Dispatch, bytes);
  if (dispatch === undefined) return refused("MALFORMED", "dispatch", "is not encoded as we do");
  const evidence = dispatch.evidence;
  if (hasUnknownFields(dispatch) || (evidence !== undefined && hasUnknownFields(evidence))) {
    return refused("MALFORMED", "dispatch", "holds an unknown field");
  }
  const { allowGatewaySender = true } = options;
  const message = parseFilteredEnvelope(dispatch.envelope, { allowGatewaySender });
  return message.ok ? accepted({ dispatch, message: message.value }) : message;
}
