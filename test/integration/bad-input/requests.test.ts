import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import type { ApiDoor } from "#http";
import { initExchange, type RunningExchange, startExchange } from "../../../deploy/local/index.ts";
import { type BadInputRow, badInputs, type Told, tryBadInputs } from "../../support/bad-input.ts";
import { specsOf } from "../../support/nats-carrier.ts";
import { openCaseworkDoors } from "../../support/test-doors.ts";
import { traceBody } from "../../support/trace-body.ts";

let dataDir = "";
let exchange: RunningExchange;
/** A person who works with cases, and the administrator of the same service. */
let officer: ApiDoor;
let admin: ApiDoor;

beforeAll(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), "tracepost-bad-requests-")), "data");
  await initExchange({ dataDir, participants: specsOf(["US", "AT"]) });
  exchange = await startExchange({ dataDir });
  officer = (await openCaseworkDoors(exchange))("US");
  admin = exchange.participants.get("US") as ApiDoor;
});

afterAll(async () => {
  await exchange?.stop();
  await rm(join(dataDir, ".."), { recursive: true, force: true });
});

/** A request; `body` is sent as it is, anything else as JSON. */
interface Given {
  readonly path: string;
  readonly json?: unknown;
  readonly body?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly as?: "admin" | "nobody";
}

