import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type HeldFacts, HoldBook, isBetween } from "#disposal";
import { EntryKind, HoldAct, Kind } from "#proto";
import { type AssembledEnvelope, GATEWAY_SENDER, sha256 } from "#wire";
import { entryAt } from "../../../gateway/store/log-check/entry-at.ts";
import { checkStore, copyChanged } from "../../support/checked-store.ts";
import { type GatewayBench, onPostgres, openGatewayBench } from "../../support/gateway-bench.ts";
import { headerOf, messageOn, traceRequest } from "../../support/messages.ts";
import { type DoorAnswer, OperatorDoor } from "../../support/operator-door.ts";
import { makeParties } from "../../support/parties.ts";

const parties = makeParties([{ id: "NE" }, { id: "BR" }, { id: "AT" }]);
const WHY = { reason: "Preservation order", authority: "High Court, 12/2026" };

let bench: GatewayBench;
let door: OperatorDoor;
/** Tokens of two records officers and of who may only look. */
let first: string;
let second: string;
let request: AssembledEnvelope;
let other: AssembledEnvelope;

beforeAll(async () => {
  bench = await openGatewayBench(parties);
  door = new OperatorDoor(bench);
  await door.open();
  first = await door.person("officer-1", "RECORDS_OFFICER");
  second = await door.person("officer-2", "RECORDS_OFFICER");
  request = traceRequest(parties.party("NE"), ["BR"]);
  other = traceRequest(parties.party("AT"), ["NE"]);
  await bench.send(request);
  await bench.send(other);
});

afterAll(async () => {
  await door.close();
  await bench.close();
});

const ask = async (wish: object, token = first): Promise<DoorAnswer["body"]> => {
  const { body, status } = await door.ask(token, "/holds", { ...WHY, ...wish });
  return { ...body, status };
};

const act = (token: string, id: number, verb: string): Promise<DoorAnswer> =>
  door.ask(token, `/holds/${id}/${verb}`, { reason: `to ${verb}` });

/** Ids of the holds on a message, were it recorded `id`-th. */
async function holdsOn(message: AssembledEnvelope, change: Partial<HeldFacts> = {}) {
  const { conversationId, kind, messageId, recipients, sender } = headerOf(message);
  const facts = { sender, messageId, recipients, conversationId, kind, recordedAtMs: bench.nowMs };
  return await bench.read(async (tx) => {
    return await (await HoldBook.open(tx)).holdsOn({ ...facts, id: 1, ...change });
  });
}

