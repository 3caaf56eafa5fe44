import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type Account,
  type ClaimsData,
  decode,
  encodeAccount,
  fromSeed,
  parseCreds,
} from "@nats-io/jwt";
import { createInbox, credsAuthenticator } from "nats";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectStreamAdmin } from "#bus";
import { credentialsFile } from "../../deploy/local/provision/authority-files.ts";
import { Attacker } from "../support/nats-attacker.ts";
import { startTestCarrier, type TestCarrier } from "../support/nats-carrier.ts";

const VIOLATION = /permissions violation/i;

/** What no participant may publish to; NE tries. */
const FORBIDDEN_PUBLISHES = [
  "tp.out.BR.normal.trace-request",
  "tp.out.BR.urgent.alert",
  "tp.out.*.normal.trace-request",
  "tp.out.NE.odd.trace-request",
  "tp.out.NE.normal",
  "tp.out.NE.normal.trace-request.more",
  "tp.in.BR.normal.trace-request",
  "tp.in.NE.normal.trace-request",
  "$JS.API.INFO",
  "$JS.API.STREAM.NAMES",
  "$JS.API.STREAM.LIST",
  "$JS.API.STREAM.INFO.IN",
  "$JS.API.STREAM.INFO.OUT_BR",
  "$JS.API.STREAM.CREATE.EVIL",
  "$JS.API.STREAM.UPDATE.IN",
  "$JS.API.STREAM.DELETE.IN",
  "$JS.API.STREAM.PURGE.IN",
  "$JS.API.STREAM.PURGE.OUT_BR",
  "$JS.API.STREAM.MSG.GET.IN",
  "$JS.API.STREAM.MSG.GET.OUT_BR",
  "$JS.API.STREAM.MSG.DELETE.IN",
  "$JS.API.STREAM.SNAPSHOT.IN",
  "$JS.API.STREAM.RESTORE.EVIL",
  "$JS.API.DIRECT.GET.IN",
  "$JS.API.DIRECT.GET.IN.tp.in.NE.normal.trace-request",
  "$JS.API.CONSUMER.NAMES.IN",
  "$JS.API.CONSUMER.LIST.IN",
  "$JS.API.CONSUMER.CREATE.IN",
  "$JS.API.CONSUMER.CREATE.IN.evil",
  "$JS.API.CONSUMER.CREATE.IN.in-normal.tp.in.NE.normal.*",
  "$JS.API.CONSUMER.DURABLE.CREATE.IN.evil",
  "$JS.API.CONSUMER.DELETE.IN.in-normal",
  "$JS.API.CONSUMER.PAUSE.IN.in-normal",
  "$JS.API.CONSUMER.MSG.NEXT.IN.evil",
  "$JS.API.CONSUMER.MSG.NEXT.OUT_NE.gw-normal",
  "$JS.API.CONSUMER.MSG.NEXT.OUT_BR.gw-normal",
  "$JS.ACK.OUT_NE.gw-normal.1.1.1.1.0",
  "$JS.ACK.OUT_BR.gw-normal.1.1.1.1.0",
  "$SYS.REQ.CLAIMS.UPDATE",
  "$SYS.REQ.SERVER.PING",
  "_I.BR.anything",
  "_I.gateway.anything",
  "_I.steward.anything",
  "_INBOX.anything",
];

/** What no participant may listen to; NE tries. */
const FORBIDDEN_SUBSCRIPTIONS = [
  ">",
  "*.>",
  "tp.>",
  "tp.out.>",
  "tp.out.NE.>",
  "tp.in.>",
  "tp.in.NE.>",
  "tp.in.BR.>",
  "_I.>",
  "_I.*.>",
  "_I.BR.>",
  "_I.gateway.>",
  "_I.steward.>",
  "_I.provisioner.>",
  "_INBOX.>",
  "_R_.>",
  "$JS.>",
  "$JS.API.>",
  "$JS.EVENT.ADVISORY.>",
  "$SYS.>",
];

