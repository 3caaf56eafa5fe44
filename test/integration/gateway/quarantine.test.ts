import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { EntryKind, ReceiptType } from "#proto";
import { GATEWAY_LIMITS, newMessageId } from "#runtime";
import { createSigner, generateSigningKey, PAYLOAD_TYPES } from "#trust";
import { refusalNameOf, resign, sha256 } from "#wire";
import { type GatewayBench, openGatewayBench } from "../../support/gateway-bench.ts";
import { headerOf, recipientReceipt, traceRequest } from "../../support/messages.ts";
import { makeParties, type Parties } from "../../support/parties.ts";
import { QuarantineHands } from "../../support/quarantine-hands.ts";
import { receiptsIn } from "../../support/read-receipts.ts";

let parties: Parties;
let bench: GatewayBench;
let hands: QuarantineHands;

beforeEach(async () => {
  parties = makeParties([{ id: "NE" }, { id: "BR" }, { id: "AT" }]);
  bench = await openGatewayBench(parties);
  hands = new QuarantineHands(parties, bench);
});

afterEach(async () => {
  await bench.close();
});

describe("a message whose sender is not proven (TP-OPS-1, TP-OPS-2, TP-OPS-3)", () => {
  test("leaves digest, size, subject, time and header bytes, and nothing else", async () => {
    const { genuine, forged } = hands.forgedRequest();
    expect(await hands.hand(forged)).toBe("ack");
    const item = await hands.onlyItem();
    expect(item).toMatchObject({
      state: "held",
      participant: "NE",
      subject: "tp.out.NE.normal.trace-request",
      messageId: headerOf(genuine).messageId,
      sizeBytes: forged.length,
      count: 1,
    });
    expect(refusalNameOf(item.code)).toBe("SIGNATURE_INVALID");
    expect(Buffer.from(item.digest)).toEqual(Buffer.from(sha256(forged)));
    const detail = await bench.store.call("loadItem", { id: item.id });
    expect(Buffer.from(detail?.header ?? [])).toEqual(Buffer.from(genuine.headerBytes));
    expect([await hands.countOf("messages"), await hands.countOf("parts")]).toEqual([0, 0]);
    expect(await hands.countOf("log_entries")).toBe(1);
    expect(receiptsIn(bench.published)).toMatchObject([
      { subject: "tp.in.NE.normal.receipt", type: ReceiptType.REFUSED, code: "SIGNATURE_INVALID" },
    ]);
  });

  test("speaks for nobody but the participant of its subject", async () => {
    const request = traceRequest(parties.party("AT"), ["BR"]);
    await hands.hand(request.bytes, "NE");
    expect(await hands.onlyItem()).toMatchObject({ participant: "NE" });
    expect(await hands.newestEntry()).toMatchObject({ kind: EntryKind.REFUSAL, sender: "NE" });
    expect(receiptsIn(bench.published)).toMatchObject([
      { subject: "tp.in.NE.normal.receipt", code: "SENDER_MISMATCH" },
    ]);
    await bench.send(request);
    expect(receiptsIn(bench.published).at(-1)).toMatchObject({
      subject: "tp.in.AT.normal.receipt",
      type: ReceiptType.ACCEPTED,
    });
  });

  test("gets its stored receipt byte for byte, and only raises a count, when it comes again", async () => {
    const { forged } = hands.forgedRequest();
    await hands.hand(forged);
    for (let n = 0; n < 5; n += 1) await bench.send(traceRequest(parties.party("AT"), ["BR"]));
    const [first] = receiptsIn(bench.published);
    const logged = await hands.countOf("log_entries");
    bench.published.length = 0;
    bench.nowMs += 3_600_000;
    await hands.hand(forged);
    expect(receiptsIn(bench.published).map(({ bytes }) => bytes)).toEqual([first?.bytes]);
    expect(await hands.onlyItem()).toMatchObject({ count: 2 });
    expect(await hands.countOf("log_entries")).toBe(logged);
  });

  test("has one item when two copies come in one batch", async () => {
    const { forged } = hands.forgedRequest();
    await Promise.all([hands.hand(forged), hands.hand(forged)]);
    await hands.hand(forged);
    expect(await hands.items()).toHaveLength(1);
  });

  test("does not use up its message id", async () => {
    const messageId = newMessageId();
    await hands.hand(hands.forgedRequest(messageId).forged);
    bench.published.length = 0;
    await bench.send(traceRequest(parties.party("NE"), ["BR"], { messageId }));
    expect(receiptsIn(bench.published)).toMatchObject([{ type: ReceiptType.ACCEPTED }]);
  });

  test("is not contradicted by a good signature over the same header, unless released", async () => {
    const { genuine, forged } = hands.forgedRequest();
    await hands.hand(forged);
    const [first] = receiptsIn(bench.published);
    bench.published.length = 0;
    await bench.send(genuine);
    expect(receiptsIn(bench.published).map(({ bytes }) => bytes)).toEqual([first?.bytes]);
    expect(await hands.onlyItem()).toMatchObject({ count: 2, state: "held" });
  });

  test("is judged anew each time when its key may yet be registered, and then settled", async () => {
    const stranger = createSigner(generateSigningKey(), PAYLOAD_TYPES.header);
    const request = traceRequest(parties.party("NE"), ["BR"]);
    await hands.hand(resign(request.bytes, stranger));
    expect(receiptsIn(bench.published)).toMatchObject([{ code: "KEY_UNKNOWN" }]);
    await bench.send(request);
    expect(receiptsIn(bench.published).at(-1)).toMatchObject({ type: ReceiptType.ACCEPTED });
    const settled = await hands.onlyItem();
    expect(settled).toMatchObject({ state: "settled" });
    expect(await hands.decide(settled.id, "rejected")).toEqual({ type: "settled" });
  });

  test("is quarantined for a clock, and recorded for having come too late", async () => {
    const ahead = traceRequest(parties.party("NE"), ["BR"], { sentAtMs: Date.now() + 3_600_000 });
    await bench.send(ahead);
    const late = traceRequest(parties.party("NE"), ["BR"], {
      sentAtMs: Date.now() - 60_000,
      expiresAtMs: Date.now() - 1_000,
    });
    await bench.send(late);
    expect((await hands.items()).map(({ code }) => refusalNameOf(code))).toEqual(["CLOCK_SKEW"]);
    expect(await hands.countOf("messages")).toBe(1);
  });

  test("gets no receipt when it is a receipt itself", async () => {
    const request = traceRequest(parties.party("NE"), ["BR"]);
    const receipt = recipientReceipt(parties.party("BR"), [{ sender: "NE", message: request }]);
    await bench.hand("tp.out.AT.normal.receipt", receipt.bytes);
    expect(await hands.onlyItem()).toMatchObject({ participant: "AT" });
    expect(bench.published).toEqual([]);
  });

  test("that is no message at all is counted under its digest", async () => {
    const junk = Buffer.from("junk");
    for (let n = 0; n < 3; n += 1) await hands.hand(junk);
    expect(await hands.onlyItem()).toMatchObject({ messageId: "", count: 3, sizeBytes: 4 });
    expect(bench.published).toEqual([]);
    expect(await hands.countOf("log_entries")).toBe(1);
  });

  test("that is a damaged copy of a recorded one gets the recorded outcome", async () => {
    const request = traceRequest(parties.party("NE"), ["BR"]);
    await bench.send(request);
    const [first] = receiptsIn(bench.published);
    bench.published.length = 0;
    await hands.hand(request.bytes.subarray(0, request.bytes.length - 10));
    expect(receiptsIn(bench.published).map(({ bytes }) => bytes)).toEqual([first?.bytes]);
    expect(await hands.items()).toEqual([]);
  });
});

