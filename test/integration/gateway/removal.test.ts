import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { EntryKind, LogEntry, ParticipantStatus, ReceiptType } from "#proto";
import type { RegisterView } from "#trust";
import { parseDispatch, parseReceipt, refusalNameOf } from "#wire";
import { type GatewayBench, openGatewayBench } from "../../support/gateway-bench.ts";
import { traceRequest } from "../../support/messages.ts";
import { makeParties, type Parties } from "../../support/parties.ts";

let parties: Parties;
let bench: GatewayBench;

beforeEach(async () => {
  parties = makeParties([{ id: "NE" }, { id: "BR" }, { id: "AT" }]);
  bench = await openGatewayBench(parties, { resendFirstMs: 10_000, windowMessages: 1 });
});

afterEach(async () => {
  await bench.close();
});

const { ACTIVE, REMOVED, SUSPENDED } = ParticipantStatus;

/** The next version, in which one participant has another standing. */
function withStanding(id: string, status: ParticipantStatus): RegisterView {
  const before = bench.register.view();
  const participants = before.participants.map((one) => (one.id === id ? { ...one, status } : one));
  const participant = (wanted: string) => participants.find((one) => one.id === wanted);
  return { ...before, version: before.version + 1n, participants, participant };
}

/** What the receipts for NE say since the list was emptied. */
function receipts() {
  return bench.published
    .filter(({ subject }) => subject === "tp.in.NE.normal.receipt")
    .map(({ data }) => {
      const parsed = parseDispatch(data, { allowGatewaySender: true });
      if (!parsed.ok) throw new TypeError(parsed.refusal.field);
      const receipt = parseReceipt(parsed.value.message);
      if (!receipt.ok) throw new TypeError(receipt.refusal.field);
      const [item] = receipt.value.items;
      const entry = LogEntry.decode(item?.evidence?.entry ?? new Uint8Array());
      return {
        type: receipt.value.type,
        code: refusalNameOf(item?.code ?? 0),
        recipient: item?.recipient,
        kind: entry.kind,
        version: entry.registerVersion,
        named: parsed.value.message.header.registerVersion,
      };
    });
}

const sentTo = (id: string) =>
  bench.published.filter(({ subject }) => subject.startsWith(`tp.in.${id}.`));

describe("what is under way when its recipient is removed (TP-RUN-9)", () => {
  test("goes back to its sender with a code, dispatched or waiting; what it sent goes on", async () => {
    expect(await bench.send(traceRequest(parties.party("BR"), ["AT"]))).toBe("ack");
    const requests = ["BR", "BR", "AT"].map((to) => traceRequest(parties.party("NE"), [to]));
    for (const request of requests) expect(await bench.send(request)).toBe("ack");
    bench.published.length = 0;
    const published = bench.nextPublished(2);
    await bench.change(withStanding("BR", REMOVED));
    await published;
    const returned = {
      type: ReceiptType.RETURNED,
      code: "RECIPIENT_REMOVED",
      recipient: "BR",
      kind: EntryKind.RETURN,
      version: 2n,
      named: 2n,
    };
    expect(receipts()).toEqual([returned, returned]);
    const said = bench.published.map(({ data }) => Buffer.from(data));
    bench.published.length = 0;
    expect(await bench.send(requests[0] as never)).toBe("ack");
    expect(receipts().map(({ type }) => type)).toEqual([
      ReceiptType.ACCEPTED,
      ReceiptType.RETURNED,
    ]);
    expect(said).toContainEqual(Buffer.from(bench.published[1]?.data ?? []));
    bench.published.length = 0;
    const again = bench.nextPublished(2);
    bench.nowMs += 60_000;
    await again;
    expect(sentTo("BR"), "nothing is sent to it again").toEqual([]);
    expect(sentTo("AT"), "NE's request, and the one of who was removed").toHaveLength(2);
  });
});

describe("what is under way when its recipient is suspended (TP-RUN-9)", () => {
  test("waits, and goes out when the recipient is resumed", async () => {
    await bench.send(traceRequest(parties.party("NE"), ["BR"]));
    await bench.send(traceRequest(parties.party("NE"), ["AT"]));
    await bench.change(withStanding("BR", SUSPENDED));
    bench.published.length = 0;
    const others = bench.nextPublished(1);
    bench.nowMs += 11_000;
    await others;
    expect(bench.published.map(({ subject }) => subject)).toEqual([
      "tp.in.AT.normal.trace-request",
    ]);
    const resumed = bench.nextPublished(1);
    await bench.change(withStanding("BR", ACTIVE));
    await resumed;
    expect(sentTo("BR")).toHaveLength(1);
    expect(receipts()).toEqual([]);
  });
});
