import { describe, expect, it } from "vitest";
import type { Refusal } from "#errors";
import {
  AlertKind,
  AlertMove,
  AlertScope,
  Disclosed,
  Handling,
  type Header,
  Kind,
  Lane,
  Tlp,
  UseRestriction,
} from "#proto";
import { WIRE_LIMITS } from "#runtime";
import { checkHeader } from "../../../lib/wire/check-header.ts";
import { headerOf, recipientReceipt, traceRequest } from "../../support/messages.ts";
import { makeParties } from "../../support/parties.ts";

const parties = makeParties([{ id: "NE" }, { id: "BR" }]);
const request = headerOf(traceRequest(parties.party("NE"), ["BR"]));
const receipt = headerOf(
  recipientReceipt(parties.party("BR"), [
    { sender: "NE", message: traceRequest(parties.party("NE"), ["BR"]) },
  ]),
);

/** Participant ids, all different, none of them the sender. */
const ids = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => `BR-U${String(n).padStart(3, "0")}`);

function judge(header: Header, changes: Partial<Header> = {}): Refusal | undefined {
  return checkHeader({ ...header, ...changes }, {});
}

const handled = (changes: Partial<Handling>): Partial<Header> => ({
  handling: { ...Handling.create({ tlp: Tlp.AMBER }), ...changes },
});

describe("recipients (TP-WIRE-1, TP-WIRE-7)", () => {
  it("are as many as the limit says, and not one more", () => {
    expect(judge(request, { recipients: ids(WIRE_LIMITS.recipientsMax) })).toBeUndefined();
    const over = judge(request, { recipients: ids(WIRE_LIMITS.recipientsMax + 1) });
    expect(over).toEqual({
      code: "TOO_LARGE",
      field: "header.recipients",
      detail: `over ${WIRE_LIMITS.recipientsMax}`,
    });
  });

  it("are not the sender, and none stands twice; which of both it was is said", () => {
    expect(judge(request, { recipients: ["BR", "NE"] })).toMatchObject({
      field: "header.recipients[1]",
      detail: "is the sender",
    });
    expect(judge(request, { recipients: ["BR", "BR"] })).toMatchObject({
      field: "header.recipients[1]",
      detail: "is repeated",
    });
  });

  it("of a receipt are exactly one", () => {
    expect(judge(receipt)).toBeUndefined();
    expect(judge(receipt, { recipients: ["NE", "AT"] })).toMatchObject({
      code: "MALFORMED",
      field: "header.recipients",
    });
  });
});

describe("a sender that is no participant id (TP-WIRE-6)", () => {
  const gateway = { sender: "GATEWAY" };

  it("is refused, but for the gateway's receipts where they may come from", () => {
    expect(checkHeader({ ...receipt, ...gateway }, { allowGatewaySender: true })).toBeUndefined();
    for (const [header, allowGatewaySender] of [
      [{ ...receipt, ...gateway }, false],
      [{ ...request, ...gateway }, true],
      [{ ...receipt, sender: "HUB" }, true],
      [{ ...receipt, sender: "" }, true],
    ] as const) {
      const refusal = checkHeader(header, { allowGatewaySender });
      expect(refusal).toMatchObject({ code: "MALFORMED", field: "header.sender" });
    }
  });
});

describe("a lane (TP-WIRE-9, TP-WIRE-11)", () => {
  it("is one of the three, also where it is free", () => {
    for (const lane of [Lane.URGENT, Lane.NORMAL, Lane.BULK]) {
      expect(judge(receipt, { lane })).toBeUndefined();
    }
    expect(judge(receipt, { lane: 9 as Lane })).toMatchObject({
      field: "header.lane",
      detail: "is not a known value",
    });
    expect(judge(receipt, { lane: Lane.UNSPECIFIED })).toMatchObject({ field: "header.lane" });
  });
});

