import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { addUserRoutes, createHttpServer, type HttpServer } from "#http";
import { createLogger, HTTP_LIMITS } from "#runtime";
import { admitInstallation, newToken } from "#users";
import { type MemoryUsers, openMemoryUsers } from "../../support/memory-users.ts";
import { TEST_TITLE, testRoute } from "../../support/test-route.ts";

const DAY_MS = 86_400_000;

let nowMs: number;
const clock = { now: () => nowMs };
let users: MemoryUsers;
let server: HttpServer;

beforeEach(async () => {
  nowMs = Date.UTC(2026, 0, 15);
  users = await openMemoryUsers(clock);
  server = await createHttpServer({
    host: "127.0.0.1",
    port: 0,
    logger: createLogger({ name: "test", level: "silent" }),
    health: {},
    title: TEST_TITLE,
    api: {
      guard: users.guard,
      routes: (routes) => {
        addUserRoutes(routes, { store: users.store, guard: users.guard, clock });
        const cases = testRoute("listCases", "traces:read", {});
        routes.get("/cases", cases, () => ({ cases: [] }));
      },
    },
  });
});

afterEach(() => server.close());

async function ask(token: string, path: string, body?: object, more: object = {}) {
  const init =
    body === undefined
      ? {}
      : {
          method: "POST",
          body: JSON.stringify(body),
        };
  const headers = {
    authorization: `Bearer ${token}`,
    ...(body === undefined ? {} : { "content-type": "application/json" }),
    ...more,
  };
  const response = await fetch(`${server.url}/v1${path}`, { ...init, headers });
  return { status: response.status, body: await response.json() };
}

const asAdmin = (path: string, body?: object) => ask(users.installation, path, body);
const OFFICER = { userId: "a.keita", name: "Awa Keita", roles: ["FOCAL_POINT_OFFICER"] };

/** Adds the officer and gives a token of hers with its id. */
async function addOfficer(options: object = {}): Promise<{ token: string; tokenId: string }> {
  expect(await asAdmin("/users", OFFICER)).toMatchObject({ status: 201 });
  const { status, body } = await asAdmin("/users/a.keita/tokens", options);
  expect(status).toBe(201);
  return body;
}

