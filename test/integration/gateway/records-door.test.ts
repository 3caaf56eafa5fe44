import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Kind, OutcomeClass, ReceiptType, Tlp, TraceMove, UseRestriction } from "#proto";
import type { AssembledEnvelope } from "#wire";
import { type GatewayBench, openGatewayBench } from "../../support/gateway-bench.ts";
import { headerOf, messageOn, recipientReceipt, traceRequest } from "../../support/messages.ts";
import { OperatorDoor } from "../../support/operator-door.ts";
import { makeParties, type Parties, type Party } from "../../support/parties.ts";

let parties: Parties;
let bench: GatewayBench;
let door: OperatorDoor;
let ne: Party;
let br: Party;
let at: Party;
/** Tokens. */
let operator: string;
let officer: string;
let auditor: string;
let answered: AssembledEnvelope;
let rejected: AssembledEnvelope;
let refused: AssembledEnvelope;

beforeAll(async () => {
  parties = makeParties([{ id: "NE" }, { id: "BR" }, { id: "AT" }]);
  bench = await openGatewayBench(parties);
  door = new OperatorDoor(bench);
  await door.open();
  [ne, br, at] = ["NE", "BR", "AT"].map((id) => parties.party(id)) as [Party, Party, Party];
  operator = await door.operator();
  officer = await door.person("farid", "RECORDS_OFFICER");
  auditor = await door.person("zola", "AUDITOR");
  answered = traceRequest(ne, ["BR"]);
  const handling = { tlp: Tlp.RED, use: [UseRestriction.NO_ONWARD], releasableTo: [] };
  rejected = traceRequest(ne, ["AT"], { handling: { ...handling, originatorState: "NE" } });
  refused = traceRequest(ne, ["FR"]);
  const reply = messageOn(answered, br, {
    kind: Kind.TRACE_REPLY,
    disclosed: {
      ...headerOf(answered).disclosed,
      move: TraceMove.FINAL,
      outcomeClass: OutcomeClass.ESTABLISHED,
    } as never,
  });
  for (const message of [answered, rejected, refused, reply]) await bench.send(message);
  const about = [{ sender: "NE", message: rejected }];
  await bench.send(recipientReceipt(at, about, ReceiptType.REJECTED));
});

afterAll(async () => {
  await door.close();
  await bench.close();
});

const idOf = (message: AssembledEnvelope): string => headerOf(message).messageId;

