import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AskedExchange } from "../../support/asked-exchange.ts";
import { traceBody } from "../../support/trace-body.ts";

let us: AskedExchange;

beforeAll(async () => {
  us = await AskedExchange.start({ participants: ["US", "BR"], officers: ["US", "BR"] });
});

afterAll(() => us?.stop());

const NAME = "Madeup Nobody";
const persons = {
  necessity: "The record is kept under this name and cannot be found without it.",
  legalBasis: "Police Act section 12 (made up)",
  persons: [{ personRef: "P1", role: "PURCHASER", accuracy: "FACT", name: NAME }],
};
const reason = encodeURIComponent("Preparing the answer");

describe("personal data of a request (TP-PERS-1, TP-PERS-4, TP-PERS-5, TP-PERS-7)", () => {
  let caseId: string;

  test("is refused without a necessity, and nothing is kept", async () => {
    const body = {
      ...traceBody({ to: "BR", serial: "MADE-UP 1" }),
      persons: { ...persons, necessity: "" },
    };
    const answer = await us.ask("US", "/v1/traces", { body });
    expect(answer).toMatchObject({
      status: 422,
      body: {
        code: "BODY_INVALID",
        problems: [{ field: "persons.necessity", rule: "missing", remedy: "Fill it in." }],
      },
    });
    expect((await us.ask("US", "/v1/traces")).body.traces).toEqual([]);
  });

  test("reaches the other State apart from the case", async () => {
    const good = traceBody({ to: "BR", serial: "MADE-UP 2" });
    const urgencyJustification = "The vessel leaves tonight (made up)";
    const request = { ...good.request, urgencyJustification };
    const alone = { priority: "URGENT", breakGlass: { reason: urgencyJustification } };
    const body = { ...good, ...alone, request, persons };
    const sent = await us.ask("US", "/v1/traces", { body });
    expect(sent.status).toBe(201);
    ({ caseId } = sent.body);
    await us.until("BR", `/v1/traces/${caseId}`, ({ state }) => state === "DELIVERED");
    for (const id of ["US", "BR"]) {
      const paths = [`/v1/traces/${caseId}`, "/v1/traces", "/v1/changes", "/v1/summary"];
      for (const path of paths) {
        const { body: shown } = await us.ask(id, path);
        expect(JSON.stringify(shown), path).not.toContain(NAME);
      }
    }
    const read = await us.ask("BR", `/v1/traces/${caseId}/persons?reason=${reason}`);
    expect(read.headers.get("cache-control")).toBe("no-store");
    expect(read.body.blocks).toMatchObject([
      { direction: "received", peer: "US", sender: "US", persons: 1, data: persons },
    ]);
  });

  test("is read with a reason only, and each reading is logged", async () => {
    const path = `/v1/traces/${caseId}/persons`;
    expect((await us.ask("BR", path)).status).toBe(422);
    expect((await us.ask("BR", `${path}?reason=because`)).status).toBe(422);
    const { body } = await us.ask("BR", `${path}/access`);
    expect(body.access).toMatchObject([
      { act: "kept", actor: "exchange", reason: "received" },
      { act: "read", reason: "Preparing the answer" },
    ]);
    expect(JSON.stringify(body)).not.toContain(NAME);
  });

  test("is due for review within a year, and kept for longer only with a reason", async () => {
    expect((await us.ask("BR", "/v1/persons")).body).toEqual({ blocks: [] });
    const soon = new Date(Date.now() + 366 * 86_400_000).toISOString();
    const { body } = await us.ask("BR", `/v1/persons?dueUntil=${soon}`);
    expect(body.blocks).toHaveLength(1);
    const [{ blockId }] = body.blocks;
    const keepUntil = new Date(Date.now() + 700 * 86_400_000).toISOString();
    const path = `/v1/persons/${blockId}/review`;
    const tooLong = { keepUntil: "2099-01-01T00:00:00Z", reason: "The trial goes on." };
    expect((await us.ask("BR", path, { body: tooLong })).status).toBe(422);
    const kept = await us.ask("BR", path, { body: { ...tooLong, keepUntil } });
    expect(kept.body).toMatchObject({ blockId, reviewAt: keepUntil });
    expect((await us.ask("BR", `/v1/persons?dueUntil=${soon}`)).body.blocks).toEqual([]);
  });

  test("is erased: from the table and from what the post keeps; a tombstone stays", async () => {
    const [{ blockId }] = (await us.ask("BR", `/v1/traces/${caseId}/persons?reason=${reason}`)).body
      .blocks;
    const body = { reason: "The purpose has ended." };
    const erased = await us.ask("BR", `/v1/persons/${blockId}/erase`, { body });
    expect(erased.body.erased).toMatchObject({ because: "The purpose has ended." });
    const again = await us.ask("BR", `/v1/traces/${caseId}/persons?reason=${reason}`);
    expect(again.body.blocks).toMatchObject([{ blockId, erased: { because: body.reason } }]);
    expect(again.body.blocks[0].data).toBeUndefined();
    const changes = (await us.ask("BR", "/v1/changes")).body.changes;
    expect(changes).toContainEqual(expect.objectContaining({ kind: "persons.erased", caseId }));
    const own = (await us.ask("US", `/v1/traces/${caseId}/persons?reason=${reason}`)).body.blocks;
    await us.ask("US", `/v1/persons/${own[0].blockId}/erase`, { body });
  });
});
