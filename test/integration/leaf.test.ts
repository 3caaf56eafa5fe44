import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Account, decode, parseCreds, type User } from "@nats-io/jwt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiDoor, addUserOnce, callApi, issueToken } from "#http";
import { Kind } from "#proto";
import { NATS_LIMITS } from "#runtime";
import type { AssembledEnvelope } from "#wire";
import { type AccountChanges, readAccount } from "../../deploy/local/provision/claims.ts";
import { leafPermissions } from "../../deploy/local/provision/permissions.ts";
import { checkServer } from "../../deploy/local/provision/server-check.ts";
import { findFreePort } from "../../deploy/local/supervisor/free-port.ts";
import { type AttackRange, openAttackRange } from "../support/attack-range.ts";
import type { HostileParticipant } from "../support/hostile-participant.ts";
import { tracepostHere } from "../support/in-process.ts";
import { type CutLine, openCutLine, startLeaf, type TestLeaf } from "../support/leaf.ts";
import { CASEWORKER } from "../support/test-doors.ts";
import { traceBody } from "../support/trace-body.ts";

// The focal point of NE behind a nats-server of its own, and a line that is cut (TP-TLS-10, 11).

/** Silence is noticed, and the link made again, in seconds; a busy machine takes longer. */
const PATIENCE = { timeout: 30_000, interval: 100 };
const CALL_MS = 10_000;
/** Requests of each State to the other while the line is cut. */
const ROUNDS = 3;

