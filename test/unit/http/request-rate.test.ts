import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Registry } from "prom-client";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createHttpServer, type HttpServer } from "#http";
import { createLogger, HTTP_LIMITS, patientFetch, systemClock } from "#runtime";
import { newToken } from "#users";
import { type MemoryUsers, openMemoryUsers } from "../../support/memory-users.ts";
import { TEST_TITLE, testRoute } from "../../support/test-route.ts";

const BOUND = 5;

/** A route that asks for no token. */
const { config, ...described } = testRoute("look", "traces:read", {});
const { permission: _permission, ...open } = config;
const openRoute = { ...described, config: open };

let users: MemoryUsers;
let server: HttpServer;
let amina: string;

beforeEach(async () => {
  users = await openMemoryUsers(systemClock);
  amina = await users.person("amina", "FOCAL_POINT_OFFICER");
  server = await createHttpServer({
    host: "127.0.0.1",
    port: 0,
    logger: createLogger({ name: "test", level: "silent" }),
    title: TEST_TITLE,
    health: {},
    metrics: new Registry(),
    requestsPerUserMax: BOUND,
    requestsPerAddressMax: BOUND,
    openRoutes: (routes) => {
      routes.get("/notices", openRoute, () => ({}));
    },
    api: {
      guard: users.guard,
      routes: (routes) => {
        routes.get("/things", testRoute("ask", "traces:read", {}), () => ({}));
      },
    },
  });
});

afterEach(() => server.close());

const ask = (token: string, path = "/v1/things") =>
  fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${token}` } });

async function statusesOf(count: number, token: () => string): Promise<number[]> {
  const statuses: number[] = [];
  for (let number = 0; number < count; number += 1) statuses.push((await ask(token())).status);
  return statuses;
}

describe("whoever asks too often (TP-API-22)", () => {
  test("hears for how many seconds to wait, and nothing is done", async () => {
    expect(await statusesOf(BOUND, () => amina)).toEqual(Array(BOUND).fill(200));
    const answer = await ask(amina);
    expect(answer.status).toBe(429);
    expect(answer.headers.get("content-type")).toContain("application/problem+json");
    expect(await answer.json()).toMatchObject({ code: "TOO_MANY_REQUESTS", status: 429 });
    const seconds = Number(answer.headers.get("retry-after"));
    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(seconds).toBeLessThanOrEqual(HTTP_LIMITS.rateWindowMs / 1_000);
  });

  test("is counted as a user, with whichever token, and holds up no other", async () => {
    const { text, tokenId, digest } = newToken();
    const act = { actor: "installation", nowMs: systemClock.now(), userId: "amina" };
    const token = { tokenId, digest, label: "", expiresAtMs: null };
    await users.store.call("userIssueToken", { ...act, ...token });
    await statusesOf(BOUND, () => amina);
    expect((await ask(text)).status).toBe(429);
    const oumar = await users.person("oumar", "FOCAL_POINT_OFFICER");
    expect((await ask(oumar)).status).toBe(200);
  });

  test("may still look at health, metrics and the description", async () => {
    await statusesOf(BOUND + 1, () => amina);
    for (const path of ["/healthz", "/readyz", "/metrics", "/openapi.json"]) {
      for (let number = 0; number <= BOUND; number += 1) {
        expect((await ask(amina, path)).status, path).toBe(200);
      }
    }
  });

  test("with tokens that open nothing is turned away, and nobody else at his address is", async () => {
    const { failuresPerAddressMax } = HTTP_LIMITS;
    const wrong = () => newToken().text;
    const statuses = await statusesOf(failuresPerAddressMax, wrong);
    expect(new Set(statuses)).toEqual(new Set([401]));
    const answer = await ask(wrong());
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    expect((await ask(amina)).status).toBe(200);
  });

  test("is told to wait for what is open too, by his address, and uses his token meanwhile", async () => {
    const look = () => fetch(`${server.url}/notices`);
    for (let number = 0; number < BOUND; number += 1) expect((await look()).status).toBe(200);
    const answer = await look();
    expect(answer.status).toBe(429);
    expect(await answer.json()).toMatchObject({ code: "TOO_MANY_REQUESTS" });
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    expect((await ask(amina)).status).toBe(200);
    expect((await ask(amina, "/readyz")).status).toBe(200);
  });

  test("goes on by himself when he fetches what is open", async () => {
    let asked = 0;
    const busy = createServer((_request, response) => {
      asked += 1;
      if (asked === 1) response.writeHead(429, { "retry-after": "1" }).end();
      else response.end("here it is");
    });
    await once(busy.listen(0, "127.0.0.1"), "listening");
    const { port } = busy.address() as AddressInfo;
    const answer = await patientFetch(new URL(`http://127.0.0.1:${port}/`), 5_000);
    expect([answer.status, await answer.text(), asked]).toEqual([200, "here it is", 2]);
    busy.close();
  });

  test("could have read so in the description", async () => {
    const document = await (await fetch(`${server.url}/openapi.json`)).json();
    const answer = document.paths["/v1/things"].get.responses["429"];
    expect(answer.headers).toHaveProperty("Retry-After");
    expect(JSON.stringify(answer.content)).toContain("TOO_MANY_REQUESTS");
    expect(document.paths["/notices"].get.responses).toHaveProperty("429");
    expect(document.paths["/healthz"].get.responses).not.toHaveProperty("429");
  });
});
