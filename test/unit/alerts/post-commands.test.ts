import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addCheckRoutes, addPostRoutes } from "#alerts-api";
import type { AlertJson } from "#casework";
import { createHttpServer, type HttpServer } from "#http";
import { Alert, ExchangeStatus } from "#proto";
import { systemClock as clock, createLogger, type Database } from "#runtime";
import { openSqliteStore } from "#store";
import { createSigner, generateSigningKey, PAYLOAD_TYPES, rawPublicKey } from "#trust";
import type { AlertTestProcedures } from "../../support/alert-store.ts";
import { tracepostHere as tracepost } from "../../support/in-process.ts";
import { openMemoryUsers } from "../../support/memory-users.ts";
import { TEST_TITLE } from "../../support/test-route.ts";
import { DAY, wantedAlert, wantedItem } from "../../support/wanted-alerts.ts";

let folder: string;
let store: Database<AlertTestProcedures>;
let server: HttpServer;
let access: string[];
let post: string;
const nowMs = clock.now();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracepost-posts-"));
  post = join(folder, "gaya");
  const module = new URL("../../support/alert-store.ts", import.meta.url);
  store = await openSqliteStore<AlertTestProcedures>({ file: join(folder, "a.sqlite"), module });
  const logger = createLogger({ name: "test", level: "silent" });
  const users = await openMemoryUsers(clock);
  const token = await users.person("chief", "FOCAL_POINT_SUPERVISOR");
  const key = generateSigningKey();
  const postSigner = {
    ...createSigner(key, PAYLOAD_TYPES.postCopy),
    publicKey: rawPublicKey(key.publicKey),
  };
  const deps = { store, clock, config: {}, self: { participant: "NE" }, postSigner };
  const api = {
    guard: users.guard,
    routes: (routes: Parameters<typeof addPostRoutes>[0]): void => {
      addCheckRoutes(routes, deps);
      addPostRoutes(routes, deps);
    },
  };
  const options = { host: "127.0.0.1", port: 0, logger, health: {}, title: TEST_TITLE };
  server = await createHttpServer({ ...options, api });
  await writeFile(join(folder, "token"), token, { mode: 0o600 });
  access = ["--url", server.url, "--token-file", join(folder, "token")];
});

