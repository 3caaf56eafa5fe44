import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answer, AskedExchange } from "../../support/asked-exchange.ts";
import { traceBody } from "../../support/trace-body.ts";

let us: AskedExchange;

beforeAll(async () => {
  us = await AskedExchange.start({ participants: ["US", "AT", "BR"], officers: ["US", "BR"] });
});

afterAll(() => us?.stop());

const ask = (path: string, body?: unknown) => us.ask("US", path, { body });
const idsOf = ({ body }: Answer): string[] =>
  body.traces.map(({ caseId }: { caseId: string }) => caseId);

describe("a request that is checked before it is sent (TP-API-15)", () => {
  const good = traceBody({ to: "AT", serial: "MADE-UP 1" });

  test("is told what is wrong, doubtful and lacking, field by field", async () => {
    const { recovery, firearm } = good.request;
    const request = {
      ...good.request,
      officerRef: "",
      confidentiality: { canGuarantee: false, limitation: "Courts may publish it." },
      recovery: { ...recovery, place: "" },
      firearm: { ...firearm, make: "Nobody & Sons" },
    };
    const { status, body } = await ask("/v1/traces/check", { ...good, request });
    expect(status).toBe(200);
    expect(body.sendable).toBe(false);
    expect(body.findings).toEqual(
      expect.arrayContaining([
        {
          field: "request.officerRef",
          rule: "missing",
          level: "ERROR",
          remedy: "Fill it in.",
        },
        expect.objectContaining({
          field: "request.confidentiality.canGuarantee",
          rule: "refusalAllowed",
          level: "WARNING",
        }),
        expect.objectContaining({ field: "request.firearm.make", level: "ADVICE" }),
      ]),
    );
    expect(body.completeness).toEqual({
      points: 64,
      of: 100,
      lacking: [
        { field: "request.firearm.model", points: 16 },
        { field: "request.attachments", points: 10 },
        { field: "request.firearm.serialLocation", points: 5 },
        { field: "request.recovery.place", points: 5 },
      ],
    });
  });

  test("that would be refused on its way is told so, beside what its body lacks", async () => {
    const request = { ...good.request, officerRef: "" };
    const { body } = await ask("/v1/traces/check", { ...good, to: "ZZ", request });
    expect(body).toMatchObject({
      sendable: false,
      refusal: { code: "RECIPIENT_UNKNOWN", field: "to" },
      findings: expect.arrayContaining([expect.objectContaining({ rule: "missing" })]),
    });
    const rules = body.findings.map(({ field }: { field: string }) => field);
    expect(rules).not.toContain("request.requestedState");
  });

  test("leaves nothing behind, and is taken when it is sent as it is", async () => {
    const checked = await ask("/v1/traces/check", good);
    expect(checked.body).toMatchObject({ sendable: true });
    expect(checked.body.refusal).toBeUndefined();
    expect((await ask("/v1/traces")).body).toEqual({ traces: [] });
    expect((await ask("/v1/summary")).body.outbox).toEqual({ pending: 0, byState: {} });
    const sent = await ask("/v1/traces", good);
    expect(sent.status).toBe(201);
    const told = ({ rule, field }: { rule: string; field: string }) => `${field} ${rule}`;
    expect(checked.body.findings.map(told)).toEqual(
      sent.body.findings.map((one: { rule: string; field: string }) => `request.${told(one)}`),
    );
  });

  test("is refused in the same words where its form is wrong", async () => {
    const answer = await ask("/v1/traces/check", { ...good, colour: "blue" });
    expect(answer).toMatchObject({ status: 422, body: { code: "INPUT_INVALID" } });
  });
});

