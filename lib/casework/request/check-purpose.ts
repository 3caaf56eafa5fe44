import {
  IllicitGround,
  IntendedUse,
  Offence,
  Priority,
  type TraceRequest,
  UseRestriction,
} from "#proto";
import { CASEWORK_LIMITS, REQUEST_LIMITS } from "#runtime";
import type { FindingList } from "../finding-list.ts";
import type { TraceRequestContext } from "./request-context.ts";

/** A resolution of the Security Council, by its number. */
const RESOLUTION = /\b\d{3,4}\b/u;

/** A code of the International Classification of Crime for Statistical Purposes. */
const ICCS_CODE = /^\d{2,6}$/u;

/** Checks why it is asked, what for, and how it may be used (ITI paras 15-17; TP-REQ-2). */
export function checkPurpose(
  request: TraceRequest,
  { priority, use = [] }: TraceRequestContext,
  found: FindingList,
): void {
  found.choices(request.illicitGrounds, IllicitGround, "illicit_grounds");
  found.reason(request.legalJustification, "legal_justification");
  checkEmbargo(request, found);
  found.choice(request.intendedUse, IntendedUse, "intended_use");
  checkOffences(request, found);
  if (priority === Priority.URGENT) {
    found.reason(request.urgencyJustification, "urgency_justification");
  }
  const { freeTextCharsMax } = CASEWORK_LIMITS;
  if (use.includes(UseRestriction.OTHER)) {
    // H3: a restriction that nobody can read binds nobody.
    found.text(request.handlingText, "handling_text", freeTextCharsMax);
  } else {
    found.bounded(request.handlingText, "handling_text", freeTextCharsMax);
  }
  checkConfidentiality(request, found);
}

/** The resolution is named in its own field, or in the reason. */
function checkEmbargo(request: TraceRequest, found: FindingList): void {
  const { embargoResolution, illicitGrounds, legalJustification } = request;
  found.bounded(embargoResolution, "embargo_resolution", REQUEST_LIMITS.referenceCharsMax);
  const isGround = illicitGrounds.includes(IllicitGround.UNSC_EMBARGO);
  const isNamed = RESOLUTION.test(embargoResolution) || RESOLUTION.test(legalJustification);
  found.demand(!isGround || isNamed, "embargo_resolution", "resolutionMissing");
  const fits = embargoResolution === "" || isGround;
  found.demand(fits, "embargo_resolution", "noSuchGround", "WARNING");
}

function checkOffences({ offences, offenceIccs }: TraceRequest, found: FindingList): void {
  if (offences.length > 0) found.choices(offences, Offence, "offences");
  found.demand(offences.length <= REQUEST_LIMITS.codesMax, "offences", "tooMany");
  found.demand(offenceIccs.length <= REQUEST_LIMITS.codesMax, "offence_iccs", "tooMany");
  const areCodes = offenceIccs.every((code) => ICCS_CODE.test(code));
  found.demand(areCodes, "offence_iccs", "notACode");
}

function checkConfidentiality({ confidentiality }: TraceRequest, found: FindingList): void {
  found.demand(confidentiality !== undefined, "confidentiality", "missing");
  if (confidentiality?.canGuarantee !== false) return;
  found.reason(confidentiality.limitation, "confidentiality.limitation");
  // ITI para 22: the requested State may refuse for this alone.
  found.demand(false, "confidentiality.can_guarantee", "refusalAllowed", "WARNING");
}
