import { describe, expect, it } from "vitest";
import {
  ALERT_KINDS,
  ALERT_WAYS_OUT,
  type AlertContext,
  alertFindingView,
  alertFromJson,
  alertToJson,
  checkAlert,
  namesOf,
  REVIEW_POINTS,
} from "#casework";
import { Alert, AlertKind, AlertMove, AlertScope, type AttachmentManifest } from "#proto";
import { loadVectors } from "../../../../cli/rules/vectors.ts";

const SENT = Date.parse("2026-03-01T09:00:00Z");
const DAY_MS = 86_400_000;
const context: AlertContext = {
  sender: "NE-CUSTOMS",
  sentAtMs: SENT,
  recipients: ["BR"],
  earlier: [],
};

interface AlertInput {
  readonly alert: Parameters<typeof alertFromJson>[0];
  readonly recipients?: readonly string[];
  readonly earlier?: readonly { sender: string; messageId: string; sentAt: string }[];
  readonly sender: string;
}
const vectors = (await loadVectors()).filter(({ rule, output }) => rule === "alert" && output);
const alertOf = (name: string): Alert => {
  const vector = vectors.find((it) => it.name === name);
  if (vector === undefined) throw new TypeError(`no vector is named ${name}`);
  return alertFromJson((vector.input as AlertInput).alert);
};
const rulesOf = (alert: Alert, more: Partial<AlertContext> = {}): string[] =>
  checkAlert(alert, { ...context, ...more })
    .map(alertFindingView)
    .filter(({ level }) => level === "ERROR")
    .map(({ field, rule }) => `${field} ${rule}`);

const wanted = alertOf("a wanted firearm, complete");
const operandi = alertOf("a modus operandi, reviewed");
const expiring = (days: number) => ({ seconds: BigInt((SENT + days * DAY_MS) / 1_000), nanos: 0 });

describe("the kinds of alert (TP-ALERT-1)", () => {
  it("are closed, each with its usual urgency, severity, certainty and longest life", () => {
    expect(Object.keys(ALERT_KINDS)).toEqual(namesOf(AlertKind));
    expect(ALERT_KINDS.WANTED_FIREARM).toMatchObject({
      urgency: "IMMEDIATE",
      severity: "SEVERE",
      certainty: "OBSERVED",
      lifeDaysMax: 365,
    });
    expect(ALERT_KINDS.MARKING_TECHNIQUE.lifeDaysMax).toBeNull();
  });

  it.each(namesOf(AlertKind))("%s is not sent without what it needs (TP-ALERT-4)", (kind) => {
    const empty = Alert.create({ move: AlertMove.ALERT, kind: AlertKind[kind] });
    const lacking = rulesOf(empty);
    for (const field of ALERT_KINDS[kind].needs) {
      const path = field.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
      expect(lacking).toContain(`${path} missing`);
    }
  });

  it("asks for the serial number, make and model of a wanted firearm, or a restored part of it", () => {
    const vague = {
      ...wanted,
      items: wanted.items.map((item) => ({ ...item, firearm: undefined })),
    };
    expect(rulesOf(vague)).toEqual(["items.0.firearm missing"]);
    expect(rulesOf(alertOf("a number restored in part, without make and model"))).toEqual([]);
  });
});