describe("handling (TP-WIRE-11)", () => {
  it("may be released to as many as there may be recipients, and not one more", () => {
    const { recipientsMax } = WIRE_LIMITS;
    expect(judge(request, handled({ releasableTo: ids(recipientsMax) }))).toBeUndefined();
    expect(judge(request, handled({ releasableTo: ids(recipientsMax + 1) }))).toMatchObject({
      code: "TOO_LARGE",
      field: "header.handling.releasable_to",
    });
    expect(judge(request, handled({ releasableTo: ["NE", "ne"] }))).toMatchObject({
      code: "MALFORMED",
      field: "header.handling.releasable_to",
    });
  });

  it("holds known restrictions only, each once", () => {
    const known = [UseRestriction.ANY_LAWFUL, UseRestriction.NO_ONWARD];
    expect(judge(request, handled({ use: known }))).toBeUndefined();
    for (const use of [
      [...known, 77 as UseRestriction],
      [UseRestriction.NO_ONWARD, UseRestriction.NO_ONWARD],
    ]) {
      expect(judge(request, handled({ use }))).toMatchObject({ field: "header.handling.use" });
    }
  });

  it("names the State of origin, or none", () => {
    expect(judge(request, handled({ originatorState: "" }))).toBeUndefined();
    expect(judge(request, handled({ originatorState: "NE" }))).toBeUndefined();
    expect(judge(request, handled({ originatorState: "NER" }))).toMatchObject({
      field: "header.handling.originator_state",
    });
  });

  it("and disclosed facts are not asked of a kind that is no trace", () => {
    expect(receipt.handling).toBeUndefined();
    const disclosed = Disclosed.create();
    expect(judge(receipt, { disclosed })).toBeUndefined();
    expect(judge(request, { disclosed })).toMatchObject({
      field: "header.disclosed.move",
      detail: "is missing",
    });
  });
});

describe("an alert (TP-WIRE-11)", () => {
  const alert: Partial<Header> = { kind: Kind.ALERT, lane: Lane.URGENT };
  const facts = { alertMove: AlertMove.UPDATE, alertKind: AlertKind.WANTED_FIREARM };
  const disclosing = (changed: Partial<Disclosed>) =>
    judge(request, { ...alert, disclosed: Disclosed.create(changed) });

  it.each([
    ["alert_move", { alertKind: AlertKind.WANTED_FIREARM, alertScope: AlertScope.PRIVATE }],
    ["alert_kind", { alertMove: AlertMove.ALERT, alertScope: AlertScope.PRIVATE }],
    ["alert_scope", facts],
  ])("says its %s", (name, disclosed) => {
    const field = `header.disclosed.${name}`;
    expect(disclosing(disclosed)).toMatchObject({ field, detail: "is missing" });
  });

  it("says nothing that this version does not know", () => {
    const known = { ...facts, alertScope: AlertScope.PRIVATE };
    for (const [name, field] of [
      ["alertMove", "alert_move"],
      ["alertKind", "alert_kind"],
      ["alertScope", "alert_scope"],
    ] as const) {
      const refusal = disclosing({ ...known, [name]: 77 });
      expect(refusal).toMatchObject({ field: `header.disclosed.${field}` });
    }
  });
});

describe("instruments (TP-WIRE-11)", () => {
  it("are known, each of them", () => {
    const [instrument] = request.instrumentBasis;
    const instrumentBasis = [instrument, 99].flatMap((one) => (one ?? []) as never[]);
    expect(judge(request, { instrumentBasis })).toMatchObject({
      field: "header.instrument_basis",
      detail: "holds an unknown value",
    });
  });
});

describe("a kind (TP-WIRE-11)", () => {
  it("that this version does not know is said to be so, another than a missing one", () => {
    expect(judge(request, { kind: 99 as Kind })).toMatchObject({ code: "SCHEMA_UNSUPPORTED" });
    expect(judge(request, { kind: Kind.UNSPECIFIED })).toMatchObject({ code: "MALFORMED" });
  });
});

describe("a refusal (TP-REF-3)", () => {
  it("names fields and quotes nothing of the message", () => {
    const secret = "SERIAL-4711\u0000";
    const texts: Partial<Header>[] = [
      { messageId: secret },
      { sender: secret },
      { recipients: [secret] },
      { conversationId: secret },
      { supersedes: secret },
      { addressedGroup: secret },
      { inReplyTo: { originalSender: secret, messageId: secret, headerDigest: Buffer.of() } },
      handled({ releasableTo: [secret] }),
      handled({ originatorState: secret }),
    ];
    for (const changes of texts) {
      const refusal = judge(request, changes);
      expect(refusal?.field).toMatch(/^header\./);
      expect(JSON.stringify(refusal)).not.toContain("4711");
    }
  });
});
