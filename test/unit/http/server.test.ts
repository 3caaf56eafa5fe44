import { Registry } from "prom-client";
import { Type } from "typebox";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TracepostError } from "#errors";
import {
  createHttpServer,
  type HttpRoutes,
  type HttpServer,
  problemFromRefusal,
  sendProblem,
} from "#http";
import { createLogger, systemClock } from "#runtime";
import { newToken } from "#users";
import { type MemoryUsers, openMemoryUsers } from "../../support/memory-users.ts";
import { TEST_TITLE, testRoute } from "../../support/test-route.ts";

const SECRET = "MADE-UP-SERIAL-4711";

let server: HttpServer;
let isConnected: boolean;
let logged: string;
let users: MemoryUsers;
let authorization: string;

beforeEach(async () => {
  users = await openMemoryUsers(systemClock);
  authorization = `Bearer ${users.installation}`;
  isConnected = true;
  logged = "";
  const destination = { write: (line: string) => (logged += line) };
  server = await createHttpServer({
    host: "127.0.0.1",
    port: 0,
    logger: createLogger({ name: "test", level: "debug", destination }),
    title: TEST_TITLE,
    health: { store: () => true, nats: () => isConnected },
    metrics: new Registry(),
    statusPage: () => "<!doctype html><p>fine</p>",
    bodyBytesMax: 1_000,
    api: {
      guard: users.guard,
      routes: (routes) => {
        const own = <S extends object>(id: string, schema: S) =>
          testRoute(id, "account:own", schema);
        const body = Type.Object({ count: Type.Integer() }, { additionalProperties: false });
        routes.post("/things", own("count", { body }), (request) => ({
          next: request.body.count + 1,
        }));
        const querystring = Type.Object({ limit: Type.Integer({ maximum: 5 }) });
        routes.get("/things", own("ask", { querystring }), (request) => request.query);
        routes.get("/fault", own("fail", {}), () => {
          throw new TypeError(`a bug about ${SECRET}`);
        });
        routes.get("/away", own("leave", {}), () => {
          throw new TracepostError("UNAVAILABLE", "the carrier is away");
        });
        routes.get("/refused", own("refuse", {}), (_request, reply) =>
          sendProblem(
            reply,
            problemFromRefusal({ code: "RECIPIENT_UNKNOWN", field: "to", detail: "" }),
          ),
        );
      },
    },
  });
});

afterEach(async () => {
  await server.close();
});

async function ask(path: string, init: RequestInit = {}) {
  const response = await fetch(`${server.url}${path}`, init);
  const text = await response.text();
  const isJson = (response.headers.get("content-type") ?? "").includes("json");
  return { response, status: response.status, body: isJson ? JSON.parse(text) : text };
}

const post = (body: string, contentType = "application/json") =>
  ask("/v1/things", {
    method: "POST",
    headers: { authorization, "content-type": contentType },
    body,
  });

describe("the open doors", () => {
  test("say that the process lives, whatever else fails", async () => {
    isConnected = false;
    expect(await ask("/healthz")).toMatchObject({ status: 200, body: { status: "alive" } });
  });

  test("name the condition that keeps the service from being ready", async () => {
    expect((await ask("/readyz")).status).toBe(200);
    isConnected = false;
    expect(await ask("/readyz")).toMatchObject({
      status: 503,
      body: { status: "not-ready", checks: { store: true, nats: false } },
    });
  });

  test("allow the status page no script and no frame", async () => {
    const { response, status } = await ask("/");
    expect(status).toBe(200);
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("script-src");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  });

  test("answer to loopback names only, so that no page elsewhere can rebind its own to us", async () => {
    const { request } = await import("node:http");
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { host: "evil.example:80" };
      const asked = request(`${server.url}/`, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      asked.on("error", reject);
      asked.end();
    });
    expect(status).toBe(421);
  });
});

