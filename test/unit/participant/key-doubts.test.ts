import { afterEach, beforeEach, expect, test } from "vitest";
import { createHttpServer, type HttpServer } from "#http";
import { RegisterDesk } from "#participant";
import { createLogger } from "#runtime";
import {
  formatRegisterBundle,
  generateSigningKey,
  openBundle,
  parseRegisterPins,
  pinsOf,
  RegisterClient,
} from "#trust";
import { addKeyDoubtRoutes } from "../../../lib/participant/key-doubt-routes.ts";
import {
  confirmKey,
  KEY_CONFIRMATION_MIGRATION_SQL,
  keyConfirmations,
} from "../../../lib/participant/store/key-confirmations.ts";
import { ManualTime } from "../../support/manual-time.ts";
import { type MemoryTransaction, openMemoryTransaction } from "../../support/memory-transaction.ts";
import { openMemoryUsers } from "../../support/memory-users.ts";
import {
  entryOf,
  manifestOf,
  RegisterAuthority,
  START_MS,
  statementOf,
} from "../../support/register-authority.ts";
import { TEST_TITLE } from "../../support/test-route.ts";

const logger = createLogger({ name: "test", level: "silent" });
const authority = new RegisterAuthority();
const NE = { identity: generateSigningKey(), header: generateSigningKey() };
const BR = { identity: generateSigningKey(), header: generateSigningKey() };
/** BR after its PC burnt down: all its keys are new, and the old identity key signs nothing. */
const anew = { identity: generateSigningKey(), header: generateSigningKey() };
const neEntry = entryOf("NE", statementOf("NE", { sequence: 1n, ...NE }));
const first = authority.issue([neEntry, entryOf("BR", statementOf("BR", { sequence: 1n, ...BR }))]);
const next = authority.issue(
  [neEntry, entryOf("BR", statementOf("BR", { sequence: 2n, ...anew }))],
  { previous: manifestOf(first), issuedAtMs: START_MS + 1 },
);

let tx: MemoryTransaction;
let server: HttpServer;
let client: RegisterClient;
let kept: Uint8Array | undefined;
const tokens = new Map<string, string>();

beforeEach(async () => {
  tx = openMemoryTransaction(KEY_CONFIRMATION_MIGRATION_SQL);
  const opened = openBundle(first, authority.roots.set);
  if (!opened.ok) throw new TypeError(opened.refusal.detail);
  const { taken } = opened.value;
  const bytes = formatRegisterBundle(first);
  const inForce = { state: opened.value, view: taken.view, digest: taken.manifest.digest, bytes };
  client = new RegisterClient([], inForce, { now: () => START_MS + 10 });
  const time = new ManualTime();
  const registers = new RegisterDesk({
    ...{ participant: "NE", client, logger, timers: time },
    keep: async (register) => {
      kept = pinsOf(register);
    },
    checkOwnEntry: () => undefined,
    onIncident: async () => undefined,
  });
  take(next);
  const users = await openMemoryUsers(time);
  for (const id of ["amina", "bruno"]) {
    tokens.set(id, await users.person(id, "FOCAL_POINT_SUPERVISOR"));
  }
  tokens.set("admin", await users.person("admin", "ADMINISTRATOR"));
  const procedures = { confirmKey, keyConfirmations };
  const store = {
    call: (name: keyof typeof procedures, args: never) => procedures[name](tx, args),
  } as never;
  server = await createHttpServer({
    ...{ host: "127.0.0.1", port: 0, logger, health: {}, title: TEST_TITLE },
    api: {
      guard: users.guard,
      routes: (routes) =>
        addKeyDoubtRoutes(routes, {
          ...{ registers, store, clock: time },
          register: () => client.current.view(),
        }),
    },
  });
});

/** Puts a version in force. */
function take(version: typeof next): void {
  const verdict = client.judge(formatRegisterBundle(version));
  if (verdict.outcome !== "newer") throw new TypeError(verdict.outcome);
  client.putInForce(verdict.register);
}

afterEach(async () => {
  await server?.close();
  tx[Symbol.dispose]();
});

