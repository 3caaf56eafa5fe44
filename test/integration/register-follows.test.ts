import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, credsAuthenticator } from "nats";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callApi } from "#http";
import { systemClock } from "#runtime";
import { openOrThrow } from "#trust";
import {
  ExchangePaths,
  initExchange,
  type RunningExchange,
  rootKeysOf,
  startExchange,
} from "../../deploy/local/index.ts";
import { RegisterKeeper } from "../../deploy/local/register/register-keeper.ts";
import { issueFirstAt } from "../support/aged-register.ts";
import { tracepostHere } from "../support/in-process.ts";
import { specsOf } from "../support/nats-carrier.ts";

/**
 * What follows the register by itself while an exchange runs: freshness and the next version are
 * signed with keys of the folder (TP-REG-15, TP-RUN-20), and NATS follows what is published
 * (TP-RUN-11). Its first version is six days old, and nobody may use the root keys at first.
 */

const PATIENCE = { timeout: 60_000, interval: 100 };
const DAY_MS = 86_400_000;
const IDS = ["US", "BR", "AT"];

let dir = "";
let data = "";
let exchange: RunningExchange;
const said: string[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-follows-"));
  data = join(dir, "exchange");
  await initExchange({ dataDir: data, participants: specsOf(IDS) });
  await issueFirstAt(new ExchangePaths(data), IDS, Date.now() - 6 * DAY_MS);
  exchange = await startExchange({
    dataDir: data,
    mayRenew: false,
    onEvent: (event) => event.type === "progress" && said.push(event.text),
  });
}, 120_000);

afterAll(async () => {
  await exchange?.stop();
  await rm(dir, { recursive: true, force: true });
});

/** Register in force at a participant. */
async function registerAt(id: string): Promise<{ version: string; standing: string }> {
  const { token = "", url = "" } = exchange.participants.get(id) ?? {};
  const call = { path: "/v1/summary", timeoutMs: 5_000 };
  return (await callApi<{ register: never }>({ url, token }, call)).register;
}

async function atGateway() {
  const answer = await fetch(`${exchange.gateway.url}/register`);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  return openOrThrow(bytes, "the gateway", await rootKeysOf(exchange.paths));
}

async function run(...args: readonly string[]): Promise<void> {
  const { code, err, out } = await tracepostHere(args);
  expect(code, err + out).toBe(0);
}

describe("a register that ends soon (TP-REG-15)", () => {
  it("is said to be the newest by the key of freshness, to everybody (TP-RUN-20)", async () => {
    expect(said.join("\n")).toContain("is to be renewed: it expires in 23 h");
    for (const id of IDS) {
      const standing = async () => (await registerAt(id)).standing;
      await expect.poll(standing, PATIENCE).toBe("fresh");
    }
    expect((await registerAt("US")).version).toBe("1");
  }, 120_000);

  it("is followed by a version that the root keys of the folder sign, where they may", async () => {
    const { paths } = exchange;
    const token = (await readFile(paths.gateway.apiToken, "utf8")).trim();
    const say = (text: string) => said.push(text);
    const keeper = new RegisterKeeper({ paths, token, mayRenew: true, say, clock: systemClock });
    await keeper.keep(await atGateway(), exchange.gateway.url);
    expect(said.at(-1)).toContain("version 2, with the same content, was signed with 2 root keys");
    for (const id of IDS) {
      await expect.poll(async () => (await registerAt(id)).version, PATIENCE).toBe("2");
    }
    const before = await atGateway();
    await keeper.keep(before, exchange.gateway.url);
    expect((await atGateway()).digest).toEqual(before.digest);
  }, 120_000);
});

describe("a participant that is removed while it is connected (TP-RUN-11)", () => {
  it("is disconnected by the publication alone, and the plan was said before", async () => {
    const { paths } = exchange;
    const next = join(dir, "next.bundle");
    const authenticator = credsAuthenticator(await readFile(paths.participant("AT").natsCreds));
    const servers = exchange.nats.url;
    const intruder = await connect({ servers, authenticator, reconnect: false });
    const { bundle, rootKeys, rootPublicKeys } = paths.exchange;
    await run("register", "draft", bundle, "--out", next);
    await run("participant", "remove", "AT", "--draft", next);
    for (const key of rootKeys.slice(1)) {
      await run("register", "sign", next, "--against", bundle, "--key", key);
    }
    const by = ["--url", exchange.gateway.url, "--token-file", paths.gateway.apiToken];
    await run("register", "publish", next, "--root", ...rootPublicKeys, ...by);
    await intruder.closed();
    await expect(connect({ servers, authenticator, reconnect: false })).rejects.toThrow();
    await expect.poll(() => exchange.participants.has("AT"), PATIENCE).toBe(false);
    await expect.poll(() => said.at(-1), PATIENCE).toBe("NATS follows it.");
    const plan = said.indexOf("Register version 3: 2 steps for NATS.");
    expect(said.slice(plan + 1, plan + 3).join()).toMatch(/AT: .*disconnect.*AT: .*unlist/u);
    expect((await readFile(paths.run.reconciled, "utf8")).trim()).toBe("3");
  }, 120_000);
});