describe("an answer under an idempotency key (TP-API-18)", () => {
  const answerTo = (caseId: string, body: object, key: string) =>
    us.ask("BR", `/v1/traces/${caseId}/reply`, { body, headers: { "idempotency-key": key } });
  const acknowledgement = { nationalReference: "BR-1" };

  test("is sent once, and told again in the same words", async () => {
    const sent = await ask("/v1/traces", traceBody({ to: "BR", serial: "MADE-UP 5" }));
    const { caseId } = sent.body;
    await us.until("BR", `/v1/traces/${caseId}`, ({ state }) => state === "DELIVERED");
    const both = await Promise.all([
      answerTo(caseId, { acknowledgement }, "first"),
      answerTo(caseId, { acknowledgement }, "first"),
    ]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 201]);
    expect(both[0].body).toEqual(both[1].body);
    const { events } = (await us.ask("BR", `/v1/traces/${caseId}`)).body;
    const answers = events.filter(({ event }: { event: string }) => event === "reply sent");
    expect(answers).toHaveLength(1);
    const refusal = { ground: "NATIONAL_SECURITY" };
    expect(await answerTo(caseId, { refusal }, "first")).toMatchObject({
      status: 409,
      body: { code: "IDEMPOTENCY_MISMATCH" },
    });
    // The key stands for an answer to that case, not to any.
    expect((await answerTo("another-case", { acknowledgement }, "first")).status).toBe(409);
    // Without the key it would be a second move, which the case does not allow.
    const path = `/v1/traces/${caseId}/reply`;
    expect((await us.ask("BR", path, { body: { acknowledgement } })).status).toBe(409);
  });
});

describe("the list of cases (TP-API-16)", () => {
  let opened: string[];

  beforeAll(async () => {
    opened = [];
    for (const to of ["AT", "BR", "AT", "BR"]) {
      const sent = await ask("/v1/traces", traceBody({ to, serial: `MADE-UP ${to}` }));
      opened.push(sent.body.caseId);
    }
    const fromBrazil = traceBody({ to: "US", serial: "MADE-UP 9" });
    const recovery = { ...fromBrazil.request.recovery, country: "BR", place: "BR-SP" };
    const body = { ...fromBrazil, request: { ...fromBrazil.request, recovery } };
    const received = await us.ask("BR", "/v1/traces", { body });
    await us.until("US", `/v1/traces/${received.body.caseId}`, ({ state }) => state !== undefined);
    for (const id of opened) {
      await us.until("US", `/v1/traces/${id}`, ({ state }) => state !== "SUBMITTED");
    }
    for (const id of [opened[0], opened[2]]) {
      await us.until("US", `/v1/traces/${id}`, ({ state }) => state === "ANSWERED");
    }
  });

  test("shows what is asked for, in pages that join", async () => {
    const path = "/v1/traces?peer=AT&role=requesting&order=newest&limit=2";
    const first = await ask(path);
    expect(idsOf(first)).toEqual([opened[2], opened[0]]);
    const second = await ask(`${path}&after=${first.body.next}`);
    expect(idsOf(second)).toHaveLength(1);
    expect(second.body.next).toBeUndefined();
    expect(idsOf(await ask("/v1/traces?state=DELIVERED&peer=BR&role=requesting"))).toEqual([
      opened[1],
      opened[3],
    ]);
  });

  test("shows what waits for somebody here, and why", async () => {
    const { body } = await ask("/v1/traces?needsAttention=true");
    expect(body.traces).toHaveLength(1);
    expect(body.traces[0]).toMatchObject({ role: "requested", peer: "BR", needs: "answer" });
  });

  test("keeps to a range of time", async () => {
    const { body } = await ask("/v1/traces?limit=1");
    const [{ openedAt }] = body.traces;
    const from = encodeURIComponent(openedAt);
    expect(idsOf(await ask(`/v1/traces?openedUntil=${from}`))).toEqual([]);
    expect(idsOf(await ask(`/v1/traces?openedFrom=${from}&updatedFrom=${from}`))).toHaveLength(7);
  });

  test("goes on in the same list only", async () => {
    const { body } = await ask("/v1/traces?role=requesting&limit=1");
    const other = await ask(`/v1/traces?role=requested&after=${body.next}`);
    expect(other).toMatchObject({
      status: 422,
      body: { code: "INPUT_INVALID", problems: [{ field: "after" }] },
    });
  });

  test("names a filter that it does not know", async () => {
    const answer = await ask("/v1/traces?state=LOST&order=best");
    expect(answer).toMatchObject({ status: 422, body: { code: "INPUT_INVALID" } });
    const fields = answer.body.problems.map(({ field }: { field: string }) => field);
    expect(fields.toSorted()).toEqual(["order", "state"]);
  });
});
