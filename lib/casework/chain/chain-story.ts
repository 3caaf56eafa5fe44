import { CustodyEventKind } from "#proto";
import { stateName } from "#reference";
import { CASEWORK_LIMITS } from "#runtime";
import { checkChain } from "../check-chain.ts";
import { nameOf } from "../list-names.ts";
import { type EarlierHop, wayTo } from "./check-next-hop.ts";
import type { Trail } from "./trail.ts";

/** A hop of a chain, with what its answer says. */
export interface ChainedHop extends EarlierHop {
  readonly caseId: string;
  readonly requestingState: string;
  readonly offExchange: boolean;
  readonly trail: Trail;
  /** Whether an answer ended its case. */
  readonly isAnswered: boolean;
}

/** Something wrong between two hops. */
export interface StoryGap {
  readonly caseId: string;
  readonly hop: number;
  readonly rule: "chainGap" | "timeOrder";
  /** The same for a person. */
  readonly because: string;
}

/** A State of the graph. */
export interface StoryNode {
  /** ISO 3166-1 alpha-2. */
  readonly state: string;
  readonly name: string;
  readonly asked: boolean;
  readonly offExchange: boolean;
}

/** A line of the graph: a question, or a way that the firearm took. */
export interface StoryEdge {
  readonly kind: "ASKED" | "WENT";
  readonly from: string;
  readonly to: string;
  readonly caseId: string;
  readonly hop: number;
  /** ISO 8601 as far as it is known, of a way. */
  readonly date?: string;
  /** What happened, such as EXPORTED, of a way. */
  readonly event?: string;
}

/** Why a chain does not go on. */
export type ChainEnd =
  | "WAITING"
  /** The answer leads nowhere. */
  | "ENDED"
  /** It leads to a State that was asked already. */
  | "CYCLE"
  | "TOO_LONG";

/** A chain as a whole (TP-CHAIN-6). */
export interface ChainStory {
  readonly ok: boolean;
  readonly gaps: readonly StoryGap[];
  /** States that were asked twice on one way. */
  readonly cycles: readonly string[];
  readonly tooLong: boolean;
  /** The hop to go on from and where to; or why there is none. */
  readonly next:
    | { readonly caseId: string; readonly states: readonly string[] }
    | { readonly end: ChainEnd };
  readonly nodes: readonly StoryNode[];
  readonly edges: readonly StoryEdge[];
}

/**
 * Tells a chain: what hangs together, where it leads, and its graph. Hops may come in any order.
 */
export function chainStory(hops: readonly ChainedHop[]): ChainStory {
  const ordered = hops.toSorted((a, b) => a.hop - b.hop);
  const byId = new Map(ordered.map((hop) => [hop.requestId, hop]));
  const gaps = ordered.flatMap((hop) => gapsBefore(hop, byId.get(hop.previousRequestId)));
  const cycles = [
    ...new Set(
      ordered
        .filter((hop) => {
          const before = wayTo(hop, byId).slice(0, -1);
          return before.some(({ requestedState }) => requestedState === hop.requestedState);
        })
        .map(({ requestedState }) => requestedState),
    ),
  ];
  const tooLong = ordered.some(({ hop }) => hop > CASEWORK_LIMITS.hopsMax);
  const ok = gaps.length === 0 && cycles.length === 0 && !tooLong;
  const next = nextOf(ordered, byId);
  return { ok, gaps, cycles, tooLong, next, nodes: nodesOf(ordered), edges: edgesOf(ordered) };
}

function gapsBefore(hop: ChainedHop, before: ChainedHop | undefined): StoryGap[] {
  if (before === undefined) return [];
  const [exportedTo] = before.trail.nextStates;
  const leadsHere = before.trail.nextStates.includes(hop.requestedState);
  const { gaps } = checkChain([
    {
      state: before.requestedState,
      exportedTo: leadsHere ? hop.requestedState : exportedTo,
      exportedOn: before.trail.exportedOn,
    },
    {
      state: hop.requestedState,
      importedFrom: hop.trail.importedFrom,
      exportedOn: hop.trail.exportedOn,
    },
  ]);
  return gaps.map(({ rule }) => {
    return { caseId: hop.caseId, hop: hop.hop, rule, because: becauseOf(rule, before, hop) };
  });
}

function becauseOf(rule: StoryGap["rule"], before: ChainedHop, hop: ChainedHop): string {
  const [one, other] = [stateName(before.requestedState), stateName(hop.requestedState)];
  if (rule === "timeOrder") {
    const { exportedOn: first = "" } = before.trail;
    return `${one} says it left in ${first}, ${other} that it left in ${hop.trail.exportedOn}.`;
  }
  const [next] = before.trail.nextStates;
  const said = next === undefined ? "does not say where it went" : `sent it to ${stateName(next)}`;
  const from = hop.trail.importedFrom;
  const came = from === undefined ? "" : `, and ${other} had it from ${stateName(from)}`;
  return `${one} ${said}; ${other} was asked${came}.`;
}

/** From the last hop whose answer leads somewhere, if nobody went on from it. */
function nextOf(
  hops: readonly ChainedHop[],
  byId: ReadonlyMap<string, ChainedHop>,
): ChainStory["next"] {
  const followed = new Set(hops.map(({ previousRequestId }) => previousRequestId));
  const open = hops.filter(({ requestId }) => !followed.has(requestId));
  const leading = open.findLast(({ nextStates }) => nextStates.length > 0);
  if (leading === undefined) {
    return { end: open.some(({ isAnswered }) => !isAnswered) ? "WAITING" : "ENDED" };
  }
  if (leading.hop >= CASEWORK_LIMITS.hopsMax) return { end: "TOO_LONG" };
  const asked = wayTo(leading, byId).map(({ requestedState }) => requestedState);
  const states = leading.nextStates.filter((state) => !asked.includes(state));
  return states.length === 0 ? { end: "CYCLE" } : { caseId: leading.caseId, states };
}

function nodesOf(hops: readonly ChainedHop[]): StoryNode[] {
  const asked = new Map(hops.map((hop) => [hop.requestedState, hop.offExchange]));
  const named = hops.flatMap(({ nextStates, requestedState, requestingState, trail }) => [
    requestingState,
    requestedState,
    ...nextStates,
    ...trail.custodyEvents.flatMap(({ fromState, toState }) => [fromState, toState]),
  ]);
  return [...new Set(named)]
    .filter((state) => state !== "")
    .map((state) => ({
      state,
      name: stateName(state),
      asked: asked.has(state),
      offExchange: asked.get(state) ?? false,
    }));
}

function edgesOf(hops: readonly ChainedHop[]): StoryEdge[] {
  return hops.flatMap((hop) => {
    const { caseId, hop: number, requestedState, requestingState, trail } = hop;
    const asked: StoryEdge = {
      kind: "ASKED",
      from: requestingState,
      to: requestedState,
      caseId,
      hop: number,
    };
    const ways = trail.custodyEvents.filter(
      ({ fromState, toState }) => fromState !== "" && toState !== "" && fromState !== toState,
    );
    return [asked, ...ways.map((event) => wayEdge(hop, event))];
  });
}

function wayEdge(
  { caseId, hop }: ChainedHop,
  event: ChainedHop["trail"]["custodyEvents"][number],
): StoryEdge {
  const name = nameOf(CustodyEventKind, event.kind);
  return {
    kind: "WENT",
    from: event.fromState,
    to: event.toState,
    caseId,
    hop,
    ...(event.date === "" ? {} : { date: event.date }),
    ...(name === undefined ? {} : { event: name }),
  };
}
