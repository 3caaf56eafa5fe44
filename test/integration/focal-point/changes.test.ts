import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiDoor, type ApiProblem, callApi } from "#http";
import { initExchange, type RunningExchange, startExchange } from "../../../deploy/local/index.ts";
import { specsOf } from "../../support/nats-carrier.ts";
import { CASEWORKER, openCaseworkDoors } from "../../support/test-doors.ts";
import { traceBody } from "../../support/trace-body.ts";

interface Change {
  readonly sequence: number;
  readonly kind: string;
  readonly caseId?: string;
  readonly state?: string;
  readonly actor: string;
}

interface Page {
  readonly changes: readonly Change[];
  readonly next: number;
  readonly last: number;
}

const timeoutMs = 60_000;

let dataDir: string;
let exchange: RunningExchange;
let doorOf: (participant: string) => ApiDoor;

beforeAll(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), "tracepost-changes-")), "data");
  await initExchange({ dataDir, participants: specsOf(["US", "AT"]) });
  exchange = await startExchange({ dataDir });
  doorOf = await openCaseworkDoors(exchange);
});

afterAll(async () => {
  await exchange?.stop();
  await rm(join(dataDir, ".."), { recursive: true, force: true });
});

const changesAfter = (id: string, after: number, waitMs = 30_000): Promise<Page> =>
  callApi<Page>(doorOf(id), { path: `/v1/changes?after=${after}&waitMs=${waitMs}`, timeoutMs });

const openTrace = (serial: string) =>
  callApi<{ caseId: string }>(doorOf("US"), {
    method: "POST",
    path: "/v1/traces",
    body: traceBody({ to: "AT", serial }),
    timeoutMs,
  });

/** Follows a feed, waiting for each change, until `wanted` holds of what came. */
async function follow(
  id: string,
  from: number,
  wanted: (changes: readonly Change[]) => boolean,
): Promise<Change[]> {
  const seen: Change[] = [];
  for (let after = from; !wanted(seen); ) {
    const page = await changesAfter(id, after);
    seen.push(...page.changes);
    after = page.next;
  }
  return seen;
}

describe("whoever follows the feed", () => {
  test("hears at both ends what became of a trace, as it happens", async () => {
    const us = await changesAfter("US", 0, 0);
    const at = await changesAfter("AT", 0, 0);
    const followed = Promise.all([
      follow("US", us.last, (seen) => seen.some(({ state }) => state === "ANSWERED")),
      follow("AT", at.last, (seen) => seen.some(({ kind }) => kind === "message.delivered")),
    ]);
    const { caseId } = await openTrace("MADE-UP 0815");
    const [asked, answered] = await followed;
    const own = asked.filter((change) => change.caseId === caseId);
    expect(own[0]).toMatchObject({
      kind: "case.opened",
      state: "SUBMITTED",
      actor: CASEWORKER.userId,
    });
    expect(own.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(["message.accepted", "message.delivered", "message.received"]),
    );
    expect(own.find(({ state }) => state === "ANSWERED")).toMatchObject({ actor: "exchange" });
    const reply = answered.filter((change) => change.caseId === caseId);
    expect(reply.find(({ state }) => state === "ANSWERED")).toMatchObject({
      kind: "case.moved",
      actor: "firearm-register",
    });
    expect(JSON.stringify([own, reply])).not.toMatch(/MADE-UP|0815|CASE-/);
  });

  test("misses nothing and hears nothing twice while cases are opened side by side", async () => {
    const { last } = await changesAfter("US", 0, 0);
    const opened = Promise.all(Array.from({ length: 40 }, (_, at) => openTrace(`SIDE ${at}`)));
    const ends = (seen: readonly Change[]) => seen.filter(({ state }) => state === "ANSWERED");
    const seen = await follow("US", last, (changes) => ends(changes).length === 40);
    const sequences = seen.map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.map((_, at) => last + 1 + at));
    const cases = (await opened).map(({ caseId }) => caseId);
    for (const kind of ["case.opened", "message.accepted", "message.delivered"]) {
      const told = seen.filter((change) => change.kind === kind).map(({ caseId }) => caseId);
      expect(told.toSorted(), kind).toEqual(cases.toSorted());
    }
  });

  test("is let go when the service stops, and goes on where he was after its start", async () => {
    const { cases } = await callApi<{ cases: { requested: { ANSWERED: number } } }>(doorOf("AT"), {
      path: "/v1/summary",
      timeoutMs,
    });
    const isQuiet = (seen: readonly Change[]) =>
      seen.filter(({ kind }) => kind === "message.delivered").length === cases.requested.ANSWERED;
    const last = (await follow("AT", 0, isQuiet)).at(-1)?.sequence ?? 0;
    const waiting = changesAfter("AT", last);
    // The answer to a later request shows that the earlier one has been taken up.
    await changesAfter("AT", last, 1);
    await exchange.stop();
    expect(await waiting).toMatchObject({ changes: [], next: last });
    exchange = await startExchange({ dataDir });
    doorOf = await openCaseworkDoors(exchange);
    const { caseId } = await openTrace("AFTER THE START");
    const seen = await follow("AT", last, (changes) => changes.length > 0);
    expect(seen[0]).toMatchObject({ sequence: last + 1, kind: "case.opened", caseId });
    const ahead = changesAfter("AT", 1_000_000).catch((problem: ApiProblem) => problem.problemCode);
    expect(await ahead).toBe("CHANGES_GONE");
  });
});
