import { Registry } from "prom-client";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { GATEWAY_LIMITS, newMessageId } from "#runtime";
import { createSigner, generateSigningKey, PAYLOAD_TYPES, type RegisterView } from "#trust";
import { resign, toTimestamp } from "#wire";
import { addEventGauges } from "../../../gateway/event-gauges.ts";
import { type OperatorEvent, OTHER_SUBJECTS } from "../../../gateway/store/operator-events.ts";
import { type GatewayBench, openGatewayBench } from "../../support/gateway-bench.ts";
import { gapNotice, headerOf, traceRequest } from "../../support/messages.ts";
import { type DoorAnswer, OperatorDoor } from "../../support/operator-door.ts";
import { makeParties, type Parties } from "../../support/parties.ts";
import { QuarantineHands } from "../../support/quarantine-hands.ts";

let parties: Parties;
let bench: GatewayBench;
let hands: QuarantineHands;
let door: OperatorDoor;

beforeEach(async () => {
  parties = makeParties([{ id: "NE" }, { id: "BR" }, { id: "AT" }]);
  bench = await openGatewayBench(parties);
  hands = new QuarantineHands(parties, bench);
  door = new OperatorDoor(bench);
  await door.open();
});

afterEach(async () => {
  await door.close();
  await bench.close();
});

const ask = (token: string, path: string, body?: unknown): Promise<DoorAnswer> =>
  door.ask(token, path, body);

/** The newest first. */
function allEvents(): Promise<OperatorEvent[]> {
  const all = { before: null, isOpen: null, kind: null, participant: null, limit: 500 };
  return bench.store.call("listEvents", all);
}

const lines = async (): Promise<string[]> =>
  (await allEvents()).map(({ kind, participant, subject, count }) =>
    [kind, participant, subject, count].join(" "),
  );

describe("a message whose key was revoked, and is signed again (TP-OPS-22)", () => {
  const next = generateSigningKey();

  /** The register that revokes NE's key as of now, and names its next one. */
  function replaced(): RegisterView {
    const { register } = parties;
    const own = parties.party("NE").key.keyId;
    const found = register.signingKey(own);
    if (found === undefined) throw new TypeError("NE has no key");
    const { keyId, publicKey, publicRaw } = next;
    return {
      ...register,
      version: register.version + 1n,
      signingKey: (id) => {
        if (id === keyId)
          return { ...found, key: { ...found.key, keyId, publicKey: publicRaw }, publicKey };
        if (id !== own) return register.signingKey(id);
        return { ...found, key: { ...found.key, revokedAt: toTimestamp(bench.nowMs) } };
      },
    };
  }

  const again = (bytes: Uint8Array): Uint8Array =>
    resign(bytes, createSigner(next, PAYLOAD_TYPES.header));

  test("closes its item and its alarm by itself, and a late copy raises none", async () => {
    await bench.change(replaced());
    const { bytes } = traceRequest(parties.party("NE"), ["BR"]);
    await hands.hand(bytes);
    await hands.hand(bytes);
    expect(await lines()).toEqual(["FORGERY NE KEY_REVOKED 2"]);
    await hands.hand(again(bytes));
    expect(await hands.onlyItem()).toMatchObject({ state: "settled", settledIndex: 1 });
    const [event] = await allEvents();
    expect(event?.acknowledged).toMatchObject({
      by: "exchange",
      note: expect.stringContaining("signed again"),
    });
    await hands.hand(bytes);
    expect(await lines()).toEqual(["FORGERY NE KEY_REVOKED 2"]);
  });

  test("leaves the alarm of whoever else has that key", async () => {
    await bench.change(replaced());
    const own = traceRequest(parties.party("NE"), ["BR"]).bytes;
    await hands.hand(own);
    await hands.hand(traceRequest(parties.party("NE"), ["AT"]).bytes);
    await hands.hand(again(own));
    await hands.hand(hands.forgedRequest().forged);
    expect((await allEvents()).filter(({ acknowledged }) => acknowledged === null)).toMatchObject([
      { kind: "FORGERY", subject: "KEY_REVOKED", count: 3 },
    ]);
  });
});

