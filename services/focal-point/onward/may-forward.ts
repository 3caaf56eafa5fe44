import { type Outcome, type Refusal, refuse, refused } from "#errors";
import {
  type Handling,
  Header,
  type Referral,
  ReferralMode,
  Tlp,
  TraceReply,
  TraceRequest,
} from "#proto";
import { stateName } from "#reference";
import type { Transaction } from "#runtime";
import { mayRelease, type ReleaseGrant, type ReleaseGround, type ReleaseQuestion } from "#trust";
import { decodeExactly, stateOfParticipant } from "#wire";
import type { CaseRecord } from "../cases/case-record.ts";
import { requestHeaderOf } from "../cases/request-header.ts";
import { grantsOf } from "./onward-record.ts";

/** A request that would be passed on (FORWARD), to whom, and with which leave of its originator. */
export interface ForwardQuestion {
  readonly request: TraceRequest;
  readonly handling: Handling | undefined;
  readonly to: ReleaseQuestion["to"];
  /** Leave given in decisions (TP-PERS-16). */
  readonly leave: readonly ReleaseGrant[];
}

/**
 * Whether a request of another State may be passed on to a third one (TP-CHAIN-8, domain notes
 * 2.4): it consents to that, or its originator has decided so, and its handling lets it go.
 */
export function mayForward(question: ForwardQuestion): Outcome<ReleaseGround> {
  const { handling, leave, request, to } = question;
  const grants = [...consentGrants(request, handling, to.state), ...leave];
  if (!request.onwardForwardConsent && leave.length === 0) {
    const detail = `${stateName(request.requestingState)} has not consented to passing it on`;
    return refused("HANDLING_VIOLATION", "request.onwardForwardConsent", detail);
  }
  if (handling === undefined) {
    return refused("HANDLING_VIOLATION", "handling.tlp", "keeps it with its recipients");
  }
  return mayRelease({ handling, holders: [], to, use: request.intendedUse, grants });
}

/**
 * Consent to passing a request on is leave of its originator (FORWARD, domain notes 2.4);
 * conditions on use hold all the same, and what is RED stays with its recipients.
 */
export function consentGrants(
  request: TraceRequest,
  handling: Handling | undefined,
  asksState: string | undefined,
): ReleaseGrant[] {
  const isGiven = request.onwardForwardConsent && handling?.tlp !== Tlp.RED;
  return isGiven && asksState !== undefined ? [{ to: asksState, uses: [] }] : [];
}

/**
 * The States of a referral that the request of its case may be passed on to, by {@link mayForward}.
 * Where the header of the request is not kept any more, its handling is not known: then consent or
 * leave is demanded all the same. Both ends ask it with the same facts: leave is kept by who gave
 * it and by who received it.
 */
export async function forwardStates(
  tx: Transaction,
  known: CaseRecord,
  asked: { readonly originator: string; readonly referral: Referral },
): Promise<readonly string[]> {
  const bytes = await requestHeaderOf(tx, known);
  const request = TraceRequest.decode(known.request);
  const { requestMessageId: messageId } = known;
  const granted = await grantsOf(tx, { sender: asked.originator, messageId });
  // A referral names States; leave for a participant is leave for its State to hear of it.
  const leave = granted.map((to) => ({ to: stateOfParticipant(to) ?? to, uses: [] }));
  if (bytes === null) {
    return asked.referral.nextStates.filter((state) => {
      return request.onwardForwardConsent || leave.some(({ to }) => to === state);
    });
  }
  const { handling } = Header.decode(bytes);
  return asked.referral.nextStates.filter((state) => {
    return mayForward({ request, handling, to: { participant: "", state }, leave }).ok;
  });
}

/** The referral with which a reply tells that a request was passed on; undefined for another. */
export function forwardingIn({ content }: TraceReply): Referral | undefined {
  const isForward = content?.$case === "referral" && content.value.mode === ReferralMode.FORWARD;
  return isForward ? content.value : undefined;
}

/**
 * Why a referral received is refused: it passed our request on without consent and without leave
 * (TP-MOVE-10); undefined when it may.
 */
export async function forwardRefusal(
  tx: Transaction,
  known: CaseRecord,
  received: { readonly originator: string; readonly body: Uint8Array },
): Promise<Refusal | undefined> {
  const reply = decodeExactly(TraceReply, received.body);
  const referral = reply && forwardingIn(reply);
  if (referral === undefined) return undefined;
  const { originator } = received;
  const states = await forwardStates(tx, known, { originator, referral });
  const isMeant = states.length === referral.nextStates.length;
  if (isMeant) return undefined;
  return refuse("BODY_INVALID", "body.referral.mode", "noConsent");
}
