import { type ChainedHop, chainStory, fromTraceRequest, nameOf, wayTo } from "#casework";
import { accepted, type Outcome, refused } from "#errors";
import {
  type CustodyEvent,
  ExchangeStatus,
  type Handling,
  Header,
  Instrument,
  Priority,
  Tlp,
  TraceRequest,
  UseRestriction,
} from "#proto";
import { mayRelease, type RegisterView } from "#trust";
import { mayForward } from "../onward/may-forward.ts";
import { chainedHop } from "./chained-hop.ts";
import { standingOf } from "./exchange-standing.ts";
import type { StoredHop } from "./load-chain.ts";

/** What the next request is made from. */
export interface NextContext {
  readonly register: RegisterView;
  /** State of this focal point. */
  readonly ownState: string;
  readonly nowMs: number;
}

/** Earlier answers of which nothing may be passed on, and why. */
export interface Withheld {
  readonly caseId: string;
  readonly state: string;
  readonly because: string;
}

/**
 * The request that follows a case (TP-CHAIN-7): the same firearm and grounds, one hop on, to the
 * State its answer leads to, or to `state`. What earlier answers told is attached as far as their
 * handling allows. A case of another State is passed on only with its consent (FORWARD).
 */
export function nextRequest(
  hops: readonly StoredHop[],
  asked: { readonly caseId: string; readonly state: string | undefined },
  context: NextContext,
): Outcome<object> {
  const stored = hops.find(({ record }) => record.caseId === asked.caseId);
  if (stored === undefined) return refused("ILLEGAL_MOVE", "caseId", "the case is in no chain");
  const chained = hops.map(chainedHop);
  const isOwn = stored.record.role === "requesting";
  const states = isOwn ? statesAfter(chained, asked.caseId) : accepted<readonly string[]>([]);
  if (!states.ok && asked.state === undefined) return states;
  const [first] = states.ok ? states.value : [];
  const state = asked.state ?? first;
  if (state === undefined) {
    return refused("ILLEGAL_MOVE", "state", "say which State it leads to: it is not answered yet");
  }
  const consent = isOwn ? accepted(undefined) : consentOf(stored, state, context);
  if (!consent.ok) return consent;
  return accepted(bodyOf(hops, { stored, chained, state }, context));
}

/** Where a case of ours leads, in a chain that may go on. */
function statesAfter(chained: readonly ChainedHop[], caseId: string): Outcome<readonly string[]> {
  const upTo = chained.find((hop) => hop.caseId === caseId);
  const byId = new Map(chained.map((hop) => [hop.requestId, hop]));
  const { next } = chainStory(upTo === undefined ? [] : wayTo(upTo, byId));
  if ("states" in next) return accepted(next.states);
  return refused("ILLEGAL_MOVE", "caseId", ENDS[next.end]);
}

const ENDS = {
  WAITING: "it is not answered yet, so it leads nowhere",
  ENDED: "its answer leads to no other State",
  CYCLE: "its answer leads to a State that was asked already",
  TOO_LONG: "the chain has as many hops as one may have",
} as const;

/** Whether a request of another State may be passed on to a third one (TP-CHAIN-8). */
function consentOf(stored: StoredHop, state: string, { register }: NextContext): Outcome<unknown> {
  const { handling } = Header.decode(stored.requestHeader ?? new Uint8Array());
  const to = { participant: standingOf(register, state).participant ?? "", state };
  const request = TraceRequest.decode(stored.record.request);
  return mayForward({ request, handling, to, leave: leaveOf(stored) });
}

/** Leave that the originator of what a hop received gave in decisions (TP-PERS-16). */
function leaveOf({ granted }: StoredHop) {
  return granted.map((to) => ({ to, uses: [] }));
}

interface Going {
  readonly stored: StoredHop;
  readonly chained: readonly ChainedHop[];
  readonly state: string;
}