async function found(token: string, query: string): Promise<string[]> {
  const { body, status } = await door.ask(token, `/records?${query}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body.records.map(({ messageId }: { messageId: string }) => messageId);
}

describe("records at the gateway's door", () => {
  test("are found as they were recorded, refused ones too (TP-FIND-1, TP-FIND-6)", async () => {
    expect(await found(officer, "")).toHaveLength(5);
    expect(await found(officer, "refused=true")).toEqual([idOf(refused)]);
    expect(await found(officer, "code=RECIPIENT_UNKNOWN&party=FR")).toEqual([idOf(refused)]);
    expect(await found(officer, "party=AT&kind=TRACE_REQUEST")).toEqual([idOf(rejected)]);
    expect(await found(officer, "handling=RED&use=NO_ONWARD")).toEqual([idOf(rejected)]);
    const { conversationId } = headerOf(answered);
    expect(await found(officer, `conversation=${conversationId}`)).toHaveLength(2);
    const [record] = (await door.ask(officer, `/records?id=${idOf(answered)}`)).body.records;
    const shown = await door.ask(officer, `/records/${record.logIndex}`);
    expect(shown.body).toMatchObject({
      ...record,
      deliveries: [{ recipient: "BR", state: "dispatched", attempts: 1 }],
      parts: [
        { name: "body", isKept: true },
        { name: "key", onlyFor: "BR", isKept: true },
      ],
    });
  });

  test("are found by the state their conversation was left in (TP-FIND-3)", async () => {
    expect(await found(officer, "state=ANSWERED")).toEqual([idOf(answered)]);
    expect(await found(officer, "state=TAKEN_BACK")).toEqual([idOf(rejected)]);
    expect(await found(officer, "state=OPEN")).toEqual([]);
  });

  test("are found by the hold that names them and by due date (TP-FIND-2, TP-FIND-9)", async () => {
    const wish = { party: "BR", reason: "Preservation order", authority: "High Court" };
    const { body: hold } = await door.ask(officer, "/holds", wish);
    expect(await found(officer, `hold=${hold.id}`)).toEqual(await found(officer, "party=BR"));
    expect(await found(officer, `hold=${hold.id}&kind=TRACE_REQUEST`)).toEqual([idOf(answered)]);
    expect(await found(officer, `hold=${hold.id + 900}`)).toEqual([]);
    await bench.store.call("lookForDue", { nowMs: bench.nowMs, limit: 100 });
    const { body } = await door.ask(officer, "/records?dueFrom=2026-01-01T00:00:00Z");
    // What is held has no date; exercises end after ninety days.
    expect(body.records).toMatchObject([{ messageId: idOf(rejected) }]);
    const [{ dueAt, logIndex }] = body.records;
    const days = (Date.parse(dueAt) - bench.nowMs) / 86_400_000;
    expect(Math.round(days)).toBe(90);
    expect((await door.ask(officer, `/records/${logIndex}`)).body.dueAt).toBe(dueAt);
    expect(await found(officer, `dueBefore=${dueAt}`)).toEqual([]);
    const both = await found(officer, `dueFrom=${dueAt}&hold=${hold.id}`);
    expect(both).toContain(idOf(answered));
  });

  test("come in pages that new ones do not move, bound to what was asked (TP-FIND-2)", async () => {
    const first = await door.ask(officer, "/records?party=NE&limit=2");
    await bench.send(traceRequest(ne, ["BR"]));
    const { next } = first.body;
    const second = await found(officer, `party=NE&limit=20&after=${next}`);
    const all = [...first.body.records.map((one: { messageId: string }) => one.messageId)];
    expect(new Set([...all, ...second]).size).toBe(5);
    const other = await door.ask(officer, `/records?party=BR&after=${next}`);
    expect(other.body).toMatchObject({ code: "INPUT_INVALID" });
  });

  test("show an operator who, when, what and the decision, and no more (TP-FIND-5)", async () => {
    const { body } = await door.ask(operator, `/records?id=${idOf(rejected)}`);
    const [record] = body.records;
    const metadata = ["code", "decision", "field", "kind", "lane", "logIndex", "messageId"];
    metadata.push("recipients", "recordedAt", "sender", "sizeBytes");
    expect(metadata).toEqual(expect.arrayContaining(Object.keys(record)));
    const shown = await door.ask(operator, `/records/${record.logIndex}`);
    expect(shown.body.header).toBeUndefined();
    expect(shown.body.parts).toBeUndefined();
    const { conversationId } = headerOf(rejected);
    for (const criterion of [
      `conversation=${conversationId}`,
      "state=OPEN",
      "handling=RED",
      "use=NO_ONWARD",
      "hold=1",
      "dueBefore=2030-01-01T00:00:00Z",
    ]) {
      const { body: problem, status } = await door.ask(operator, `/records?${criterion}`);
      expect([status, problem.permission], criterion).toEqual([403, "records:read"]);
    }
    const stranger = await door.person("nobody", "ADMINISTRATOR");
    expect((await door.ask(stranger, "/records")).status).toBe(403);
    expect((await door.ask(auditor, `/records?state=OPEN`)).status).toBe(200);
  });

  test("keep each look before it is answered, with who and why (TP-AUDIT-1)", async () => {
    const reason = "request of a court (made up)";
    await door.ask(officer, `/records?party=AT&reason=${encodeURIComponent(reason)}`);
    await door.ask(operator, "/records/0");
    await door.ask(operator, "/records/9000");
    const acts = await bench.read((tx) =>
      tx.all("SELECT * FROM record_act ORDER BY id DESC LIMIT 3"),
    );
    expect(acts.toReversed()).toMatchObject([
      { actor: "farid", action: "search", detail: '{"party":"AT","shown":2}', reason },
      { actor: "amina", action: "show", subject: "record 0", reason: "" },
      { actor: "amina", action: "show", subject: "record 9000", detail: "no such record" },
    ]);
  });
});
