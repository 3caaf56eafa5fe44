import {
  DisclosureProceeding,
  ErasureReason,
  type Finding,
  type Notice,
  type NoticeSubject,
  type OnwardConfirmation,
  type OnwardReleaseDecision,
  OnwardStanding,
} from "#proto";
import { CASEWORK_LIMITS, isCalendarDate, isMessageId, NOTICE_LIMITS } from "#runtime";
import { FindingList } from "../finding-list.ts";

/** Kind of a notice, as the API and the store name it. */
export type NoticeKind =
  | "CORRECTION"
  | "ERASURE"
  | "PRIOR_DISCLOSURE"
  | "ONWARD_RELEASE_REQUEST"
  | "CONFIRMATION"
  | "ONWARD_RELEASE_DECISION";

const KIND_OF_CASE = {
  correction: "CORRECTION",
  erasure: "ERASURE",
  confirmation: "CONFIRMATION",
  priorDisclosure: "PRIOR_DISCLOSURE",
  onwardReleaseRequest: "ONWARD_RELEASE_REQUEST",
  onwardReleaseDecision: "ONWARD_RELEASE_DECISION",
} as const satisfies Record<string, NoticeKind>;

/** What a notice is; undefined when it is none. */
export function noticeKindOf({ content }: Notice): NoticeKind | undefined {
  return content === undefined ? undefined : KIND_OF_CASE[content.$case];
}

/** The message a notice is about; an answer is about a notice and has none of its own. */
export function subjectOf({ content }: Notice): NoticeSubject | undefined {
  if (content === undefined || !("subject" in content.value)) return undefined;
  return content.value.subject;
}

/**
 * Checks a notice before it is sealed and after it was opened (TP-PERS-10): what it is about, why,
 * and for whom. Fields are paths in tracepost.v1.Notice.
 */
export function checkNotice(notice: Notice): Finding[] {
  const found = new FindingList();
  const { content } = notice;
  found.demand(content !== undefined, "content", "missing");
  found.bounded(notice.officerRef, "officer_ref", CASEWORK_LIMITS.caseNumberCharsMax);
  found.demand(!notice.officerRef.includes("@"), "officer_ref", "personalData");
  const { freeTextCharsMax } = CASEWORK_LIMITS;
  switch (content?.$case) {
    case "correction": {
      checkSubject(content.value.subject, "correction", found);
      found.reason(content.value.reason, "correction.reason");
      const { fields, personsReplaced, subject } = content.value;
      found.demand(fields.length > 0 || personsReplaced, "correction.fields", "missing");
      found.demand(fields.length <= NOTICE_LIMITS.fieldsMax, "correction.fields", "tooMany");
      const areWhole = fields.every(({ path, value }) => {
        return path !== "" && path.length <= 256 && value.length <= freeTextCharsMax;
      });
      found.demand(areWhole, "correction.fields", "incomplete");
      // A value of a person would lie in the clear of the case.
      const isApart = subject?.part !== "persons" || fields.length === 0;
      found.demand(isApart, "correction.fields", "personalData");
      break;
    }
    case "erasure":
      checkSubject(content.value.subject, "erasure", found);
      found.choice(content.value.reason, ErasureReason, "erasure.reason");
      found.bounded(content.value.explanation, "erasure.explanation", freeTextCharsMax);
      break;
    case "priorDisclosure":
      checkSubject(content.value.subject, "prior_disclosure", found);
      found.choice(content.value.proceeding, DisclosureProceeding, "prior_disclosure.proceeding");
      found.text(content.value.authority, "prior_disclosure.authority", freeTextCharsMax);
      found.text(content.value.legalBasis, "prior_disclosure.legal_basis", freeTextCharsMax);
      found.text(content.value.what, "prior_disclosure.what", freeTextCharsMax);
      found.demand(
        isCalendarDate(content.value.disclosureOn),
        "prior_disclosure.disclosure_on",
        "notADate",
      );
      break;
    case "onwardReleaseRequest":
      checkSubject(content.value.subject, "onward_release_request", found);
      found.reason(content.value.purpose, "onward_release_request.purpose");
      checkReleaseTo(content.value.releaseTo, "onward_release_request.release_to", found);
      break;
    case "onwardReleaseDecision":
      checkDecision(content.value, found);
      break;
    case "confirmation": {
      const { done, explanation, noticeMessageId, onward } = content.value;
      found.demand(isMessageId(noticeMessageId), "confirmation.notice_message_id", "notAnId");
      found.bounded(explanation, "confirmation.explanation", freeTextCharsMax);
      found.demand(done || explanation.trim() !== "", "confirmation.explanation", "missing");
      checkOnward(onward, found);
      break;
    }
    case undefined:
      break;
    default:
      content satisfies never;
  }
  return found.all();
}

function checkOnward(onward: readonly OnwardConfirmation[], found: FindingList): void {
  const at = "confirmation.onward";
  found.demand(onward.length <= NOTICE_LIMITS.onwardMax, at, "tooMany");
  for (const [index, one] of onward.slice(0, NOTICE_LIMITS.onwardMax).entries()) {
    const areNamed = isName(one.participant) && isName(one.passedOnBy);
    found.demand(areNamed, `${at}.${index}.participant`, "unknownValue");
    found.choice(one.standing, OnwardStanding, `${at}.${index}.standing`);
    const charsMax = CASEWORK_LIMITS.freeTextCharsMax;
    found.bounded(one.explanation, `${at}.${index}.explanation`, charsMax);
  }
}

/** A participant or a State. */
function isName(text: string): boolean {
  return /^[A-Z][A-Z0-9-]{1,31}$/u.test(text);
}

const PART = /^(?:body|persons|attachment\/[0-9a-f-]{1,64})$/u;

function checkSubject(subject: NoticeSubject | undefined, at: string, found: FindingList): void {
  found.demand(subject !== undefined, `${at}.subject`, "missing");
  if (subject === undefined) return;
  found.demand(subject.originalSender !== "", `${at}.subject.original_sender`, "missing");
  found.demand(isMessageId(subject.messageId), `${at}.subject.message_id`, "notAnId");
  found.demand(PART.test(subject.part), `${at}.subject.part`, "unknownValue");
}

function checkReleaseTo(releaseTo: readonly string[], field: string, found: FindingList): void {
  found.demand(releaseTo.length > 0, field, "missing");
  found.demand(releaseTo.length <= NOTICE_LIMITS.releaseToMax, field, "tooMany");
  found.demand(new Set(releaseTo).size === releaseTo.length, field, "repeated");
  found.demand(releaseTo.every(isName), field, "unknownValue");
}

function checkDecision(decision: OnwardReleaseDecision, found: FindingList): void {
  const at = "onward_release_decision";
  found.demand(isMessageId(decision.requestMessageId), `${at}.request_message_id`, "notAnId");
  if (decision.granted) checkReleaseTo(decision.releaseTo, `${at}.release_to`, found);
  else found.reason(decision.reason, `${at}.reason`);
  found.bounded(decision.conditions, `${at}.conditions`, CASEWORK_LIMITS.freeTextCharsMax);
}
