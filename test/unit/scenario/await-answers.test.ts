import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SCENARIO_LIMITS } from "#runtime";
import { awaitAnswers, awaitQuiet } from "../../../scenario/await-answers.ts";
import { FocalPoints } from "../../../scenario/focal-points.ts";
import { PatientDoors } from "../../../scenario/patient-doors.ts";
import type { ProgressCounts } from "../../../scenario/progress.ts";
import type { SubmittedRequest } from "../../../scenario/submit.ts";
import { plannedRequest } from "../../support/recovered-rows.ts";

/** What the focal point of the test says. */
interface Says {
  accepted: number;
  delivered: number;
  refused: number;
  received: number;
  pending: number;
  traces: unknown[];
}

describe("waiting for the answers", () => {
  const says: Says = {
    accepted: 0,
    delivered: 0,
    refused: 0,
    received: 0,
    pending: 0,
    traces: [],
  };
  let looks = 0;
  let server: Server;
  let shown: ProgressCounts[] = [];
  const controller = new AbortController();
  const requests: SubmittedRequest[] = ["1", "2"].map((ref) => ({
    ...plannedRequest({ ref }),
    caseId: `case-${ref}`,
  }));

  const answer = (path: string): unknown => {
    if (path.startsWith("/v1/traces")) return { traces: says.traces };
    looks += 1;
    const { accepted, delivered, pending, received, refused } = says;
    return {
      receipts: { accepted, delivered, refused, rejected: 0, expired: 0 },
      replies: { received, sent: 0 },
      outbox: { pending },
      inbox: { receiptsOwed: 0 },
    };
  };

  beforeEach(async () => {
    looks = 0;
    shown = [];
    Object.assign(says, { accepted: 0, delivered: 0, refused: 0, received: 0, pending: 0 });
    says.traces = [];
    server = createServer((request, response) => {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(answer(request.url ?? "")));
    });
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const deps = (nowMs: () => number) => {
    const { port } = server.address() as AddressInfo;
    const door = { url: `http://127.0.0.1:${port}`, token: "t" };
    const focalPoints = new FocalPoints(
      new PatientDoors(() => new Map([["US", door]]), controller.signal),
    );
    const view = { show: (counts: ProgressCounts) => shown.push(counts), end: () => undefined };
    return { requests, focalPoints, view, clock: { now: nowMs }, signal: controller.signal };
  };
  const line = (ref: string, more: object) => ({
    caseId: `case-${ref}`,
    state: "ANSWERED",
    ...more,
  });

  it("ends when every request is delivered and answered", async () => {
    Object.assign(says, { accepted: 2, delivered: 2, received: 2 });
    says.traces = [line("1", { outcome: "NO_RECORD" }), line("2", { outcome: "REFUSED" })];
    expect(await awaitAnswers(deps(() => 0))).toEqual([]);
    expect(shown.at(-1)).toMatchObject({ accepted: 2, delivered: 2, answered: 2 });
  });

  it("ends when a request was refused and will never be answered", async () => {
    Object.assign(says, { accepted: 1, delivered: 1, received: 1, refused: 1 });
    const refusal = { code: "NOT_PERMITTED", field: "" };
    says.traces = [line("1", { outcome: "NO_RECORD" }), line("2", { state: "SUBMITTED", refusal })];
    expect(await awaitAnswers(deps(() => 0))).toEqual([]);
  });

  it("does not take answers to other requests of the State for these", async () => {
    Object.assign(says, { accepted: 9, delivered: 9, received: 9 });
    says.traces = [line("1", { outcome: "NO_RECORD" }), line("2", { state: "DELIVERED" })];
    let now = 0;
    const stuck = await awaitAnswers(
      deps(() => {
        now += SCENARIO_LIMITS.stallMs / 2;
        return now;
      }),
    );
    expect(stuck).toEqual([{ ref: "2", from: "US", to: "AT", state: "DELIVERED" }]);
  });

  it("gives up when nothing moves any more, and names what is stuck and where", async () => {
    Object.assign(says, { accepted: 2, delivered: 1, received: 0 });
    says.traces = [line("1", { state: "SUBMITTED" })];
    let now = 0;
    const stuck = await awaitAnswers(
      deps(() => {
        now += SCENARIO_LIMITS.stallMs / 2;
        return now;
      }),
    );
    expect(stuck).toEqual([
      { ref: "1", from: "US", to: "AT", state: "SUBMITTED" },
      { ref: "2", from: "US", to: "AT", state: "unknown to the focal point" },
    ]);
  });

  it("waits for what is under way, and not for ever", async () => {
    await awaitQuiet(["US"], deps(() => 0).focalPoints, { now: () => 0 }, controller.signal);
    expect(looks).toBe(1);
    says.pending = 1;
    let now = 0;
    const clock = { now: () => (now += SCENARIO_LIMITS.quietMs / 2) };
    await awaitQuiet(["US"], deps(() => 0).focalPoints, clock, controller.signal);
    expect(looks).toBeGreaterThan(1);
  });
});