describe("a participant with a raw client", () => {
  let carrier: TestCarrier;
  let niger: Attacker;

  beforeAll(async () => {
    carrier = await startTestCarrier(["NE", "BR"]);
    niger = new Attacker(await carrier.raw("NE", "NE"));
  });
  afterAll(() => carrier.stop());

  it("publishes to its own outbox, and this alone", async () => {
    const before = await messages(carrier, "CORE", "OUT_NE");
    expect(await niger.publish("tp.out.NE.normal.trace-request")).toBe("");
    await expect.poll(() => messages(carrier, "CORE", "OUT_NE")).toBe(before + 1);
  });

  it.each(FORBIDDEN_PUBLISHES)("may not publish to %s", async (subject) => {
    expect(await niger.publish(subject)).toMatch(VIOLATION);
  });

  it.each(FORBIDDEN_SUBSCRIPTIONS)("may not subscribe to %s", async (subject) => {
    expect(await niger.subscribe(subject)).toMatch(VIOLATION);
  });

  it("hears its own reply subjects only", async () => {
    expect(await niger.subscribe("_I.NE.>")).toBe("");
  });

  it("left nothing in any other stream by all this", async () => {
    expect(await messages(carrier, "CORE", "OUT_BR")).toBe(0);
    expect(await messages(carrier, "BR", "IN")).toBe(0);
    expect(await messages(carrier, "NE", "IN")).toBe(0);
  });

  it.each([
    "tp.in.BR.normal.trace-request",
    "tp.out.BR.normal.trace-request",
    "$JS.API.STREAM.PURGE.IN",
    "$JS.API.STREAM.PURGE.OUT_BR",
    "$JS.API.STREAM.DELETE.OUT_BR",
  ])("cannot write elsewhere through the reply subject %s of a publish", async (reply) => {
    const brazil = new Attacker(await carrier.raw("BR", "BR"));
    await brazil.publish("tp.out.BR.normal.trace-request");
    const gateway = new Attacker(await carrier.raw("GATEWAY", "gateway"));
    await gateway.publish("tp.in.BR.normal.trace-request");
    await expect.poll(() => messages(carrier, "BR", "IN")).toBeGreaterThan(0);
    const before = await everyCount(carrier);
    // The stream stores the message and sends its acknowledgement to the reply subject.
    await niger.publish("tp.out.NE.normal.trace-request", { reply });
    await expect
      .poll(() => messages(carrier, "CORE", "OUT_NE"))
      .toBe((before["CORE/OUT_NE"] ?? 0) + 1);
    expect(await everyCount(carrier)).toEqual({
      ...before,
      "CORE/OUT_NE": (before["CORE/OUT_NE"] ?? 0) + 1,
    });
  });

  it.each([
    "tp.in.BR.normal.trace-request",
    "tp.out.BR.normal.trace-request",
    "$JS.API.STREAM.PURGE.OUT_BR",
    "$JS.API.STREAM.DELETE.OUT_BR",
  ])("cannot have its inbox delivered to %s", async (reply) => {
    const gateway = new Attacker(await carrier.raw("GATEWAY", "gateway"));
    await gateway.publish("tp.in.NE.normal.trace-request");
    await expect.poll(() => messages(carrier, "NE", "IN")).toBeGreaterThan(0);
    const before = await everyCount(carrier);
    await niger.publish(PULL, { data: PULL_ONE, reply });
    // A second request is answered after the first: then the first has had its effect.
    await pullOne(niger);
    expect(await everyCount(carrier)).toEqual(before);
  });

  it("cannot burn another's message id", async () => {
    const brazil = new Attacker(await carrier.raw("BR", "BR"));
    const before = await messages(carrier, "CORE", "OUT_BR");
    const id = { "Nats-Msg-Id": "0190aaaa-0000-7000-8000-000000000001.1" };
    await niger.publish("tp.out.NE.normal.trace-request", { headers: id });
    await brazil.publish("tp.out.BR.normal.trace-request", { headers: id });
    await expect.poll(() => messages(carrier, "CORE", "OUT_BR")).toBe(before + 1);
  });

  it.each([
    { "Nats-Rollup": "all" },
    { "Nats-Rollup": "sub" },
    { "Nats-TTL": "1" },
    { "Nats-Schedule": "@at 2030-01-01T00:00:00Z", "Nats-Schedule-Target": "tp.in.BR.normal.x" },
    { "Nats-Incr": "1" },
    { "Nats-Batch-Id": "b", "Nats-Batch-Sequence": "1", "Nats-Batch-Commit": "1" },
  ])("cannot change its stream through the headers %j", async (carried) => {
    const before = await everyCount(carrier);
    await niger.publish("tp.out.NE.normal.trace-request", { headers: carried });
    const after = await everyCount(carrier);
    expect(after["CORE/OUT_NE"]).toBeGreaterThanOrEqual(before["CORE/OUT_NE"] ?? 0);
    expect({ ...after, "CORE/OUT_NE": 0 }).toEqual({ ...before, "CORE/OUT_NE": 0 });
  });
});

