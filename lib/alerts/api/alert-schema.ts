import { type Static, type TSchema, Type } from "typebox";
import { AlertSchema } from "#casework";
import { Instant } from "#http";
import { nameSchema } from "#participant";
import {
  AckLevel,
  ExchangeStatus,
  HitConfidence,
  HitKind,
  HitMethod,
  HitNextStep,
  Instrument,
} from "#proto";
import { CASEWORK_LIMITS, WIRE_LIMITS } from "#runtime";

const text = (maxLength: number, description: string) => Type.String({ maxLength, description });
const { freeTextCharsMax, markingCharsMax } = CASEWORK_LIMITS;
const closed = { additionalProperties: false };

/** Schemas of parts of an alert; its own schema is put together from them. */
interface AlertParts {
  readonly properties: {
    readonly items: { readonly items: { readonly properties: { readonly firearm: TSchema } } };
    readonly consignment: { readonly properties: { readonly ids: TSchema } };
    readonly dutyContact: TSchema;
  };
}
const { consignment, dutyContact, items } = (AlertSchema as unknown as AlertParts).properties;

/** Whom an alert goes to: named States, a group of the register, or an instrument's parties. */
export const AlertTo = Type.Object(
  {
    states: Type.Optional(
      Type.Array(Type.String({ pattern: "^[A-Z]{2}$" }), {
        minItems: 1,
        maxItems: WIRE_LIMITS.recipientsMax,
        description: "ISO 3166-1 alpha-2",
      }),
    ),
    group: Type.Optional(text(32, "Name of a group of the register, such as EAC")),
    instrument: Type.Optional(nameSchema(Instrument)),
  },
  { ...closed, description: "One of the three" },
);

/** Body of `POST /v1/alerts`. */
export const NewAlert = Type.Object(
  { to: AlertTo, status: Type.Optional(nameSchema(ExchangeStatus)), alert: AlertSchema },
  closed,
);

/** Body of `POST /v1/alerts/:alertId/update`. */
export const AlertUpdate = Type.Object({ to: AlertTo, alert: AlertSchema }, closed);

/** Body of `POST /v1/alerts/:alertId/cancel`. */
export const AlertCancel = Type.Object(
  { reason: text(freeTextCharsMax, "Why; told to everybody who has it") },
  closed,
);

/** Body of `POST /v1/alerts/:alertId/acknowledge`. */
export const NewAck = Type.Object(
  {
    level: nameSchema(AckLevel),
    unit: Type.Optional(text(markingCharsMax, "Post or unit")),
  },
  closed,
);

/** Body of `POST /v1/alerts/:alertId/hits`. */
export const NewHit = Type.Object(
  {
    kind: nameSchema(HitKind),
    item: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 1_000, description: "Place in the alert's items" }),
    ),
    place: Type.Optional(text(64, "UN/LOCODE, ISO 3166-2, or id of a border post")),
    at: Instant,
    method: nameSchema(HitMethod),
    confidence: nameSchema(HitConfidence),
    nextStep: nameSchema(HitNextStep),
    firearm: Type.Optional(items.items.properties.firearm),
    consignmentIds: Type.Optional(consignment.properties.ids),
    dutyContact,
    remarks: Type.Optional(text(freeTextCharsMax, "Free text")),
  },
  closed,
);

/** Body of `POST /v1/alerts/:alertId/hits/:hitId/retract`. */
export const RetractedHit = Type.Object(
  { reason: text(freeTextCharsMax, "Why it was none") },
  closed,
);

/** Body of `POST /v1/alerts/:alertId/approve`. */
export const NewDecision = Type.Object(
  {
    messageId: text(64, "The version that is decided on"),
    approved: Type.Boolean(),
    reason: Type.Optional(text(freeTextCharsMax, "Required when it is not")),
  },
  closed,
);

/** A hit as it is given. */
export type NewHitBody = Static<typeof NewHit>;
/** Whom an alert goes to, as it is given. */
export type AlertToBody = Static<typeof AlertTo>;
