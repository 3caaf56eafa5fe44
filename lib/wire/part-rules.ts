import { type Refusal, refuse } from "#errors";
import { type Header, Kind, type Part, type PartInfo } from "#proto";
import { WIRE_LIMITS } from "#runtime";
import { sha256 } from "./digests.ts";
import { isPlainText, OPEN_KINDS } from "./header-rules.ts";

const AGE_INTRO = Buffer.from("age-encryption.org/v1\n");
const PART_NAME = /^[a-z][a-z0-9-]{0,31}(\/[a-z][a-z0-9-]{0,31})?$/;
const CLASS_NAME = /^[a-z][a-z0-9-]{0,31}$/;

/** Whether a part name is that of a key part. */
export function isKeyPart(name: string): boolean {
  return name === "key" || name.startsWith("key/");
}

/** Whether bytes begin as an age file does. */
export function looksLikeAge(content: Uint8Array): boolean {
  return (
    content.length > AGE_INTRO.length &&
    AGE_INTRO.equals(content.subarray(0, AGE_INTRO.length))
  );
}

/** Checks the table of contents by itself: names, owners, sealing, sizes (TP-WIRE-6). */
export function checkPartTable(header: Header): Refusal | undefined {
  const { parts, recipients } = header;
  if (parts.length > WIRE_LIMITS.partsBesidesKeysMax + 2 * recipients.length) {
    return refuse("TOO_LARGE", "header.parts", "too many parts");
  }
  const seen = new Set<string>();
  for (const [position, info] of parts.entries()) {
    const refusal = checkPartInfo(header, info, `header.parts[${position}]`);
    if (refusal !== undefined) return refusal;
    const key = `${info.name}>${info.onlyFor}`;
    if (seen.has(key)) return refuse("MALFORMED", `header.parts[${position}].name`, "twice");
    seen.add(key);
  }
  return checkPartSet(header, seen);
}

/** Checks that parts are those of the table, in order (TP-WIRE-6). */
export function checkParts(table: readonly PartInfo[], parts: readonly Part[]): Refusal | undefined {
  if (table.length !== parts.length) {
    return refuse("MALFORMED", "parts", `${parts.length} parts, the header lists ${table.length}`);
  }
  for (const [position, info] of table.entries()) {
    const part = parts[position];
    const field = `parts[${position}]`;
    if (part === undefined || part.name !== info.name || part.onlyFor !== info.onlyFor) {
      return refuse("MALFORMED", `${field}.name`, "not the part the header lists here");
    }
    if (BigInt(part.content.length) !== info.sizeBytes) {
      return refuse("DIGEST_MISMATCH", `${field}.content`, "another size than the header says");
    }
    if (Buffer.compare(sha256(part.content), info.sha256) !== 0) {
      return refuse("DIGEST_MISMATCH", `${field}.content`, "another digest than the header says");
    }
    if (info.sealed && !looksLikeAge(part.content)) {
      return refuse("NOT_SEALED", `${field}.content`, "no age file");
    }
  }
  return undefined;
}

function checkPartInfo(header: Header, info: PartInfo, field: string): Refusal | undefined {
  if (!PART_NAME.test(info.name)) return refuse("MALFORMED", `${field}.name`, "not a part name");
  if (info.sha256.length !== 32) return refuse("MALFORMED", `${field}.sha256`, "not 32 bytes");
  if (!isPlainText(info.schema)) return refuse("MALFORMED", `${field}.schema`, "missing");
  if (!CLASS_NAME.test(info.retentionClass)) {
    return refuse("MALFORMED", `${field}.retention_class`, "not a retention class");
  }
  const isOpen = OPEN_KINDS.has(header.kind);
  if (!isOpen && !info.sealed) return refuse("NOT_SEALED", `${field}.sealed`, "must be sealed");
  if (isOpen && info.sealed) return refuse("MALFORMED", `${field}.sealed`, "must not be sealed");
  if (isKeyPart(info.name) !== (info.onlyFor !== "")) {
    return refuse("MALFORMED", `${field}.only_for`, "set on key parts, and on no others");
  }
  if (info.onlyFor !== "" && !header.recipients.includes(info.onlyFor)) {
    return refuse("MALFORMED", `${field}.only_for`, "not a recipient");
  }
  return undefined;
}

function checkPartSet(header: Header, names: ReadonlySet<string>): Refusal | undefined {
  if (!names.has("body>")) return refuse("MALFORMED", "header.parts", "no body");
  if (OPEN_KINDS.has(header.kind)) {
    return names.size === 1 ? undefined : refuse("MALFORMED", "header.parts", "body alone allowed");
  }
  const missing = header.recipients.find((recipient) => !names.has(`key>${recipient}`));
  if (missing === undefined) return undefined;
  const kind = header.kind === Kind.ALERT ? "alert" : "message";
  return refuse("MALFORMED", "header.parts", `the ${kind} has no key part for ${missing}`);
}
