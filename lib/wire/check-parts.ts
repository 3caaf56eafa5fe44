import { type Refusal, refuse } from "#errors";
import { type Header, Kind, type Part, type PartInfo } from "#proto";
import { WIRE_LIMITS } from "#runtime";
import { DIGEST_BYTES, equalBytes, sha256 } from "./digests.ts";
import { isSealedKind } from "./kinds.ts";
import {
  BODY_PART,
  isKeyPart,
  KEY_PART,
  KEY_PART_SCHEMA,
  PERSONS_KEY_PART,
  PERSONS_PART,
} from "./part-names.ts";
import { isRetentionClass } from "./text-rules.ts";

/** How every age file begins (C2SP age, version line). */
const AGE_FILE_START = Buffer.from("age-encryption.org/v1\n");

const SCHEMA_NAME = /^tracepost\.v1\.[A-Z][A-Za-z0-9]{0,63}$/;

/** What a REGISTER message holds, unless it is a policy. */
export const BODY_SCHEMA_OF_REGISTER = "tracepost.v1.SignedRegister";
/** What a REGISTER message holds that hands the routing policy on. */
export const BODY_SCHEMA_OF_POLICY = "tracepost.v1.SignedPolicy";

/** What a MONITOR_FEED message holds. */
export const BODY_SCHEMA_OF_FEED = "tracepost.v1.MonitorFeed";

/** The one message that a body of each kind holds. */
const BODY_SCHEMA: ReadonlyMap<Kind, string> = new Map([
  [Kind.TRACE_REQUEST, "tracepost.v1.TraceRequest"],
  [Kind.TRACE_REPLY, "tracepost.v1.TraceReply"],
  [Kind.TRACE_FOLLOW_UP, "tracepost.v1.TraceFollowUp"],
  [Kind.NOTICE, "tracepost.v1.Notice"],
  [Kind.ALERT, "tracepost.v1.Alert"],
  [Kind.ALERT_RESPONSE, "tracepost.v1.AlertResponse"],
  [Kind.ATTACHMENT_CHUNK, "tracepost.v1.AttachmentChunk"],
  [Kind.INDICATOR_LEDGER, "tracepost.v1.IndicatorLedger"],
  [Kind.RECEIPT, "tracepost.v1.Receipt"],
  [Kind.VOID, "tracepost.v1.Void"],
  [Kind.GAP_NOTICE, "tracepost.v1.GapNotice"],
  [Kind.REGISTER, BODY_SCHEMA_OF_REGISTER],
  [Kind.MONITOR_FEED, BODY_SCHEMA_OF_FEED],
]);

/** Most parts a message may have, by its recipients. */
export function partsMax(recipients: number): number {
  return WIRE_LIMITS.partsBesidesKeysMax + 2 * recipients;
}

/** Checks the table of parts in a header by itself (TP-WIRE-12, TP-WIRE-13). */
export function checkPartInfos(header: Header): Refusal | undefined {
  const { parts } = header;
  if (parts.length > partsMax(header.recipients.length)) {
    return refuse("TOO_LARGE", "header.parts", `over ${partsMax(header.recipients.length)}`);
  }
  const sealed = isSealedKind(header.kind);
  for (const [index, info] of parts.entries()) {
    const refusal = checkPartInfo(info, header, sealed, `header.parts[${index}]`);
    if (refusal !== undefined) return refusal;
  }
  return checkPartOrder(header, sealed);
}

function checkPartInfo(
  info: PartInfo,
  header: Header,
  sealed: boolean,
  field: string,
): Refusal | undefined {
  const isKey = isKeyPart(info.name);
  if (!isKey && info.name !== BODY_PART && info.name !== PERSONS_PART) {
    return refuse("MALFORMED", `${field}.name`, "is not the name of a part");
  }
  if (isKey !== (info.onlyFor !== "")) {
    const detail = isKey ? "is missing on a key part" : "is allowed on key parts only";
    return refuse("MALFORMED", `${field}.only_for`, detail);
  }
  if (isKey && info.sizeBytes > BigInt(WIRE_LIMITS.keyPartBytesMax)) {
    return refuse("TOO_LARGE", `${field}.size_bytes`, `over ${WIRE_LIMITS.keyPartBytesMax}`);
  }
  if (info.sha256.length !== DIGEST_BYTES) {
    return refuse("MALFORMED", `${field}.sha256`, `must have ${DIGEST_BYTES} bytes`);
  }
  if (!isRetentionClass(info.retentionClass)) {
    return refuse("MALFORMED", `${field}.retention_class`, "is not the name of a class");
  }
  if (!isSupportedSchema(info, header.kind)) {
    return refuse("SCHEMA_UNSUPPORTED", `${field}.schema`, "is not what this part holds");
  }
  if (sealed && !info.sealed) {
    return refuse("NOT_SEALED", `${field}.sealed`, "must be sealed on this kind");
  }
  if (!sealed && info.sealed) {
    return refuse("MALFORMED", `${field}.sealed`, "must be readable on this kind");
  }
  return undefined;
}