describe("what cannot be verified is an event of its participant (TP-OPS-12)", () => {
  test("a forgery, with every copy of it", async () => {
    const { forged } = hands.forgedRequest();
    await hands.hand(forged);
    bench.nowMs += 5_000;
    await hands.hand(forged);
    await hands.hand(hands.forgedRequest().forged);
    const at = bench.nowMs;
    expect(await allEvents()).toEqual([
      {
        id: 1,
        kind: "FORGERY",
        participant: "NE",
        subject: "SIGNATURE_INVALID",
        detail: expect.any(String),
        count: 3,
        firstAtMs: at - 5_000,
        lastAtMs: at,
        acknowledged: null,
      },
    ]);
  });

  test("two copies in one batch are two occurrences", async () => {
    const { forged } = hands.forgedRequest();
    const settled = await Promise.all([hands.hand(forged), hands.hand(forged)]);
    // A second copy in a batch is handed back, and is counted when it comes again.
    const again = settled.filter((one) => one === "nak");
    for (const _ of again) await hands.hand(forged);
    expect(await lines()).toEqual(["FORGERY NE SIGNATURE_INVALID 2"]);
  });

  test("a key that is not registered, junk, a wrong clock, and a forged sender, each apart", async () => {
    const stranger = createSigner(generateSigningKey(), PAYLOAD_TYPES.header);
    const request = traceRequest(parties.party("NE"), ["BR"]);
    await hands.hand(resign(request.bytes, stranger));
    await hands.hand(Buffer.from("junk"));
    const sentAtMs = bench.nowMs + 600_000;
    await bench.send(traceRequest(parties.party("NE"), ["BR"], { sentAtMs }));
    await hands.hand(traceRequest(parties.party("BR"), ["NE"]).bytes, "AT");
    expect(await lines()).toEqual([
      "FORGERY AT SENDER_MISMATCH 1",
      "CLOCK_SKEW NE CLOCK_SKEW 1",
      "MALFORMED NE MALFORMED 1",
      "KEY_UNUSABLE NE KEY_UNKNOWN 1",
    ]);
  });

  test("what comes beyond the allowance, and what had to give way to it", async () => {
    const { unverifiedBurst, quarantineItemsMax } = GATEWAY_LIMITS;
    const junk = (n: number) => hands.hand(Buffer.from(`junk ${n}`));
    await Promise.all(Array.from({ length: unverifiedBurst + 7 }, (_, n) => junk(n)));
    expect(await lines()).toContain("FLOOD NE  7");
    bench.nowMs += 60_000;
    await Promise.all(Array.from({ length: 3 }, (_, n) => junk(5_000 + n)));
    const gone = unverifiedBurst + 3 - quarantineItemsMax;
    expect(await lines()).toContain(`QUARANTINE_FULL NE  ${gone}`);
  });

  test("what a person has rejected is no event when it comes again", async () => {
    const { forged } = hands.forgedRequest();
    await hands.hand(forged);
    await hands.decide((await hands.onlyItem()).id, "rejected");
    await hands.hand(forged);
    expect(await lines()).toEqual(["FORGERY NE SIGNATURE_INVALID 1"]);
  });
});

describe("what is proven", () => {
  test("is an event when its message id is used twice", async () => {
    const messageId = newMessageId();
    await bench.send(traceRequest(parties.party("NE"), ["BR"], { messageId }));
    await bench.send(traceRequest(parties.party("NE"), ["AT"], { messageId }));
    expect(await lines()).toEqual([`ID_REUSE NE ${messageId} 1`]);
  });

  test("is an event when a recipient misses messages: of who is to send them", async () => {
    await bench.send(gapNotice(parties.party("BR"), "NE"));
    expect(await lines()).toEqual(["GAP NE BR 1"]);
  });

  test("is none otherwise, and none again when it comes again", async () => {
    const request = traceRequest(parties.party("NE"), ["BR"]);
    await bench.send(request);
    await bench.send(request);
    expect(headerOf(request).sender).toBe("NE");
    expect(await lines()).toEqual([]);
  });
});

