import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exportedTo, type StaffedExchange, startChainExchange } from "../support/chain-exchange.ts";
import { traceBody } from "../support/trace-body.ts";

/** TP-CHAIN-6, TP-CHAIN-7, TP-OFF-1: traces over several States, over a real exchange. */

let exchange: StaffedExchange;

beforeAll(async () => {
  exchange = await startChainExchange(["US", "AT", "IT", "CH", "FR"]);
});
afterAll(() => exchange?.stop());

const HELD = {
  final: {
    outcome: "LAST_LEGAL_HOLDER_IDENTIFIED",
    remarks: "Sold to Made-up Dealer",
    answers: [{ question: "LAST_LEGAL_HOLDER", answer: "Made-up Dealer" }],
  },
};
const first = (serial: string) => ({ ...traceBody({ to: "AT", serial }), status: "ACTUAL" });

/** The next request of a case, as the service makes it. */
async function nextOf(caseId: string, query = "") {
  const next = await exchange.get("US", `/v1/traces/${caseId}/next${query}`);
  expect(next, JSON.stringify(next.body)).toMatchObject({ status: 200 });
  return next.body;
}

describe("a chain over four hops with a gap", () => {
  test("is followed request by request, drawn whole, and shows where it does not hold", async () => {
    const start = { ...first("CHAIN-4711") };
    const austria = await exchange.askAndAnswer("US", start, exportedTo("AT", "IT", "2009-03-01"));
    const toItaly = await nextOf(austria);
    expect(toItaly).toMatchObject({
      state: "IT",
      onExchange: true,
      trace: { to: "IT", status: "ACTUAL", request: { hopNumber: 1 } },
    });
    // The answer of Austria may not be passed on (NO_ONWARD), so nothing of it is attached.
    expect(toItaly.withheld).toMatchObject([{ caseId: austria, state: "AT" }]);
    expect(toItaly.trace.request.custodyHistory).toBeUndefined();
    const italy = await exchange.askAndAnswer(
      "US",
      toItaly.trace,
      exportedTo("IT", "CH", "2011-06", "AT"),
    );
    const toSwitzerland = await nextOf(italy);
    expect(toSwitzerland.trace).toMatchObject({ to: "CH", request: { hopNumber: 2 } });
    const switzerland = await exchange.askAndAnswer(
      "US",
      toSwitzerland.trace,
      exportedTo("CH", "BE", "2015", "IT"),
    );
    // Switzerland names Belgium; the officer knows better and asks France: that is a gap.
    const toFrance = await nextOf(switzerland, "?state=FR");
    const checked = await exchange.post("US", "/v1/traces/check", toFrance.trace);
    expect(checked.body).toMatchObject({ sendable: true });
    expect(checked.body.findings).toContainEqual(
      expect.objectContaining({ field: "request.requestedState", rule: "chainGap" }),
    );
    const france = await exchange.askAndAnswer("US", toFrance.trace, HELD);
    for (const caseId of [austria, italy, switzerland, france]) {
      const { body } = await exchange.get("US", `/v1/traces/${caseId}/chain`);
      expect(body).toMatchObject({ chainId: austria, ok: false, cycles: [], end: "ENDED" });
      expect(
        body.hops.map(({ requestedState }: { requestedState: string }) => requestedState),
      ).toEqual(["AT", "IT", "CH", "FR"]);
      expect(body.gaps).toEqual([
        {
          caseId: france,
          hop: 3,
          rule: "chainGap",
          because: "Switzerland sent it to Belgium; France was asked.",
        },
      ]);
      const ways = body.graph.edges.filter(({ kind }: { kind: string }) => kind === "WENT");
      expect(ways).toHaveLength(5);
    }
  });

  test("does not ask a State again that was asked on the way", async () => {
    const start = first("CIRCLE-1");
    const austria = await exchange.askAndAnswer("US", start, exportedTo("AT", "IT", "2009"));
    const { trace } = await nextOf(austria);
    const italy = await exchange.askAndAnswer("US", trace, exportedTo("IT", "AT", "2012", "AT"));
    expect(await exchange.get("US", `/v1/traces/${italy}/next`)).toMatchObject({
      status: 409,
      body: { code: "ILLEGAL_MOVE", detail: expect.stringContaining("asked already") },
    });
    const again = { ...(await nextOf(italy, "?state=AT")).trace };
    expect(await exchange.post("US", "/v1/traces", again)).toMatchObject({
      status: 422,
      body: { problems: [{ field: "request.requestedState", rule: "askedBefore" }] },
    });
    const { body } = await exchange.get("US", `/v1/traces/${italy}/chain`);
    expect(body).toMatchObject({ ok: true, end: "CYCLE" });
  });

  test("begins no second time by mistake: the chain the firearm is in is named", async () => {
    const austria = await exchange.askAndAnswer("US", first("TWICE-1"), HELD);
    const again = await exchange.post("US", "/v1/traces", first("twice-i"));
    expect(again).toMatchObject({ status: 409, body: { code: "SAME_FIREARM" } });
    expect(again.body.problems[0].rule).toContain(austria);
  });
});

