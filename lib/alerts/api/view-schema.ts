import { Type } from "typebox";
import { AlertSchema } from "#casework";
import { nextMark } from "#http";
import { FlaggedView } from "#participant";
import { ALERT_STATES } from "../exchange/standing.ts";
import { NewHit } from "./alert-schema.ts";

const instant = Type.String({ format: "date-time" });
const maybe = (description: string) => Type.Optional(Type.String({ description }));

/** Sides of an alert. */
export const SIDES = ["sent", "received", "submitted", "asked"] as const;

const line = {
  alertId: Type.String(),
  side: Type.Enum([...SIDES], { description: "How this participant stands to it" }),
  originator: Type.String({ description: "Who alone may update and cancel it" }),
  agency: maybe("Agency of this State it was approved for"),
  status: Type.String({ description: "ACTUAL, or EXERCISE or TEST, which never fire hits" }),
  mark: maybe("What stands before every line of what is not real"),
  kind: Type.String(),
  state: Type.Enum([...ALERT_STATES]),
  headline: Type.String(),
  messageId: maybe("The version that stands"),
  effectiveAt: Type.Optional(instant),
  expiresAt: Type.Optional(instant),
  openedAt: instant,
  updatedAt: instant,
};

/** A page of alerts. */
export const AlertList = Type.Object({ alerts: Type.Array(Type.Object(line)), next: nextMark });

const { dutyContact, ...hitFields } = NewHit.properties;

/** An alert with everything that is known of it here. */
export const AlertDetail = Type.Object({
  ...line,
  notice: Type.String({ description: "A result is to be verified, never an order to detain" }),
  alert: AlertSchema,
  versions: Type.Array(
    Type.Object({
      messageId: Type.String(),
      move: Type.String(),
      sender: Type.String(),
      carrier: maybe("Focal point that passed it on"),
      state: Type.Enum(["sent", "received", "pending", "approved", "declined"]),
      reason: maybe("Why it was declined"),
      leftAs: maybe("Message that an approved one left as"),
      sentAt: instant,
      note: maybe("Why it was cancelled"),
      to: Type.Optional(
        Type.Object({
          states: Type.Optional(Type.Array(Type.String())),
          group: Type.Optional(Type.String()),
          instrument: Type.Optional(Type.String()),
        }),
      ),
    }),
  ),
  recipients: Type.Array(
    Type.Object({
      participant: Type.String(),
      messageId: Type.String({ description: "The newest version sent to it" }),
      isCurrent: Type.Boolean(),
      delivery: Type.String({ description: "under way, delivered, refused, rejected, expired" }),
      code: maybe("Why it was not taken"),
      level: Type.Optional(
        Type.String({ description: "How far it took the alert up; absent: not at all yet" }),
      ),
    }),
    { description: "Whom this participant sent it or passed it on to; nobody else is told" },
  ),
  acknowledgements: Type.Array(
    Type.Object({
      participant: Type.String(),
      unit: maybe("Post or unit"),
      level: Type.String(),
      at: instant,
    }),
  ),
  hits: Type.Array(
    Type.Object({
      hitId: Type.String(),
      reporter: Type.String({ description: "Who told this participant" }),
      foundBy: Type.String(),
      state: Type.Enum(["reported", "retracted"]),
      reason: maybe("Why it was retracted"),
      reportedAt: instant,
      retractedAt: Type.Optional(instant),
      notice: Type.String(),
      hit: Type.Object({ ...hitFields, country: Type.String(), dutyContact }),
    }),
  ),
  flagged: Type.Optional(FlaggedView),
});

/** What sending gives. */
export const SentAlert = Type.Object({ alertId: Type.String(), messageId: Type.String() });

/** What answering gives. */
export const SentAnswer = Type.Object({
  messageId: Type.String(),
  hitId: maybe("Of a hit: what it is retracted by"),
});

/** What a decision gives. */
export const Decided = Type.Object({
  alertId: Type.String(),
  messageId: Type.String(),
  approved: Type.Boolean(),
  leftAs: maybe("The message it leaves as"),
});