async function ask(user: string, path: string, body?: unknown) {
  const response = await fetch(`${server.url}/v1${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${tokens.get(user)}`, "content-type": "application/json" },
    body: body === undefined ? null : JSON.stringify(body),
  });
  // biome-ignore lint/suspicious/noExplicitAny: answers of two routes are looked into
  return { status: response.status, answer: (await response.json()) as any };
}

const confirm = (user: string, identityKey: string, id = "BR") =>
  ask(user, `/key-doubts/${id}/confirm`, { identityKey, reason: "Called the desk" });
const ownerOf = (keyId: string) => client.current.view().signingKey(keyId)?.participant?.id;

test("a new identity key is believed once two people have confirmed it (TP-KEY-9)", async () => {
  expect(ownerOf(anew.header.keyId), "before").toBeUndefined();
  const { answer } = await ask("admin", "/key-doubts");
  expect(answer.doubts).toMatchObject([
    {
      participant: "BR",
      kind: "KEYS_UNSIGNED",
      pinnedKey: BR.identity.keyId,
      offeredKey: anew.identity.keyId,
      confirmations: [],
    },
  ]);
  for (const _ of [1, 2]) {
    const alone = await confirm("amina", anew.identity.keyId);
    expect(alone.answer).toMatchObject({ believed: false, confirmations: [{ by: "amina" }] });
  }
  expect(ownerOf(anew.header.keyId), "after one").toBeUndefined();
  const { answer: both } = await confirm("bruno", anew.identity.keyId);
  expect(both).toMatchObject({
    believed: true,
    confirmations: [
      { by: "amina", reason: "Called the desk" },
      { by: "bruno", reason: "Called the desk" },
    ],
  });
  expect(ownerOf(anew.header.keyId)).toBe("BR");
  expect(ownerOf(BR.header.keyId)).toBeUndefined();
  expect((await ask("admin", "/key-doubts")).answer).toEqual({ doubts: [] });
  const pins = parseRegisterPins(kept ?? new Uint8Array());
  expect(pins.ok && pins.value.statements.get("BR")?.identityKey.keyId).toBe(anew.identity.keyId);
});

test("nothing but the key of the register is confirmed, and only by who may (TP-KEY-9)", async () => {
  const typo = await confirm("amina", `${"0".repeat(32)}`);
  expect(typo.status).toBe(422);
  expect(JSON.stringify(typo.answer)).toContain(anew.identity.keyId);
  expect((await confirm("amina", NE.identity.keyId, "AT")).status).toBe(404);
  expect((await confirm("amina", NE.identity.keyId, "NE")).answer).toMatchObject({
    doubted: false,
  });
  expect((await confirm("admin", anew.identity.keyId)).status).toBe(403);
  expect(await tx.all("SELECT * FROM key_confirmation")).toEqual([]);
});

test("a key that was believed once and is put back is confirmed by two anew (TP-KEY-9)", async () => {
  await confirm("amina", anew.identity.keyId);
  expect((await confirm("bruno", anew.identity.keyId)).answer.believed).toBe(true);
  const later = { identity: generateSigningKey(), header: generateSigningKey() };
  const said = { sequence: 3n, ...later, before: anew.identity };
  const rotated = statementOf("BR", said);
  const third = authority.issue([neEntry, entryOf("BR", rotated)], {
    previous: manifestOf(next),
    issuedAtMs: START_MS + 2,
  });
  take(third);
  expect(client.doubts()).toEqual([]);
  const stolen = statementOf("BR", { sequence: 4n, ...anew });
  take(
    authority.issue([neEntry, entryOf("BR", stolen)], {
      previous: manifestOf(third),
      issuedAtMs: START_MS + 3,
    }),
  );
  const { answer } = await ask("amina", "/key-doubts");
  expect(answer.doubts).toMatchObject([{ pinnedKey: later.identity.keyId, confirmations: [] }]);
  const alone = await confirm("amina", anew.identity.keyId);
  expect(alone.answer).toMatchObject({ believed: false, confirmations: [{ by: "amina" }] });
  expect(ownerOf(later.header.keyId)).toBe("BR");
});
