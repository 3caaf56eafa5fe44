import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ApiDoor, callApi } from "#http";

const TIMEOUT_MS = 10_000;

describe("calling a role's HTTP door", () => {
  let server: Server;
  let door: ApiDoor;
  let answer: { status: number; body: string } = { status: 200, body: "{}" };
  /** How many requests the door turns away first, and after how many seconds to come again. */
  let busy: { requests: number; retryAfter: string } = { requests: 0, retryAfter: "" };
  let seen: { request: IncomingMessage; body: string } | undefined;

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      request.on("end", () => {
        seen = { request, body };
        busy.requests -= 1;
        if (busy.requests >= 0) {
          response.writeHead(429, { "retry-after": busy.retryAfter });
          response.end('{"code":"TOO_MANY_REQUESTS"}');
          return;
        }
        response.writeHead(answer.status, { "content-type": "application/json" });
        response.end(answer.body);
      });
    });
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    const { port } = server.address() as AddressInfo;
    door = { url: `http://127.0.0.1:${port}`, token: "secret-token" };
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    answer = { status: 200, body: "{}" };
    busy = { requests: 0, retryAfter: "" };
    seen = undefined;
  });

  it("sends the bearer token and gives back the JSON", async () => {
    answer.body = '{"n":1}';
    expect(await callApi(door, { path: "/v1/x", timeoutMs: TIMEOUT_MS })).toEqual({ n: 1 });
    expect(seen?.request.headers.authorization).toBe("Bearer secret-token");
    expect(seen?.request.method).toBe("GET");
  });

  it("sends a JSON body with its headers", async () => {
    const headers = { "idempotency-key": "k" };
    const call = { method: "POST", path: "/v1/x", body: { a: 1 }, headers } as const;
    await callApi(door, { ...call, timeoutMs: TIMEOUT_MS });
    expect(seen?.body).toBe('{"a":1}');
    expect(seen?.request.headers).toMatchObject({
      "content-type": "application/json",
      "idempotency-key": "k",
    });
  });

  it("comes again where it is told to wait (TP-API-22)", async () => {
    busy = { requests: 2, retryAfter: "0.01" };
    const call = { method: "POST", path: "/v1/x", body: { a: 1 }, timeoutMs: TIMEOUT_MS } as const;
    expect(await callApi(door, call)).toEqual({});
    expect(seen?.body).toBe('{"a":1}');
    expect(busy.requests).toBe(-1);
  });

  it("says so where it would have to wait longer than it may", async () => {
    busy = { requests: 1, retryAfter: "3600" };
    await expect(callApi(door, { path: "/v1/x", timeoutMs: TIMEOUT_MS })).rejects.toMatchObject({
      status: 429,
      problemCode: "TOO_MANY_REQUESTS",
    });
  });

  it("streams JSON Lines", async () => {
    const lines = [{ id: 1 }, { id: 2 }];
    await callApi(door, { method: "POST", path: "/v1/x", lines, timeoutMs: TIMEOUT_MS });
    expect(seen?.body).toBe('{"id":1}\n{"id":2}\n');
    expect(seen?.request.headers["content-type"]).toBe("application/x-ndjson");
  });

  it("tells the problem details of a refused call, without its query and token", async () => {
    answer = {
      status: 422,
      body: JSON.stringify({
        title: "The body breaks a rule.",
        code: "BODY_INVALID",
        remedy: "Correct it.",
        problems: [{ field: "request.quantity", rule: "missing" }],
      }),
    };
    const call = callApi(door, { path: "/v1/x?serial=SECRET", timeoutMs: TIMEOUT_MS });
    await expect(call).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringMatching(/\/v1\/x: BODY_INVALID: The body breaks a rule\.$/u),
      problems: ["request.quantity: missing"],
      remedy: "Correct it.",
    });
    await expect(call).rejects.not.toMatchObject({ message: expect.stringContaining("SECRET") });
    await expect(call).rejects.not.toMatchObject({ message: expect.stringContaining("token") });
  });

  it("takes a service that fails for one that can be called again", async () => {
    answer = { status: 503, body: "not json" };
    await expect(callApi(door, { path: "/v1/x", timeoutMs: TIMEOUT_MS })).rejects.toMatchObject({
      code: "UNAVAILABLE",
    });
  });

  it("says when nobody answers", async () => {
    const nobody = { url: "http://127.0.0.1:1", token: "t" };
    await expect(callApi(nobody, { path: "/", timeoutMs: TIMEOUT_MS })).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: "http://127.0.0.1:1 does not answer",
    });
  });
});
