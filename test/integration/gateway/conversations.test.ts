import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  AlertKind,
  AlertMove,
  AlertScope,
  Disclosed,
  Handling,
  Kind,
  Lane,
  OutcomeClass,
  ReceiptType,
  RefusalCode,
  Tlp,
  TraceMove,
  UseRestriction,
} from "#proto";
import { type AssembledEnvelope, parseDispatch, parseReceipt, refusalNameOf } from "#wire";
import { type GatewayBench, openGatewayBench } from "../../support/gateway-bench.ts";
import {
  type HeaderChanges,
  headerOf,
  messageOn,
  recipientReceipt,
  traceRequest,
} from "../../support/messages.ts";
import { makeParties, type Parties } from "../../support/parties.ts";

let parties: Parties;
let bench: GatewayBench;

beforeEach(async () => {
  parties = makeParties([
    { id: "NE" },
    { id: "BR" },
    { id: "AT" },
    { id: "BR-CUSTOMS" },
    { id: "NE-CUSTOMS" },
  ]);
  bench = await openGatewayBench(parties);
});

afterEach(async () => {
  await bench.close();
});

/** "accepted", or what the gateway refuses it for. */
async function said(message: AssembledEnvelope): Promise<string> {
  const before = bench.published.length;
  expect(await bench.send(message)).toBe("ack");
  const { sender } = headerOf(message);
  const receipt = bench.published
    .slice(before)
    .filter(({ subject }) => subject.startsWith(`tp.in.${sender}.`))
    .find(({ subject }) => subject.endsWith(".receipt"));
  const parsed = parseDispatch(receipt?.data ?? new Uint8Array(), { allowGatewaySender: true });
  if (!parsed.ok) throw new TypeError("no receipt");
  const body = parseReceipt(parsed.value.message);
  if (!body.ok) throw new TypeError("not a receipt");
  if (body.value.type === ReceiptType.ACCEPTED) return "accepted";
  const item = body.value.items[0];
  return `${refusalNameOf(item?.code ?? RefusalCode.UNSPECIFIED)} ${item?.field}`;
}

const party = (id: string) => parties.party(id);
const trace = (move: keyof typeof TraceMove, outcomeClass: OutcomeClass = 0): Disclosed =>
  Disclosed.create({ move: TraceMove[move], outcomeClass });
const reply = (
  request: AssembledEnvelope,
  move: keyof typeof TraceMove,
  changes: HeaderChanges = {},
): AssembledEnvelope =>
  messageOn(request, party("BR"), {
    kind: Kind.TRACE_REPLY,
    disclosed: trace(move),
    ...changes,
  });
const followUp = (
  request: AssembledEnvelope,
  move: keyof typeof TraceMove,
  changes: HeaderChanges = {},
): AssembledEnvelope =>
  messageOn(request, party("NE"), {
    kind: Kind.TRACE_FOLLOW_UP,
    disclosed: trace(move),
    ...changes,
  });

async function opened(changes: HeaderChanges = {}): Promise<AssembledEnvelope> {
  const request = traceRequest(party("NE"), ["BR"], changes);
  expect(await said(request)).toBe("accepted");
  return request;
}

/** The other side says that it has a message, so that its next move is made in knowledge of it. */
async function delivered(message: AssembledEnvelope): Promise<void> {
  const { recipients, sender } = headerOf(message);
  const from = party(recipients[0] ?? "");
  expect(await bench.send(recipientReceipt(from, [{ sender, message }]))).toBe("ack");
}

describe("a trace (TP-CONV-2)", () => {
  test("goes its way from request to close", async () => {
    const request = await opened();
    await delivered(request);
    for (const message of [
      reply(request, "ACKNOWLEDGEMENT"),
      reply(request, "REQUEST_FOR_INFORMATION"),
      followUp(request, "SUPPLEMENTARY_INFORMATION"),
      reply(request, "INTERIM"),
      reply(request, "FINAL", { disclosed: trace("FINAL", OutcomeClass.ESTABLISHED) }),
      followUp(request, "CASE_CLOSED"),
    ]) {
      expect(await said(message)).toBe("accepted");
      await delivered(message);
    }
  });

  test("takes no second conclusion", async () => {
    const request = await opened();
    expect(await said(reply(request, "FINAL"))).toBe("accepted");
    expect(await said(reply(request, "FINAL"))).toBe("ILLEGAL_MOVE header.disclosed.move");
    expect(await said(reply(request, "REFUSAL"))).toBe("ILLEGAL_MOVE header.disclosed.move");
  });

  test("is not answered by who asked, nor closed by who was asked", async () => {
    const request = await opened();
    await delivered(request);
    expect(await said(followUp(request, "FINAL"))).toBe("NOT_YOUR_MOVE header.disclosed.move");
    expect(await said(reply(request, "WITHDRAWAL"))).toBe("NOT_YOUR_MOVE header.disclosed.move");
    expect(await said(reply(request, "CASE_CLOSED"))).toBe("ILLEGAL_MOVE header.disclosed.move");
  });

  test("is opened once by a State with another", async () => {
    const { conversationId } = headerOf(await opened());
    const again = traceRequest(party("NE"), ["BR"], { conversationId });
    expect(await said(again)).toBe("ILLEGAL_MOVE header.conversation_id");
    const parallel = traceRequest(party("NE"), ["AT"], { conversationId });
    expect(await said(parallel)).toBe("accepted");
  });

  test("is opened by a request and by no other move", async () => {
    const request = traceRequest(party("NE"), ["BR"], { disclosed: trace("FINAL") });
    expect(await said(request)).toBe("ILLEGAL_MOVE header.disclosed.move");
  });
});