describe("a user (TP-API-4, TP-API-7)", () => {
  test("is added, gets a token, and knows who she is", async () => {
    const { token, tokenId } = await addOfficer({ label: "desk" });
    expect(token).toMatch(/^tpt_[a-z0-9]{12}_[A-Za-z0-9_-]{43}$/);
    const me = await ask(token, "/me");
    expect(me).toMatchObject({ status: 200, body: { ...OFFICER, kind: "person", tokenId } });
    expect(me.body.permissions).toContain("traces:read");
    expect(await ask(token, "/cases")).toMatchObject({ status: 200 });
  });

  test("without the permission of a route hears which it is and who has it", async () => {
    const { token } = await addOfficer();
    expect(await ask(token, "/users")).toMatchObject({
      status: 403,
      body: { code: "FORBIDDEN", permission: "users:read", roles: ["AUDITOR", "ADMINISTRATOR"] },
    });
    expect(await asAdmin("/cases")).toMatchObject({
      status: 403,
      body: { permission: "traces:read" },
    });
  });

  test("is listed page by page in the order of adding", async () => {
    for (const userId of ["one", "two", "three"]) {
      await asAdmin("/users", { ...OFFICER, userId });
    }
    const first = (await asAdmin("/users?limit=3")).body;
    expect(first.users.map((user: { userId: string }) => user.userId)).toEqual([
      "installation",
      "one",
      "two",
    ]);
    const second = (await asAdmin(`/users?limit=3&after=${first.next}`)).body;
    expect(second).toMatchObject({ users: [{ userId: "three" }] });
    expect(second.next).toBeUndefined();
    expect(await asAdmin("/users?after=17")).toMatchObject({
      status: 422,
      body: { problems: [{ field: "after" }] },
    });
  });

  test("id is never given twice, to nobody who was disabled and not to the service", async () => {
    await addOfficer();
    await asAdmin("/users/a.keita/disable", {});
    expect(await asAdmin("/users", OFFICER)).toMatchObject({
      status: 409,
      body: { code: "USER_EXISTS", field: "userId" },
    });
    expect(await asAdmin("/users", { ...OFFICER, userId: "exchange" })).toMatchObject({
      status: 422,
      body: { problems: [{ field: "userId", rule: "is kept for the service itself" }] },
    });
  });

  test.each([
    ["of no list", { roles: ["KING"] }, "roles.0"],
    ["twice", { roles: ["AUDITOR", "AUDITOR"] }, "roles"],
    ["for systems", { roles: ["AUDITOR", "NATIONAL_SYSTEM"] }, "roles.1"],
  ])("with a role %s is refused, and the field named", async (_what, changes, field) => {
    const answer = await asAdmin("/users", { ...OFFICER, ...changes });
    expect(answer).toMatchObject({ status: 422, body: { problems: [{ field }] } });
    expect((await asAdmin("/users/a.keita")).status).toBe(404);
  });

  test("who is a system names an active person who answers for it", async () => {
    const system = { userId: "police-db", name: "Police", kind: "system" };
    const roles = ["NATIONAL_SYSTEM"];
    const fieldOf = async (body: object) => (await asAdmin("/users", body)).body.problems[0].field;
    expect(await fieldOf({ ...system, roles })).toBe("responsible");
    expect(await fieldOf({ ...system, roles, responsible: "a.keita" })).toBe("responsible");
    expect(await fieldOf({ ...OFFICER, responsible: "a.keita" })).toBe("responsible");
    await addOfficer();
    const added = await asAdmin("/users", { ...system, roles, responsible: "a.keita" });
    expect(added).toMatchObject({ status: 201, body: { responsible: "a.keita" } });
    const { token } = (await asAdmin("/users/police-db/tokens", {})).body;
    expect((await ask(token, "/cases")).status).toBe(200);
    await asAdmin("/users/a.keita/disable", {});
    expect((await ask(token, "/cases")).status).toBe(401);
  });

  test("keeps what was changed about her, and by whom", async () => {
    const { tokenId } = await addOfficer({ label: "desk" });
    await asAdmin(`/users/a.keita/tokens/${tokenId}/revoke`, {});
    await asAdmin("/users/a.keita/disable", {});
    const { body } = await asAdmin("/users/a.keita");
    expect(body.changes).toEqual([
      { at: "2026-01-15T00:00:00.000Z", actor: "installation", change: "disabled" },
      expect.objectContaining({ change: "token revoked", detail: tokenId }),
      expect.objectContaining({ change: "token issued", detail: `${tokenId} desk` }),
      expect.objectContaining({ change: "added", detail: "FOCAL_POINT_OFFICER" }),
    ]);
    expect(JSON.stringify(body)).not.toContain("tpt_");
  });
});

describe("what was asked for under an idempotency key (TP-API-18)", () => {
  const under = (key: string, path: string, body: object) =>
    ask(users.installation, path, body, { "idempotency-key": key });

  test("adds a user once", async () => {
    expect(await under("k1", "/users", OFFICER)).toMatchObject({ status: 201 });
    const again = await under("k1", "/users", OFFICER);
    expect(again).toMatchObject({ status: 200, body: OFFICER });
    const other = { ...OFFICER, name: "Another" };
    expect(await under("k1", "/users", other)).toMatchObject({
      status: 409,
      body: { code: "IDEMPOTENCY_MISMATCH" },
    });
  });

  test("issues one token, which is shown once and kept nowhere", async () => {
    await asAdmin("/users", OFFICER);
    const path = "/users/a.keita/tokens";
    const first = await under("k2", path, { label: "desk" });
    const again = await under("k2", path, { label: "desk" });
    expect(first).toMatchObject({ status: 201 });
    const { token, ...unshown } = first.body;
    expect(again).toEqual({ status: 200, body: unshown });
    expect((await asAdmin("/users/a.keita")).body.tokens).toHaveLength(1);
    const kept = await users.tx.all("SELECT * FROM http_repeat");
    expect(kept).toHaveLength(1);
    expect(JSON.stringify(kept)).not.toContain(token.split("_")[2]);
    expect(await under("k2", "/users/installation/tokens", { label: "desk" })).toMatchObject({
      status: 409,
      body: { code: "IDEMPOTENCY_MISMATCH" },
    });
  });

  test("must be a key", async () => {
    expect(await under("two words", "/users", OFFICER)).toMatchObject({
      status: 422,
      body: { problems: [{ field: "idempotency-key" }] },
    });
  });
});

