import { accepted, type Outcome, refused } from "#errors";
import { Dispatch, Envelope, type Header, type Part, type PartInfo } from "#proto";
import { WIRE_LIMITS } from "#runtime";
import type { ParseOptions } from "./header-rules.ts";
import { decodeExactly, type ParsedMessage, parseEnvelopeHead } from "./parse-envelope.ts";
import { checkParts } from "./part-rules.ts";

/** Room for log entry, checkpoint and inclusion path around an envelope. */
const EVIDENCE_BYTES_MAX = WIRE_LIMITS.dispatchBytesMax - WIRE_LIMITS.envelopeBytesMax;

/** What an inbox received: the gateway's dispatch and the sender's message in it. */
export interface ParsedDispatch {
  readonly dispatch: Dispatch;
  readonly message: ParsedMessage;
}

/**
 * The envelope as one recipient gets it: the sender's header and signature bytes, the common parts,
 * and the key parts for this recipient alone (TP-WIRE-10). The table in the header still lists all.
 */
export function filterForRecipient(
  envelope: Envelope,
  _header: Header,
  recipient: string,
): Uint8Array {
  const parts = envelope.parts.filter((part) => isFor(part, recipient));
  return Envelope.encode({ ...envelope, parts }).finish();
}

/**
 * Reads what stands in an inbox. Every part the header lists without an owner must be there; key
 * parts are there for one recipient alone; whatever is there must be what the header says.
 */
export function parseDispatch(
  bytes: Uint8Array,
  options: ParseOptions = {},
): Outcome<ParsedDispatch> {
  if (bytes.length > WIRE_LIMITS.envelopeBytesMax + EVIDENCE_BYTES_MAX) {
    return refused("TOO_LARGE", "dispatch", `more than ${WIRE_LIMITS.dispatchBytesMax} bytes`);
  }
  const dispatch = decodeExactly(Dispatch, bytes);
  if (dispatch === undefined || dispatch._unknownFields !== undefined) {
    return refused("MALFORMED", "dispatch", "not canonical protobuf");
  }
  const parsed = parseEnvelopeHead(dispatch.envelope, options);
  if (!parsed.ok) return parsed;
  const { header, envelope } = parsed.value;
  const refusal = checkParts(presentTable(header.parts, envelope.parts), envelope.parts);
  if (refusal !== undefined) return { ok: false, refusal };
  return accepted({ dispatch, message: parsed.value });
}

/** The lines of the table that this recipient's copy must hold. */
function presentTable(table: readonly PartInfo[], parts: readonly Part[]): PartInfo[] {
  const owner = parts.find((part) => part.onlyFor !== "")?.onlyFor;
  return table.filter((info) => info.onlyFor === "" || info.onlyFor === owner);
}

function isFor(part: Part, recipient: string): boolean {
  return part.onlyFor === "" || part.onlyFor === recipient;
}