afterAll(async () => {
  await server.close();
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

async function note(messageId: string, changes: AlertJson = {}, sentAtMs = nowMs) {
  const expiresAt = new Date(nowMs + DAY).toISOString();
  await store.call("noteAlertOf", {
    messageId,
    conversationId: "alert-1",
    sender: "NE",
    status: ExchangeStatus.ACTUAL,
    sentAtMs,
    body: Alert.encode(wantedAlert({ expiresAt, ...changes })).finish(),
    nowMs,
  });
  await store.call("noteCopyCurrent", { nowMs });
}
const out = (name: string) => join(folder, name);

async function run(...args: string[]) {
  const end = await tracepost([...args, "--json"]);
  if (end.code !== 0) throw new TypeError(end.err);
  return JSON.parse(end.out);
}
const check = (serial: string) =>
  run("post", "check", "--folder", post, "--officer", "desk-7", "--serial", serial);

describe("a border post by the command line", () => {
  test("asks without any line, and remembers who asked (TP-CHECK-13, TP-CHECK-14)", async () => {
    await note("m1");
    await run("post", "init", "GAYA-1", "--folder", post);
    const key = join(post, "recipient.txt");
    const add = [
      "post",
      "add",
      "GAYA-1",
      "--name",
      "Gaya",
      "--key",
      key,
      "--out",
      out("issuer.json"),
    ];
    await run(...add, ...access);
    const issued = await run("post", "copy", "GAYA-1", "--out", out("1.age"), ...access);
    expect(issued).toMatchObject({ alerts: 1, revoked: false });
    const take = ["post", "take", out("1.age"), "--folder", post, "--issuer", out("issuer.json")];
    expect(await run(...take)).toMatchObject({ postId: "GAYA-1", participant: "NE", alerts: 1 });
    const report = await check("AB1234C");
    expect(report).toMatchObject({ possibleMatches: 1, stale: false, alertsInForce: 1 });
    expect(report.notice).toContain("no order to detain");
    expect(await check("ZZ9999")).toMatchObject({ possibleMatches: 0 });
    const log = (await readFile(join(post, "checks-000000001.jsonl"), "utf8")).trim().split("\n");
    expect(log.map((line) => JSON.parse(line))).toMatchObject([
      { officer: "desk-7", questions: [{ serial: "AB1234C" }] },
      { officer: "desk-7", questions: [{ serial: "ZZ9999" }] },
    ]);
  });

  test("takes a change: what was cancelled is not found any more (TP-CHECK-11)", async () => {
    const { version } = await run("post", "open", "--folder", post);
    const sentAt = new Date(nowMs).toISOString();
    const items = [wantedItem("XYZ 789")];
    const references = [{ sender: "NE", messageId: "m1", sentAt }];
    await note("m2", { move: "UPDATE", items, references });
    const delta = ["post", "delta", "GAYA-1", "--since", String(version), "--out", out("2.age")];
    expect(await run(...delta, ...access)).toMatchObject({ alerts: 1, ended: 1 });
    await run("post", "take", out("2.age"), "--folder", post);
    expect(await check("AB1234C")).toMatchObject({ possibleMatches: 0 });
    expect(await check("XYZ789")).toMatchObject({ possibleMatches: 1 });
    // The older copy would bring back what is over.
    const older = await tracepost(["post", "take", out("1.age"), "--folder", post]);
    expect(older).toMatchObject({ code: 2, err: expect.stringContaining("is not taken: older") });
    // A whole copy takes the place of everything before it.
    await run("post", "copy", "GAYA-1", "--out", out("3.age"), ...access);
    await run("post", "take", out("3.age"), "--folder", post);
    const held = (await readdir(post)).filter((name) => name.startsWith("held-"));
    expect(held).toEqual(["held-000003.age"]);
  });

  test("has its log taken home, signed, each line once (TP-CHECK-16)", async () => {
    const file = out("log.json");
    const write = ["post", "log", "--folder", post, "--out", file];
    expect(await run(...write)).toMatchObject({ first: 1, last: 4 });
    const take = ["post", "take-log", "GAYA-1", "--log", file, ...access];
    expect(await run(...take)).toEqual({ taken: 4, known: 0, changed: 0, newest: 4, missing: 0 });
    expect(await run(...take)).toMatchObject({ taken: 0, known: 4, changed: 0 });
    const { log } = await run("post", "show-log", "GAYA-1", ...access);
    expect(
      log.map(({ line, n }: { line: string; n: number }) => [n, JSON.parse(line)]),
    ).toMatchObject([
      [4, { officer: "desk-7", count: 1, questions: [{ serial: "XYZ789" }] }],
      [3, { questions: [{ serial: "AB1234C" }] }],
      [2, { questions: [{ serial: "ZZ9999" }] }],
      [1, { questions: [{ serial: "AB1234C" }] }],
    ]);
    expect((await run("post", "list", ...access)).posts).toMatchObject([{ logTaken: 4 }]);
    // A line that a crash tore keeps its number, and what follows is a line of its own.
    await appendFile(join(post, "checks-000000001.jsonl"), '{"torn');
    await check("QQ1111");
    expect(await run(...write, "--since", "4")).toMatchObject({ first: 5, last: 6 });
    expect(await run(...take)).toMatchObject({ taken: 2, newest: 6, missing: 0 });
  });

  test("has a log refused that it has not signed, and a change of it told (TP-CHECK-16)", async () => {
    const file = out("forged.json");
    await run("post", "log", "--folder", post, "--out", file);
    const signed = JSON.parse(await readFile(file, "utf8"));
    const told = JSON.parse(Buffer.from(signed.log, "base64").toString("utf8"));
    told.entries[0].line = "{}";
    const log = Buffer.from(JSON.stringify(told)).toString("base64");
    await writeFile(file, JSON.stringify({ ...signed, log }));
    const take = ["post", "take-log", "GAYA-1", "--log", file, ...access];
    expect(await tracepost(take)).toMatchObject({
      code: 2,
      err: expect.stringContaining("must be signed by this post"),
    });
    // Whoever has the folder can sign another past; what came home first shows it.
    const first = join(post, "checks-000000001.jsonl");
    const [, ...rest] = (await readFile(first, "utf8")).split("\n");
    await writeFile(first, ["{}", ...rest].join("\n"));
    await run("post", "log", "--folder", post, "--out", file);
    expect(await run(...take)).toMatchObject({ taken: 0, changed: 1 });
  });

  test("knows nothing once its copy has expired, at any clock (TP-CHECK-10)", async () => {
    const copy = ["post", "copy", "GAYA-1", "--hours", "0.0000001", "--out", out("4.age")];
    await run(...copy, ...access);
    await run("post", "take", out("4.age"), "--folder", post);
    const end = await tracepost([
      "post",
      "check",
      "--folder",
      post,
      "--officer",
      "x",
      "--lot",
      "L1",
    ]);
    expect(end).toMatchObject({ code: 5, err: expect.stringContaining("it expired") });
    expect(await run("post", "open", "--folder", post)).toMatchObject({ expired: true });
  });

  test("erases what it holds when it is revoked, and takes nothing more (TP-CHECK-12)", async () => {
    await run("post", "copy", "GAYA-1", "--out", out("5.age"), ...access);
    await run("post", "take", out("5.age"), "--folder", post);
    await run("post", "revoke", "GAYA-1", ...access);
    const order = await run("post", "copy", "GAYA-1", "--out", out("6.age"), ...access);
    expect(order).toMatchObject({ revoked: true, alerts: 0 });
    expect(await run("post", "take", out("6.age"), "--folder", post)).toMatchObject({
      revoked: true,
      alerts: 0,
    });
    expect((await readdir(post)).filter((name) => name.startsWith("held-"))).toHaveLength(1);
    const again = await tracepost(["post", "take", out("5.age"), "--folder", post]);
    expect(again).toMatchObject({ code: 2, err: expect.stringContaining("revoked") });
    const { posts } = await run("post", "list", ...access);
    expect(posts).toMatchObject([{ postId: "GAYA-1", revokedBy: "chief" }]);
  });

  test("is added once: another key under its id is refused", async () => {
    const other = out("other");
    await run("post", "init", "GAYA-1", "--folder", other);
    const args = ["--name", "Gaya", "--key", join(other, "recipient.txt"), "--out", out("x.json")];
    const end = await tracepost(["post", "add", "GAYA-1", ...args, ...access]);
    expect(end).toMatchObject({ code: 2, err: expect.stringContaining("POST_EXISTS") });
  });
});

describe("tracepost check", () => {
  test("asks the service, by options or by a list", async () => {
    expect(await run("check", "--serial", "XYZ-789", ...access)).toMatchObject({
      possibleMatches: 1,
    });
    const csv = out("list.csv");
    await writeFile(csv, "ref,serial,consignmentKind,consignment\nA,XYZ789,,\nB,,CONTAINER,X1\n");
    const end = await tracepost(["check", "--file", csv, ...access]);
    expect(end.out).toContain("A: POSSIBLE MATCH, verify.");
    expect(end.out).toContain("B: not checked, consignment.value wrongShape.");
    const answers = out("answers.csv");
    await run("check", "--csv", csv, "--out", answers, ...access);
    const lines = (await readFile(answers, "utf8")).split("\r\n");
    expect(lines[1]).toMatch(/^1,A,POSSIBLE_MATCH,EXACT,/u);
    expect(lines[2]).toMatch(/^2,B,NOT_CHECKED,/u);
    const nowhere = ["--csv", csv, "--out", join(answers, "x.csv")];
    expect(await tracepost(["check", ...nowhere, ...access])).toMatchObject({
      code: 2,
      err: expect.stringContaining("cannot be written"),
    });
    const container = await run("check", "--consignment", "container:CSQU3054383", ...access);
    expect(container).toMatchObject({ possibleMatches: 0, notChecked: 0 });
  });

  test("says what is wrong with what is asked", async () => {
    expect(await tracepost(["check", ...access])).toMatchObject({
      code: 2,
      err: expect.stringContaining("It is not said what is asked about"),
    });
    expect(await tracepost(["check", "--consignment", "SHIP:1", ...access])).toMatchObject({
      code: 2,
      err: expect.stringContaining("Use a kind of: CONTAINER"),
    });
    const csv = out("bad.csv");
    await writeFile(csv, "serial,number\nA1234,1\n");
    expect(await tracepost(["check", "--file", csv, ...access])).toMatchObject({
      code: 2,
      err: expect.stringContaining("line 1: number is no column"),
    });
  });
});
