import type { TraceRequest } from "#proto";
import { isStateCode } from "#reference";
import { CASEWORK_LIMITS } from "#runtime";
import type { FindingList } from "../finding-list.ts";
import type { TraceRequestContext } from "./request-context.ts";

/** Checks who asks whom, under which reference and in which language (TP-REQ-2). */
export function checkParties(
  request: TraceRequest,
  { acceptedLanguages = [] }: TraceRequestContext,
  found: FindingList,
): void {
  const { contact, requestingState, requestedState } = request;
  found.demand(isStateCode(requestingState), "requesting_state", "unknownState");
  found.demand(isStateCode(requestedState), "requested_state", "unknownState");
  found.demand(requestingState !== requestedState, "requested_state", "sameState");
  const { caseNumberCharsMax } = CASEWORK_LIMITS;
  found.text(request.nationalCaseNumber, "national_case_number", caseNumberCharsMax);
  found.text(request.officerRef, "officer_ref", caseNumberCharsMax);
  // A pseudonym: an address would identify a person in another State's files.
  found.demand(!request.officerRef.includes("@"), "officer_ref", "personalData");
  found.bounded(contact, "contact", CASEWORK_LIMITS.markingCharsMax);
  found.demand(!contact.includes("@"), "contact", "personalData", "ADVICE");
  const { specialInstructions } = request;
  found.bounded(specialInstructions, "special_instructions", CASEWORK_LIMITS.freeTextCharsMax);
  checkLanguage(request, acceptedLanguages, found);
}

/** Text in a language that nobody there reads costs the answer; the coded fields need none. */
function checkLanguage(
  { languageTag, translationAttached }: TraceRequest,
  acceptedLanguages: readonly string[],
  found: FindingList,
): void {
  const isTag = isLanguageTag(languageTag);
  found.demand(isTag, "language_tag", "notALanguageTag");
  if (!isTag || translationAttached || acceptedLanguages.length === 0) return;
  const isAccepted = acceptedLanguages.some((tag) => primaryOf(tag) === primaryOf(languageTag));
  found.demand(isAccepted, "language_tag", "notAccepted", "WARNING");
}

function isLanguageTag(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}

/** `pt-BR` → `pt`: who reads one regional form reads the others. */
function primaryOf(tag: string): string {
  return (tag.split("-")[0] ?? "").toLowerCase();
}
