import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Account, decode, parseCreds } from "@nats-io/jwt";
import { credsAuthenticator } from "nats";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { credentialsFile } from "../../deploy/local/provision/authority-files.ts";
import { attack } from "../support/attack.ts";
import { everyState, messages, PULL_ONE, pullOne, takeFrom } from "../support/carrier-state.ts";
import { Attacker } from "../support/nats-attacker.ts";
import { startTestCarrier, type TestCarrier } from "../support/nats-carrier.ts";
import { revokeUser } from "../support/revoke-user.ts";

const VIOLATION = /permissions violation/i;
const REFUSED = { outcome: "refused", answer: "NATS: permission" } as const;
const THIEF = "whoever has the gateway's NATS user";

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

  for (const [reply = "", data = ""] of [
    ["$JS.API.STREAM.DELETE.OUT_BR", ""],
    ["$JS.API.STREAM.PURGE.OUT_BR", ""],
    ["$JS.API.CONSUMER.DELETE.OUT_BR.gw-normal", ""],
    ["$JS.API.STREAM.UPDATE.OUT_BR", JSON.stringify({ ...STREAM, max_age: 1_000_000_000 })],
    ["$JS.API.STREAM.CREATE.EVIL", JSON.stringify({ name: "EVIL", subjects: ["evil"] })],
    ["$JS.API.CONSUMER.CREATE.OUT_BR", JSON.stringify(PUSH)],
    ["tp.out.BR.normal.trace-request", "x"],
  ]) {
    const note = { attacker: THIEF, attack: `has an outbox delivered to ${reply}` };
    const answer = "its account holds no stream and no outbox";
    attack({ ...note, outcome: "harmless", answer }, async () => {
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
  }
});

describe("the gateway's credentials", () => {
  let carrier: TestCarrier;
  let gateway: Attacker;

  beforeAll(async () => {
    carrier = await startTestCarrier(["NE"]);
    gateway = new Attacker(await carrier.raw("GATEWAY", "gateway"));
  });
  afterAll(() => carrier.stop());

  for (const subject of [
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
  ]) {
    attack({ ...REFUSED, attacker: THIEF, attack: `publishes to ${subject}` }, async () => {
      expect(await gateway.publish(subject)).toMatch(VIOLATION);
    });
  }

  for (const subject of [
    ">",
    "tp.>",
    "tp.out.>",
    "tp.in.>",
    "_I.>",
    "_I.NE.>",
    "$JS.>",
    "$SYS.>",
  ]) {
    attack({ ...REFUSED, attacker: THIEF, attack: `listens to ${subject}` }, async () => {
      expect(await gateway.subscribe(subject)).toMatch(VIOLATION);
    });
  }

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

  const firstToken = () => readFile(join(carrier.paths.nats.issuedDir, "NE.jwt"), "utf8");

  it("is out at once and stays out after a restart with the first account tokens", async () => {
    const niger = await carrier.raw("NE", "NE", { reconnect: false });
    const brazil = await carrier.raw("BR", "BR");
    // A server that is given two tokens of one second cannot tell which is the newer.
    const { iat } = decode<Account>(await firstToken());
    await expect.poll(() => Date.now(), { timeout: 5_000 }).toBeGreaterThan((iat + 1) * 1_000);
    await revokeUser(carrier, "NE", "NE");
    await expect(niger.closed()).resolves.toBeInstanceOf(Error);
    await brazil.flush();
    await carrier.server.restart();
    const again = carrier.raw("NE", "NE", { reconnect: false });
    await expect(again).rejects.toThrow(/authorization violation/i);
    const other = await carrier.raw("BR", "BR");
    await expect(other.flush()).resolves.toBeUndefined();
  });

  it("is not let in by a preload of the first account tokens, which we do not write", async () => {
    const written = await readFile(carrier.paths.nats.serverConfig, "utf8");
    expect(written).not.toContain("preload");
    const token = await firstToken();
    carrier.moreSettings = `resolver_preload { ${decode<Account>(token).sub}: "${token}" }\n`;
    await carrier.server.restart();
    const again = carrier.raw("NE", "NE", { reconnect: false });
    await expect(again).rejects.toThrow(/authorization violation/i);
    const other = await carrier.raw("BR", "BR");
    await expect(other.flush()).resolves.toBeUndefined();
  });
});