describe("an alert keeps to CAP", () => {
  it("has a scope that is never Public (TP-ALERT-5)", () => {
    expect(rulesOf({ ...wanted, scope: AlertScope.PUBLIC })).toEqual(["scope publicScope"]);
    const restricted = { ...wanted, scope: AlertScope.RESTRICTED };
    expect(rulesOf(restricted)).toEqual(["restriction missing"]);
    expect(rulesOf({ ...restricted, restriction: "Customs only" })).toEqual([]);
    expect(rulesOf(wanted, { recipients: [] })).toEqual(["recipients missing"]);
  });

  it("is updated and cancelled by its sender alone, with references that resolve (TP-ALERT-6)", () => {
    const update = alertOf("an update of a known message");
    const [reference] = update.references;
    if (reference === undefined) throw new TypeError("the vector refers to nothing");
    const { messageId, sender } = reference;
    const sentAtMs = Date.parse("2026-02-01T09:00:00Z");
    const earlier = [{ messageId, sender, sentAtMs }];
    expect(rulesOf(update, { earlier })).toEqual([]);
    expect(rulesOf(update)).toEqual(["references.0 unresolved"]);
    expect(rulesOf(update, { earlier: [{ messageId, sender, sentAtMs: 0 }] })).toEqual([
      "references.0 unresolved",
    ]);
    expect(rulesOf(update, { earlier, sender: "BR" })).toEqual(["references.0 notOriginalSender"]);
    const cancelled = [{ messageId, sender, sentAtMs, cancelled: true }];
    expect(rulesOf(update, { earlier: cancelled })).toEqual(["references.0 alreadyCancelled"]);
    expect(rulesOf({ ...update, references: [] }, { earlier })).toEqual(["references missing"]);
    expect(rulesOf({ ...update, move: AlertMove.ALERT }, { earlier })).toEqual([
      "references notExpected",
    ]);
  });

  it("expires after it is sent, and within the life of its kind (TP-ALERT-7)", () => {
    expect(rulesOf({ ...wanted, expiresAt: expiring(0) })).toEqual(["expiresAt notAfterSent"]);
    expect(rulesOf({ ...wanted, expiresAt: expiring(365) })).toEqual([]);
    expect(rulesOf({ ...wanted, expiresAt: expiring(366) })).toEqual(["expiresAt lifeTooLong"]);
    expect(rulesOf({ ...wanted, expiresAt: undefined })).toEqual(["expiresAt missing"]);
    expect(rulesOf({ ...wanted, ackRequiredBy: expiring(400) })).toEqual([
      "ackRequiredBy notBeforeExpiry",
    ]);
  });

  it("names whom to call at any hour (TP-ALERT-11)", () => {
    expect(rulesOf({ ...wanted, dutyContact: undefined })).toEqual(["dutyContact missing"]);
    const dutyContact = { unit: "Desk", telephone: "022720733000", email: "somebody" };
    expect(rulesOf({ ...wanted, dutyContact })).toEqual([
      "dutyContact.telephone notATelephone",
      "dutyContact.email notAnAddress",
    ]);
  });

  it("looks for companies, never for persons (TP-ALERT-12)", () => {
    const consignee = alertOf("a consignee by its registration");
    expect(rulesOf(consignee)).toEqual([]);
    const unregistered = { name: "Somebody", registration: "", country: "NG" };
    expect(rulesOf({ ...consignee, consignee: unregistered })).toEqual([
      "consignee.registration missing",
    ]);
  });
});

describe("an alert about a modus operandi (TP-ALERT-10)", () => {
  const withOperandi = (more: object): Alert => ({
    ...operandi,
    modusOperandi: operandi.modusOperandi && { ...operandi.modusOperandi, ...more },
  });

  it("leaves once somebody other than its author has confirmed every point", () => {
    expect(rulesOf(operandi)).toEqual([]);
    expect(REVIEW_POINTS.map(({ code }) => code)).toContain("NO_STEPS");
    for (const { code } of REVIEW_POINTS) {
      const confirmed = REVIEW_POINTS.map((it) => it.code).filter((it) => it !== code);
      expect(rulesOf(withOperandi({ confirmed }))).toEqual(["modusOperandi.confirmed notReviewed"]);
    }
    expect(rulesOf(withOperandi({ reviewerRef: operandi.officerRef }))).toEqual([
      "modusOperandi.reviewerRef sameOfficer",
    ]);
    expect(rulesOf(withOperandi({ reviewerRef: "" }))).toEqual([
      "modusOperandi.reviewerRef missing",
    ]);
    expect(rulesOf(withOperandi({ reviewedAt: expiring(1) }))).toEqual([
      "modusOperandi.reviewedAt notReviewed",
    ]);
  });

  it("has no numbered steps and no links, wherever they stand", () => {
    const steps = "Do this:\n1. Take it\n2) Turn it\n(3) Close it";
    expect(rulesOf(withOperandi({ detectionAdvice: steps }))).toEqual([
      "modusOperandi.detectionAdvice looksLikeSteps",
    ]);
    const infos = operandi.infos.map((info) => ({ ...info, description: "see www.example.org" }));
    expect(rulesOf({ ...operandi, infos })).toEqual(["infos.0.description hasLink"]);
  });

  it.each(["frame.STL", "receiver.3mf", "cut.gcode"])(
    "carries no file that makes: %s",
    (fileName) => {
      const attachment: AttachmentManifest = {
        attachmentId: "a",
        fileName,
        mediaType: "application/octet-stream",
        sizeBytes: 1n,
        sha256: new Uint8Array(32),
        pieceBytes: 1,
        pieceSha256: [],
        view: 0,
        description: "",
        preview: undefined,
      } as const;
      expect(rulesOf({ ...operandi, attachments: [attachment] })).toEqual([
        "attachments.0 makingFile",
      ]);
    },
  );
});

describe("an alert as JSON", () => {
  it("is the alert it was made from", () => {
    for (const { name, input } of vectors) {
      const alert = alertOf(name);
      expect(alertFromJson(alertToJson(alert)), name).toEqual(alert);
      expect(Alert.decode(Alert.encode(alert).finish()), name).toEqual(alert);
      expect((input as AlertInput).sender).not.toBe("");
    }
  });

  it("has a way out for every rule the vectors meet", () => {
    const rules = vectors.flatMap(({ output }) =>
      (output as { findings: { rule: string }[] }).findings.map(({ rule }) => rule),
    );
    expect(new Set(rules).size).toBeGreaterThan(12);
    expect([...new Set(rules)].filter((rule) => !(rule in ALERT_WAYS_OUT))).toEqual([]);
  });
});