describe("a token lets nobody in (TP-API-1, TP-API-5)", () => {
  const strangers = async (token: string) => {
    const { status, body } = await ask(token, "/cases");
    return { status, ...body };
  };

  test("when its end was a leap second, and that has passed (TP-API-60)", async () => {
    nowMs = Date.UTC(2016, 11, 31);
    const { token } = await addOfficer({ expiresAt: "2016-12-31T23:59:60Z" });
    expect(await ask(token, "/me")).toMatchObject({ status: 200 });
    nowMs = Date.UTC(2017, 0, 1);
    expect(await ask(token, "/me")).toMatchObject({ status: 401 });
  });

  test("when it is wrong, expired, revoked, or its user is disabled; all hear the same", async () => {
    const expiresAt = new Date(nowMs + DAY_MS).toISOString();
    const { token: expiring } = await addOfficer({ expiresAt });
    const { body: revoked } = await asAdmin("/users/a.keita/tokens", {});
    const { body: other } = await asAdmin("/users/a.keita/tokens", {});
    for (const one of [expiring, revoked.token, other.token]) {
      expect((await ask(one, "/cases")).status).toBe(200);
    }
    const unknown = await strangers(newToken().text);
    expect(unknown).toMatchObject({ status: 401, code: "UNAUTHENTICATED" });
    const secret = other.token.slice(-43);
    const guessed = await strangers(other.token.replace(secret, newToken().text.slice(-43)));
    expect(guessed).toEqual(unknown);
    await asAdmin(`/users/a.keita/tokens/${revoked.tokenId}/revoke`, {});
    expect(await strangers(revoked.token)).toEqual(unknown);
    nowMs += DAY_MS;
    expect(await strangers(expiring)).toEqual(unknown);
    expect((await ask(other.token, "/cases")).status).toBe(200);
    await asAdmin("/users/a.keita/disable", {});
    expect(await strangers(other.token)).toEqual(unknown);
    await asAdmin("/users/a.keita/enable", {});
    expect((await ask(other.token, "/cases")).status).toBe(200);
  });

  test("when it was read while it was being revoked", async () => {
    const { token, tokenId } = await addOfficer();
    users.afterCall = async (name) => {
      if (name !== "userFindToken") return;
      users.afterCall = async () => undefined;
      const act = { actor: "installation", nowMs };
      await users.store.call("userRevokeToken", { ...act, userId: "a.keita", tokenId });
      users.guard.forget();
    };
    await users.guard.authenticate(`Bearer ${token}`);
    expect(await users.guard.authenticate(`Bearer ${token}`)).toBeUndefined();
  });

  test("with an end in the past or too far away is not issued", async () => {
    await addOfficer();
    for (const days of [0, 4_000]) {
      const expiresAt = new Date(nowMs + days * DAY_MS).toISOString();
      const answer = await asAdmin("/users/a.keita/tokens", { expiresAt });
      expect(answer).toMatchObject({ status: 422, body: { problems: [{ field: "expiresAt" }] } });
    }
  });

  test("for a user who is disabled, unknown, or has enough of them is not issued", async () => {
    expect((await asAdmin("/users/nobody/tokens", {})).status).toBe(404);
    await addOfficer();
    for (let n = 1; n < HTTP_LIMITS.tokensPerUserMax; n += 1) {
      expect((await asAdmin("/users/a.keita/tokens", {})).status).toBe(201);
    }
    expect((await asAdmin("/users/a.keita/tokens", {})).body.code).toBe("TOO_MANY_TOKENS");
    await asAdmin("/users/a.keita/disable", {});
    expect((await asAdmin("/users/a.keita/tokens", {})).body.code).toBe("USER_DISABLED");
  });
});