describe("a chain with one hop off the exchange", () => {
  test("goes by letter there, is answered by hand, and comes back to the exchange", async () => {
    const austria = await exchange.askAndAnswer(
      "US",
      first("LETTER-1"),
      exportedTo("AT", "ML", "2004-03-02"),
    );
    const toMali = await nextOf(austria);
    expect(toMali).toMatchObject({ onExchange: false, trace: { to: "ML", offExchange: true } });
    const opened = await exchange.post("US", "/v1/traces", toMali.trace);
    expect(opened).toMatchObject({ status: 201, body: { state: "DRAFT" } });
    const { caseId: mali } = opened.body;
    const letter = await exchange.get("US", `/v1/traces/${mali}/letter.html`);
    expect(letter.body).toContain('<html lang="fr"');
    expect(letter.body).toContain("LETTER-1");
    const pdf = await exchange.get("US", `/v1/traces/${mali}/letter.pdf`);
    expect(pdf.body.startsWith("%PDF-")).toBe(true);
    const day = new Date().toISOString().slice(0, 10);
    const left = { channel: "I-24/7", reference: "NCB/1", dispatchedOn: day, language: "fr" };
    expect(await exchange.post("US", `/v1/traces/${mali}/dispatched`, left)).toMatchObject({
      status: 201,
      body: { state: "DELIVERED" },
    });
    const enter = (reference: string, reply: object) => {
      const answer = { channel: "POST", reference, receivedOn: day, reply };
      return exchange.post("US", `/v1/traces/${mali}/entered-answer`, answer);
    };
    const entered = (state: string) => ({ status: 201, body: { state } });
    expect(await enter("ML/70", { acknowledgement: { nationalReference: "ML/1" } })).toMatchObject(
      entered("ACKNOWLEDGED"),
    );
    const question = { fields: ["firearm.serial_raw"], question: "A B or an 8?" };
    expect(await enter("ML/71", { requestForInformation: question })).toMatchObject(
      entered("INFORMATION_REQUESTED"),
    );
    const stopped = (await exchange.get("US", `/v1/traces/${mali}`)).body;
    expect(stopped).toMatchObject({ needs: "information", next: { turn: "requesting" } });
    const inform = { supplementaryInformation: { text: "An 8." } };
    const path = `/v1/traces/${mali}/follow-up`;
    expect(await exchange.post("US", path, inform)).toMatchObject({
      status: 422,
      body: { problems: [{ field: "byLetter" }] },
    });
    const byLetter = { channel: "POST", reference: "US/2", dispatchedOn: day };
    expect(await exchange.post("US", path, { ...inform, byLetter })).toMatchObject({
      status: 201,
      body: { state: "IN_PROGRESS", turn: "requested" },
    });
    const reviewOn = "2099-05-01";
    const delay = { ground: "ONGOING_INVESTIGATION", explanation: "Made up.", reviewOn };
    expect(await enter("ML/72", { delay })).toMatchObject(entered("DELAYED"));
    for (;;) {
      const { answerBy = "" } = (await exchange.get("US", `/v1/traces/${mali}`)).body;
      if (answerBy.startsWith(reviewOn)) break;
      await pause(50);
    }
    expect(await enter("ML/77", exportedTo("ML", "FR", "2009-05", "AT"))).toMatchObject(
      entered("ANSWERED"),
    );
    const toFrance = await nextOf(mali);
    expect(toFrance).toMatchObject({ onExchange: true, trace: { to: "FR" } });
    expect(toFrance.withheld.map(({ state }: { state: string }) => state)).toEqual(["AT", "ML"]);
    await exchange.askAndAnswer("US", toFrance.trace, HELD);
    const { body } = await exchange.get("US", `/v1/traces/${mali}/chain`);
    expect(body).toMatchObject({ chainId: austria, ok: true, gaps: [], end: "ENDED" });
    const off = body.hops.map(({ offExchange }: { offExchange: boolean }) => offExchange);
    expect(off).toEqual([false, true, false]);
    const list = await exchange.get("US", "/v1/traces?offExchange=true");
    expect(list.body.traces.map(({ caseId }: { caseId: string }) => caseId)).toEqual([mali]);
    const { cases } = (await exchange.get("US", "/v1/summary")).body;
    expect(cases.offExchange).toEqual({ ANSWERED: 1 });
    const shown = (await exchange.get("US", `/v1/traces/${mali}`)).body;
    expect(shown).toMatchObject({ offExchange: true, peer: "ML", outcome: "EXPORTED_ONWARD" });
    expect(shown.letters.map(({ reference }: { reference: string }) => reference)).toEqual([
      ...["NCB/1", "ML/70", "ML/71", "US/2", "ML/72", "ML/77"],
    ]);
    expect(shown.moves).toHaveLength(5);
    expect(shown.moves.every((one: { byLetter?: boolean }) => one.byLetter === true)).toBe(true);
  });
});