function isSupportedSchema(info: PartInfo, kind: Kind): boolean {
  if (isKeyPart(info.name)) return info.schema === KEY_PART_SCHEMA;
  const expected = info.name === BODY_PART ? BODY_SCHEMA.get(kind) : undefined;
  if (kind === Kind.REGISTER && info.schema === BODY_SCHEMA_OF_POLICY) return true;
  return expected === undefined ? SCHEMA_NAME.test(info.schema) : info.schema === expected;
}

/** One body first, then at most one persons, then for each recipient one key part for each. */
function checkPartOrder(header: Header, sealed: boolean): Refusal | undefined {
  const [first, second] = header.parts;
  if (first?.name !== BODY_PART) return refuse("MALFORMED", "header.parts", "must begin with body");
  const contents = second?.name === PERSONS_PART ? 2 : 1;
  if (!sealed) {
    if (header.parts.length === 1) return undefined;
    return refuse("MALFORMED", "header.parts", "must be one body on this kind");
  }
  const recipients = new Set(header.recipients);
  const seen = new Set<string>();
  for (const [offset, info] of header.parts.slice(contents).entries()) {
    const field = `header.parts[${contents + offset}]`;
    if (!isKeyPart(info.name)) return refuse("MALFORMED", `${field}.name`, "is repeated");
    if (!recipients.has(info.onlyFor)) {
      return refuse("MALFORMED", `${field}.only_for`, "is not among the recipients");
    }
    const identity = `${info.name} ${info.onlyFor}`;
    if (seen.has(identity)) return refuse("MALFORMED", field, "is repeated");
    seen.add(identity);
  }
  const keyNames = contents === 2 ? [KEY_PART, PERSONS_KEY_PART] : [KEY_PART];
  const complete = header.recipients.every((recipient) =>
    keyNames.every((name) => seen.has(`${name} ${recipient}`)),
  );
  if (complete && seen.size === recipients.size * keyNames.length) return undefined;
  return refuse("MALFORMED", "header.parts", "must hold each recipient's key parts, no others");
}

/**
 * Compares the parts that travel with the signed table (TP-WIRE-14): order, name, only_for, size
 * and digest. `filtered`: key parts may be left out, because they are for other recipients; what is
 * present must match. DIGEST_MISMATCH, or NOT_SEALED for sealed content that is no age file.
 */
export function checkParts(
  parts: readonly Part[],
  header: Header,
  filtered: boolean,
): Refusal | undefined {
  let position = 0;
  for (const [index, part] of parts.entries()) {
    const field = `envelope.parts[${index}]`;
    let info = header.parts[position];
    while (filtered && info !== undefined && isKeyPart(info.name) && !isSamePart(info, part)) {
      position += 1;
      info = header.parts[position];
    }
    if (info === undefined || !isSamePart(info, part)) {
      return refuse("DIGEST_MISMATCH", field, "is not the part the header lists here");
    }
    position += 1;
    const refusal = checkContent(part.content, info, field);
    if (refusal !== undefined) return refusal;
  }
  const missing = header.parts.slice(position);
  if (missing.length === 0 || (filtered && missing.every((info) => isKeyPart(info.name)))) {
    return undefined;
  }
  return refuse("DIGEST_MISMATCH", "envelope.parts", "lack a part the header lists");
}

function isSamePart(info: PartInfo, part: Part): boolean {
  return info.name === part.name && info.onlyFor === part.onlyFor;
}

function checkContent(content: Uint8Array, info: PartInfo, field: string): Refusal | undefined {
  if (BigInt(content.length) !== info.sizeBytes) {
    return refuse("DIGEST_MISMATCH", `${field}.content`, "has another size than the header says");
  }
  if (!equalBytes(sha256(content), info.sha256)) {
    return refuse("DIGEST_MISMATCH", `${field}.content`, "has another digest than the header says");
  }
  const start = content.subarray(0, AGE_FILE_START.length);
  if (info.sealed && !equalBytes(start, AGE_FILE_START)) {
    return refuse("NOT_SEALED", `${field}.content`, "is no age file");
  }
  return undefined;
}