describe("a participant that turns the server against its own account", () => {
  let carrier: TestCarrier;

  beforeAll(async () => {
    carrier = await startTestCarrier(["NE", "BR"]);
  });
  afterAll(() => carrier.stop());

  // The server answers a pull wherever its reply subject points, within the account: known, not to
  // be forbidden by permissions, and the reason why each participant has an account of its own.
  it("loses its own inbox at most, and the steward makes it again", async () => {
    const niger = new Attacker(await carrier.raw("NE", "NE"));
    const gateway = new Attacker(await carrier.raw("GATEWAY", "gateway"));
    await gateway.publish("tp.in.BR.normal.trace-request");
    await expect.poll(() => messages(carrier, "BR", "IN")).toBe(1);
    await niger.publish(PULL, { data: PULL_ONE, reply: "$JS.API.STREAM.DELETE.IN" });
    await expect.poll(() => messages(carrier, "NE", "IN")).toBe(-1);
    expect(await messages(carrier, "BR", "IN")).toBe(1);
    const incidents: string[] = [];
    const steward = carrier.steward(({ where }) => incidents.push(where));
    await steward.round();
    await steward.stop();
    expect(incidents).toEqual(["NE/IN"]);
    await gateway.publish("tp.in.NE.normal.trace-request");
    await expect.poll(() => messages(carrier, "NE", "IN")).toBe(1);
  });
});

describe("whoever holds the gateway's credentials", () => {
  let carrier: TestCarrier;
  let gateway: Attacker;

  beforeAll(async () => {
    carrier = await startTestCarrier(["NE", "BR"]);
    gateway = new Attacker(await carrier.raw("GATEWAY", "gateway"));
  });
  afterAll(() => carrier.stop());

  // What a message of NE holds becomes the payload of the request, when the server delivers it to
  // the JetStream API: so a participant could help along.
  const STREAM = { name: "OUT_BR", subjects: ["tp.out.BR.urgent.*"], storage: "file" };
  const PUSH = { stream_name: "OUT_BR", config: { deliver_subject: "tp.in.NE.normal.alert" } };

  it.each([
    ["$JS.API.STREAM.DELETE.OUT_BR", ""],
    ["$JS.API.STREAM.PURGE.OUT_BR", ""],
    ["$JS.API.CONSUMER.DELETE.OUT_BR.gw-normal", ""],
    ["$JS.API.STREAM.UPDATE.OUT_BR", JSON.stringify({ ...STREAM, max_age: 1_000_000_000 })],
    ["$JS.API.STREAM.CREATE.EVIL", JSON.stringify({ name: "EVIL", subjects: ["evil"] })],
    ["$JS.API.CONSUMER.CREATE.OUT_BR", JSON.stringify(PUSH)],
    ["tp.out.BR.normal.trace-request", "x"],
    ["tp.in.BR.normal.trace-request", "x"],
  ])("cannot have an outbox delivered to %s", async (reply, data) => {
    const niger = new Attacker(await carrier.raw("NE", "NE"));
    const brazil = new Attacker(await carrier.raw("BR", "BR"));
    await brazil.publish("tp.out.BR.normal.trace-request");
    await niger.publish("tp.out.NE.normal.trace-request", { data });
    await expect.poll(() => messages(carrier, "CORE", "OUT_NE")).toBeGreaterThan(0);
    const before = await everyState(carrier);
    await gateway.publish(takeFrom("OUT_NE"), { data: PULL_ONE, reply });
    // With nothing left there is an answer too, and it is empty.
    await gateway.publish(takeFrom("OUT_NE"), { data: PULL_ONE, reply });
    await pullOne(gateway, takeFrom("OUT_NE"), "gateway");
    expect(await everyState(carrier)).toEqual(before);
  });
});

