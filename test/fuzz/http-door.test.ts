import fc from "fast-check";
import { Registry } from "prom-client";
import { Type } from "typebox";
import { afterAll, beforeAll, expect, test } from "vitest";
import { toTraceRequest } from "#casework";
import { FAULTS, REFUSALS } from "#errors";
import { createHttpServer, HTTP_CODES, type HttpServer } from "#http";
import { createLogger, HTTP_LIMITS, systemClock } from "#runtime";
import { NewTrace } from "../../services/focal-point/api/trace-schema.ts";
import { openMemoryUsers } from "../support/memory-users.ts";
import { TEST_TITLE, testRoute } from "../support/test-route.ts";
import { anyInput } from "./any-input.ts";

const RUNS = 400;
const CONTEXT = { requestingState: "NE", requestedState: "AT", nowMs: Date.UTC(2026, 0, 1) };

let server: HttpServer;
let authorization = "";

beforeAll(async () => {
  const users = await openMemoryUsers(systemClock);
  authorization = `Bearer ${users.installation}`;
  server = await createHttpServer({
    host: "127.0.0.1",
    port: 0,
    logger: createLogger({ name: "test", level: "silent" }),
    title: TEST_TITLE,
    health: {},
    metrics: new Registry(),
    api: {
      guard: users.guard,
      routes: (routes) => {
        const send = testRoute("send", "account:own", { body: NewTrace });
        routes.post("/traces", send, (request) => {
          return { quantity: toTraceRequest(request.body.request, CONTEXT).quantity };
        });
        const querystring = Type.Object(
          {
            after: Type.Optional(Type.String({ maxLength: 64 })),
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: HTTP_LIMITS.pageRowsMax })),
          },
          { additionalProperties: false },
        );
        const list = testRoute("list", "account:own", { querystring });
        routes.get("/traces", list, () => ({}));
      },
    },
  });
});

afterAll(async () => {
  await server.close();
});

/** Asks, and demands an answer that says what is wrong when it says no. */
async function demandAnswer(path: string, init: RequestInit): Promise<void> {
  const response = await fetch(`${server.url}${path}`, init);
  const text = await response.text();
  expect(response.status, text).toBeLessThan(500);
  if (response.status < 400) return;
  expect(response.headers.get("content-type")).toMatch(/^application\/problem\+json/);
  const { code, remedy, title } = JSON.parse(text);
  expect(Object.keys({ ...HTTP_CODES, ...FAULTS, ...REFUSALS })).toContain(code);
  expect([title, remedy]).not.toContain("");
}

test("a body is taken, or refused with a code and a way out, whatever it is", async () => {
  const types = ["application/json", "application/x-ndjson", "text/plain", "x", ""];
  const property = fc.asyncProperty(
    anyInput("trace-body"),
    fc.oneof({ arbitrary: fc.constant("application/json"), weight: 5 }, fc.constantFrom(...types)),
    async (input, type) => {
      const headers = { authorization, ...(type === "" ? {} : { "content-type": type }) };
      await demandAnswer("/v1/traces", { method: "POST", headers, body: Uint8Array.from(input) });
    },
  );
  await fc.assert(property, { numRuns: RUNS });
});

test("so is a query", async () => {
  const names = fc.oneof(fc.constantFrom("after", "limit", "__proto__"), fc.string());
  const queries = fc.array(fc.tuple(names, fc.string({ unit: "grapheme" })), { maxLength: 4 });
  const property = fc.asyncProperty(queries, fc.string(), async (pairs, tail) => {
    const raw = new URLSearchParams(pairs.map(([name, value]) => [name, value]));
    const headers = { authorization };
    await demandAnswer(`/v1/traces?${raw}${encodeURI(tail.toWellFormed())}`, { headers });
  });
  await fc.assert(property, { numRuns: RUNS });
});

test("a credential is known or not, whatever it is", async () => {
  const property = fc.asyncProperty(anyInput("token"), async (input) => {
    // Bytes that fetch itself would not send are left out.
    const text = Buffer.from(input)
      .toString("latin1")
      .replaceAll(/[^\x21-\x7e]/g, "");
    const headers = { authorization: `Bearer ${text}` };
    const response = await fetch(`${server.url}/v1/traces`, { headers });
    // So many of one address are more than it may send; see TP-API-22.
    const answers = { 401: "UNAUTHENTICATED", 429: "TOO_MANY_REQUESTS" };
    expect(Object.entries(answers)).toContainEqual([
      String(response.status),
      (await response.json()).code,
    ]);
  });
  await fc.assert(property, { numRuns: RUNS });
});
