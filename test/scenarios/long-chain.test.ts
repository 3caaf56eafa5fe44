import { afterAll, beforeAll, expect, test } from "vitest";
import { type ChainExchange, exportedTo, openChainExchange } from "../support/chain-exchange.ts";
import { traceBody } from "../support/trace-body.ts";

/**
 * TP-CHAIN-5 to TP-CHAIN-7: a firearm that went through thirteen States, asked for one after the
 * other up to the last hop a chain may have. Real focal points and a real gateway, in one process.
 */

/** Who had the firearm, in the order of asking; Mali has no focal point on the exchange. */
const WAY = ["AT", "IT", "CH", "FR", "BE", "NL", "ML", "DE", "PL", "CZ", "SK", "HU", "RO"];
const OFF_EXCHANGE = "ML";
/** Poland says Latvia; the officer asks Czechia: a gap. */
const NAMED_INSTEAD: Readonly<Record<string, string>> = { PL: "LV" };

let exchange: ChainExchange;
const cases: string[] = [];

beforeAll(async () => {
  exchange = await openChainExchange(["US", ...WAY.filter((state) => state !== OFF_EXCHANGE)]);
});
afterAll(() => exchange?.stop());

/** What a State on the way answers: where it had it from, and where it went. */
function answerOf(hop: number): object {
  const [state = "", next = "UA"] = [WAY[hop], WAY[hop + 1]];
  const date = String(1990 + hop);
  return exportedTo(state, NAMED_INSTEAD[state] ?? next, date, WAY[hop - 1]);
}

async function nextAfter(hop: number) {
  const state = WAY[hop] ?? "";
  const chosen = NAMED_INSTEAD[state] === undefined ? "" : `?state=${WAY[hop + 1]}`;
  const next = await exchange.get("US", `/v1/traces/${cases[hop]}/next${chosen}`);
  expect(next, JSON.stringify(next.body)).toMatchObject({ status: 200 });
  return next.body;
}

/** Asks by letter and enters the answer that came by post. */
async function askByLetter(trace: object, reply: object): Promise<string> {
  const opened = await exchange.post("US", "/v1/traces", trace);
  expect(opened, JSON.stringify(opened.body)).toMatchObject({ status: 201 });
  const path = `/v1/traces/${opened.body.caseId}`;
  const day = new Date().toISOString().slice(0, 10);
  const left = { channel: "I-24/7", reference: "NCB/1", dispatchedOn: day, language: "fr" };
  expect(await exchange.post("US", `${path}/dispatched`, left)).toMatchObject({ status: 201 });
  const answer = { channel: "POST", reference: "ML/77", receivedOn: day, reply };
  const entered = await exchange.post("US", `${path}/entered-answer`, answer);
  expect(entered).toMatchObject({ status: 201, body: { state: "ANSWERED" } });
  return opened.body.caseId;
}

test("a chain goes over twelve hops, one of them by letter, from the answers alone", async () => {
  const start = { ...traceBody({ to: "AT", serial: "LONG-4711" }), status: "ACTUAL" };
  cases.push(await exchange.askAndAnswer("US", start, answerOf(0)));
  for (let hop = 1; hop < WAY.length; hop += 1) {
    const { onExchange, trace } = await nextAfter(hop - 1);
    const [to] = WAY.slice(hop);
    expect(trace).toMatchObject({ to, request: { hopNumber: hop } });
    expect(onExchange).toBe(to !== OFF_EXCHANGE);
    const ask = onExchange
      ? exchange.askAndAnswer("US", trace, answerOf(hop))
      : askByLetter(trace, answerOf(hop));
    cases.push(await ask);
  }
}, 120_000);

test("every case of it tells the same chain, with its one gap and its one letter", async () => {
  for (const caseId of [cases[0], cases[6], cases[12]]) {
    const { body } = await exchange.get("US", `/v1/traces/${caseId}/chain`);
    expect(body).toMatchObject({ chainId: cases[0], ok: false, cycles: [], tooLong: false });
    expect(body.hops.map(({ requestedState }: { requestedState: string }) => requestedState))
      // The order of asking is the order of the hops.
      .toEqual(WAY);
    const byLetter = body.hops.filter(({ offExchange }: { offExchange: boolean }) => offExchange);
    expect(byLetter).toMatchObject([{ requestedState: OFF_EXCHANGE, hop: 6 }]);
    expect(body.gaps).toEqual([
      {
        caseId: cases[9],
        hop: 9,
        rule: "chainGap",
        because: "Poland sent it to Latvia; Czechia was asked, and Czechia had it from Poland.",
      },
    ]);
    expect(body.end).toBe("TOO_LONG");
    const times = body.timeline.map(({ at }: { at: string }) => at);
    expect(times).toEqual(times.toSorted());
    expect(body.graph.nodes.map(({ state }: { state: string }) => state)).toEqual(
      expect.arrayContaining(["US", ...WAY, "LV", "UA"]),
    );
  }
});

test("a thirteenth hop is refused, with the rule and what to do", async () => {
  const last = cases.at(-1);
  expect(await exchange.get("US", `/v1/traces/${last}/next`)).toMatchObject({
    status: 409,
    body: { code: "ILLEGAL_MOVE", detail: "the chain has as many hops as one may have" },
  });
  const { trace } = (await exchange.get("US", `/v1/traces/${last}/next?state=UA`)).body;
  expect(trace).toMatchObject({ to: "UA", request: { hopNumber: 13 } });
  expect(await exchange.post("US", "/v1/traces", trace)).toMatchObject({
    status: 422,
    body: {
      problems: [
        {
          field: "request.hopNumber",
          rule: "chainTooLong",
          remedy: "Look at the chain again; it does not go on for longer.",
        },
      ],
    },
  });
});

test("a State in the middle sees its own case, and nothing of the others", async () => {
  const { body } = await exchange.get("BE", "/v1/traces");
  expect(body.traces.map(({ caseId }: { caseId: string }) => caseId)).toEqual([cases[4]]);
  const seen = (await exchange.get("BE", `/v1/traces/${cases[4]}`)).body;
  expect(seen).toMatchObject({ role: "requested", peer: "US", request: { hopNumber: 4 } });
  // No answer on the way may be passed on (NO_ONWARD), so Belgium is told none of them.
  expect(seen.request.custodyHistory ?? []).toEqual([]);
});
