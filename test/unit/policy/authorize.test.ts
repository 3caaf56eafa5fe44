import { describe, expect, it } from "vitest";
import { authorizeHeader, defaultPolicy } from "#policy";
import {
  AlertKind,
  AlertMove,
  AlertScope,
  Boundness,
  Disclosed,
  Header,
  Instrument,
  Kind,
  ParticipantQuotas,
  ParticipantStatus,
  RefusalCode,
  Role,
} from "#proto";
import type { RegisterView } from "#trust";
import { sha256, toTimestamp } from "#wire";
import { makeParties } from "../../support/parties.ts";

const NOW_MS = Date.UTC(2026, 5, 1);
const SINCE_MS = Date.UTC(2020, 0, 1);

const { register } = makeParties([
  { id: "NE" },
  { id: "BR" },
  { id: "IT", boundness: Boundness.PARTY },
  { id: "DE", boundness: Boundness.SIGNATORY },
  { id: "NE-CUSTOMS", role: Role.BORDER_AGENCY },
  { id: "BR-PORT", role: Role.BORDER_AGENCY },
  { id: "XK", role: Role.REGIONAL_MONITOR },
  { id: "AT", status: ParticipantStatus.SUSPENDED },
  { id: "TR", status: ParticipantStatus.REMOVED },
]);

const policy = defaultPolicy();
const basis = { register, policy };

const reference = {
  originalSender: "BR",
  messageId: "019cb8f2-8800-7000-8000-000000000001",
  headerDigest: sha256(Buffer.of()),
};

function headerOf(kind: Kind, sender: string, recipients: string[], more: Partial<Header> = {}) {
  return Header.create({
    kind,
    sender,
    recipients,
    sentAt: toTimestamp(NOW_MS),
    instrumentBasis: [Instrument.ITI],
    ...more,
  });
}

function verdictOf(header: Header, view: RegisterView = register, nowMs = NOW_MS) {
  const outcome = authorizeHeader(header, { register: view, policy }, nowMs);
  if (!outcome.ok) return outcome.refusal.code;
  return outcome.value.every(({ code }) => code === RefusalCode.UNSPECIFIED) ? "routed" : "partly";
}

