import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type StaffedExchange, startChainExchange } from "../support/chain-exchange.ts";
import { traceBody } from "../support/trace-body.ts";

/** TP-PERS-12, TP-PERS-13: a correction and an erasure follow a person over four States. */

const NAME = "Madeup Nobody";
const CORRECT = "Madeup Nobodi";
const WHY = "The vessel leaves tonight (made up)";
const personsOf = (name: string) => ({
  necessity: "The record is kept under this name and cannot be found without it.",
  legalBasis: "Police Act section 12 (made up)",
  persons: [{ personRef: "P1", role: "PURCHASER", accuracy: "FACT", name }],
});
const ALONE = { priority: "URGENT", breakGlass: { reason: WHY }, persons: personsOf(NAME) };

let exchange: StaffedExchange;
/** Case and request of each hop, by the State that was asked. */
const hops = new Map<string, { caseId: string; messageId: string }>();

beforeAll(async () => {
  exchange = await startChainExchange(["US", "AT", "IT", "CH"]);
});
afterAll(() => exchange?.stop());

/** Sends a request with personal data, and waits until it is there. */
// biome-ignore lint/suspicious/noExplicitAny: the body of a request, as the service made it
async function ask(from: string, trace: any): Promise<void> {
  const request = { ...trace.request, urgencyJustification: WHY, onwardForwardConsent: true };
  const sent = await exchange.post(from, "/v1/traces", { ...trace, ...ALONE, request });
  expect(sent, JSON.stringify(sent.body)).toMatchObject({ status: 201 });
  hops.set(trace.to, sent.body);
  await exchange.until(trace.to, sent.body.caseId, "DELIVERED");
}

/** The notice as a State tells it, once it is as wanted. */
async function notice(state: string, noticeId: string, wanted: object) {
  const givenUpAt = Date.now() + 60_000;
  for (;;) {
    const { body } = await exchange.get(state, `/v1/notices/${noticeId}`);
    try {
      expect(body).toMatchObject(wanted);
      return body;
    } catch (caught) {
      if (Date.now() > givenUpAt) throw caught;
      await pause(100);
    }
  }
}

/** Confirms what waits for a second person at a State. */
async function confirmAt(state: string): Promise<void> {
  const { body } = await exchange.get(state, "/v1/releases?state=PENDING");
  const [{ preparedBy, releaseId }] = body.releases;
  expect(preparedBy).toBe("exchange");
  const path = `/v1/releases/${releaseId}/confirm`;
  const confirmed = await exchange.post(state, path, {});
  expect(confirmed, JSON.stringify(confirmed.body)).toMatchObject({ status: 200 });
}

async function namesAt(state: string, hop = state): Promise<string[]> {
  const reason = encodeURIComponent("Looking what a notice did");
  const path = `/v1/traces/${hops.get(hop)?.caseId}/persons?reason=${reason}`;
  const { body } = await exchange.get(state, path);
  return body.blocks.flatMap(
    ({ data }: { data?: { persons: { name: string }[] } }) =>
      data?.persons.map(({ name }) => name) ?? [],
  );
}

const further = (participant: string, passedOnBy: string, standing: string) =>
  expect.objectContaining({ participant, passedOnBy, standing });

describe("a person named in a trace over four States (TP-PERS-13, TP-PERS-17)", () => {
  test("goes on with consent, and each State writes down who received it of whom", async () => {
    await ask("US", { ...traceBody({ to: "AT", serial: "NOTICE-1" }), status: "ACTUAL" });
    for (const [at, next] of [["AT", "IT"] as const, ["IT", "CH"] as const]) {
      const { caseId = "", messageId } = hops.get(at) ?? {};
      const { body } = await exchange.get(at, `/v1/traces/${caseId}/next?state=${next}`);
      await ask(at, body.trace);
      const copies = (await exchange.get(at, "/v1/onward")).body.copies;
      expect(copies).toMatchObject([
        { of: { messageId, part: "persons" }, to: next, ground: "GRANTED" },
        { of: { messageId, part: "body" }, to: next, ground: "GRANTED" },
      ]);
    }
    expect(await namesAt("CH")).toEqual([NAME]);
  });

  test("is corrected everywhere; the originator sees who has done it and who has not", async () => {
    const { messageId = "" } = hops.get("AT") ?? {};
    const sent = await exchange.post("US", "/v1/notices", {
      subject: { sender: "US", messageId, part: "persons" },
      correction: { reason: "The name was misspelt in the request.", persons: personsOf(CORRECT) },
    });
    expect(sent.status).toBe(202);
    await exchange.second("US", sent.body.releaseId);
    const { body } = await exchange.get("US", "/v1/notices?direction=sent");
    const [{ noticeId }] = body.notices;
    // AT has done it at once; what it sends on with personal data waits for a person there.
    const onward = (...all: unknown[]) => ({ state: "DONE", answer: { onward: all } });
    await notice("US", noticeId, {
      ...onward(further("IT", "AT", "NOT_TOLD")),
      outstanding: 1,
    });
    expect((await exchange.get("US", "/v1/notices?open=true")).body.notices).toMatchObject([
      { noticeId, outstanding: 1 },
    ]);
    await confirmAt("AT");
    await notice(
      "US",
      noticeId,
      onward(further("IT", "AT", "DONE"), further("CH", "IT", "NOT_TOLD")),
    );
    expect(await namesAt("CH")).toEqual([NAME]);
    await confirmAt("IT");
    const done = await notice(
      "US",
      noticeId,
      onward(further("IT", "AT", "DONE"), further("CH", "IT", "DONE")),
    );
    expect(done.outstanding).toBeUndefined();
    for (const state of ["AT", "IT", "CH"]) expect(await namesAt(state)).toEqual([CORRECT]);
  });

  test("is erased everywhere, without a person on the way", async () => {
    const { messageId = "" } = hops.get("AT") ?? {};
    const sent = await exchange.post("US", "/v1/notices", {
      subject: { sender: "US", messageId, part: "persons" },
      erasure: { reason: "PURPOSE_ENDED" },
    });
    expect(sent).toMatchObject({ status: 201, body: { notices: [{ to: "AT" }] } });
    await notice("US", sent.body.notices[0].noticeId, {
      state: "DONE",
      answer: {
        passedOnTo: ["IT"],
        onward: [further("IT", "AT", "DONE"), further("CH", "IT", "DONE")],
      },
    });
    expect((await exchange.get("US", "/v1/notices?open=true")).body.notices).toEqual([]);
    for (const [state, hop] of [
      ["US", "AT"],
      ["AT", "AT"],
      ["AT", "IT"],
      ["IT", "IT"],
      ["IT", "CH"],
      ["CH", "CH"],
    ] as const) {
      expect(await namesAt(state, hop), `${state} of the case with ${hop}`).toEqual([]);
    }
  });
});