describe("the gateway's credentials", () => {
  let carrier: TestCarrier;
  let gateway: Attacker;

  beforeAll(async () => {
    carrier = await startTestCarrier(["NE"]);
    gateway = new Attacker(await carrier.raw("GATEWAY", "gateway"));
  });
  afterAll(() => carrier.stop());

  it.each([
    "tp.out.NE.normal.trace-request",
    "tp.in.NE.odd.trace-request",
    "$JS.API.STREAM.CREATE.EVIL",
    "$JS.API.STREAM.UPDATE.OUT_NE",
    "$JS.API.STREAM.DELETE.OUT_NE",
    "$JS.API.STREAM.PURGE.OUT_NE",
    "$JS.API.STREAM.MSG.GET.OUT_NE",
    "$JS.API.STREAM.MSG.DELETE.OUT_NE",
    "$JS.API.STREAM.SNAPSHOT.OUT_NE",
    "$JS.API.CONSUMER.CREATE.OUT_NE.evil.tp.out.NE.normal.*",
    "$JS.API.CONSUMER.DELETE.OUT_NE.gw-normal",
    "$JS.API.CONSUMER.MSG.NEXT.IN.in-normal",
    "$JS.API.CONSUMER.MSG.NEXT.OUT_NE.other",
    "$JS.ACK.IN.in-normal.1.1.1.1.0",
    "_I.NE.anything",
    "$SYS.REQ.CLAIMS.UPDATE",
  ])("may not publish to %s", async (subject) => {
    expect(await gateway.publish(subject)).toMatch(VIOLATION);
  });

  it.each([">", "tp.>", "tp.out.>", "tp.in.>", "_I.>", "_I.NE.>", "$JS.>", "$SYS.>"])(
    "may not subscribe to %s",
    async (subject) => {
      expect(await gateway.subscribe(subject)).toMatch(VIOLATION);
    },
  );

  it("finds no stream for a participant that is not admitted", async () => {
    const attempt = gateway.connection.request("tp.in.BR.normal.trace-request", "x");
    await expect(attempt).rejects.toThrow(/no responders/);
  });
});

describe("the operator's own users", () => {
  let carrier: TestCarrier;

  beforeAll(async () => {
    carrier = await startTestCarrier(["NE"]);
  });
  afterAll(() => carrier.stop());

  it.each([
    ["CORE", "steward"],
    ["CORE", "provisioner"],
    ["NE", "steward"],
    ["NE", "provisioner"],
  ])("%s %s moves no message and reads none", async (account, user) => {
    const attacker = new Attacker(await carrier.raw(account, user));
    const stream = account === "CORE" ? "OUT_NE" : "IN";
    const consumer = account === "CORE" ? "gw-normal" : "in-normal";
    for (const subject of [
      "tp.in.NE.normal.trace-request",
      "tp.out.NE.normal.trace-request",
      `$JS.API.STREAM.MSG.GET.${stream}`,
      `$JS.API.STREAM.MSG.DELETE.${stream}`,
      `$JS.API.STREAM.DELETE.${stream}`,
      `$JS.API.STREAM.SNAPSHOT.${stream}`,
      `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`,
      `$JS.ACK.${stream}.${consumer}.1.1.1.1.0`,
      "_I.NE.x",
    ]) {
      expect(await attacker.publish(subject), subject).toMatch(VIOLATION);
    }
    for (const subject of [">", "tp.>", "_I.NE.>", "_I.gateway.>", "$JS.>"]) {
      expect(await attacker.subscribe(subject), subject).toMatch(VIOLATION);
    }
  });

  it("the steward creates nothing, the provisioner empties nothing", async () => {
    const steward = new Attacker(await carrier.raw("CORE", "steward"));
    expect(await steward.publish("$JS.API.STREAM.CREATE.X")).toMatch(VIOLATION);
    expect(await steward.publish("$JS.API.CONSUMER.DELETE.OUT_NE.gw-normal")).toMatch(VIOLATION);
    const provisioner = new Attacker(await carrier.raw("CORE", "provisioner"));
    expect(await provisioner.publish("$JS.API.STREAM.PURGE.OUT_NE")).toMatch(VIOLATION);
  });

  it("no token of one account opens another", async () => {
    const { jwt } = await parseCreds(await readFile(credentialsFile(carrier.paths, "NE", "NE")));
    const other = await readFile(credentialsFile(carrier.paths, "GATEWAY", "gateway"), "utf8");
    // NE's token with the gateway's key: the key must be the token's.
    const mixed = other.replace(/(BEGIN NATS USER JWT-+\n)[^\n]+/, `$1${jwt}`);
    const authenticator = credsAuthenticator(new TextEncoder().encode(mixed));
    const attempt = carrier.raw("GATEWAY", "gateway", { authenticator, reconnect: false });
    await expect(attempt).rejects.toThrow(/authorization violation/i);
  });
});