test("too many subjects of one participant and kind share a row (TP-OPS-13)", async () => {
  const { eventSubjectsMax } = GATEWAY_LIMITS;
  for (let n = 0; n < eventSubjectsMax + 5; n += 1) {
    const messageId = newMessageId();
    await bench.send(traceRequest(parties.party("NE"), ["BR"], { messageId }));
    await bench.send(traceRequest(parties.party("NE"), ["AT"], { messageId }));
  }
  const rows = await lines();
  expect(rows).toHaveLength(eventSubjectsMax + 1);
  expect(rows[0]).toBe(`ID_REUSE NE ${OTHER_SUBJECTS} 5`);
  const messageId = newMessageId();
  await bench.send(traceRequest(parties.party("BR"), ["NE"], { messageId }));
  await bench.send(traceRequest(parties.party("BR"), ["AT"], { messageId }));
  expect((await lines())[0]).toBe(`ID_REUSE BR ${messageId} 1`);
});

describe("an operator (TP-OPS-14)", () => {
  test("lists events by state, kind and participant, page by page", async () => {
    for (const sender of ["NE", "BR", "AT"]) await hands.hand(Buffer.from("junk"), sender);
    await hands.hand(hands.forgedRequest().forged);
    const token = await door.operator();
    const seen = async (query: string): Promise<string[]> => {
      const { body } = await ask(token, `/events${query}`);
      return body.events.map((one: { kind: string; participant: string }) => {
        return `${one.kind} ${one.participant}`;
      });
    };
    const all = ["FORGERY NE", "MALFORMED AT", "MALFORMED BR", "MALFORMED NE"];
    expect(await seen("")).toEqual(all);
    expect(await seen("?kind=MALFORMED&participant=NE")).toEqual(["MALFORMED NE"]);
    expect(await seen("?state=acknowledged")).toEqual([]);
    const { body } = await ask(token, "/events?limit=3");
    expect(await seen(`?limit=3&after=${body.next}`)).toEqual(["MALFORMED NE"]);
  });

  test("closes an event; what comes then is a new one", async () => {
    await hands.hand(hands.forgedRequest().forged);
    const token = await door.operator();
    const closed = await ask(token, "/events/1/acknowledge", { note: "NE was told" });
    const at = new Date(bench.nowMs).toISOString();
    expect(closed).toMatchObject({
      status: 200,
      body: {
        id: 1,
        state: "acknowledged",
        count: 1,
        repeated: false,
        acknowledged: { at, by: "amina", note: "NE was told" },
      },
    });
    await hands.hand(hands.forgedRequest().forged);
    const states = (await ask(token, "/events")).body.events.map(
      ({ id, state, count }: { id: number; state: string; count: number }) =>
        `${id} ${state} ${count}`,
    );
    expect(states).toEqual(["2 open 1", "1 acknowledged 1"]);
  });

  test("closes it once: the second is answered with the first", async () => {
    await hands.hand(hands.forgedRequest().forged);
    await ask(await door.operator("amina"), "/events/1/acknowledge", { note: "mine" });
    const again = await ask(await door.operator("bruno"), "/events/1/acknowledge", {});
    expect(again.body).toMatchObject({
      repeated: true,
      acknowledged: { by: "amina", note: "mine" },
    });
  });

  test("is told what is wrong with a request, and nothing is changed", async () => {
    await hands.hand(hands.forgedRequest().forged);
    const token = await door.operator();
    const cases: [string, unknown, string][] = [
      ["/events?kind=BAD", undefined, "kind"],
      ["/events?state=closed", undefined, "state"],
      ["/events?after=zzz", undefined, "after"],
      ["/events/1/acknowledge", { note: "x".repeat(501) }, "note"],
      ["/events/one/acknowledge", {}, "id"],
    ];
    for (const [path, body, field] of cases) {
      const answer = await ask(token, path, body);
      expect(answer, path).toMatchObject({ status: 422, body: { code: "INPUT_INVALID" } });
      expect(answer.body.problems[0].field, path).toContain(field);
    }
    expect((await ask(token, "/events/4711/acknowledge", {})).status).toBe(404);
    expect((await allEvents())[0]).toMatchObject({ acknowledged: null });
  });
});