describe("a flood of what nobody is proven to have sent (TP-OPS-4, TP-OPS-5)", () => {
  test("costs a bounded number of items and log entries, and harms no other sender", async () => {
    const { unverifiedBurst, unverifiedPerMinute } = GATEWAY_LIMITS;
    const flood = Array.from({ length: unverifiedBurst + 200 }, (_, n) =>
      hands.hand(Buffer.from(`junk ${n}`)),
    );
    expect(new Set(await Promise.all(flood))).toEqual(new Set(["ack"]));
    expect(await hands.items()).toHaveLength(unverifiedBurst);
    expect(await hands.countOf("log_entries")).toBe(unverifiedBurst);
    bench.nowMs += 60_000;
    await Promise.all(Array.from({ length: 200 }, (_, n) => hands.hand(Buffer.from(`later ${n}`))));
    expect(await hands.countOf("log_entries")).toBe(unverifiedBurst + unverifiedPerMinute);
    expect(await hands.items()).toHaveLength(GATEWAY_LIMITS.quarantineItemsMax);
    await hands.hand(Buffer.from("junk of another"), "AT");
    expect((await hands.items())[0]).toMatchObject({ participant: "AT" });
  });

  test("keeps a bounded number of header bytes, and what was rejected", async () => {
    const large = Buffer.alloc(GATEWAY_LIMITS.quarantineHeaderBytesMax - 8, 7);
    const copies = GATEWAY_LIMITS.quarantineBytesMax / large.length + 10;
    // Field 1 of an envelope, of a length that takes three bytes.
    const header = (n: number) => {
      const length = [(large.length & 0x7f) | 0x80, ((large.length >> 7) & 0x7f) | 0x80];
      large.writeUInt32BE(n);
      return Buffer.concat([Buffer.from([0x0a, ...length, large.length >> 14]), large]);
    };
    await hands.hand(header(0));
    const { id } = await hands.onlyItem();
    await hands.decide(id, "rejected");
    for (let n = 1; n < copies; n += 1) await hands.hand(header(n));
    const all = await hands.items();
    const details = await Promise.all(all.map((one) => bench.store.call("loadItem", one)));
    const bytes = details.reduce((sum, detail) => sum + (detail?.header.length ?? 0), 0);
    expect(bytes).toBeLessThanOrEqual(GATEWAY_LIMITS.quarantineBytesMax);
    expect(bytes).toBeGreaterThan(GATEWAY_LIMITS.quarantineBytesMax / 2);
    expect(all.at(-1)).toMatchObject({ id, state: "rejected" });
    expect(details.at(-1)?.header).toHaveLength(0);
  });
});