describe("a revoked user", () => {
  let carrier: TestCarrier;

  beforeAll(async () => {
    carrier = await startTestCarrier(["NE", "BR"]);
  });
  afterAll(() => carrier.stop());

  it("is out at once and stays out after a restart with the first account tokens", async () => {
    const niger = await carrier.raw("NE", "NE", { reconnect: false });
    const brazil = await carrier.raw("BR", "BR");
    await revoke(carrier, "NE", "NE");
    await expect(niger.closed()).resolves.toBeInstanceOf(Error);
    await brazil.flush();
    await carrier.server.restart();
    const again = carrier.raw("NE", "NE", { reconnect: false });
    await expect(again).rejects.toThrow(/authorization violation/i);
    const other = await carrier.raw("BR", "BR");
    await expect(other.flush()).resolves.toBeUndefined();
  });
});

const PULL = "$JS.API.CONSUMER.MSG.NEXT.IN.in-normal";
const PULL_ONE = JSON.stringify({ batch: 1, no_wait: true });
const takeFrom = (outbox: string) => `$JS.API.CONSUMER.MSG.NEXT.${outbox}.gw-normal`;

/** Asks for a message and waits for it, or for the word that there is none. */
async function pullOne({ connection }: Attacker, subject = PULL, user = "NE"): Promise<void> {
  const reply = createInbox(`_I.${user}`);
  const { promise, resolve } = Promise.withResolvers<void>();
  const subscription = connection.subscribe(reply, { callback: () => resolve() });
  connection.publish(subject, PULL_ONE, { reply });
  await promise;
  subscription.unsubscribe();
}

/** Edits the account token that the server has, never one rebuilt from memory. */
async function revoke(carrier: TestCarrier, account: string, user: string): Promise<void> {
  const operator = await carrier.raw("SYS", "operator");
  const token = await readFile(join(carrier.paths.nats.issuedDir, `${account}.jwt`), "utf8");
  const accountKey = decode<Account>(token).sub;
  const held = await operator.request(`$SYS.REQ.ACCOUNT.${accountKey}.CLAIMS.LOOKUP`);
  const claims: ClaimsData<Account> = decode(held.string());
  const credentials = await parseCreds(
    await readFile(credentialsFile(carrier.paths, account, user)),
  );
  const now = Math.floor(Date.now() / 1_000);
  const changed = { ...claims.nats, revocations: { [credentials.uc.sub]: now + 1 } };
  const seed = await readFile(join(carrier.paths.nats.keysDir, "operator.nk"));
  const update = await encodeAccount(claims.name, claims.sub, changed, { signer: fromSeed(seed) });
  const answer = await operator.request("$SYS.REQ.CLAIMS.UPDATE", update);
  expect(answer.json<{ error?: unknown }>().error).toBeUndefined();
}

async function messages(carrier: TestCarrier, account: string, stream: string): Promise<number> {
  const admin = await connectStreamAdmin({
    servers: carrier.url,
    credsFile: credentialsFile(carrier.paths, account, "steward"),
    name: "test.steward",
    inboxPrefix: "_I.steward",
  });
  try {
    return (await admin.streamState(stream))?.messages ?? -1;
  } finally {
    await admin.close();
  }
}

/** Settings and counts of both outboxes and BR's inbox, and the names of all streams of CORE. */
async function everyState(carrier: TestCarrier): Promise<unknown[]> {
  const names = ["OUT_NE", "OUT_BR"];
  const core = await carrier.raw("CORE", "provisioner");
  const states: unknown[] = [];
  for (const subject of [
    ...names.map((name) => `$JS.API.STREAM.INFO.${name}`),
    ...names.map((name) => `$JS.API.CONSUMER.INFO.${name}.gw-normal`),
    "$JS.API.STREAM.INFO.EVIL",
  ]) {
    const answer = (await core.request(subject)).json<Record<string, Record<string, unknown>>>();
    const { config, state, error } = answer;
    states.push({ config, error, messages: state?.messages, consumers: state?.consumer_count });
  }
  await core.close();
  return [...states, await messages(carrier, "BR", "IN")];
}

async function everyCount(carrier: TestCarrier): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const [account, stream] of [
    ["CORE", "OUT_NE"],
    ["CORE", "OUT_BR"],
    ["NE", "IN"],
    ["BR", "IN"],
  ] as const) {
    counts[`${account}/${stream}`] = await messages(carrier, account, stream);
  }
  return counts;
}