describe("who may send what to whom (TP-POLICY-1)", () => {
  const { ALERT, ALERT_RESPONSE, ATTACHMENT_CHUNK, GAP_NOTICE, RECEIPT, REGISTER } = Kind;
  const { INDICATOR_LEDGER, TRACE_REPLY, TRACE_REQUEST, VOID } = Kind;
  const permitted: readonly [kind: Kind, from: string, to: string][] = [
    [TRACE_REQUEST, "NE", "BR"],
    [TRACE_REQUEST, "NE", "IT"],
    [ATTACHMENT_CHUNK, "NE", "BR"],
    [ALERT, "NE", "BR"],
    [ALERT, "NE-CUSTOMS", "BR"],
    [ALERT, "NE-CUSTOMS", "BR-PORT"],
    [ALERT_RESPONSE, "BR-PORT", "NE-CUSTOMS"],
    [INDICATOR_LEDGER, "NE", "XK"],
    [VOID, "XK", "NE"],
    [GAP_NOTICE, "NE-CUSTOMS", "XK"],
    [RECEIPT, "XK", "NE"],
    [RECEIPT, "NE", "AT"],
    [RECEIPT, "NE", "TR"],
  ];
  const forbidden: readonly [kind: Kind, from: string, to: string, code: string][] = [
    [TRACE_REQUEST, "NE-CUSTOMS", "BR", "NOT_PERMITTED"],
    [TRACE_REQUEST, "NE", "BR-PORT", "NOT_PERMITTED"],
    [TRACE_REQUEST, "NE", "XK", "NOT_PERMITTED"],
    [TRACE_REQUEST, "NE", "ZZ", "RECIPIENT_UNKNOWN"],
    [TRACE_REQUEST, "NE", "AT", "RECIPIENT_SUSPENDED"],
    [TRACE_REQUEST, "NE", "TR", "RECIPIENT_REMOVED"],
    [TRACE_REQUEST, "AT", "NE", "NOT_PERMITTED"],
    [TRACE_REQUEST, "TR", "NE", "NOT_PERMITTED"],
    [TRACE_REQUEST, "ZZ", "NE", "NOT_PERMITTED"],
    [TRACE_REPLY, "BR-PORT", "NE", "NOT_PERMITTED"],
    [ATTACHMENT_CHUNK, "NE-CUSTOMS", "BR", "NOT_PERMITTED"],
    [INDICATOR_LEDGER, "NE", "BR", "NOT_PERMITTED"],
    [INDICATOR_LEDGER, "NE-CUSTOMS", "XK", "NOT_PERMITTED"],
    [INDICATOR_LEDGER, "XK", "NE", "NOT_PERMITTED"],
    [ALERT, "XK", "NE", "NOT_PERMITTED"],
    [ALERT, "NE", "XK", "NOT_PERMITTED"],
    [ALERT_RESPONSE, "XK", "NE", "NOT_PERMITTED"],
    [RECEIPT, "AT", "NE", "NOT_PERMITTED"],
    [RECEIPT, "NE", "ZZ", "RECIPIENT_UNKNOWN"],
    [VOID, "NE", "AT", "RECIPIENT_SUSPENDED"],
    [REGISTER, "NE", "BR", "NOT_PERMITTED"],
    [REGISTER, "XK", "BR", "NOT_PERMITTED"],
    [Kind.UNSPECIFIED, "NE", "BR", "NOT_PERMITTED"],
  ];

  it.each(permitted)("kind %i from %s to %s is permitted", (kind, from, to) => {
    expect(verdictOf(headerOf(kind, from, [to]))).toBe("routed");
  });

  it.each(forbidden)("kind %i from %s to %s is refused: %s", (kind, from, to, code) => {
    expect(verdictOf(headerOf(kind, from, [to]))).toBe(code);
  });

  it("takes a trace to one addressee only", () => {
    expect(verdictOf(headerOf(Kind.TRACE_REQUEST, "NE", ["BR", "IT"]))).toBe("NOT_PERMITTED");
  });

  it("takes a reply to the sender of what it answers only", () => {
    const inReplyTo = reference;
    expect(verdictOf(headerOf(Kind.TRACE_REPLY, "NE", ["BR"], { inReplyTo }))).toBe("routed");
    expect(verdictOf(headerOf(Kind.TRACE_REPLY, "NE", ["IT"], { inReplyTo }))).toBe(
      "NOT_PERMITTED",
    );
    const response = headerOf(Kind.ALERT_RESPONSE, "NE", ["BR", "IT"], { inReplyTo });
    expect(verdictOf(response)).toBe("NOT_PERMITTED");
  });

  it("sends an alert to those it may, and says which it may not", () => {
    const header = headerOf(Kind.ALERT, "NE", ["BR", "ZZ", "AT", "XK", "BR-PORT"]);
    const outcome = authorizeHeader(header, basis, NOW_MS);
    expect(outcome.ok && outcome.value).toEqual([
      { recipient: "BR", code: RefusalCode.UNSPECIFIED },
      { recipient: "ZZ", code: RefusalCode.RECIPIENT_UNKNOWN },
      { recipient: "AT", code: RefusalCode.RECIPIENT_SUSPENDED },
      { recipient: "XK", code: RefusalCode.NOT_PERMITTED },
      { recipient: "BR-PORT", code: RefusalCode.UNSPECIFIED },
    ]);
  });

  it("goes to no more than the sender's quota of recipients (TP-POLICY-11)", () => {
    const header = headerOf(Kind.ALERT, "NE", ["BR", "IT"]);
    const limited = (recipientsMax: number) => {
      const quotas = ParticipantQuotas.create({ recipientsMax });
      const participant = (id: string) => {
        const one = basis.register.participant(id);
        return one === undefined || id !== "NE" ? one : { ...one, quotas };
      };
      return authorizeHeader(header, { ...basis, register: { ...register, participant } }, NOW_MS);
    };
    expect(limited(1)).toMatchObject({
      refusal: { code: "TOO_LARGE", field: "header.recipients" },
    });
    expect(limited(2).ok).toBe(true);
    expect(limited(0).ok, "the default").toBe(true);
  });

  it("refuses an alert of which nobody is left, with the first reason and its field", () => {
    const header = headerOf(Kind.ALERT, "NE", ["AT", "ZZ"]);
    const outcome = authorizeHeader(header, basis, NOW_MS);
    expect(outcome).toMatchObject({
      ok: false,
      refusal: { code: "RECIPIENT_SUSPENDED", field: "header.recipients[0]" },
    });
  });
});

