import { type CustodyEvent, CustodyEventKind, type TraceReply } from "#proto";

/** What an answer says of a firearm's way (TP-CHAIN-4). */
export interface Trail {
  /** States it leads to, the likeliest first, ISO 3166-1 alpha-2. */
  readonly nextStates: readonly string[];
  /** When it left, ISO 8601 to the year, month or day that is known. */
  readonly exportedOn: string | undefined;
  /** State it says the firearm came from. */
  readonly importedFrom: string | undefined;
  readonly custodyEvents: readonly CustodyEvent[];
}

/** Reads the trail out of an answer; empty for an answer that says nothing of it. */
export function trailOf(reply: TraceReply | undefined): Trail {
  const { custodyEvents, nextStates } = wayOf(reply);
  const [next] = nextStates;
  const exports = custodyEvents.filter(({ kind }) => kind === CustodyEventKind.EXPORTED);
  const imports = custodyEvents.filter(({ kind }) => kind === CustodyEventKind.IMPORTED);
  const left = exports.findLast(({ toState }) => toState === next) ?? exports.at(-1);
  return {
    nextStates,
    exportedOn: left?.date || undefined,
    importedFrom: imports.at(-1)?.fromState || undefined,
    custodyEvents,
  };
}

function wayOf(reply: TraceReply | undefined): Pick<Trail, "custodyEvents" | "nextStates"> {
  switch (reply?.content?.$case) {
    case "final":
      return finalWay(reply.content.value);
    case "correction":
      return finalWay(reply.content.value.corrected);
    case "referral": {
      const { custodyEvents, nextStates } = reply.content.value;
      return { custodyEvents, nextStates };
    }
    case "interim":
      return { custodyEvents: reply.content.value.custodyEvents, nextStates: [] };
    default:
      return { custodyEvents: [], nextStates: [] };
  }
}

function finalWay(
  final:
    | { readonly custodyEvents: readonly CustodyEvent[]; readonly nextState: string }
    | undefined,
): Pick<Trail, "custodyEvents" | "nextStates"> {
  const next = final?.nextState ?? "";
  return { custodyEvents: final?.custodyEvents ?? [], nextStates: next === "" ? [] : [next] };
}