describe("knowing a user again (TP-API-10)", () => {
  test("costs no read while it is fresh, and a write once a minute", async () => {
    const { token } = await addOfficer();
    users.calls.length = 0;
    for (let n = 0; n < 50; n += 1) await users.guard.authenticate(`Bearer ${token}`);
    expect(users.calls).toEqual(["userFindToken", "userNoteUse"]);
    nowMs += HTTP_LIMITS.tokenRecallMs;
    await users.guard.authenticate(`Bearer ${token}`);
    expect(users.calls.slice(2)).toEqual(["userFindToken"]);
    nowMs += HTTP_LIMITS.tokenUseNotedMs;
    await users.guard.authenticate(`Bearer ${token}`);
    const { tokens } = (await asAdmin("/users/a.keita")).body;
    expect(tokens[0].lastUsedAt).toBe(new Date(nowMs).toISOString());
  });

  test("holds for a bounded number of tokens", async () => {
    const { token } = await addOfficer();
    await users.guard.authenticate(`Bearer ${token}`);
    const others: string[] = [];
    for (let n = 0; n < HTTP_LIMITS.tokensRecalledMax; n += 1) {
      others.push(await users.person(`user-${n}`, "AUDITOR"));
    }
    for (const text of others) await users.guard.authenticate(`Bearer ${text}`);
    users.calls.length = 0;
    await users.guard.authenticate(`Bearer ${others.at(-1)}`);
    expect(users.calls).toEqual([]);
    await users.guard.authenticate(`Bearer ${token}`);
    expect(users.calls).toEqual(["userFindToken"]);
  });
});

describe("the last administrator who can get in (TP-API-6)", () => {
  const LAST = { status: 409, body: { code: "LAST_ADMINISTRATOR" } };

  test("is not disabled, and his token not revoked", async () => {
    const { tokenId } = (await asAdmin("/me")).body;
    expect(await asAdmin("/users/installation/disable", {})).toMatchObject(LAST);
    const revoke = `/users/installation/tokens/${tokenId}/revoke`;
    expect(await asAdmin(revoke, {})).toMatchObject(LAST);
    expect((await asAdmin("/me")).status).toBe(200);
  });

  test("may go when another has a token that works", async () => {
    await asAdmin("/users", { userId: "admin", name: "Admin", roles: ["ADMINISTRATOR"] });
    expect(await asAdmin("/users/installation/disable", {})).toMatchObject(LAST);
    const expiresAt = new Date(nowMs + DAY_MS).toISOString();
    await asAdmin("/users/admin/tokens", { expiresAt });
    nowMs += DAY_MS;
    expect(await asAdmin("/users/installation/disable", {})).toMatchObject(LAST);
    const { token } = (await asAdmin("/users/admin/tokens", {})).body;
    expect((await asAdmin("/users/installation/disable", {})).status).toBe(200);
    expect((await asAdmin("/me")).status).toBe(401);
    expect(await ask(token, "/users/admin/disable", {})).toMatchObject(LAST);
  });
});

describe("the token file of the set-up (TP-API-9)", () => {
  test("once revoked stays revoked when the service starts again", async () => {
    const admin = await users.person("admin", "ADMINISTRATOR");
    const { tokenId } = (await asAdmin("/me")).body;
    const revoked = await ask(admin, `/users/installation/tokens/${tokenId}/revoke`, {});
    expect(revoked.status).toBe(200);
    await admitInstallation(users.store, users.installation, nowMs);
    expect((await asAdmin("/me")).status).toBe(401);
  });

  test("replaced by another takes the place of the one before", async () => {
    const { text } = newToken();
    await admitInstallation(users.store, text, nowMs);
    users.guard.forget();
    expect((await ask(text, "/me")).body.userId).toBe("installation");
    expect((await asAdmin("/me")).status).toBe(401);
  });

  test("that holds something else is a fault with what to do", async () => {
    await expect(admitInstallation(users.store, "secret", nowMs)).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      remedy: expect.stringContaining("exchange init"),
    });
  });
});
