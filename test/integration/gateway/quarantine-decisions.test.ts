import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { verifyLog } from "#message-log";
import { EntryKind, KeyPurpose, ReceiptType } from "#proto";
import { createSigner, generateSigningKey, PAYLOAD_TYPES } from "#trust";
import { resign } from "#wire";
import { type GatewayBench, openGatewayBench } from "../../support/gateway-bench.ts";
import { headerOf, traceRequest } from "../../support/messages.ts";
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

describe("released", () => {
  test("a message is delivered when it comes again, and the log says why", async () => {
    const { genuine, forged } = hands.forgedRequest();
    await hands.hand(forged);
    const { id } = await hands.onlyItem();
    expect(await hands.decide(id, "released")).toMatchObject({ type: "decided", isNew: true });
    expect(await hands.newestEntry()).toMatchObject({
      kind: EntryKind.QUARANTINE_RELEASE,
      sender: "NE",
      messageId: headerOf(genuine).messageId,
    });
    bench.published.length = 0;
    await bench.send(genuine);
    const subjects = bench.published.map(({ subject }) => subject).sort();
    expect(subjects).toEqual(["tp.in.BR.normal.trace-request", "tp.in.NE.normal.receipt"]);
    expect(receiptsIn(bench.published)).toMatchObject([{ type: ReceiptType.ACCEPTED }]);
    expect(await hands.onlyItem()).toMatchObject({ state: "settled" });
  });

  test("a message that fails again is held again, and can be decided anew", async () => {
    const { forged } = hands.forgedRequest();
    await hands.hand(forged);
    const { id } = await hands.onlyItem();
    await hands.decide(id, "released");
    await hands.hand(forged);
    expect(await hands.onlyItem()).toMatchObject({ id, state: "held", count: 2 });
    expect(await hands.decide(id, "rejected", "bruno")).toMatchObject({
      type: "decided",
      isNew: true,
    });
    const detail = await bench.store.call("loadItem", { id });
    expect(detail?.decisions.map(({ decision, actor }) => `${actor} ${decision}`)).toEqual([
      "bruno rejected",
      "amina released",
    ]);
  });

  test("a message with a clock of the future is accepted once the time is right", async () => {
    const request = traceRequest(parties.party("NE"), ["BR"], { sentAtMs: bench.nowMs + 600_000 });
    await bench.send(request);
    expect(receiptsIn(bench.published)).toMatchObject([{ code: "CLOCK_SKEW" }]);
    await hands.decide((await hands.onlyItem()).id, "released");
    bench.nowMs += 600_000;
    await bench.send(request);
    expect(receiptsIn(bench.published).at(-1)).toMatchObject({ type: ReceiptType.ACCEPTED });
  });
});

describe("rejected", () => {
  test("a message is refused for good, whatever is signed or registered later", async () => {
    const stranger = createSigner(generateSigningKey(), PAYLOAD_TYPES.header);
    const request = traceRequest(parties.party("NE"), ["BR"]);
    const unknown = resign(request.bytes, stranger);
    await hands.hand(unknown);
    await hands.decide((await hands.onlyItem()).id, "rejected");
    expect(await hands.newestEntry()).toMatchObject({ kind: EntryKind.REFUSAL, sender: "NE" });
    bench.published.length = 0;
    await hands.hand(unknown);
    await bench.send(request);
    const said = receiptsIn(bench.published);
    expect(said).toMatchObject([
      { type: ReceiptType.REFUSED, code: "REFUSED_BY_OPERATOR" },
      { type: ReceiptType.REFUSED, code: "REFUSED_BY_OPERATOR" },
    ]);
    expect(said[0]?.bytes).toEqual(said[1]?.bytes);
    expect(await hands.countOf("messages")).toBe(0);
    expect(await hands.onlyItem()).toMatchObject({ state: "rejected", count: 3 });
  });

  test("a message is refused even when it was recalled before the decision", async () => {
    const stranger = createSigner(generateSigningKey(), PAYLOAD_TYPES.header);
    const request = traceRequest(parties.party("NE"), ["BR"]);
    await hands.hand(resign(request.bytes, stranger));
    const { id } = await hands.onlyItem();
    const [settled] = await Promise.all([bench.send(request), hands.decide(id, "rejected")]);
    const { state } = await hands.onlyItem();
    const accepted = (await hands.countOf("messages")) === 1;
    // Whichever came first, one holds and the other knows it.
    expect(accepted ? state : `${state} ${await bench.send(request)}`).toBe(
      accepted ? "settled" : "rejected ack",
    );
    expect(["ack", "nak"]).toContain(settled);
  });

  test("a message is told so by the courier when the gateway had no time to", async () => {
    const { forged } = hands.forgedRequest();
    await hands.hand(forged);
    bench.carrierAway = true;
    await hands.decide((await hands.onlyItem()).id, "rejected");
    bench.published.length = 0;
    const published = bench.nextPublished(1);
    bench.carrierAway = false;
    expect(receiptsIn(await published)).toMatchObject([{ code: "REFUSED_BY_OPERATOR" }]);
    // Said once; a copy that comes would be told again.
    const unsaid = () => bench.store.call("unsaidRejections", { limit: 1 });
    await expect.poll(unsaid, { timeout: 10_000 }).toEqual([]);
  });
});

describe("a decision", () => {
  test("is made once, and answers with the first when it is asked for again", async () => {
    await hands.hand(hands.forgedRequest().forged);
    const { id } = await hands.onlyItem();
    await hands.decide(id, "rejected", "amina", "stolen key");
    const logged = await hands.countOf("log_entries");
    expect(await hands.decide(id, "rejected", "bruno", "something else")).toMatchObject({
      type: "decided",
      isNew: false,
      made: { actor: "amina", reason: "stolen key" },
    });
    expect(await hands.countOf("log_entries")).toBe(logged);
  });

  test("is not overruled by another person", async () => {
    await hands.hand(hands.forgedRequest().forged);
    const { id } = await hands.onlyItem();
    await hands.decide(id, "released", "amina", "the clock was wrong");
    expect(await hands.decide(id, "rejected", "bruno")).toMatchObject({
      type: "decided-otherwise",
      made: { actor: "amina", decision: "released", reason: "the clock was wrong" },
    });
    expect(await hands.onlyItem()).toMatchObject({ state: "released" });
  });

  test("of two persons at the same moment is that of one", async () => {
    await hands.hand(hands.forgedRequest().forged);
    const { id } = await hands.onlyItem();
    const both = await Promise.all([
      hands.decide(id, "released", "amina"),
      hands.decide(id, "rejected", "bruno"),
    ]);
    expect(both.map(({ type }) => type).sort()).toEqual(["decided", "decided-otherwise"]);
  });

  test("about nothing is refused", async () => {
    expect(await hands.decide(4711, "released")).toEqual({ type: "unknown" });
  });
});

test("the log verifies after refusals, releases and rejections", async () => {
  const { genuine, forged } = hands.forgedRequest();
  await hands.hand(forged);
  await hands.decide((await hands.onlyItem()).id, "released");
  await bench.send(genuine);
  await hands.hand(Buffer.from("junk"));
  const [junk] = await hands.items("held");
  await hands.decide(junk?.id ?? 0, "rejected");
  const origin = parties.register.logOrigin;
  const keys = parties.register.gatewayKeys(KeyPurpose.CHECKPOINT).map((one) => one.publicKey);
  const report = await bench.read((tx) => verifyLog(tx, { origin, publicKeys: keys }));
  expect(report.problems).toEqual([]);
});
