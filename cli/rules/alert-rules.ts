import { Type } from "typebox";
import {
  ALERT_KINDS,
  AlertSchema,
  alertFindingView,
  alertFromJson,
  checkAlert,
  type NameOf,
  namesOf,
  standingsAt,
} from "#casework";
import { AlertKind, AlertMove, ExchangeStatus } from "#proto";
import { ALERT_LIMITS, WIRE_LIMITS } from "#runtime";
import { createRule, type RuleResult } from "./rule.ts";

const closed = { additionalProperties: false } as const;
const Id = Type.String({ minLength: 1, maxLength: WIRE_LIMITS.shortTextCharsMax });
const Instant = Type.String({ format: "date-time" });
const Sent = Type.Object({ sender: Id, messageId: Id, sentAt: Instant }, closed);
const DAY_MS = 86_400_000;

/** What is wrong with an alert, and what its kind brings with it (TP-ALERT-1, TP-ALERT-4). */
export const alertRule = createRule({
  name: "alert",
  about: "findings about an alert before it is sent, and the usual values of its kind",
  input: Type.Object(
    {
      alert: AlertSchema,
      sender: Id,
      sentAt: Instant,
      recipients: Type.Optional(Type.Array(Id, { maxItems: WIRE_LIMITS.recipientsMax })),
      earlier: Type.Optional(Type.Array(Sent, { maxItems: ALERT_LIMITS.referencesMax })),
    },
    closed,
  ),
  decide: ({ alert: json, sender, sentAt, recipients = [], earlier = [] }): RuleResult => {
    const alert = alertFromJson(json as Parameters<typeof alertFromJson>[0]);
    const sentAtMs = Date.parse(sentAt);
    const known = earlier.map((it) => ({ ...it, sentAtMs: Date.parse(it.sentAt) }));
    const findings = checkAlert(alert, { sender, sentAtMs, recipients, earlier: known });
    const told = findings.map(alertFindingView).map(({ field, rule, level }) => ({
      field,
      level,
      rule,
    }));
    const kind = namesOf(AlertKind).find((name) => AlertKind[name] === alert.kind);
    const usual = kind === undefined ? undefined : ALERT_KINDS[kind];
    const value = {
      sendable: told.every(({ level }) => level !== "ERROR"),
      findings: told,
      ...(usual === undefined ? {} : { usual: usualOf(usual, sentAtMs) }),
    };
    return { ok: true, value };
  },
});

function usualOf(usual: (typeof ALERT_KINDS)[keyof typeof ALERT_KINDS], sentAtMs: number) {
  const { certainty, lifeDaysMax, severity, urgency } = usual;
  const expiresAtMost =
    lifeDaysMax === null ? null : new Date(sentAtMs + lifeDaysMax * DAY_MS).toISOString();
  return { urgency, severity, certainty, expiresAtMost };
}

const Message = Type.Object(
  {
    messageId: Id,
    sender: Id,
    move: Type.Enum(["ALERT", "UPDATE", "CANCEL"]),
    kind: Type.Enum(namesOf(AlertKind)),
    status: Type.Enum(namesOf(ExchangeStatus)),
    effectiveAt: Type.Optional(Instant),
    expiresAt: Type.Optional(Instant),
    references: Type.Optional(
      Type.Array(Type.Object({ sender: Id, messageId: Id }, closed), {
        maxItems: ALERT_LIMITS.referencesMax,
      }),
    ),
  },
  closed,
);

/** Which messages about alerts count at an instant (TP-ALERT-8, TP-ALERT-9). */
export const alertStandingRule = createRule({
  name: "alert-standing",
  about: "which alerts, updates and cancels are in force at an instant, and why the others are not",
  input: Type.Object({ at: Instant, messages: Type.Array(Message, { maxItems: 10_000 }) }, closed),
  decide: ({ at, messages }): RuleResult => {
    const known = messages.map(({ move, kind, status, effectiveAt, expiresAt, ...rest }) => ({
      references: [],
      ...rest,
      move: AlertMove[move],
      kind: AlertKind[kind as NameOf<typeof AlertKind>],
      status: ExchangeStatus[status as NameOf<typeof ExchangeStatus>],
      effectiveAtMs: effectiveAt === undefined ? undefined : Date.parse(effectiveAt),
      expiresAtMs: expiresAt === undefined ? undefined : Date.parse(expiresAt),
    }));
    return { ok: true, value: Object.fromEntries(standingsAt(known, Date.parse(at))) };
  },
});