describe("what a rule knows (TP-POLICY-2)", () => {
  it("is said by the header: another scope alone makes another decision", () => {
    const of = (alertScope: AlertScope) =>
      verdictOf(
        headerOf(Kind.ALERT, "NE", ["BR"], { disclosed: Disclosed.create({ alertScope }) }),
      );
    expect(of(AlertScope.RESTRICTED)).toBe("routed");
    expect(of(AlertScope.PUBLIC)).toBe("PUBLIC_SCOPE_FORBIDDEN");
  });

  it("is told with the refusal: the rule and its line", () => {
    const outcome = authorizeHeader(headerOf(Kind.TRACE_REQUEST, "NE", ["DE"]), basis, NOW_MS);
    const rule = policy.rules.find(({ id }) => id === "TRACE-4");
    expect(policy.text.split("\n")[(rule?.line ?? 0) - 1]).toBe('@id("TRACE-4")');
    expect(outcome).toMatchObject({
      refusal: { detail: expect.stringContaining(`(rule TRACE-4, line ${rule?.line})`) },
    });
  });
});

describe("the instrument of a trace (TP-TRUST-7)", () => {
  const trace = (to: string, more: Partial<Header> = {}) =>
    headerOf(Kind.TRACE_REQUEST, "NE", [to], more);

  it("must bind both States: a signatory is not bound", () => {
    expect(verdictOf(trace("IT"))).toBe("routed");
    expect(verdictOf(trace("DE"))).toBe("NOT_BOUND_BY_INSTRUMENT");
    expect(verdictOf(headerOf(Kind.TRACE_REQUEST, "DE", ["NE"]))).toBe("NOT_BOUND_BY_INSTRUMENT");
  });

  it("must be each of those the message names", () => {
    const both = { instrumentBasis: [Instrument.ITI, Instrument.ECOWAS] };
    const outcome = authorizeHeader(trace("BR", both), basis, NOW_MS);
    expect(outcome).toMatchObject({
      ok: false,
      refusal: { code: "NOT_BOUND_BY_INSTRUMENT", field: "header.instrument_basis[1]" },
    });
  });

  it("must be in force when the message was sent", () => {
    const sentAt = (ms: number) => ({ sentAt: toTimestamp(ms) });
    expect(verdictOf(trace("BR", sentAt(SINCE_MS)))).toBe("routed");
    expect(verdictOf(trace("BR", sentAt(SINCE_MS - 1)))).toBe("NOT_BOUND_BY_INSTRUMENT");
  });

  it("does not come into force early for a sender whose clock is ahead", () => {
    const ahead = trace("BR", { sentAt: toTimestamp(SINCE_MS + 60_000) });
    expect(verdictOf(ahead, register, SINCE_MS - 1)).toBe("NOT_BOUND_BY_INSTRUMENT");
    expect(verdictOf(ahead, register, SINCE_MS)).toBe("routed");
  });

  it("ends for a State with the day it has left", () => {
    const untilMs = Date.UTC(2025, 0, 1);
    const left: RegisterView = {
      ...register,
      participant: (id) => {
        const found = register.participant(id);
        if (found === undefined || id !== "BR") return found;
        const instruments = found.instruments.map((standing) => ({
          ...standing,
          until: toTimestamp(untilMs),
        }));
        return { ...found, instruments };
      },
    };
    const sentAt = (ms: number) => trace("BR", { sentAt: toTimestamp(ms) });
    expect(verdictOf(sentAt(untilMs - 1), left)).toBe("routed");
    expect(verdictOf(sentAt(untilMs), left)).toBe("NOT_BOUND_BY_INSTRUMENT");
  });

  it("is not asked of an alert", () => {
    expect(verdictOf(headerOf(Kind.ALERT, "NE", ["DE"]))).toBe("routed");
  });
});

describe("where an alert may go", () => {
  const alerting = { alertMove: AlertMove.ALERT, alertKind: AlertKind.WANTED_FIREARM };
  const disclosed = Disclosed.create({ ...alerting, alertScope: AlertScope.PRIVATE });

  it("is the own focal point, of an agency whose State approves its alerts (TP-ALERT-34)", () => {
    const asking: RegisterView = {
      ...register,
      participant: (id) => {
        const found = register.participant(id);
        if (found === undefined || id !== "NE-CUSTOMS") return found;
        return { ...found, alertsNeedApproval: true };
      },
    };
    const of = (recipients: string[]) =>
      verdictOf(headerOf(Kind.ALERT, "NE-CUSTOMS", recipients, { disclosed }), asking);
    expect([of(["NE"]), of(["BR"]), of(["NE", "BR"])]).toEqual([
      "routed",
      "NOT_PERMITTED",
      "NOT_PERMITTED",
    ]);
  });
});
