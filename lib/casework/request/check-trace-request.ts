import { type Finding, FindingLevel, SubjectKind, type TraceRequest } from "#proto";
import { timestampMs } from "#wire";
import { FindingList } from "../finding-list.ts";
import { checkAmmunition } from "./check-ammunition.ts";
import { checkAttachments } from "./check-attachments.ts";
import { checkChainPlace } from "./check-chain-place.ts";
import { checkFirearm } from "./check-firearm.ts";
import { checkParties } from "./check-parties.ts";
import { checkParts } from "./check-parts.ts";
import { checkPriorChecks } from "./check-prior-checks.ts";
import { checkPurpose } from "./check-purpose.ts";
import { checkQuestions } from "./check-questions.ts";
import { checkRecovery } from "./check-recovery.ts";
import { checkReferences } from "./check-references.ts";
import { checkSubject } from "./check-subject.ts";
import type { TraceRequestContext } from "./request-context.ts";

/**
 * Checks a trace request (TP-CASE-1, TP-CASE-2, TP-REQ-2) against domain notes 1.2, before sealing
 * at the sender and after opening at the recipient. Returns every finding: ERROR must not be sent,
 * WARNING lowers the chance of an answer, ADVICE is for the officer. Fields are named by their path
 * in tracepost.v1.TraceRequest; the item of a list by its place.
 */
export function checkTraceRequest(
  request: TraceRequest,
  context: TraceRequestContext = {},
): Finding[] {
  const found = new FindingList();
  const createdAtMs = timestampMs(request.createdAt);
  found.demand(createdAtMs !== undefined, "created_at", "missing");
  checkParties(request, context, found);
  checkPurpose(request, context, found);
  checkSubject(request, context, found);
  checkWhatItIsAbout(request, createdAtMs, found);
  checkAttachments(request, found);
  // A request that is passed on is about what the State it is passed on for has found.
  const foundBy = request.forwardedFor || request.requestingState;
  checkRecovery(request.recovery, foundBy, createdAtMs, found);
  checkPriorChecks(request.priorChecks, createdAtMs, found);
  checkQuestions(request, { ...context, createdAtMs }, found);
  checkReferences(request, found);
  checkChainPlace(request, found);
  return found.all();
}

/** The findings that forbid sending a request. */
export function errorsOf(findings: readonly Finding[]): Finding[] {
  return findings.filter((finding) => finding.level === FindingLevel.ERROR);
}

/** What must be described depends on the subject; what is described beside it is checked too. */
function checkWhatItIsAbout(
  request: TraceRequest,
  createdAtMs: number | undefined,
  found: FindingList,
): void {
  const { firearm, subjectKind } = request;
  const isAmmunition = subjectKind === SubjectKind.AMMUNITION;
  const isPart = subjectKind === SubjectKind.PART_COMPONENT;
  if (!isAmmunition && !isPart) {
    const createdYear = new Date(createdAtMs ?? 0).getUTCFullYear();
    checkFirearm(firearm, request, createdYear, found);
  }
  checkParts(request, found);
  checkAmmunition(request, found);
}
