import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, credsAuthenticator } from "nats";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CrashPoint } from "#runtime";
import { initExchange, type RunningExchange, startExchange } from "../../../deploy/local/index.ts";
import { tracepostHere as tracepost } from "../../support/in-process.ts";
import { specsOf } from "../../support/nats-carrier.ts";
import { startCommand } from "../../support/run-command.ts";
import { traceBody } from "../../support/trace-body.ts";

/**
 * Two persons change who takes part while the exchange runs: draft, look, sign, sign, publish, and
 * NATS follows (TP-REG-10, TP-RUN-3, TP-RUN-8 to TP-RUN-10).
 */

const PATIENCE = { timeout: 60_000, interval: 100 };
const AT = "- { id: AT, name: Focal point of AT (made up), role: focal-point, languages: [en],\n";
const ITI = "    instruments: [{ instrument: ITI, boundness: committed, since: 2005-12-08 }] }\n";

/** Between keys and server, and between server and folder. */
const POINTS: readonly CrashPoint[] = ["reconcile.account-issued", "reconcile.gateway-connected"];

let dir = "";
let data = "";
let exchange: RunningExchange;
let version = 1;
const file = (name: string) => join(dir, name);
/** The newest version that was published. */
const newest = () => (version === 1 ? exchange.paths.exchange.bundle : file(`v${version}`));

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-admission-"));
  data = join(dir, "exchange");
  await initExchange({ dataDir: data, participants: specsOf(["US", "BR"]) });
  exchange = await startExchange({
    dataDir: data,
    tuning: { resendFirstMs: 1_000 },
    planOnly: true,
  });
  const user = ["--data", data, "--name", "A person (made up)"];
  await json("user", "add", "records", "--role", "GATEWAY_OPERATOR", "--gateway", ...user);
  await json(
    ...["user", "add", "desk-7", "--role", "FOCAL_POINT_OFFICER", "--participant", "US"],
    ...user,
  );
  await writeFile(file("at.yaml"), AT + ITI);
}, 120_000);

afterAll(async () => {
  await exchange?.stop();
  await rm(dir, { recursive: true, force: true });
});

async function run(...args: readonly string[]) {
  const { code, err, out } = await tracepost([...args, "--json"]);
  return code === 0 ? { code, said: JSON.parse(out) } : { code, said: JSON.parse(err || out) };
}

async function json(...args: readonly string[]) {
  const { code, said } = await run(...args);
  expect(code, JSON.stringify(said)).toBe(0);
  return said;
}

const us = () => ["--data", data, "--participant", "US"];
const reconcile = (...more: readonly string[]) =>
  json("exchange", "reconcile", "--data", data, ...more);
const stepsOf = ({ steps }: { steps: { action: string; participant: string }[] }) =>
  steps.map(({ action, participant }) => `${participant} ${action}`);

/** Drafts the next version, each change tried first; two persons sign; it is published. */
async function change(...changes: readonly (readonly string[])[]): Promise<void> {
  const draft = file(`v${version + 1}`);
  await json("register", "draft", newest(), "--out", draft);
  for (const words of changes) {
    const before = await readFile(draft);
    const tried = await json("participant", ...words, "--draft", draft, "--dry-run");
    expect(tried).toMatchObject({ dryRun: true, signatures: 0, threshold: 2 });
    expect(tried.differences.length).toBeGreaterThan(0);
    expect(await readFile(draft)).toEqual(before);
    await json("participant", ...words, "--draft", draft);
  }
  const [first = "", second = ""] = exchange.paths.exchange.rootKeys;
  const sign = ["register", "sign", draft, "--against", newest(), "--key"];
  expect(await json(...sign, first)).toMatchObject({ signatures: 1 });
  expect((await run(...publishing(draft))).said.error.code).toBe("VERIFICATION");
  expect(await json(...sign, second)).toMatchObject({ signatures: 2 });
  expect(await json(...publishing(draft))).toMatchObject({ outcome: "taken" });
  version += 1;
}

const publishing = (draft: string) => [
  ...["register", "publish", draft, "--root", ...exchange.paths.exchange.rootPublicKeys],
  ...["--data", data, "--user", "records"],
];

let sent = 0;

/** Asks AT; gives how the command ended and the case. */
async function ask(...more: readonly string[]) {
  sent += 1;
  const body = traceBody({ to: "AT", serial: `ADMITTED-${sent}` });
  const request = { ...body.request, nationalCaseNumber: `US/ADMITTED-${sent}` };
  await writeFile(file("request.json"), JSON.stringify({ ...body, request }));
  return await run("trace", "send", file("request.json"), ...us(), ...more);
}

const shown = (caseId: string) => json("trace", "show", caseId, ...us());