describe("a report (TP-OPS-15)", () => {
  const VIOLATION = {
    kind: "PERMISSION_VIOLATION",
    participant: "NE",
    subject: "publish tp.in.BR.normal.x",
  };
  const report = (source: string, from: number, to: number, ...occurrences: object[]) =>
    ask(door.installation, "/events/report", { source, from, to, occurrences });

  test("is counted once; its reader is told where to go on", async () => {
    const many = { ...VIOLATION, count: 3 };
    const first = await report("nats.log:a", 0, 20, many);
    expect(first.body).toEqual({ counted: true, place: 20 });
    const again = await report("nats.log:a", 0, 30, many, VIOLATION);
    expect(again.body).toEqual({ counted: false, place: 20 });
    expect((await report("nats.log:a", 20, 30, VIOLATION)).body).toEqual({
      counted: true,
      place: 30,
    });
    expect((await report("nats.log:b", 0, 10)).body).toEqual({ counted: true, place: 10 });
    expect(await lines()).toEqual(["PERMISSION_VIOLATION NE publish tp.in.BR.normal.x 4"]);
  });

  test("of an inbox that lost something makes its messages due at once (TP-OPS-18)", async () => {
    await bench.send(traceRequest(parties.party("NE"), ["BR"]));
    await bench.send(traceRequest(parties.party("NE"), ["AT"]));
    const lost = (subject: string) => {
      return { kind: "STREAM_TAIL_LOST", participant: "BR", subject, detail: "" };
    };
    await report("incidents:a", 0, 10, lost("CORE/OUT_BR"));
    const times = { nowMs: bench.nowMs, firstMs: 60_000, maxMs: 60_000 };
    const due = { ...times, limit: 10, paused: [] };
    expect(await bench.store.call("takeOverdue", due)).toEqual([]);
    const published = bench.nextPublished(1);
    await report("incidents:a", 10, 20, lost("BR/IN"));
    const subjects = (await published).map(({ subject }) => subject);
    expect(subjects.filter((one) => one.startsWith("tp.in.BR."))).toHaveLength(2);
    expect(subjects.filter((one) => one.startsWith("tp.in.AT."))).toHaveLength(1);
  });

  test("is taken of what is seen outside only, and from the installation only", async () => {
    const forged = { kind: "FORGERY", participant: "NE", subject: "" };
    expect(await report("nats.log:a", 0, 1, forged)).toMatchObject({
      status: 422,
      body: { problems: [{ field: "occurrences.0.kind" }] },
    });
    expect(await report("nats.log:a", 7, 7, VIOLATION)).toMatchObject({
      status: 422,
      body: { problems: [{ field: "to" }] },
    });
    const nothing = { source: "x", from: 0, to: 1, occurrences: [] };
    const tried = await ask(await door.operator(), "/events/report", nothing);
    expect(tried).toMatchObject({ status: 403, body: { permission: "events:report" } });
    expect(await ask(door.installation, "/events")).toMatchObject({ status: 403 });
    expect(await lines()).toEqual([]);
  });

  test("cannot fill the store with sources", async () => {
    const { eventSourcesMax } = GATEWAY_LIMITS;
    for (let n = 0; n < eventSourcesMax + 3; n += 1) {
      bench.nowMs += 1;
      await report(`nats.log:${n}`, 0, 5);
    }
    // The oldest is forgotten, the newest are known.
    const newest = await report(`nats.log:${eventSourcesMax + 2}`, 0, 5);
    expect(newest.body).toMatchObject({ counted: false });
    expect((await report("nats.log:0", 0, 5)).body).toMatchObject({ counted: true });
  });
});

test("metrics say what is open and what was ever counted, of every kind (TP-OPS-16)", async () => {
  const registry = new Registry();
  const asked: string[] = [];
  const call = ((name: never, args: never) => {
    asked.push(name);
    return bench.store.call(name, args);
  }) as typeof bench.store.call;
  addEventGauges(registry, { call });
  const { forged } = hands.forgedRequest();
  await hands.hand(forged);
  await hands.hand(forged);
  await ask(await door.operator(), "/events/1/acknowledge", {});
  await hands.hand(forged);
  const text = await registry.metrics();
  expect(asked, "counted once for all figures").toEqual(["eventCounts"]);
  expect(text).toContain('tracepost_gateway_operator_events_open{kind="FORGERY"} 1');
  expect(text).toContain('tracepost_gateway_operator_events_total{kind="FORGERY"} 3');
  expect(text).toContain('tracepost_gateway_operator_events_open{kind="FAILED_LOGIN"} 0');
});