describe("moves that cross (TP-CONV-3)", () => {
  test("are both taken: each was legal where it was sent", async () => {
    const request = await opened();
    await delivered(request);
    expect(await said(reply(request, "ACKNOWLEDGEMENT"))).toBe("accepted");
    expect(await said(followUp(request, "WITHDRAWAL"))).toBe("accepted");
    expect(await said(reply(request, "FINAL"))).toBe("accepted");
  });

  test("do not excuse what was sent in knowledge of the other", async () => {
    const request = await opened();
    const withdrawal = followUp(request, "WITHDRAWAL");
    expect(await said(withdrawal)).toBe("accepted");
    await delivered(withdrawal);
    const late = reply(request, "FINAL", { sentAtMs: Date.now() + 1_000 });
    expect(await said(late)).toBe("ILLEGAL_MOVE header.disclosed.move");
  });
});

describe("a forged move (TP-CONV-2)", () => {
  test("names no request of the conversation", async () => {
    const request = await opened();
    const other = await opened();
    const { conversationId } = headerOf(other);
    const moved = reply(request, "ACKNOWLEDGEMENT", { conversationId });
    expect(await said(moved)).toBe("ILLEGAL_MOVE header.in_reply_to");
    const inReplyTo = {
      originalSender: "NE",
      messageId: headerOf(request).messageId,
      headerDigest: new Uint8Array(32),
    };
    const unbound = reply(request, "ACKNOWLEDGEMENT", { inReplyTo });
    expect(await said(unbound)).toBe("ILLEGAL_MOVE header.in_reply_to");
  });

  test("comes from a third State", async () => {
    const request = await opened();
    const stranger = messageOn(request, party("AT"), {
      kind: Kind.TRACE_REPLY,
      disclosed: trace("ACKNOWLEDGEMENT"),
    });
    expect(await said(stranger)).toBe("ILLEGAL_MOVE header.in_reply_to");
  });
});

describe("what is rejected (TP-CONV-4)", () => {
  test("is taken back: the reply may be made anew", async () => {
    const request = await opened();
    const broken = reply(request, "FINAL");
    expect(await said(broken)).toBe("accepted");
    const rejected = [{ sender: "BR", message: broken }];
    await bench.send(recipientReceipt(party("NE"), rejected, ReceiptType.REJECTED));
    expect(await said(reply(request, "FINAL"))).toBe("accepted");
  });

  test("is taken back: the request may be made anew, and the old one not answered", async () => {
    const request = await opened();
    const rejected = [{ sender: "NE", message: request }];
    await bench.send(recipientReceipt(party("BR"), rejected, ReceiptType.REJECTED));
    const { conversationId } = headerOf(request);
    expect(await said(traceRequest(party("NE"), ["BR"], { conversationId }))).toBe("accepted");
    expect(await said(reply(request, "FINAL"))).toBe("ILLEGAL_MOVE header.in_reply_to");
  });
});

describe("handling (TP-CONV-5)", () => {
  const handled = (changes: Partial<Handling>): HeaderChanges => ({
    handling: Handling.create({ tlp: Tlp.AMBER, originatorState: "BR", ...changes }),
  });

  test("of a reply is as strict as that of the request", async () => {
    const request = await opened(handled({ use: [UseRestriction.NO_JUDICIAL_USE] }));
    const lax = (changes: Partial<Handling>) => said(reply(request, "FINAL", handled(changes)));
    expect(await lax({ tlp: Tlp.GREEN })).toBe("HANDLING_VIOLATION header.handling.tlp");
    expect(await lax({})).toBe("HANDLING_VIOLATION header.handling.use");
    const use = [UseRestriction.NO_JUDICIAL_USE];
    expect(await lax({ use, releasableTo: ["AT"] })).toBe(
      "HANDLING_VIOLATION header.handling.releasable_to",
    );
    expect(await lax({ use })).toBe("accepted");
  });

  test("of a request bounds to whom the asked State passes it on", async () => {
    const passOn = async (changes: HeaderChanges): Promise<string> => {
      const { conversationId } = headerOf(await opened(changes));
      return await said(traceRequest(party("BR"), ["AT"], { conversationId }));
    };
    const use = [UseRestriction.NO_ONWARD];
    expect(await passOn(handled({ use }))).toBe("HANDLING_VIOLATION header.recipients[0]");
    expect(await passOn(handled({ use, releasableTo: ["NE"] }))).toBe(
      "HANDLING_VIOLATION header.recipients[0]",
    );
    expect(await passOn(handled({ use, releasableTo: ["AT"] }))).toBe("accepted");
    expect(await passOn(handled({ use, originatorState: "AT" }))).toBe("accepted");
    // Without NO_ONWARD, TLP decides: AMBER stays with its recipients, GREEN does not.
    const lawful = [UseRestriction.ANY_LAWFUL];
    expect(await passOn(handled({ use: lawful }))).toBe("HANDLING_VIOLATION header.recipients[0]");
    expect(await passOn(handled({ use: lawful, tlp: Tlp.GREEN }))).toBe("accepted");
  });
});

