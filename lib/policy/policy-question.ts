import {
  AlertKind,
  AlertMove,
  AlertScope,
  ExchangeStatus,
  type Header,
  Instrument,
  Kind,
  type Participant,
  Priority,
  Role,
  Tlp,
  TraceMove,
  UseRestriction,
} from "#proto";
import { isBound, isMemberOf, type RegisterView } from "#trust";

/** What a rule may know of a participant, at the time of the message. */
export interface PartyFacts {
  readonly id: string;
  readonly role: string;
  readonly state: string;
  readonly groups: readonly string[];
  /** Names of the instruments it is party or committed to. */
  readonly applies: readonly string[];
  /** Its alerts go to the focal point of its State first (TP-ALERT-34). */
  readonly alertsNeedApproval: boolean;
}

/** What a rule may know of a message: the signed header, with names for its codes. */
export interface MessageFacts {
  readonly kind: string;
  readonly status: string;
  readonly priority: string;
  readonly instruments: readonly string[];
  readonly recipients: number;
  readonly group: string;
  readonly tlp: string;
  readonly use: readonly string[];
  readonly releasableTo: readonly string[];
  readonly originator: string;
  readonly move: string;
  readonly alertMove: string;
  readonly alertKind: string;
  readonly alertScope: string;
}

/** Whether somebody may send something to one recipient. */
export interface PolicyQuestion {
  readonly sender: PartyFacts;
  readonly recipient: PartyFacts;
  readonly message: MessageFacts;
}

const UNSPECIFIED = "UNSPECIFIED";

function namer(list: Readonly<Record<string, number>>): (value: number | undefined) => string {
  const names = new Map(Object.entries(list).map(([name, value]) => [value, name]));
  return (value) => names.get(value ?? 0) ?? UNSPECIFIED;
}

const kindName = namer(Kind);
const roleName = namer(Role);
const statusName = namer(ExchangeStatus);
const priorityName = namer(Priority);
const instrumentName = namer(Instrument);
const tlpName = namer(Tlp);
const useName = namer(UseRestriction);
const moveName = namer(TraceMove);
const alertMoveName = namer(AlertMove);
const alertKindName = namer(AlertKind);
const alertScopeName = namer(AlertScope);

/** Facts of a message, from its signed header alone (TP-POLICY-2). */
export function messageFacts(header: Header): MessageFacts {
  const { disclosed, handling } = header;
  return {
    kind: kindName(header.kind),
    status: statusName(header.status),
    priority: priorityName(header.priority),
    instruments: header.instrumentBasis.map(instrumentName),
    recipients: header.recipients.length,
    group: header.addressedGroup,
    tlp: tlpName(handling?.tlp),
    use: (handling?.use ?? []).map(useName).filter((name) => name !== UNSPECIFIED),
    releasableTo: handling?.releasableTo ?? [],
    originator: handling?.originatorState ?? "",
    move: moveName(disclosed?.move),
    alertMove: alertMoveName(disclosed?.alertMove),
    alertKind: alertKindName(disclosed?.alertKind),
    alertScope: alertScopeName(disclosed?.alertScope),
  };
}

/** Groups of each participant, made once for a list of groups. */
const groupsOf = new WeakMap<RegisterView["groups"], ReadonlyMap<string, readonly string[]>>();

function groupsIn(groups: RegisterView["groups"]): ReadonlyMap<string, readonly string[]> {
  const known = groupsOf.get(groups);
  if (known !== undefined) return known;
  const found = new Map<string, string[]>();
  for (const { name, members } of groups) {
    for (const id of members) found.set(id, [...(found.get(id) ?? []), name]);
  }
  groupsOf.set(groups, found);
  return found;
}

/** Facts of a participant at a time; of one that the register does not have, its id alone. */
export function partyFacts(id: string, register: RegisterView, atMs: number): PartyFacts {
  const participant = register.participant(id);
  return {
    id,
    role: roleName(participant?.role),
    state: participant?.state ?? "",
    groups: [...(groupsIn(register.groups).get(id) ?? []), ...bodiesOf(participant, atMs)],
    applies: participant === undefined ? [] : appliedBy(participant, atMs),
    alertsNeedApproval: participant?.alertsNeedApproval ?? false,
  };
}

function bodiesOf(participant: Participant | undefined, atMs: number): string[] {
  const named = new Set((participant?.regionalBodies ?? []).map(({ body }) => body));
  return [...named].filter((body) => isMemberOf(participant, body, atMs));
}

function appliedBy(participant: Participant, atMs: number): string[] {
  const named = new Set(participant.instruments.map(({ instrument }) => instrument));
  return [...named].filter((one) => isBound(participant, one, atMs)).map(instrumentName);
}