describe("a legal hold", () => {
  test("covers once asked for, and is confirmed by another person (TP-HOLD-1, TP-HOLD-3)", async () => {
    const hold = await ask({ conversationId: headerOf(request).conversationId });
    expect(hold).toMatchObject({ status: 201, state: "asked", covers: true, askedBy: "officer-1" });
    expect(await holdsOn(request)).toContain(hold.id);
    const alone = await act(first, hold.id, "confirm");
    expect(alone).toMatchObject({ status: 403, body: { code: "HOLD_SECOND_PERSON" } });
    const confirmed = await act(second, hold.id, "confirm");
    expect(confirmed.body).toMatchObject({ state: "confirmed", covers: true, repeated: false });
    expect((await act(second, hold.id, "confirm")).body.repeated).toBe(true);
    expect((await act(second, hold.id, "decline")).body.code).toBe("HOLD_OTHERWISE");
  });

  test("ends when two people say so, and covers until then (TP-HOLD-3)", async () => {
    const { id } = await ask({ party: "AT" });
    await act(second, id, "confirm");
    expect((await act(first, id, "release")).body.state).toBe("release-asked");
    expect((await act(first, id, "confirm-release")).status).toBe(403);
    expect((await act(second, id, "keep")).body.state).toBe("confirmed");
    await act(second, id, "release");
    expect(await holdsOn(other)).toContain(id);
    expect((await act(first, id, "confirm-release")).body).toMatchObject({
      state: "released",
      covers: false,
    });
    expect(await holdsOn(other)).not.toContain(id);
    expect((await act(first, id, "review")).body.code).toBe("HOLD_OTHERWISE");
  });

  test("that nobody confirms ends only when another person declines it (TP-HOLD-3)", async () => {
    const { id } = await ask({ party: "BR" });
    expect((await act(first, id, "decline")).status).toBe(403);
    expect((await act(second, id, "decline")).body).toMatchObject({ covers: false });
  });

  test("is logged by digests that nobody can guess, and opened to officers (TP-HOLD-4)", async () => {
    const { id } = await ask({ party: "AT" });
    await act(second, id, "decline");
    const { acts } = (await door.ask(second, `/holds/${id}`)).body;
    const entries = await bench.read((tx) =>
      Promise.all([entryAt(tx, acts[0].logIndex), entryAt(tx, acts[1].logIndex)]),
    );
    const openings = acts.map(({ opening }: { opening: string }) => {
      return Buffer.from(opening, "base64");
    });
    const about = { sender: GATEWAY_SENDER, messageId: "", results: [], field: "" };
    expect(entries).toMatchObject([
      { kind: EntryKind.HOLD, headerDigest: new Uint8Array(sha256(openings[0])), ...about },
      { kind: EntryKind.RELEASE, headerDigest: new Uint8Array(sha256(openings[1])), ...about },
    ]);
    const said = HoldAct.decode(openings[0]);
    expect(said).toMatchObject({ actor: "officer-1", scope: { party: "AT" }, ...WHY });
    expect(said.salt).toHaveLength(16);
    const { previous } = HoldAct.decode(openings[1]);
    expect(Buffer.from(previous)).toEqual(sha256(openings[0]));
  });

  test("of a conversation or a party covers what comes later (TP-HOLD-2)", async () => {
    const conversation = await ask({ conversationId: headerOf(request).conversationId });
    const party = await ask({ party: "BR" });
    const later = messageOn(request, parties.party("BR"), { kind: Kind.TRACE_REPLY });
    const holds = await holdsOn(later, { id: 9_999 });
    expect(holds).toEqual(expect.arrayContaining([conversation.id, party.id]));
    expect(await holdsOn(other)).not.toContain(party.id);
  });

  test("of a State covers what its agencies send and are sent, not the reverse (TP-HOLD-2)", async () => {
    const state = await ask({ party: "AT" });
    const query = await ask({ query: { sender: "NE", recipient: "BR" } });
    const agencies = { id: 1, sender: "NE-CUSTOMS", recipients: ["BR-POLICE"] };
    expect(await holdsOn(request, { ...agencies, sender: "AT-POLICE" })).toContain(state.id);
    expect(await holdsOn(request, { recipients: ["AT-POLICE"] })).toContain(state.id);
    expect(await holdsOn(request, agencies)).toContain(query.id);
    expect(await holdsOn(request, { ...agencies, recipients: ["ATX"] })).not.toContain(state.id);
    expect(isBetween({ sender: "NE", recipients: ["BR"] }, "NE-CUSTOMS")).toBe(false);
  });

  test("of messages covers them alone; of a query what there was (TP-HOLD-2)", async () => {
    const { messageId, sender } = headerOf(request);
    const named = await ask({ messages: [{ sender, messageId }] });
    const from = new Date(bench.nowMs - 1_000).toISOString();
    const queried = await ask({ query: { party: "NE", kinds: ["TRACE_REQUEST"], from } });
    expect(queried.query).toMatchObject({ party: "NE", logSize: expect.any(Number) });
    expect(await holdsOn(request)).toEqual(expect.arrayContaining([named.id, queried.id]));
    const now = { id: queried.query.logSize };
    expect(await holdsOn(other, now)).toContain(queried.id);
    expect(await holdsOn(other, now)).not.toContain(named.id);
    expect(await holdsOn(other, { id: queried.query.logSize + 1 })).not.toContain(queried.id);
    expect(await holdsOn(other, { ...now, kind: Kind.ALERT })).not.toContain(queried.id);
    expect(await holdsOn(other, { ...now, recordedAtMs: 0 })).not.toContain(queried.id);
  });

  test.each([
    [{ party: "FR" }, "NOTHING_TO_HOLD", "party"],
    [{ conversationId: "019b0f6e-5a10-7c3e-8f21-6d0b1a2c3e4f" }, "NOTHING_TO_HOLD", "conversation"],
    [
      { messages: [{ sender: "NE", messageId: "019b0f6e-5a10-7c3e-8f21-6d0b1a2c3e4f" }] },
      "NOTHING_TO_HOLD",
      "messages[0]",
    ],
    [{}, "INPUT_INVALID", "exactly one of"],
    [{ party: "NE", query: { party: "NE" } }, "INPUT_INVALID", "exactly one of"],
    [{ party: "NE", reviewAt: "2001-01-01T00:00:00Z" }, "INPUT_INVALID", "is to come"],
    [{ query: {} }, "INPUT_INVALID", "query"],
  ])("of %j is answered with what is wrong (TP-HOLD-5)", async (wish, code, where) => {
    const answer = await ask(wish);
    expect(answer.code).toBe(code);
    expect(JSON.stringify(answer)).toContain(where);
  });

  test("is listed by state and review, to officers and auditors alone (TP-HOLD-5)", async () => {
    const reviewAt = new Date(bench.nowMs + 60_000).toISOString();
    const { id } = await ask({ party: "NE", reviewAt });
    const due = async () => (await door.ask(second, "/holds?reviewDue=true")).body.holds;
    expect(await due()).toEqual([]);
    bench.nowMs += 120_000;
    expect(await due()).toMatchObject([{ id, reviewDue: true, covers: true }]);
    await act(second, id, "confirm");
    expect((await act(second, id, "review")).body).not.toHaveProperty("reviewAt");
    expect(await due()).toEqual([]);
    const asked = (await door.ask(second, "/holds?state=asked&limit=2")).body;
    expect(asked.holds.map(({ state }: { state: string }) => state)).toEqual(["asked", "asked"]);
    const auditor = await door.person("auditor-1", "AUDITOR");
    expect((await door.ask(auditor, `/holds/${id}`)).status).toBe(200);
    expect((await act(auditor, id, "release")).status).toBe(403);
    const operator = await door.operator();
    expect((await door.ask(operator, "/holds")).status).toBe(403);
  });

  describe.skipIf(onPostgres)(
    "changed behind everybody's back is found and named (TP-HOLD-6)",
    () => {
      const tampered = async (sql: string): Promise<string> => {
        const file = `${bench.file}.copy`;
        await copyChanged(bench.file, file, sql);
        return (await checkStore(file)).problems.join("\n");
      };

      test.each([
        ["nothing", "SELECT 1", /^$/],
        [
          "an act edited",
          "UPDATE hold_act SET act = x'00' WHERE id = 1",
          /act on a legal hold \(entry/,
        ],
        [
          "an act deleted",
          "DELETE FROM hold_act WHERE id = 2",
          /act on a legal hold .* is not kept/,
        ],
        [
          "an act put in",
          "INSERT INTO hold_act SELECT 900, hold, act, 900 FROM hold_act WHERE id = 1",
          /legal hold 1 has an act that the log does not have/,
        ],
        ["a hold let go", "UPDATE hold SET covers = 0 WHERE id = 1", /legal hold 1 does not stand/],
        [
          "a hold put elsewhere",
          "UPDATE hold SET party = 'FR' WHERE id = 2",
          /legal hold 2 does not/,
        ],
        ["a hold deleted", "DELETE FROM hold WHERE id = 1", /legal hold 1 is not kept/],
        [
          "a hold put in",
          `INSERT INTO hold SELECT 900, state, covers, scope, conversation_id, party, is_query, reason,
           authority, review_at, asked_by, asked_at, waiting_for FROM hold WHERE id = 1`,
          /legal hold 900 was never asked for/,
        ],
        ["a message let go", "DELETE FROM hold_message", /covers other messages than it names/],
        [
          "messages of no hold",
          "INSERT INTO hold_message VALUES ('NE', 'x', 901)",
          /legal hold 901 covers messages and is not kept/,
        ],
      ])("%s", async (_, sql, found) => {
        expect(await tampered(sql)).toMatch(found);
      });
    },
  );
});