async function ask({ as, body, headers, json, method, path }: Given): Promise<Told> {
  const { token, url } = as === "admin" ? admin : officer;
  const sent = body ?? (json === undefined ? undefined : JSON.stringify(json));
  const response = await fetch(`${url}${path}`, {
    method: method ?? (sent === undefined ? "GET" : "POST"),
    ...(sent === undefined ? {} : { body: sent }),
    headers: {
      ...(as === "nobody" ? {} : { authorization: `Bearer ${token}` }),
      ...(sent === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
  });
  const text = await response.text();
  if (response.ok) return { code: `${response.status}`, text };
  const isProblem = response.headers.get("content-type")?.startsWith("application/problem+json");
  const code = isProblem ? JSON.parse(text).code : `no problem, ${response.status}`;
  // As a person reads it: quotes of JSON taken off.
  return { code, text: text.replaceAll('\\"', '"') };
}

async function read(door: ApiDoor, path: string): Promise<unknown> {
  const headers = { authorization: `Bearer ${door.token}` };
  return await (await fetch(`${door.url}${path}`, { headers })).json();
}

/** Cases, what is to be sent, firearms and users: all that a request could have left half-done. */
async function remains(): Promise<unknown> {
  const { cases, outbox } = (await read(officer, "/v1/summary")) as Record<string, unknown>;
  const firearms = await read(officer, "/v1/firearms?make=TAURUS&serial=ABC%201");
  const { users } = (await read(admin, "/v1/users")) as { users: { userId: string }[] };
  return { cases, outbox, firearms, users: users.map(({ userId }) => userId) };
}

const good = traceBody({ to: "AT", serial: "MADE-UP 1" });
const trace = (changes: object): Given => ({ path: "/v1/traces", json: { ...good, ...changes } });
const about = (changes: object): Given => trace({ request: { ...good.request, ...changes } });
const EACH = "Correct every field";
const FIX = "Correct";

const BODIES: readonly BadInputRow<Given>[] = [
  ["no JSON", "USAGE", "", "not understood", FIX, { path: "/v1/traces", body: "{" }],
  ["an empty body", "USAGE", "", "not understood", FIX, { path: "/v1/traces", body: "" }],
  ["a list", "INPUT_INVALID", "", "must be object", EACH, { path: "/v1/traces", json: [] }],
  [
    "a field left out",
    "INPUT_INVALID",
    "request",
    "is required",
    EACH,
    trace({ request: undefined }),
  ],
  [
    "a field nobody knows",
    "INPUT_INVALID",
    "colour",
    "not a known field",
    EACH,
    trace({ colour: "blue" }),
  ],
  [
    "a number for a text",
    "INPUT_INVALID",
    "request.officerRef",
    "must be string",
    EACH,
    about({ officerRef: 7 }),
  ],
  [
    "a name of no list",
    "INPUT_INVALID",
    "request.intendedUse",
    "must be one of",
    EACH,
    about({ intendedUse: "FUN" }),
  ],
  [
    "a time that is none",
    "INPUT_INVALID",
    "request.respondBy",
    "date-time",
    EACH,
    about({ respondBy: "soon" }),
  ],
  [
    "a time beyond all",
    "INPUT_INVALID",
    "expiresAt",
    "must match",
    EACH,
    trace({ expiresAt: "9999-12-31T23:59:59Z" }),
  ],
  [
    "an end that has passed",
    "EXPIRED",
    "expiresAt",
    "has passed",
    "supersedes",
    trace({ expiresAt: "2020-01-01T00:00:00Z" }),
  ],
  [
    "a State nobody knows",
    "RECIPIENT_UNKNOWN",
    "to",
    "not in the",
    "current register",
    trace({ to: "ZZ" }),
  ],
  [
    "oneself",
    "BODY_INVALID",
    "request.requestedState",
    "sameState",
    "Look into your own registers",
    trace({ to: "US" }),
  ],
  [
    "no officer",
    "BODY_INVALID",
    "request.officerRef",
    "missing",
    "Fill it in",
    about({ officerRef: "" }),
  ],
  [
    "a find elsewhere",
    "BODY_INVALID",
    "request.recovery.country",
    "notRequestingState",
    "own jurisdiction",
    about({ recovery: { ...good.request.recovery, country: "AT" } }),
  ],
  [
    "a day that is none",
    "BODY_INVALID",
    "request.recovery.date",
    "notADate",
    "YYYY-MM-DD",
    about({ recovery: { ...good.request.recovery, date: "2026-02-30" } }),
  ],
  [
    "too large a body",
    "TOO_LARGE",
    "",
    "over a size",
    "Shorten",
    { path: "/v1/traces", body: `"${"x".repeat(2_000_000)}"` },
  ],
  [
    "another content type",
    "UNSUPPORTED_MEDIA_TYPE",
    "",
    "content type",
    "application/json",
    { ...trace({}), headers: { "content-type": "text/xml" } },
  ],
  [
    "a key with blanks",
    "INPUT_INVALID",
    "idempotency-key",
    "must match",
    EACH,
    { ...trace({}), headers: { "idempotency-key": "a b" } },
  ],
  [
    "a reply to no case",
    "NOT_FOUND",
    "",
    "no such thing",
    "Check the address",
    { path: "/v1/traces/none/reply", json: { acknowledgement: { nationalReference: "1" } } },
  ],
  [
    "a reply of two moves",
    "INPUT_INVALID",
    "",
    /one/,
    FIX,
    {
      path: "/v1/traces/none/reply",
      json: { acknowledgement: { nationalReference: "1" }, final: { outcome: "NO_RECORD" } },
    },
  ],
];

const LINES = { "content-type": "application/x-ndjson" };
const lines = (...all: string[]): Given => ({
  path: "/v1/firearms/import",
  body: all.join("\n"),
  headers: LINES,
});
const FIREARM = '{"id":"1","make":"TAURUS","serial":"ABC 1","status":"held"}';

const IMPORTS: readonly BadInputRow<Given>[] = [
  ["a line that is no JSON", "INPUT_INVALID", "line 2", "is not JSON", FIX, lines(FIREARM, "{")],
  [
    "a field left out",
    "INPUT_INVALID",
    "line 2: serial",
    "is required",
    FIX,
    lines(FIREARM, '{"id":"2","make":"X","status":"held"}'),
  ],
  [
    "a status of no list",
    "INPUT_INVALID",
    "line 1: status",
    "must be one of",
    FIX,
    lines(FIREARM.replace("held", "lost?")),
  ],
  ["an id twice", "INPUT_INVALID", "line 2: id", "line 1 already", FIX, lines(FIREARM, FIREARM)],
  [
    "a line without an end",
    "INPUT_INVALID",
    "line 1",
    "is longer than",
    FIX,
    lines(`"${"x".repeat(100_000)}"`),
  ],
  [
    "an export to nowhere",
    "INPUT_INVALID",
    "line 1: exportedTo",
    "is required",
    FIX,
    lines(FIREARM.replace("held", "exported")),
  ],
];

const QUERIES: readonly BadInputRow<Given>[] = [
  ["a limit of nothing", "INPUT_INVALID", "limit", ">= 1", EACH, { path: "/v1/traces?limit=0" }],
  [
    "a limit in words",
    "INPUT_INVALID",
    "limit",
    "must be integer",
    EACH,
    { path: "/v1/traces?limit=ten" },
  ],
  ["a mark of no list", "INPUT_INVALID", "after", /.+/, FIX, { path: "/v1/traces?after=nowhere" }],
  [
    "a name nobody knows",
    "INPUT_INVALID",
    "colour",
    "not a known field",
    EACH,
    { path: "/v1/traces?colour=blue" },
  ],
  ["a number that is none", "INPUT_INVALID", "after", /.+/, EACH, { path: "/v1/changes?after=x" }],
  [
    "an address of nothing",
    "NOT_FOUND",
    "",
    "no such thing",
    "Check the address",
    { path: "/v1/trace" },
  ],
  [
    "no token",
    "UNAUTHENTICATED",
    "Authorization",
    "missing",
    "Bearer",
    { path: "/v1/traces", as: "nobody" },
  ],
  [
    "a token of nobody",
    "UNAUTHENTICATED",
    "Authorization",
    "not one that works",
    "Bearer",
    {
      path: "/v1/traces",
      as: "nobody",
      headers: { authorization: `Bearer tpt_abcdefghijkl_${"A".repeat(43)}` },
    },
  ],
  [
    "another's office",
    "FORBIDDEN",
    "traces:read",
    "may not",
    "roles",
    { path: "/v1/traces", as: "admin" },
  ],
];

const user = (json: object): Given => ({
  path: "/v1/users",
  as: "admin",
  json: { userId: "a.b", name: "A", roles: ["AUDITOR"], ...json },
});

const USERS: readonly BadInputRow<Given>[] = [
  ["an id with blanks", "INPUT_INVALID", "userId", "must match", EACH, user({ userId: "a b" })],
  [
    "a reserved id",
    "INPUT_INVALID",
    "userId",
    /reserved|itself/,
    /./,
    user({ userId: "exchange" }),
  ],
  [
    "a role of no list",
    "INPUT_INVALID",
    "roles",
    "must be one of",
    EACH,
    user({ roles: ["KING"] }),
  ],
  ["no role", "INPUT_INVALID", "roles", /items|role/, /./, user({ roles: [] })],
  [
    "a token that has ended",
    "INPUT_INVALID",
    "expiresAt",
    "in the future",
    EACH,
    {
      path: "/v1/users/caseworker/tokens",
      as: "admin",
      json: { expiresAt: "2020-01-01T00:00:00Z" },
    },
  ],
];

for (const [where, rows] of [
  ["HTTP bodies", BODIES],
  ["imports of firearms", IMPORTS],
  ["HTTP queries and headers", QUERIES],
  ["users and tokens", USERS],
] as const) {
  tryBadInputs(where, badInputs(rows, ask), remains);
}