describe("an alert (TP-CONV-6)", () => {
  const facts = (alertMove: AlertMove, alertScope: AlertScope = AlertScope.PRIVATE): Disclosed =>
    Disclosed.create({ alertMove, alertKind: AlertKind.WANTED_FIREARM, alertScope });
  const version = (
    from: string,
    to: readonly string[],
    alertMove: AlertMove,
    changes: HeaderChanges = {},
  ): AssembledEnvelope =>
    traceRequest(party(from), to, {
      kind: Kind.ALERT,
      lane: Lane.URGENT,
      disclosed: facts(alertMove),
      ...changes,
    });
  const answer = (alert: AssembledEnvelope, from: string, alertMove: AlertMove) =>
    messageOn(alert, party(from), {
      kind: Kind.ALERT_RESPONSE,
      lane: Lane.URGENT,
      disclosed: Disclosed.create({ alertMove }),
    });

  test("is updated and cancelled by its sender, and by nobody else", async () => {
    const alert = version("NE-CUSTOMS", ["BR", "AT"], AlertMove.ALERT);
    expect(await said(alert)).toBe("accepted");
    const { conversationId } = headerOf(alert);
    const same = { conversationId };
    expect(await said(version("NE-CUSTOMS", ["BR"], AlertMove.UPDATE, same))).toBe("accepted");
    expect(await said(version("BR", ["AT"], AlertMove.CANCEL, same))).toBe(
      "NOT_YOUR_MOVE header.conversation_id",
    );
    expect(await said(version("NE-CUSTOMS", ["BR", "AT"], AlertMove.CANCEL, same))).toBe(
      "accepted",
    );
    expect(await said(version("NE-CUSTOMS", ["BR"], AlertMove.UPDATE, same))).toBe(
      "ILLEGAL_MOVE header.disclosed.alert_move",
    );
  });

  test("is passed on by a recipient within its own State alone", async () => {
    const alert = version("NE", ["BR"], AlertMove.ALERT);
    expect(await said(alert)).toBe("accepted");
    const { conversationId } = headerOf(alert);
    const relay = (to: string) => said(version("BR", [to], AlertMove.ALERT, { conversationId }));
    expect(await relay("BR-CUSTOMS")).toBe("accepted");
    expect(await relay("AT")).toBe("NOT_YOUR_MOVE header.conversation_id");
  });

  test("is there before it is changed", async () => {
    expect(await said(version("NE", ["BR"], AlertMove.UPDATE))).toBe(
      "ILLEGAL_MOVE header.conversation_id",
    );
  });

  test("is answered by those it was sent to", async () => {
    const alert = version("NE", ["BR"], AlertMove.ALERT);
    expect(await said(alert)).toBe("accepted");
    expect(await said(answer(alert, "BR", AlertMove.ACKNOWLEDGEMENT))).toBe("accepted");
    expect(await said(answer(alert, "BR", AlertMove.HIT))).toBe("accepted");
    expect(await said(answer(alert, "AT", AlertMove.HIT))).toBe("NOT_YOUR_MOVE header.in_reply_to");
    expect(await said(answer(alert, "BR", AlertMove.CANCEL))).toBe(
      "ILLEGAL_MOVE header.disclosed.alert_move",
    );
  });

  test("is never public (TP-TRUST-8)", async () => {
    const disclosed = facts(AlertMove.ALERT, AlertScope.PUBLIC);
    expect(await said(version("NE", ["BR"], AlertMove.ALERT, { disclosed }))).toBe(
      "PUBLIC_SCOPE_FORBIDDEN header.disclosed.alert_scope",
    );
  });
});

test("two moves of one batch are judged in their order (TP-CONV-1)", async () => {
  const request = traceRequest(party("NE"), ["BR"]);
  const first = reply(request, "FINAL");
  const second = reply(request, "FINAL", { sentAtMs: Date.now() + 5 });
  const settled = await Promise.all([request, first, second].map((one) => bench.send(one)));
  expect(settled).toEqual(["ack", "ack", "ack"]);
  expect(await said(reply(request, "FINAL", { sentAtMs: Date.now() + 10 }))).toBe(
    "ILLEGAL_MOVE header.disclosed.move",
  );
});
