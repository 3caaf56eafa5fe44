import { type Ammunition, AttachmentView, SubjectKind, type TraceRequest } from "#proto";
import { CASEWORK_LIMITS, REQUEST_LIMITS } from "#runtime";
import type { FindingList } from "../finding-list.ts";
import { checkCalibre } from "../identity-rules.ts";

/**
 * Checks ammunition: it is found by its lot or its headstamp, and by the marks of its packaging
 * (recommendation 11; TP-REQ-3).
 */
export function checkAmmunition(request: TraceRequest, found: FindingList): void {
  const { ammunition, subjectKind } = request;
  const isSubject = subjectKind === SubjectKind.AMMUNITION;
  if (ammunition === undefined) {
    found.demand(!isSubject, "ammunition", "missing");
    return;
  }
  const { headstamp, lot } = ammunition;
  const isFound = lot.trim() !== "" || headstamp.trim() !== "";
  found.demand(isFound, "ammunition.lot", "lotOrHeadstamp", isSubject ? "ERROR" : "WARNING");
  checkTexts(ammunition, found);
  const isPictured = request.attachments.some(({ view }) => view === AttachmentView.PACKAGING);
  const isPacked = ammunition.packagingMarks.length > 0 || isPictured;
  found.demand(!isSubject || isPacked, "ammunition.packaging_marks", "missing", "ADVICE");
}

function checkTexts(ammunition: Ammunition, found: FindingList): void {
  const { calibre, headstamp, lot, manufacturer, packagingMarks } = ammunition;
  const { markingCharsMax } = CASEWORK_LIMITS;
  found.bounded(headstamp, "ammunition.headstamp", markingCharsMax);
  found.bounded(lot, "ammunition.lot", markingCharsMax);
  found.bounded(manufacturer, "ammunition.manufacturer", markingCharsMax);
  found.bounded(calibre, "ammunition.calibre", markingCharsMax);
  const rule = checkCalibre(calibre);
  found.demand(rule !== "missing", "ammunition.calibre", "missing", "ADVICE");
  found.demand(rule !== "unusable", "ammunition.calibre", "unusable", "WARNING");
  const field = "ammunition.packaging_marks";
  found.demand(packagingMarks.length <= REQUEST_LIMITS.packagingMarksMax, field, "tooMany");
  const areMarks = packagingMarks.every((mark) => {
    return mark.trim() !== "" && mark.length <= markingCharsMax;
  });
  found.demand(areMarks, field, "incomplete");
}
