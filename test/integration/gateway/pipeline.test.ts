import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { verifyEvidence } from "#message-log";
import { Boundness, EntryKind, KeyPurpose, LogEntry, ReceiptType, RefusalCode } from "#proto";
import { newMessageId } from "#runtime";
import { authenticateHeader, createSigner, generateSigningKey, PAYLOAD_TYPES } from "#trust";
import {
  outSubject,
  type ParsedDispatch,
  type Publication,
  parseDispatch,
  parseReceipt,
  refusalNameOf,
  resign,
} from "#wire";
import { type GatewayBench, openGatewayBench } from "../../support/gateway-bench.ts";
import { headerOf, recipientReceipt, traceRequest } from "../../support/messages.ts";
import { makeParties, type Parties } from "../../support/parties.ts";

let parties: Parties;
let bench: GatewayBench;

beforeEach(async () => {
  parties = makeParties([
    { id: "NE" },
    { id: "BR" },
    { id: "AT" },
    { id: "TR", boundness: Boundness.SIGNATORY },
  ]);
  bench = await openGatewayBench(parties);
});

afterEach(async () => {
  await bench.close();
});

function dispatchOn(publications: readonly Publication[], subject: string): ParsedDispatch {
  const found = publications.find((one) => one.subject === subject);
  expect(found, `nothing was published on ${subject}`).toBeDefined();
  const parsed = parseDispatch(found?.data ?? new Uint8Array(), { allowGatewaySender: true });
  if (!parsed.ok) throw new TypeError(`${parsed.refusal.code} ${parsed.refusal.field}`);
  return parsed.value;
}

function receiptOn(publications: readonly Publication[], subject: string) {
  const { message } = dispatchOn(publications, subject);
  const receipt = parseReceipt(message);
  if (!receipt.ok) throw new TypeError(receipt.refusal.detail);
  const item = receipt.value.items[0];
  return { message, type: receipt.value.type, item };
}

async function refusalOf(subject = "tp.in.NE.normal.receipt"): Promise<string> {
  const { type, item } = receiptOn(bench.published, subject);
  expect(type).toBe(ReceiptType.REFUSED);
  expect(item?.remedy).not.toBe("");
  return `${refusalNameOf(item?.code ?? RefusalCode.UNSPECIFIED)} ${item?.field}`;
}

describe("an accepted message (TP-GW-6, TP-GW-7, TP-GW-8)", () => {
  test("is dispatched with its proof of logging and receipted with its log index", async () => {
    const request = traceRequest(parties.party("NE"), ["BR"]);
    expect(await bench.send(request)).toBe("ack");
    expect(bench.published).toHaveLength(2);
    const { dispatch, message } = dispatchOn(bench.published, "tp.in.BR.normal.trace-request");
    expect(Buffer.from(message.headerBytes)).toEqual(Buffer.from(request.headerBytes));
    const keys = parties.register.gatewayKeys(KeyPurpose.CHECKPOINT).map((one) => one.publicKey);
    const evidence = dispatch.evidence;
    expect(evidence).toBeDefined();
    if (evidence === undefined) return;
    const entry = verifyEvidence(evidence, parties.register.logOrigin, keys);
    expect(entry.ok && entry.value.kind).toBe(EntryKind.MESSAGE);
    const receipt = receiptOn(bench.published, "tp.in.NE.normal.receipt");
    expect(receipt.type).toBe(ReceiptType.ACCEPTED);
    expect(receipt.item?.evidence).toEqual(evidence);
    expect(
      await authenticateHeader(receipt.message, "GATEWAY", parties.register, bench.nowMs),
    ).toMatchObject({ ok: true });
  });

  test("is durable before anybody hears of it", async () => {
    const request = traceRequest(parties.party("NE"), ["BR"]);
    await bench.send(request);
    const { messageId } = headerOf(request);
    const { headerDigest } = request;
    const keys = [{ sender: "NE", messageId, headerDigest }];
    const [known] = await bench.store.call("recall", { keys });
    expect(known).toMatchObject({ type: "recorded" });
    const stored = known?.type === "recorded" ? known.headerDigest : [];
    expect(Buffer.from(stored)).toEqual(Buffer.from(headerDigest));
  });

  test("gets its stored receipt byte for byte when it comes again", async () => {
    const request = traceRequest(parties.party("NE"), ["BR"]);
    await bench.send(request);
    for (let n = 0; n < 20; n += 1) await bench.send(traceRequest(parties.party("AT"), ["BR"]));
    const first = bench.published.find((one) => one.subject === "tp.in.NE.normal.receipt");
    bench.published.length = 0;
    bench.nowMs += 3_600_000;
    expect(await bench.send(request)).toBe("ack");
    expect(bench.published.map((one) => one.subject)).toEqual(["tp.in.NE.normal.receipt"]);
    expect(Buffer.from(bench.published[0]?.data ?? [])).toEqual(Buffer.from(first?.data ?? []));
    expect(bench.published[0]?.transportId).not.toBe(first?.transportId);
  });

  test("gets its stored receipt even when expired, and signed again under another key", async () => {
    const request = traceRequest(parties.party("NE"), ["BR"]);
    await bench.send(request);
    bench.published.length = 0;
    bench.nowMs += 200 * 86_400_000;
    const again = resign(request.bytes, parties.party("AT").signer);
    const { lane, kind } = headerOf(request);
    await bench.hand(outSubject("NE", lane, kind), again);
    expect(receiptOn(bench.published, "tp.in.NE.normal.receipt").type).toBe(ReceiptType.ACCEPTED);
  });

  test("shares its receipt with others of its sender that were recorded with it", async () => {
    const requests = Array.from({ length: 70 }, () => traceRequest(parties.party("NE"), ["BR"]));
    // The first is a batch of its own; the others come while it is being decided.
    await Promise.all(requests.map((request) => bench.send(request)));
    const receipts = bench.published.filter((one) => one.subject === "tp.in.NE.normal.receipt");
    expect(receipts.length).toBeLessThan(requests.length);
    const accepted = receipts.flatMap((one) => {
      const parsed = parseDispatch(one.data, { allowGatewaySender: true });
      const receipt = parsed.ok ? parseReceipt(parsed.value.message) : parsed;
      expect(receipt).toMatchObject({ ok: true, value: { type: ReceiptType.ACCEPTED } });
      return receipt.ok ? receipt.value.items.map((item) => item.message?.messageId) : [];
    });
    const sent = requests.map((request) => headerOf(request).messageId);
    expect(accepted.sort()).toEqual(sent.sort());
  });

  test("has one effect when two copies come in one batch", async () => {
    const request = traceRequest(parties.party("NE"), ["BR"]);
    const settled = await Promise.all([bench.send(request), bench.send(request)]);
    expect(settled.sort()).toEqual(["ack", "nak"]);
    const dispatched = bench.published.filter((one) => one.subject.startsWith("tp.in.BR"));
    expect(dispatched).toHaveLength(1);
  });
});

