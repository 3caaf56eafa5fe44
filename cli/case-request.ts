import type { TraceRequestView } from "#casework";
import { stateName } from "#reference";
import { custodyText } from "./case-custody.ts";
import { listed, named, type Row, rows, words } from "./case-rows.ts";
import type { Screen } from "./screen.ts";

/** What is asked, why, for what, and what it points at. */
export function requestLines(request: TraceRequestView, screen: Screen): string[] {
  const findings = request.findings.map(
    ({ field, level, rule }) => `${words(level)}: ${field} ${rule}`,
  );
  return rows(screen, [
    ["Asks for", request.questionsAsked.map(words).join(", ")],
    ["Because", request.legalJustification],
    ["Grounds", listed(...request.illicitGrounds.map(words), request.embargoResolution)],
    ["Offences", listed(...(request.offences ?? []).map(words), ...(request.offenceIccs ?? []))],
    ["For", words(request.intendedUse)],
    ["Handling", request.handlingText],
    ["Kept", confidentialityText(request)],
    ["Urgent", request.urgencyJustification],
    ["Records", words(request.recordHolder)],
    ["Checked", checksText(request)],
    ["Language", languageText(request)],
    ["Officer", listed(request.officerRef, request.contact)],
    ["Please", request.specialInstructions],
    ...chainRows(request),
    ...referenceRows(request),
    ["Filled in", request.suppliedFields.join(", ")],
    ...findings.map((text): Row => ["Finding", text]),
  ]);
}

function confidentialityText({ confidentiality }: TraceRequestView): string | undefined {
  if (confidentiality === undefined) return undefined;
  const { canGuarantee, limitation } = confidentiality;
  return canGuarantee ? "confidential" : listed("not fully confidential", limitation);
}

function languageText({ languageTag, translationAttached }: TraceRequestView): string {
  return listed(languageTag, translationAttached === true ? "translation attached" : undefined);
}

function checksText({ priorChecks: checks }: TraceRequestView): string | undefined {
  if (checks === undefined) return undefined;
  const one = (name: string, result: string | undefined, on: string | undefined) =>
    [name, words(result), on].filter((each) => each !== undefined && each !== "").join(" ");
  return listed(
    one("register", checks.nationalRegistry, checks.nationalRegistryOn),
    one("lost and stolen", checks.lostStolen, checks.lostStolenOn),
    one("iARMS", checks.iarms, checks.iarmsOn),
    checks.iarmsRef,
  );
}

function chainRows(request: TraceRequestView): Row[] {
  const { custodyHistory = [], forwardedFor, hopNumber, previousRequestId } = request;
  const consent = request.onwardForwardConsent === true ? "may be passed on" : undefined;
  return [
    ["Chain", listed(named("hop", hopNumber), named("after", previousRequestId), consent)],
    ["For State", forwardedFor === undefined ? undefined : stateName(forwardedFor)],
    ...custodyHistory.map((event): Row => ["Before", custodyText(event)]),
  ];
}

function referenceRows(request: TraceRequestView): Row[] {
  const { attachments = [], ballistics, links = [] } = request;
  return [
    ["Shipment", request.linkedAuthorizationRef],
    ["Ballists", listed(ballistics?.ibinRef, ballistics?.nationalRef)],
    ...attachments.map(
      (one): Row => [
        "Attached",
        listed(
          one.fileName,
          words(one.view),
          one.mediaType,
          `${one.sizeBytes} bytes`,
          one.description,
          named("SHA-256", one.sha256),
        ),
      ],
    ),
    ...links.map((link): Row => ["Link", link]),
  ];
}
