import { type FirearmPart, PartKind, SubjectKind, type TraceRequest } from "#proto";
import { CASEWORK_LIMITS, REQUEST_LIMITS } from "#runtime";
import type { FindingList } from "../finding-list.ts";
import { normalizeSerial } from "../normalize.ts";
import { checkMarkings } from "./check-markings.ts";
import { checkSerialNumber } from "./check-serial.ts";

/**
 * Checks parts and components: what a PART_COMPONENT request asks about, and the parts of an
 * assembled firearm, which may each come from another one (Firearms Protocol art. 3(b); TP-REQ-3).
 */
export function checkParts(request: TraceRequest, found: FindingList): void {
  const { parts, subjectKind } = request;
  const isSubject = subjectKind === SubjectKind.PART_COMPONENT;
  found.demand(!isSubject || parts.length > 0, "parts", "missing");
  found.demand(parts.length <= REQUEST_LIMITS.partsMax, "parts", "tooMany");
  for (const [index, part] of parts.slice(0, REQUEST_LIMITS.partsMax).entries()) {
    checkPart(part, `parts.${index}`, request, found);
  }
}

function checkPart(
  part: FirearmPart,
  field: string,
  { attachments, subjectKind }: TraceRequest,
  found: FindingList,
): void {
  found.choice(part.kind, PartKind, `${field}.kind`);
  found.bounded(part.make, `${field}.make`, CASEWORK_LIMITS.markingCharsMax);
  checkSerialNumber(part, field, found);
  checkMarkings(part.markings, `${field}.markings`, attachments, found);
  // A part without any mark cannot be told from another: nobody can say where it came from.
  const isMarked = normalizeSerial(part.serialRaw) !== "" || part.markings.length > 0;
  const isSubject = subjectKind === SubjectKind.PART_COMPONENT;
  found.demand(isMarked, field, "nothingMarked", isSubject ? "ERROR" : "ADVICE");
}
