import { describe, expect, it } from "vitest";
import {
  type AlertHeader,
  alertFromJson,
  alertOfCap,
  capOfAlert,
  parseCap,
  writeCap,
} from "#casework";
import { Alert, AlertMove, AlertScope, ExchangeStatus } from "#proto";
import { loadVectors } from "../../../cli/rules/vectors.ts";

const HEADER: AlertHeader = {
  messageId: "0198c5a0-7a00-7000-8000-000000000001",
  sender: "NE-CUSTOMS",
  sentAtMs: Date.UTC(2026, 2, 1, 9),
  status: ExchangeStatus.ACTUAL,
  recipients: ["BR", "AT"],
  codes: ["TLP:AMBER"],
};

interface AlertInput {
  readonly alert: Parameters<typeof alertFromJson>[0];
}
const alerts = (await loadVectors())
  .filter(({ rule, output }) => rule === "alert" && output !== undefined)
  .map(({ input, name }) => ({ name, alert: alertFromJson((input as AlertInput).alert) }))
  // CAP knows no message without type and scope, nor a restricted one without its restriction.
  .filter(({ alert }) => alert.move !== 0 && alert.scope !== 0)
  .filter(({ alert }) => alert.scope !== AlertScope.RESTRICTED || alert.restriction !== "");

function through(alert: Alert, header = HEADER) {
  const written = writeCap(capOfAlert(alert, header));
  if (!written.ok) throw new TypeError(JSON.stringify(written.problems));
  const read = parseCap(written.value);
  if (!read.ok) throw new TypeError(JSON.stringify(read.problems));
  return { xml: written.value, cap: read.value, found: alertOfCap(read.value) };
}

describe("an alert as CAP 1.2", () => {
  it("comes back as it was, with its header (TP-ALERT-16, TP-ALERT-17)", () => {
    expect(alerts.length).toBeGreaterThan(15);
    for (const { alert, name } of alerts) {
      const { found } = through(alert);
      expect(found, name).toEqual({ ok: true, draft: { header: HEADER, alert, left: [] } });
    }
  });

  it("is the standard's where the standard has a word for it (TP-ALERT-16)", () => {
    const [first] = alerts;
    const { cap, xml } = through(first?.alert ?? Alert.create());
    expect(cap).toMatchObject({ status: "Actual", msgType: "Alert", scope: "Private" });
    expect(cap.addresses).toEqual(["BR", "AT"]);
    expect(cap.info[0]).toMatchObject({
      language: "fr",
      category: ["Security"],
      urgency: "Immediate",
      severity: "Severe",
      certainty: "Observed",
      eventCode: [{ valueName: "tracepost:kind", value: "WANTED_FIREARM" }],
      headline: "Pistolet volé",
      contact: "Police desk; +22720733000; duty@example.org",
    });
    expect(xml).toContain("<valueName>tracepost:items.0.firearm.serialRaw</valueName>");
  });

  it.each(["EXERCISE", "TEST"] as const)("keeps %s where others read it (TP-ALERT-8)", (name) => {
    const [first] = alerts;
    const header = { ...HEADER, status: ExchangeStatus[name] };
    const { cap, found } = through(first?.alert ?? Alert.create(), header);
    expect(cap.status.toUpperCase()).toBe(name);
    expect(found).toMatchObject({ ok: true, draft: { header: { status: header.status } } });
  });

  it("names what an alert has no place for, and never drops it in silence (TP-ALERT-17)", () => {
    const [first] = alerts;
    const { cap } = through(first?.alert ?? Alert.create());
    const [info] = cap.info;
    if (info === undefined) throw new TypeError("there is no block");
    const stranger = { valueName: "VTEC", value: "1" };
    const area = { areaDesc: "Lake", polygon: ["1,1 1,2 2,2 1,1"], circle: [], geocode: [] };
    const other = { ...info, parameter: [...info.parameter, stranger], area: [area] };
    const found = alertOfCap({ ...cap, source: "desk", info: [other] });
    expect(found).toMatchObject({
      ok: true,
      draft: { left: ["info.0.parameter VTEC", "source", "info.0.area.0"] },
    });
  });

  it.each([
    ["another kind of event", (cap: object) => ({ ...cap, status: "System" }), "status"],
    ["an acknowledgement", (cap: object) => ({ ...cap, msgType: "Ack" }), "msgType"],
    ["weather", (cap: object) => ({ ...cap, info: [] }), "info.0.eventCode"],
  ])("is no alert of ours: %s", (_what, change, field) => {
    const [first] = alerts;
    const { cap } = through(first?.alert ?? Alert.create());
    const found = alertOfCap(change(cap) as typeof cap);
    expect(found).toMatchObject({ ok: false, problems: [{ field }] });
  });

  it("leaves the kind open where it may be chosen afterwards, and takes no unknown one", () => {
    const [first] = alerts;
    const { cap } = through(first?.alert ?? Alert.create());
    const [info] = cap.info;
    if (info === undefined) throw new TypeError("there is no block");
    const read = (eventCode: typeof info.eventCode) =>
      alertOfCap({ ...cap, info: [{ ...info, eventCode }] }, { kindLater: true });
    const draft = { alert: { kind: 0 }, left: ["info.0.event"] };
    expect(read([])).toMatchObject({ ok: true, draft });
    const unknown = [{ valueName: "tracepost:kind", value: "WEATHER" }];
    expect(read(unknown)).toMatchObject({ ok: false, problems: [{ field: "info.0.eventCode" }] });
  });

  it.each([
    "tracepost:__proto__.polluted",
    "tracepost:items.2.quantity",
    "tracepost:items.name",
    "tracepost:items.0.firearm.serialRaw",
    "tracepost:constructor.prototype.x",
    "tracepost:kind",
    "tracepost:items.0.quantity.deeper",
    "tracepost:noField",
  ])("takes no parameter %s that makes something else of it", (valueName) => {
    const [first] = alerts;
    const { cap } = through(first?.alert ?? Alert.create());
    const [info] = cap.info;
    if (info === undefined) throw new TypeError("there is no block");
    const parameter = [...info.parameter, { valueName, value: "1" }];
    const found = alertOfCap({ ...cap, info: [{ ...info, parameter }] });
    expect(found).toMatchObject({ ok: false });
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });

  it("of a cancel carries why, and nothing that weighs", () => {
    const cancel = alerts.find(({ alert: { infos, move } }) => {
      return move === AlertMove.CANCEL && infos.length === 0;
    });
    const { cap } = through(cancel?.alert ?? Alert.create());
    expect(cap).toMatchObject({ msgType: "Cancel", info: [{ language: "und" }] });
  });
});
