import type { Outgoing } from "#casework";
import type { MessageDraft } from "#post";
import {
  type CustodyEvent,
  Kind,
  Notice,
  OutcomeClass,
  PartyRole,
  Tlp,
  TraceMove,
  TraceReply,
  TraceRequest,
} from "#proto";
import { decodeExactly } from "#wire";

/** What decides whether a draft may leave with one person, read from the draft itself. */
export function outgoingOf(draft: MessageDraft): Outgoing {
  const body = draft.parts.find(({ name }) => name === "body")?.plaintext ?? new Uint8Array();
  const { disclosed } = draft;
  const handling = draft.kind === Kind.NOTICE && tellsNothing(body) ? undefined : draft.handling;
  return {
    hasPersons:
      draft.parts.some(({ name }) => name === "persons") ||
      custodyOf(draft.kind, body).some(namesPerson),
    move: disclosed?.move ?? TraceMove.UNSPECIFIED,
    outcomeClass: disclosed?.outcomeClass ?? OutcomeClass.UNSPECIFIED,
    tlp: handling?.tlp ?? Tlp.UNSPECIFIED,
    use: handling?.use ?? [],
    grantsOnward: draft.kind === Kind.NOTICE && grantsOnward(body),
  };
}

/** Custody events of a body, wherever it has them. */
function custodyOf(kind: Kind, body: Uint8Array): CustodyEvent[] {
  // Bodies are made here; one that cannot be read back holds nothing anybody could read.
  if (kind === Kind.TRACE_REQUEST) return decodeExactly(TraceRequest, body)?.custodyHistory ?? [];
  if (kind !== Kind.TRACE_REPLY) return [];
  return eventsIn(decodeExactly(TraceReply, body)?.content);
}

/** Every list of custody events below a value: each move of a reply may have one. */
function eventsIn(value: unknown): CustodyEvent[] {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return [];
  return Object.entries(value).flatMap(([name, each]) =>
    name === "custodyEvents" ? (each as CustodyEvent[]) : eventsIn(each),
  );
}

function namesPerson({ fromParty, fromRole, toParty, toRole }: CustodyEvent): boolean {
  const holder = PartyRole.PRIVATE_HOLDER;
  return (fromRole === holder && fromParty !== "") || (toRole === holder && toParty !== "");
}

/** An erasure and a confirmation repeat nothing of what they are about. */
function tellsNothing(body: Uint8Array): boolean {
  const said = decodeExactly(Notice, body)?.content?.$case;
  return said === "erasure" || said === "confirmation";
}

function grantsOnward(body: Uint8Array): boolean {
  const content = decodeExactly(Notice, body)?.content;
  return content?.$case === "onwardReleaseDecision" && content.value.granted;
}