describe("a request that is passed on (TP-CHAIN-8)", () => {
  const received = async (serial: string, changes: object) => {
    const body = first(serial);
    const request = { ...body.request, ...changes };
    const handling = { tlp: "AMBER", use: ["ANY_LAWFUL"] };
    const opened = await exchange.post("US", "/v1/traces", { ...body, handling, request });
    await exchange.until("AT", opened.body.caseId, "DELIVERED");
    return `/v1/traces/${opened.body.caseId}/next?state=IT`;
  };

  test("goes on behalf of the State that asked, with its consent", async () => {
    const next = await exchange.get(
      "AT",
      await received("ONWARD-1", { onwardForwardConsent: true }),
    );
    expect(next, JSON.stringify(next.body)).toMatchObject({
      status: 200,
      body: { forwardedFor: "US", trace: { to: "IT", request: { forwardedFor: "US" } } },
    });
    const opened = await exchange.post("AT", "/v1/traces", next.body.trace);
    expect(opened, JSON.stringify(opened.body)).toMatchObject({ status: 201 });
    const { caseId } = opened.body;
    const seen = await exchange.until("IT", caseId, "DELIVERED");
    expect(seen).toMatchObject({ peer: "AT", request: { forwardedFor: "US", hopNumber: 1 } });
    expect(seen.request.recovery.country).toBe("US");
    const { body } = await exchange.get("AT", `/v1/traces/${caseId}/chain`);
    expect(body.hops.map(({ role }: { role: string }) => role)).toEqual([
      "requested",
      "requesting",
    ]);
    const [first] = body.hops;
    const acknowledged = { acknowledgement: { nationalReference: "AT/1" } };
    await exchange.post("AT", `/v1/traces/${first.caseId}/reply`, acknowledged);
    const referral = { referral: { mode: "FORWARD", nextStates: ["IT"] } };
    const told = await exchange.post("AT", `/v1/traces/${first.caseId}/reply`, referral);
    expect(told, JSON.stringify(told.body)).toMatchObject({ status: 201 });
    const heard = await exchange.until("US", first.caseId, "REFERRED");
    expect(heard.reply.referral.forwardedMessageId).toBe(opened.body.messageId);
  });

  test("goes on by a granted decision alone, and the referral that tells so is taken", async () => {
    const path = await received("ONWARD-2", {});
    const caseId = path.split("/")[3] ?? "";
    const { body: asked } = await exchange.get("AT", `/v1/traces/${caseId}`);
    const opened = await exchange.post("AT", "/v1/notices", {
      subject: { sender: "US", messageId: asked.messageId, part: "body" },
      onwardReleaseRequest: { releaseTo: ["IT"], purpose: "It was sold to Italy; ask there." },
    });
    expect(opened, JSON.stringify(opened.body)).toMatchObject({ status: 201 });
    const [{ noticeId }] = opened.body.notices;
    const isIn = async (state: string, wanted: string) => {
      const { body, status } = await exchange.get(state, `/v1/notices/${noticeId}`);
      return status === 200 && body.state === wanted;
    };
    while (!(await isIn("US", "OPEN"))) await pause(50);
    const decision = { granted: true, releaseTo: ["IT"] };
    const held = await exchange.post("US", `/v1/notices/${noticeId}/decide`, decision);
    await exchange.second("US", held.body.releaseId);
    while (!(await isIn("AT", "GRANTED"))) await pause(50);
    const { body: next } = await exchange.get("AT", path);
    const sent = await exchange.post("AT", "/v1/traces", next.trace);
    expect(sent, JSON.stringify(sent.body)).toMatchObject({ status: 201 });
    await exchange.until("IT", sent.body.caseId, "DELIVERED");
    const say = (reply: object) => exchange.post("AT", `/v1/traces/${caseId}/reply`, reply);
    await say({ acknowledgement: { nationalReference: "AT/2" } });
    const beyond = await say({ referral: { mode: "FORWARD", nextStates: ["IT", "CH"] } });
    expect(beyond).toMatchObject({ status: 422, body: { problems: [{ rule: "noConsent" }] } });
    const told = await say({ referral: { mode: "FORWARD", nextStates: ["IT"] } });
    expect(told, JSON.stringify(told.body)).toMatchObject({ status: 201 });
    const heard = await exchange.until("US", caseId, "REFERRED");
    expect(heard.reply.referral.forwardedMessageId).toBe(sent.body.messageId);
  });

  test("stays where it is without consent", async () => {
    expect(await exchange.get("AT", await received("STAYS-1", {}))).toMatchObject({
      status: 422,
      body: { code: "HANDLING_VIOLATION", detail: expect.stringContaining("has not consented") },
    });
  });
});