describe("a refused message (TP-GW-2, TP-GW-4, TP-GW-5)", () => {
  test("is told ID_REUSED when another message stands under its id (TP-REF-2)", async () => {
    const messageId = newMessageId();
    await bench.send(traceRequest(parties.party("NE"), ["BR"], { messageId }));
    bench.published.length = 0;
    await bench.send(traceRequest(parties.party("NE"), ["AT"], { messageId }));
    expect(bench.published).toHaveLength(1);
    expect(await refusalOf()).toBe("ID_REUSED header.message_id");
  });

  test("may be signed again under a registered key when its key was unknown", async () => {
    const stranger = createSigner(generateSigningKey(), PAYLOAD_TYPES.header);
    const request = traceRequest(parties.party("NE"), ["BR"]);
    const { lane, kind } = headerOf(request);
    await bench.hand(outSubject("NE", lane, kind), resign(request.bytes, stranger));
    expect(await refusalOf()).toBe("KEY_UNKNOWN envelope.signatures[0].key_id");
    bench.published.length = 0;
    await bench.send(request);
    expect(receiptOn(bench.published, "tp.in.NE.normal.receipt").type).toBe(ReceiptType.ACCEPTED);
  });

  test("is told when it forges another's signature", async () => {
    const forged = traceRequest({ ...parties.party("AT"), id: "NE" }, ["BR"]);
    await bench.send(forged);
    expect(await refusalOf()).toBe("SENDER_MISMATCH envelope.signatures[0].key_id");
  });

  test("is told when the instrument does not bind both States", async () => {
    await bench.send(traceRequest(parties.party("NE"), ["TR"]));
    expect(await refusalOf()).toMatch(/^NOT_BOUND_BY_INSTRUMENT/);
    expect(bench.published).toHaveLength(1);
  });

  test("is logged, and gets the same refusal when it comes again", async () => {
    const request = traceRequest(parties.party("NE"), ["CA"]);
    await bench.send(request);
    const { item } = receiptOn(bench.published, "tp.in.NE.normal.receipt");
    const entry = LogEntry.decode(item?.evidence?.entry ?? new Uint8Array());
    expect(entry).toMatchObject({ kind: EntryKind.REFUSAL, code: RefusalCode.RECIPIENT_UNKNOWN });
    const first = bench.published[0];
    bench.published.length = 0;
    await bench.send(request);
    expect(Buffer.from(bench.published[0]?.data ?? [])).toEqual(Buffer.from(first?.data ?? []));
  });

  test("is told of a broken part as long as its header can be read", async () => {
    const request = traceRequest(parties.party("NE"), ["BR"]);
    const broken = Uint8Array.from(request.bytes);
    broken[broken.length - 1] = (broken.at(-1) ?? 0) ^ 1;
    const { lane, kind } = headerOf(request);
    await bench.hand(outSubject("NE", lane, kind), broken);
    expect(await refusalOf()).toMatch(/^DIGEST_MISMATCH envelope.parts/);
  });

  test("leaves a digest in quarantine and hears nothing when it cannot be read at all", async () => {
    expect(await bench.hand("tp.out.NE.normal.alert", Buffer.from("junk"))).toBe("ack");
    expect(bench.published).toEqual([]);
    expect(await bench.store.call("status", undefined)).toMatchObject({
      quarantined: 1,
      logSize: 1,
    });
  });

  test("is told under its own name when it names another sender", async () => {
    const request = traceRequest(parties.party("AT"), ["BR"]);
    const { lane, kind } = headerOf(request);
    await bench.hand(outSubject("NE", lane, kind), request.bytes);
    expect(await refusalOf()).toBe("SENDER_MISMATCH header.sender");
    expect(bench.published.every((one) => one.subject.startsWith("tp.in.NE."))).toBe(true);
  });
});

