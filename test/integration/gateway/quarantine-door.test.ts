import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { EntryKind, Envelope } from "#proto";
import { type GatewayBench, openGatewayBench } from "../../support/gateway-bench.ts";
import { headerOf } from "../../support/messages.ts";
import { type DoorAnswer, OperatorDoor } from "../../support/operator-door.ts";
import { makeParties, type Parties } from "../../support/parties.ts";
import { QuarantineHands } from "../../support/quarantine-hands.ts";
import { receiptsIn } from "../../support/read-receipts.ts";

let parties: Parties;
let bench: GatewayBench;
let hands: QuarantineHands;
let door: OperatorDoor;

beforeEach(async () => {
  parties = makeParties([{ id: "NE" }, { id: "BR" }]);
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

describe("an operator of the gateway (TP-OPS-10)", () => {
  test("sees what could not be verified, and what its header claims", async () => {
    const { genuine, forged } = hands.forgedRequest();
    await hands.hand(forged);
    const token = await door.operator();
    const { messageId } = headerOf(genuine);
    const listed = await ask(token, "/quarantine");
    expect(listed.body).toEqual({
      items: [
        {
          id: expect.any(Number),
          state: "held",
          participant: "NE",
          subject: "tp.out.NE.normal.trace-request",
          messageId,
          sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
          sizeBytes: forged.length,
          code: "SIGNATURE_INVALID",
          field: expect.any(String),
          firstAt: new Date(bench.nowMs).toISOString(),
          lastAt: new Date(bench.nowMs).toISOString(),
          count: 1,
          logIndex: 0,
        },
      ],
    });
    const [item] = listed.body.items;
    const shown = await ask(token, `/quarantine/${item.id}`);
    expect(shown.body).toMatchObject({
      ...item,
      decisions: [],
      header: {
        proven: false,
        claims: { messageId, sender: "NE", recipients: ["BR"], kind: "TRACE_REQUEST" },
      },
    });
    const bytes = Buffer.from(shown.body.header.bytes, "base64");
    expect(bytes.equals(Envelope.decode(genuine.bytes).header)).toBe(true);
  });

  test("sees an item whose header cannot be read without claims", async () => {
    await hands.hand(Buffer.from("junk"));
    const token = await door.operator();
    const [item] = (await ask(token, "/quarantine")).body.items;
    expect(item).toMatchObject({ code: "MALFORMED", sizeBytes: 4 });
    const shown = (await ask(token, `/quarantine/${item.id}`)).body;
    expect(shown).not.toHaveProperty("header");
    expect(shown).not.toHaveProperty("messageId");
  });

  test("finds items by participant, state and code, page by page", async () => {
    for (let one = 0; one < 5; one += 1) await hands.hand(hands.forgedRequest().forged);
    await hands.hand(Buffer.from("junk"));
    await hands.hand(Buffer.from("other junk"), "BR");
    const token = await door.operator();
    const ids = async (query: string): Promise<number[]> => {
      const { body } = await ask(token, `/quarantine${query}`);
      return body.items.map(({ id }: { id: number }) => id);
    };
    const all = await ids("");
    expect(all).toEqual([7, 6, 5, 4, 3, 2, 1]);
    expect(await ids("?participant=BR")).toEqual([7]);
    expect(await ids("?code=MALFORMED")).toEqual([7, 6]);
    expect(await ids("?code=MALFORMED&participant=NE&state=held")).toEqual([6]);
    expect(await ids("?state=rejected")).toEqual([]);
    const paged: number[] = [];
    let next: string | undefined;
    do {
      const after: string = next === undefined ? "" : `&after=${next}`;
      const { body } = await ask(token, `/quarantine?limit=3${after}`);
      paged.push(...body.items.map(({ id }: { id: number }) => id));
      next = body.next;
    } while (next !== undefined);
    expect(paged).toEqual(all);
  });

  test("releases an item with a reason, and the log and the list say so", async () => {
    const { genuine, forged } = hands.forgedRequest();
    await hands.hand(forged);
    const token = await door.operator();
    const { id } = await hands.onlyItem();
    const reason = "NE has told us of its key change";
    const released = await ask(token, `/quarantine/${id}/release`, { reason });
    const decision = {
      decision: "released",
      actor: "amina",
      reason,
      decidedAt: new Date(bench.nowMs).toISOString(),
      code: "SIGNATURE_INVALID",
      logIndex: 1,
    };
    expect(released).toEqual({ status: 200, body: { id, ...decision, repeated: false } });
    expect(door.told).toEqual([{ item: id, decision: "released" }]);
    expect(await hands.newestEntry()).toMatchObject({ kind: EntryKind.QUARANTINE_RELEASE });
    const shown = (await ask(token, `/quarantine/${id}`)).body;
    expect(shown).toMatchObject({ state: "released", decisions: [decision] });
    await bench.send(genuine);
    const { body } = await ask(token, `/quarantine/${id}/reject`, { reason: "changed my mind" });
    expect(body).toMatchObject({ code: "NOTHING_TO_DECIDE", status: 409 });
  });

  test("rejects an item, and its sender is told by the gateway", async () => {
    const { forged } = hands.forgedRequest();
    await hands.hand(forged);
    const { id } = await hands.onlyItem();
    const said = bench.nextPublished(1);
    const rejected = await ask(await door.operator(), `/quarantine/${id}/reject`, {
      reason: "forged",
    });
    expect(rejected.body).toMatchObject({ decision: "rejected", actor: "amina", repeated: false });
    await said;
    expect(receiptsIn(bench.published).at(-1)).toMatchObject({ code: "REFUSED_BY_OPERATOR" });
  });
});

describe("a second decision (TP-OPS-8)", () => {
  test("of the same kind answers with the first one", async () => {
    await hands.hand(hands.forgedRequest().forged);
    const { id } = await hands.onlyItem();
    const [amina, bruno] = [await door.operator("amina"), await door.operator("bruno")];
    const first = await ask(amina, `/quarantine/${id}/reject`, { reason: "stolen key" });
    const second = await ask(bruno, `/quarantine/${id}/reject`, { reason: "something else" });
    expect(second).toEqual({ status: 200, body: { ...first.body, repeated: true } });
    expect(door.told).toHaveLength(1);
  });

  test("of the other kind is told who decided, when and why", async () => {
    await hands.hand(hands.forgedRequest().forged);
    const { id } = await hands.onlyItem();
    const [amina, bruno] = [await door.operator("amina"), await door.operator("bruno")];
    await ask(amina, `/quarantine/${id}/release`, { reason: "the clock was wrong" });
    const at = new Date(bench.nowMs).toISOString();
    expect(await ask(bruno, `/quarantine/${id}/reject`, { reason: "forged" })).toMatchObject({
      status: 409,
      body: {
        code: "DECIDED_OTHERWISE",
        detail: `amina released it at ${at}: the clock was wrong`,
        remedy: expect.any(String),
      },
    });
  });
});

describe("the door", () => {
  test("lets only operators see and decide, and the installation none of both", async () => {
    await hands.hand(hands.forgedRequest().forged);
    const { id } = await hands.onlyItem();
    const auditor = await door.person("aud", "AUDITOR");
    for (const token of [door.installation, auditor]) {
      expect(await ask(token, "/quarantine")).toMatchObject({
        status: 403,
        body: { permission: "quarantine:read", roles: ["GATEWAY_OPERATOR"] },
      });
      const tried = await ask(token, `/quarantine/${id}/reject`, { reason: "forged" });
      expect(tried).toMatchObject({ status: 403, body: { permission: "quarantine:decide" } });
    }
    expect((await ask("tpt_nobody", "/quarantine")).status).toBe(401);
    expect(await hands.onlyItem()).toMatchObject({ state: "held" });
  });

  test("says of bad input which field and rule, and decides nothing", async () => {
    await hands.hand(hands.forgedRequest().forged);
    const { id } = await hands.onlyItem();
    const token = await door.operator();
    const release = `/quarantine/${id}/release`;
    const long = "x".repeat(501);
    const cases: [string, unknown, string][] = [
      ["/quarantine?state=open", undefined, "state"],
      ["/quarantine?code=BAD", undefined, "code"],
      ["/quarantine?after=zzz", undefined, "after"],
      ["/quarantine?limit=0", undefined, "limit"],
      ["/quarantine/first", undefined, "id"],
      [release, {}, "reason"],
      [release, { reason: "  " }, "reason"],
      [release, { reason: long }, "reason"],
      [release, { reason: "good", actor: "bruno" }, "actor"],
    ];
    for (const [path, body, field] of cases) {
      const answer = await ask(token, path, body);
      expect(answer, path).toMatchObject({ status: 422, body: { code: "INPUT_INVALID" } });
      expect(answer.body.problems[0].field, path).toContain(field);
    }
    expect((await ask(token, "/quarantine/4711")).status).toBe(404);
    expect((await ask(token, "/quarantine/4711/release", { reason: "good" })).status).toBe(404);
    expect(await hands.onlyItem()).toMatchObject({ state: "held" });
  });
});
