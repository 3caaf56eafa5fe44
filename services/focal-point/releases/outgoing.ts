import type { Outgoing } from "#casework";
import type { MessageDraft } from "#post";
import {
  type CustodyEvent,
  type Disclosed,
  type Handling,
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

/** A message as far as it decides whether one person is enough. */
export interface MessageFacts {
  readonly kind: Kind;
  readonly partNames: readonly string[];
  /** Of its part `body`; empty for none. */
  readonly body: Uint8Array;
  readonly disclosed: Disclosed | undefined;
  readonly handling: Handling | undefined;
}

/** The same of a message that would leave, read from the draft itself. */
export function factsOfDraft({ disclosed, handling, kind, parts }: MessageDraft): MessageFacts {
  const body = parts.find(({ name }) => name === "body")?.plaintext ?? new Uint8Array();
  return { kind, partNames: parts.map(({ name }) => name), body, disclosed, handling };
}

/** What decides whether a message may leave with one person. */
export function outgoingOf({ body, disclosed, kind, partNames, ...of }: MessageFacts): Outgoing {
  const handling = kind === Kind.NOTICE && tellsNothing(body) ? undefined : of.handling;
  return {
    hasPersons: partNames.includes("persons") || custodyOf(kind, body).some(namesPerson),
    move: disclosed?.move ?? TraceMove.UNSPECIFIED,
    outcomeClass: disclosed?.outcomeClass ?? OutcomeClass.UNSPECIFIED,
    tlp: handling?.tlp ?? Tlp.UNSPECIFIED,
    use: handling?.use ?? [],
    isLedger: kind === Kind.INDICATOR_LEDGER,
    grantsOnward: kind === Kind.NOTICE && grantsOnward(body),
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
