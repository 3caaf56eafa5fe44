import { type Static, Type } from "typebox";
import { closed, nameSchema, PersonsFacts, TraceRequestFacts, text } from "#casework";
import { Instant } from "#http";
import { ExchangeStatus, Instrument, Priority, Tlp, UseRestriction } from "#proto";
import { WIRE_LIMITS } from "#runtime";
import { AttachedFacts } from "../attachments/attached-schema.ts";
import { BreakGlass } from "./break-glass.ts";

const HandlingFacts = Type.Object(
  {
    tlp: Type.Optional(nameSchema(Tlp)),
    use: Type.Optional(Type.Array(nameSchema(UseRestriction), { maxItems: 8 })),
    releasableTo: Type.Optional(Type.Array(Type.String(), { maxItems: WIRE_LIMITS.recipientsMax })),
  },
  closed,
);

/** Body of `POST /v1/traces`: whom to ask, how it travels, and the facts. */
export const NewTrace = Type.Object(
  {
    /** Participant id of the requested focal point, such as "AT"; by letter the State's code. */
    to: Type.String(),
    /** Default ROUTINE. */
    priority: Type.Optional(nameSchema(Priority)),
    /** Instruments the request relies on; both States must apply one of them. */
    instrumentBasis: Type.Array(nameSchema(Instrument), { minItems: 1, maxItems: 8 }),
    /** Default ACTUAL. EXERCISE and TEST never count. */
    status: Type.Optional(nameSchema(ExchangeStatus)),
    /** Default: TLP AMBER, not passed on without permission. */
    handling: Type.Optional(HandlingFacts),
    /** Default: 90 days from now. */
    expiresAt: Type.Optional(Instant),
    /** The State is not on the exchange: the case is opened, and its letter can be printed. */
    offExchange: Type.Optional(Type.Boolean()),
    /** The same firearm is in another case, and is asked about again all the same. */
    despite: Type.Optional(Type.Boolean()),
    breakGlass: BreakGlass,
    /** With `despite`: why; it stays with the case. */
    despiteReason: text(),
    attachments: AttachedFacts,
    request: TraceRequestFacts,
    /** Personal data; none unless the trace cannot do without it. */
    persons: Type.Optional(PersonsFacts),
  },
  closed,
);

/** The type of {@link NewTrace}. */
export type NewTrace = Static<typeof NewTrace>;
