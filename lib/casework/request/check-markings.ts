import {
  type AttachmentManifest,
  MarkCondition,
  type Marking,
  MarkKind,
  MarkLocation,
  MarkMethod,
} from "#proto";
import { CASEWORK_LIMITS, REQUEST_LIMITS } from "#runtime";
import type { FindingList } from "../finding-list.ts";

/** ISO 15924, such as Cyrl. */
const SCRIPT = /^[A-Z][a-z]{3}$/u;

/** Checks marks: each is a text, a symbol, or a photograph that is announced (ITI 17(b)). */
export function checkMarkings(
  markings: readonly Marking[],
  field: string,
  attachments: readonly AttachmentManifest[],
  found: FindingList,
): void {
  found.demand(markings.length <= CASEWORK_LIMITS.markingsMax, field, "tooMany");
  const pictures = new Set(attachments.map(({ sha256 }) => hex(sha256)));
  for (const [index, mark] of markings.slice(0, CASEWORK_LIMITS.markingsMax).entries()) {
    checkMarking(mark, { field: `${field}.${index}`, pictures }, found);
  }
}

function checkMarking(
  mark: Marking,
  { field, pictures }: { readonly field: string; readonly pictures: ReadonlySet<string> },
  found: FindingList,
): void {
  found.choice(mark.kind, MarkKind, `${field}.kind`);
  const { imageSha256, script, symbolRef, text } = mark;
  const isSeen = text.trim() !== "" || symbolRef.trim() !== "" || imageSha256.length > 0;
  found.demand(isSeen, `${field}.text`, "missing");
  found.bounded(text, `${field}.text`, CASEWORK_LIMITS.markingCharsMax);
  found.bounded(symbolRef, `${field}.symbol_ref`, REQUEST_LIMITS.referenceCharsMax);
  found.optionalChoice(mark.location, MarkLocation, `${field}.location`);
  found.optionalChoice(mark.method, MarkMethod, `${field}.method`);
  found.optionalChoice(mark.condition, MarkCondition, `${field}.condition`);
  found.demand(script === "" || SCRIPT.test(script), `${field}.script`, "notAScript");
  const isAttached = imageSha256.length === 0 || pictures.has(hex(imageSha256));
  found.demand(isAttached, `${field}.image_sha256`, "notAttached");
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
