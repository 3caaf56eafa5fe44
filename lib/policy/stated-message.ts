import { type Static, Type } from "typebox";
import {
  AlertKind,
  AlertMove,
  AlertScope,
  Disclosed,
  ExchangeStatus,
  Handling,
  Header,
  Instrument,
  Kind,
  Priority,
  Tlp,
  TraceMove,
  UseRestriction,
} from "#proto";
import { toTimestamp } from "#wire";

const Id = Type.String({ minLength: 2, maxLength: 32 });

function oneOf<L extends Record<string, number>>(list: L) {
  const names = Object.keys(list).filter((name) => name !== "UNSPECIFIED");
  return Type.Unsafe<string>(Type.Enum(names));
}

/** A message as somebody states it in words, to ask what a policy says about it. */
export const StatedMessageSchema = Type.Object(
  {
    kind: oneOf(Kind),
    from: Id,
    to: Type.Array(Id, { minItems: 1, maxItems: 256 }),
    instruments: Type.Optional(Type.Array(oneOf(Instrument))),
    status: Type.Optional(oneOf(ExchangeStatus)),
    priority: Type.Optional(oneOf(Priority)),
    tlp: Type.Optional(oneOf(Tlp)),
    use: Type.Optional(Type.Array(oneOf(UseRestriction))),
    releasableTo: Type.Optional(Type.Array(Type.String())),
    originator: Type.Optional(Type.String()),
    move: Type.Optional(oneOf(TraceMove)),
    alertMove: Type.Optional(oneOf(AlertMove)),
    alertKind: Type.Optional(oneOf(AlertKind)),
    alertScope: Type.Optional(oneOf(AlertScope)),
  },
  { additionalProperties: false },
);

/** What {@link StatedMessageSchema} holds. */
export type StatedMessage = Static<typeof StatedMessageSchema>;

/** The signed header such a message would have, as far as a policy reads it. */
export function statedHeader(stated: StatedMessage, sentAtMs: number): Header {
  return Header.create({
    kind: code(Kind, stated.kind),
    sender: stated.from,
    recipients: [...stated.to],
    instrumentBasis: (stated.instruments ?? []).map((name) => code(Instrument, name)),
    status: code(ExchangeStatus, stated.status ?? "ACTUAL"),
    priority: code(Priority, stated.priority ?? "ROUTINE"),
    sentAt: toTimestamp(sentAtMs),
    handling: Handling.create({
      tlp: code(Tlp, stated.tlp ?? "AMBER"),
      use: (stated.use ?? ["ANY_LAWFUL"]).map((name) => code(UseRestriction, name)),
      releasableTo: [...(stated.releasableTo ?? [])],
      originatorState: stated.originator ?? "",
    }),
    disclosed: Disclosed.create({
      move: code(TraceMove, stated.move),
      alertMove: code(AlertMove, stated.alertMove),
      alertKind: code(AlertKind, stated.alertKind),
      alertScope: code(AlertScope, stated.alertScope),
    }),
  });
}

function code<L extends Record<string, number>>(list: L, name = "UNSPECIFIED"): L[keyof L] {
  return (list[name] ?? 0) as L[keyof L];
}