describe("a participant that is admitted while others write (TP-RUN-8, TP-RUN-10)", () => {
  it("counts when a second person has signed, and changes nothing at NATS by itself", async () => {
    const { keysDir } = exchange.paths.participant("AT");
    const request = ["participant", "request", "AT", "--keys-dir", keysDir, "--unprotected"];
    await json(...request, "--out", file("at.statement"));
    await change(["add", file("at.yaml"), "--keys", file("at.statement")]);
    const plan = await reconcile("--dry-run");
    expect(plan).toMatchObject({ registerVersion: "2", done: false });
    expect(stepsOf(plan)).toEqual(
      ["issue-account", "push-account", "connect-gateway", "make-streams", "list"].map(
        (action) => `AT ${action}`,
      ),
    );
    expect(stepsOf(await reconcile("--dry-run"))).toEqual(stepsOf(plan));
  });

  it("is there when the command is killed at points of its way and run again", async () => {
    for (const point of POINTS) {
      const args = ["exchange", "reconcile", "--data", data];
      const command = startCommand("cli/main.ts", args, { env: { TRACEPOST_CRASH_AT: point } });
      expect(await command.ended, point).toMatchObject({ code: null, out: "" });
      expect(command.child.signalCode, point).toBe("SIGKILL");
    }
    expect(stepsOf(await reconcile())).toEqual(["AT make-streams", "AT list"]);
    expect(stepsOf(await reconcile())).toEqual([]);
  }, 120_000);

  it("has its service started, and receives and answers, without a restart", async () => {
    const url = () => exchange.participants.get("AT")?.url ?? "";
    await expect.poll(url, PATIENCE).not.toBe("");
    const { said } = await ask("--wait");
    expect(said).toMatchObject({ receipts: expect.anything() });
    expect(JSON.stringify(said)).toContain("DELIVERED");
    const config = JSON.parse(await readFile(exchange.paths.participant("AT").config, "utf8"));
    expect(config.exchangeUrl).toBe(exchange.gateway.url);
  }, 120_000);
});

describe("a participant that is suspended, resumed with new keys, and removed (TP-RUN-9)", () => {
  let waiting = "";

  it("is sent nothing while it is suspended; what is under way waits for it", async () => {
    await exchange.process("AT").stop();
    waiting = (await ask()).said.caseId;
    const accepted = async () => JSON.stringify(await shown(waiting));
    await expect.poll(accepted, PATIENCE).toContain("ACCEPTED");
    await change(["suspend", "AT"]);
    expect(stepsOf(await reconcile())).toEqual([]);
    const refused = await ask("--wait");
    expect(JSON.stringify(refused.said)).toContain("RECIPIENT_SUSPENDED");
    expect(JSON.stringify(await shown(waiting))).not.toContain("DELIVERED");
  }, 120_000);

  it("has what waited when it is resumed, its next key registered", async () => {
    const { keysDir } = exchange.paths.participant("AT");
    const request = ["participant", "request", "AT", "--keys-dir", keysDir, "--unprotected"];
    const next = ["--header", "--after", file("at.statement")];
    await json(...request, ...next, "--out", file("at-2.statement"));
    await change(["resume", "AT"], ["rotate-key", "AT", "--keys", file("at-2.statement")]);
    await exchange.process("AT").start();
    const delivered = async () => JSON.stringify(await shown(waiting));
    await expect.poll(delivered, PATIENCE).toContain("DELIVERED");
  }, 120_000);

  it("is cut off when it is removed, and what it had not confirmed comes back with a code", async () => {
    await exchange.process("AT").stop();
    const { said } = await ask();
    const accepted = async () => JSON.stringify(await shown(said.caseId));
    await expect.poll(accepted, PATIENCE).toContain("ACCEPTED");
    const authenticator = credsAuthenticator(
      await readFile(exchange.paths.participant("AT").natsCreds),
    );
    const servers = exchange.nats.url;
    const intruder = await connect({ servers, authenticator, reconnect: false });
    await change(["remove", "AT"]);
    const returned = async () => (await shown(said.caseId)).refusal?.code;
    await expect.poll(returned, PATIENCE).toBe("RECIPIENT_REMOVED");
    const told = await tracepost(["trace", "show", said.caseId, ...us()]);
    expect(told.out).toContain("was removed from the exchange");
    expect(told.out).toContain("tracepost trace ask-whom");
    expect(stepsOf(await reconcile())).toEqual(["AT disconnect", "AT unlist"]);
    await intruder.closed();
    await expect(connect({ servers, authenticator, reconnect: false })).rejects.toThrow();
    await expect.poll(() => exchange.participants.has("AT"), PATIENCE).toBe(false);
    expect(stepsOf(await reconcile())).toEqual([]);
  }, 120_000);
});