describe("the guarded door", () => {
  test.each([
    ["no token", () => undefined],
    ["another token", () => `Bearer ${newToken().text}`],
    ["something that is no token", () => "Bearer another-token-of-many-characters"],
    ["the token with more behind it", () => `${authorization}x`],
    ["the token twice", () => `${authorization} ${users.installation}`],
    ["another scheme", () => `Basic ${users.installation}`],
  ])("stays shut to %s", async (_what, give) => {
    const given = give();
    const headers: Record<string, string> = given === undefined ? {} : { authorization: given };
    const { status, body, response } = await ask("/v1/things?limit=1", { headers });
    expect(status).toBe(401);
    expect(body).toMatchObject({ code: "UNAUTHENTICATED" });
    expect(response.headers.get("www-authenticate")).toContain("Bearer");
  });

  test("opens to the token", async () => {
    expect(await post('{"count":1}')).toMatchObject({ status: 200, body: { next: 2 } });
  });

  test("is not built with a route that asks for no permission, or that nobody described", async () => {
    const options = {
      host: "127.0.0.1",
      port: 0,
      logger: createLogger({ name: "test", level: "silent" }),
      title: TEST_TITLE,
      health: {},
    };
    const { schema, config } = testRoute("open", "account:own", {});
    const serverWith = (route: object) =>
      createHttpServer({
        ...options,
        api: {
          guard: users.guard,
          routes: (routes: HttpRoutes) => void routes.get("/open", route, () => ({})),
        },
      });
    const { permission: _, ...open } = config;
    await expect(serverWith({ schema, config: open })).rejects.toMatchObject({
      code: "INTERNAL",
      message: "the route /v1/open names no permission",
    });
    // TP-API-13
    await expect(serverWith({ config })).rejects.toMatchObject({
      code: "INTERNAL",
      message:
        "the route GET /v1/open lacks operationId, summary, one of the tags, " +
        "a schema of its answer",
    });
    // TP-API-18
    const response = { ...schema.response, 201: schema.response[200] };
    await expect(serverWith({ config, schema: { ...schema, response } })).rejects.toMatchObject({
      message: "the route GET /v1/open lacks the headers of a repeat",
    });
  });
});

describe("a problem", () => {
  test("of a body names every wrong field, and converts nothing silently", async () => {
    const { status, body, response } = await post('{"count":"1","other":2}');
    expect(status).toBe(422);
    expect(response.headers.get("content-type")).toContain("application/problem+json");
    expect(body).toMatchObject({ code: "INPUT_INVALID", status: 422 });
    expect(body.problems).toEqual(
      expect.arrayContaining([
        { field: "count", rule: "must be integer" },
        { field: "other", rule: "is not a known field" },
      ]),
    );
  });

  test("of a query names the field", async () => {
    const answer = await ask("/v1/things?limit=6", { headers: { authorization } });
    expect(answer.body).toMatchObject({ code: "INPUT_INVALID", problems: [{ field: "limit" }] });
  });

  test.each([
    ["bytes that are no JSON", () => post("{"), 400, "USAGE"],
    ["a body over the limit", () => post(`{"count":${"1".repeat(2_000)}}`), 413, "TOO_LARGE"],
    ["another content type", () => post("x", "text/csv"), 415, "UNSUPPORTED_MEDIA_TYPE"],
    ["an address that is not there", () => ask("/v1/nothing"), 404, "NOT_FOUND"],
  ])("of %s has a closed code and says what to do", async (_what, send, status, code) => {
    const answer = await send();
    expect(answer).toMatchObject({ status, body: { code } });
    expect(answer.body.remedy).not.toBe("");
  });

  test("of a refusal has code, field and remedy of the closed table", async () => {
    const answer = await ask("/v1/refused", { headers: { authorization } });
    expect(answer).toMatchObject({ status: 422, body: { code: "RECIPIENT_UNKNOWN", field: "to" } });
    expect(answer.body.remedy).toContain("register");
  });

  test("of a bug tells the caller nothing of it", async () => {
    const answer = await ask("/v1/fault", { headers: { authorization } });
    expect(answer).toMatchObject({ status: 500, body: { code: "INTERNAL" } });
    expect(JSON.stringify(answer.body)).not.toContain(SECRET);
  });

  test("of something that passes says so", async () => {
    const answer = await ask("/v1/away", { headers: { authorization } });
    expect(answer).toMatchObject({ status: 503, body: { code: "UNAVAILABLE" } });
  });
});

test("the log holds routes, never addresses or queries", async () => {
  await ask(`/v1/things?limit=1&serial=${SECRET}`, { headers: { authorization } });
  await ask(`/v1/things/${SECRET}`, { headers: { authorization } });
  expect(logged).toContain("/v1/things");
  expect(logged).not.toContain(SECRET);
  expect(logged).not.toContain(users.installation);
});

test("a port that is taken is a fault with what to do", async () => {
  const port = Number(new URL(server.url).port);
  const logger = createLogger({ name: "test", level: "silent" });
  const options = { host: "127.0.0.1", port, logger, health: {}, title: TEST_TITLE };
  const second = createHttpServer(options);
  await expect(second).rejects.toMatchObject({ code: "UNAVAILABLE" });
});