function bodyOf(hops: readonly StoredHop[], going: Going, context: NextContext) {
  const { chained, state, stored } = going;
  const { nowMs, ownState, register } = context;
  const request = TraceRequest.decode(stored.record.request);
  const header = Header.decode(stored.requestHeader ?? new Uint8Array());
  const standing = standingOf(register, state);
  const to = standing.onExchange ? (standing.participant ?? state) : state;
  const byId = new Map(chained.map((hop) => [hop.requestId, hop]));
  const way = wayTo(byId.get(stored.requestId) ?? chainedHop(stored), byId);
  const history = way.map((hop) => {
    const earlier = hops.find(({ record }) => record.caseId === hop.caseId);
    return historyOf(hop, earlier, { to: { participant: to, state }, use: request.intendedUse });
  });
  const custodyHistory = history.flatMap(({ events }) => events);
  const isForwarded = stored.record.role === "requested";
  // Passed on twice, it is still for the State in which the firearm was recovered.
  const behalf = request.forwardedFor || (isForwarded ? request.requestingState : "");
  const next = TraceRequest.create({
    ...request,
    previousRequestId: stored.requestId,
    hopNumber: stored.hop + 1,
    custodyHistory,
    forwardedFor: behalf,
    onwardForwardConsent: request.onwardForwardConsent,
    findings: [],
  });
  return {
    trace: {
      to,
      ...(standing.onExchange ? {} : { offExchange: true }),
      priority: nameOf(Priority, header.priority),
      instrumentBasis: header.instrumentBasis.map((basis) => nameOf(Instrument, basis)),
      status: nameOf(ExchangeStatus, header.status),
      ...handlingOf(header.handling, ownState),
      request: factsOf(next, nowMs),
    },
    state,
    onExchange: standing.onExchange,
    forwardedFor: isForwarded ? behalf : undefined,
    withheld: history.flatMap(({ withheld }) => withheld),
  };
}

/** Facts as `POST /v1/traces` takes them; the service itself knows who asks whom, and when. */
function factsOf(request: TraceRequest, nowMs: number) {
  const {
    createdAt: _createdAt,
    findings: _findings,
    requestedState: _requestedState,
    requestingState: _requestingState,
    respondBy,
    ...facts
  } = fromTraceRequest(request);
  const isAhead = respondBy !== undefined && Date.parse(respondBy) > nowMs;
  return isAhead ? { ...facts, respondBy } : facts;
}

function handlingOf(handling: Handling | undefined, ownState: string) {
  if (handling === undefined || handling.originatorState !== ownState) return {};
  const { releasableTo, tlp, use } = handling;
  const uses = use.map((one) => nameOf(UseRestriction, one));
  return { handling: { tlp: nameOf(Tlp, tlp), use: uses, releasableTo } };
}

interface HopHistory {
  readonly events: readonly CustodyEvent[];
  readonly withheld: readonly Withheld[];
}

/** What an answer told, if the next State may see it; commercial secrets stay. */
function historyOf(
  hop: ChainedHop,
  stored: StoredHop | undefined,
  asked: Pick<Parameters<typeof mayRelease>[0], "to" | "use">,
): HopHistory {
  const { custodyEvents } = hop.trail;
  if (custodyEvents.length === 0) return { events: [], withheld: [] };
  const withhold = (because: string): Withheld => {
    return { caseId: hop.caseId, state: hop.requestedState, because };
  };
  const header = stored?.replyHeader;
  if (stored === undefined || header == null) {
    const because = "it came by letter: ask that State before you pass it on";
    return { events: [], withheld: [withhold(because)] };
  }
  const { handling, sender } = Header.decode(header);
  if (handling === undefined) return { events: [], withheld: [withhold("it has no handling")] };
  const grants = leaveOf(stored);
  const released = mayRelease({ ...asked, handling, holders: [sender], grants });
  if (!released.ok) return { events: [], withheld: [withhold(released.refusal.detail)] };
  const events = custodyEvents.filter(({ commercialConfidential }) => !commercialConfidential);
  const kept = custodyEvents.length - events.length;
  const secret = `${kept} event(s) are commercial secrets`;
  return { events, withheld: kept === 0 ? [] : [withhold(secret)] };
}