describe("a recipient's receipt", () => {
  test("is recorded, logged and handed to the sender with its proof", async () => {
    const request = traceRequest(parties.party("NE"), ["BR"]);
    await bench.send(request);
    bench.published.length = 0;
    const about = [{ sender: "NE", message: request }];
    await bench.send(recipientReceipt(parties.party("BR"), about));
    expect(bench.published.map((one) => one.subject)).toEqual(["tp.in.NE.normal.receipt"]);
    const { dispatch } = dispatchOn(bench.published, "tp.in.NE.normal.receipt");
    const entry = LogEntry.decode(dispatch.evidence?.entry ?? new Uint8Array());
    expect(entry.kind).toBe(EntryKind.DELIVERY);
    expect(await bench.store.call("status", undefined)).toMatchObject({ undelivered: 0 });
  });

  test("covers several messages of one sender at once", async () => {
    const requests = Array.from({ length: 5 }, () => traceRequest(parties.party("NE"), ["BR"]));
    for (const request of requests) await bench.send(request);
    const about = requests.map((message) => ({ sender: "NE", message }));
    await bench.send(recipientReceipt(parties.party("BR"), about));
    expect(await bench.store.call("status", undefined)).toMatchObject({ undelivered: 0 });
  });

  test("is refused about a message that was not dispatched to its sender", async () => {
    const request = traceRequest(parties.party("NE"), ["BR"]);
    await bench.send(request);
    bench.published.length = 0;
    const about = [{ sender: "NE", message: request }];
    await bench.send(recipientReceipt(parties.party("AT"), about));
    expect(bench.published).toEqual([]);
    expect(await bench.store.call("status", undefined)).toMatchObject({
      undelivered: 1,
      refused: 1,
    });
  });

  test("is said again to a sender that sends its message again", async () => {
    const request = traceRequest(parties.party("NE"), ["BR"]);
    await bench.send(request);
    await bench.send(recipientReceipt(parties.party("BR"), [{ sender: "NE", message: request }]));
    const delivered = bench.published.at(-1);
    bench.published.length = 0;
    await bench.send(request);
    expect(bench.published).toHaveLength(2);
    expect(Buffer.from(bench.published[1]?.data ?? [])).toEqual(Buffer.from(delivered?.data ?? []));
  });
});

describe("when the carrier is away", () => {
  test("gives the message back and loses nothing", async () => {
    bench.carrierAway = true;
    const request = traceRequest(parties.party("NE"), ["BR"]);
    expect(await bench.send(request)).toBe("nak");
    bench.carrierAway = false;
    expect(await bench.send(request)).toBe("ack");
    expect(receiptOn(bench.published, "tp.in.NE.normal.receipt").type).toBe(ReceiptType.ACCEPTED);
  });
});

describe("the courier", () => {
  test("dispatches again under a fresh transport id until there is a receipt", async () => {
    const request = traceRequest(parties.party("NE"), ["BR"]);
    await bench.send(request);
    const first = bench.published.find((one) => one.subject.startsWith("tp.in.BR"));
    bench.published.length = 0;
    const published = bench.nextPublished(1);
    bench.nowMs += 61_000;
    const [again] = await published;
    expect(Buffer.from(again?.data ?? [])).toEqual(Buffer.from(first?.data ?? []));
    expect([first?.transportId, again?.transportId]).toEqual([
      `${headerOf(request).messageId}.1`,
      `${headerOf(request).messageId}.2`,
    ]);
  });

  test("ends what has expired and tells the sender, now and when asked again", async () => {
    const request = traceRequest(parties.party("NE"), ["BR"], { expiresAtMs: Date.now() + 5_000 });
    await bench.send(request);
    bench.published.length = 0;
    const published = bench.nextPublished(1);
    bench.nowMs += 6_000;
    await published;
    const expired = receiptOn(bench.published, "tp.in.NE.normal.receipt");
    expect(expired).toMatchObject({ type: ReceiptType.EXPIRED, item: { recipient: "BR" } });
    const said = bench.published[0];
    bench.published.length = 0;
    await bench.send(request);
    expect(bench.published).toHaveLength(2);
    expect(Buffer.from(bench.published[1]?.data ?? [])).toEqual(Buffer.from(said?.data ?? []));
  });
});