describe("a State behind its own NATS server", () => {
  let range: AttackRange;
  let line: CutLine;
  let leaf: TestLeaf;
  let brazil: HostileParticipant;
  let officer: ApiDoor;
  const sent: AssembledEnvelope[] = [];
  let asked = 0;

  beforeAll(async () => {
    const leafPort = await findFreePort();
    line = await openCutLine(leafPort);
    const receiverUrl = async (carrier: AttackRange["carrier"]): Promise<string> => {
      leaf = await startLeaf(carrier, "NE", line.port);
      return leaf.url;
    };
    range = await openAttackRange(["NE", "BR"], {}, { leafPort, receiverUrl });
    brazil = await range.hostile("BR");
    await addUserOnce(range.door, CASEWORKER, CALL_MS);
    const issued = { label: "made up for a test", timeoutMs: CALL_MS };
    officer = { ...range.door, token: await issueToken(range.door, CASEWORKER.userId, issued) };
  });
  afterAll(async () => {
    await range.stop();
    await leaf.stop();
    await line.stop();
  });

  /** BR asks NE. */
  const askNiger = async (): Promise<void> => {
    const request = await brazil.request("NE");
    brazil.book(request);
    await brazil.put(request.bytes);
    sent.push(request);
  };
  /** NE asks BR. */
  const askBrazil = async (): Promise<void> => {
    asked += 1;
    const body = traceBody({ to: "BR", serial: `MADE-UP ${asked}` });
    const { request, ...rest } = body;
    const recovery = { ...request.recovery, country: "NE", place: "" };
    const own = { ...request, recovery, nationalCaseNumber: `NE/${asked}` };
    await callApi(officer, {
      method: "POST",
      path: "/v1/traces",
      body: { ...rest, request: own },
      timeoutMs: CALL_MS,
    });
  };
  const readiness = async () => {
    const answer = await fetch(`${officer.url}/readyz`);
    const { checks } = (await answer.json()) as { checks: unknown };
    return { status: answer.status, checks };
  };
  /** Requests as the gateway recorded them, and cases as NE has them: one for each request. */
  const counted = async () => {
    const [recorded] = await range.rows<{ n: number }>(
      "gateway",
      "SELECT count(*) AS n FROM messages WHERE sender = 'NE' AND kind = ?",
      Kind.TRACE_REQUEST,
    );
    const [cases] = await range.rows<{ n: number }>(
      "receiver",
      "SELECT count(*) AS n FROM trace_case",
    );
    return { recorded: recorded?.n, cases: cases?.n };
  };
  /** BR hears of everything that NE has it, and all of both is there once. */
  const drained = async (): Promise<void> => {
    for (const { headerDigest } of sent) {
      expect(await brazil.verdictOn(headerDigest)).toMatchObject({ by: "NE", said: "delivered" });
    }
    await expect.poll(counted, PATIENCE).toEqual({ recorded: asked, cases: asked + sent.length });
  };

  it("sends, receives and gives receipts as if it were at the hub", async () => {
    await expect.poll(readiness, PATIENCE).toMatchObject({ status: 200 });
    await askNiger();
    await askBrazil();
    await drained();
  });

  it("says that the exchange is out of reach, and loses nothing (TP-TLS-11)", async () => {
    // Dead, and closed by nobody: only the missing signs of life tell.
    line.freeze();
    await expect.poll(readiness, PATIENCE).toMatchObject({
      status: 503,
      checks: { nats: true, consumers: false, store: true, running: true },
    });
    for (let round = 0; round < ROUNDS; round += 1) await askBrazil();
    line.cut();
    for (let round = 0; round < ROUNDS; round += 1) await askNiger();
    expect(await counted()).toEqual({ recorded: 1, cases: asked + 1 });
    line.heal();
    await drained();
    await expect.poll(readiness, PATIENCE).toMatchObject({ status: 200 });
  });

  it("is given with claims that say no more than what it is for (TP-NATS-6, TP-TLS-12)", async () => {
    const { issuedDir } = range.carrier.paths.nats;
    const account = decode<Account>(await readFile(join(issuedDir, "NE.jwt"), "utf8"));
    expect(account.nats.limits?.leaf).toBe(NATS_LIMITS.leafLinksMax);
    const { mappings, signing_keys: scopes = [] } = account.nats as AccountChanges;
    expect(mappings).toEqual({
      ...mapped("MSG.NEXT"),
      ...mapped("INFO"),
    });
    const own = scopes.filter((scope) => typeof scope !== "string" && scope.role === "leaf");
    expect(own).toMatchObject([
      {
        kind: "user_scope",
        template: {
          pub: { allow: leafPermissions("NE").publish },
          sub: { allow: ["_I.NE.>"] },
          allowed_connection_types: ["LEAFNODE"],
          subs: NATS_LIMITS.userSubscriptionsMax,
          bearer_token: false,
        },
      },
    ]);
    expect(JSON.stringify(own)).not.toContain('"resp"');
    const creds = await readFile(join(leaf.folder, "leaf.creds"), "utf8");
    const { jwt } = await parseCreds(new TextEncoder().encode(creds));
    expect(decode<User>(jwt)).toMatchObject({
      name: "leaf",
      nats: { issuer_account: account.sub },
    });
  });

  it("lies in a folder for its owner alone, and is written the same again", async () => {
    const names = (await readdir(leaf.folder)).toSorted();
    expect(names).toEqual(["leaf.conf", "leaf.creds"]);
    const read = () => Promise.all(names.map((name) => readFile(join(leaf.folder, name), "utf8")));
    const before = await read();
    for (const name of names) expect((await stat(join(leaf.folder, name))).mode & 0o077).toBe(0);
    const { port } = new URL(leaf.url);
    const more = ["--hub", `127.0.0.1:${line.port}`, "--listen", `127.0.0.1:${port}`, "--json"];
    const end = await run("NE", ["--folder", leaf.folder, ...more]);
    expect(end).toMatchObject({ code: 0, err: "" });
    expect(JSON.parse(end.out)).toEqual({
      participant: "NE",
      file: join(leaf.folder, "leaf.conf"),
      hub: `127.0.0.1:${line.port}`,
      natsUrl: leaf.url,
      opensAtStart: false,
    });
    expect(await read()).toEqual(before);
    expect(end.out).not.toContain("SU");
  });

  it("is refused where it would be open, for a stranger, or over somebody's files", async () => {
    const { dataDir } = range.carrier.paths;
    const fresh = join(leaf.folder, "..", "fresh");
    const refusals = [
      [await run("NE", []), /--folder is missing/],
      [await run("ZZ", ["--folder", fresh]), /no participant is called ZZ/],
      [await run("NE", ["--folder", dataDir]), /is no folder of a leaf/],
      [await run("NE", ["--folder", fresh, "--hub", "192.0.2.1:7422"]), /--hub 192.0.2.1 is off/],
      [await run("NE", ["--folder", fresh, "--listen", "0.0.0.0:4222"]), /--listen 0.0.0.0 is off/],
      [await run("NE", ["--folder", fresh, "--hub", "here"]), /--hub is no address with a port/],
    ] as const;
    for (const [{ code, err }, complaint] of refusals) {
      expect(err).toMatch(complaint);
      expect(code).not.toBe(0);
    }
    await expect(stat(fresh)).rejects.toThrow(/ENOENT/);
  });

  it("is cut at once when the right is taken back", async () => {
    const end = await run("NE", ["--withdraw"]);
    expect(end).toMatchObject({ code: 0, out: expect.stringContaining("has no leaf any more") });
    await expect.poll(() => readFile(leaf.logFile, "utf8"), PATIENCE).toMatch(/Authorization/);
    const { paths } = range.carrier;
    await expect(stat(paths.operatorCreds("NE", "leaf"))).rejects.toThrow(/ENOENT/);
    const account = readAccount(await readFile(join(paths.nats.issuedDir, "NE.jwt"), "utf8"));
    expect(account.nats).toMatchObject({ limits: { leaf: 0 }, mappings: {} });
  });

  it("has a door only where the exchange was told a port for it (TP-TLS-9)", async () => {
    const { paths, url } = range.carrier;
    const asked = { url, name: "test", listenHost: "127.0.0.1" };
    await expect(checkServer(paths, asked)).resolves.toBeUndefined();
    await rm(paths.nats.leafDoor);
    const fresh = join(leaf.folder, "..", "fresh");
    const refused = await run("NE", ["--folder", fresh]);
    expect(refused.err).toMatch(/takes no leafs.*--leaf-port/su);
    // It runs with the port of before until it is started again.
    const made = await run("NE", ["--folder", fresh, "--leaf-port", "7422"]);
    expect(made.out).toMatch(/finds the exchange at 127\.0\.0\.1:7422.*its next start/su);
    await expect(checkServer(paths, asked)).rejects.toMatchObject({
      problems: [expect.stringMatching(/takes leafs on port \d+, port 7422 was told/u)],
    });
  });

  const run = (participant: string, more: readonly string[]) => {
    const { paths, url } = range.carrier;
    const data = ["--data", paths.dataDir, "--nats-url", url];
    return tracepostHere(["exchange", "leaf", participant, ...data, ...more]);
  };
});

/** A question to the inbox, as the account of a leaf maps it. */
function mapped(question: string): Record<string, unknown> {
  const lanes = ["urgent", "normal", "bulk"];
  return Object.fromEntries(
    lanes.map((lane) => {
      const asked = `API.CONSUMER.${question}.IN.in-${lane}`;
      return [`$JS.hub.${asked}`, [{ subject: `$JS.${asked}` }]];
    }),
  );
}
