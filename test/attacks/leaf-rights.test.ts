import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { connect, credsAuthenticator } from "nats";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { StreamAdmin } from "#bus";
import { NATS_LIMITS } from "#runtime";
import { grantLeaf, withdrawLeaf } from "../../deploy/local/leaf/leaf-right.ts";
import { findFreePort } from "../../deploy/local/supervisor/free-port.ts";
import { attack } from "../support/attack.ts";
import { PULL_ONE, stewardOf } from "../support/carrier-state.ts";
import { FORBIDDEN_PUBLISHES, FORBIDDEN_SUBSCRIPTIONS } from "../support/forbidden-subjects.ts";
import { Attacker } from "../support/nats-attacker.ts";
import { startTestCarrier, type TestCarrier } from "../support/nats-carrier.ts";
import { CUT, type LeafWords, RawLeaf } from "../support/raw-leaf.ts";

// What a State may do that runs a leaf, or that has its credentials and no nats-server (TP-TLS-12).

const LEAF = "a State's own NATS server";
const REFUSED = {
  attacker: LEAF,
  outcome: "refused",
  answer: "NATS: permission, link cut",
} as const;
const HARMLESS = { attacker: LEAF, outcome: "harmless" } as const;
const INFO = "$JS.hub.API.CONSUMER.INFO.IN.in-normal";
const NEXT = "$JS.hub.API.CONSUMER.MSG.NEXT.IN.in-normal";

/** Beside what no participant may do: the other names on the link, and what is the server's own. */
const FORBIDDEN_ON_THE_LINK = [
  "$JS.API.CONSUMER.MSG.NEXT.IN.in-normal",
  "$JS.API.CONSUMER.INFO.IN.in-normal",
  "$JS.hub.API.INFO",
  "$JS.hub.API.>",
  "$JS.hub.API.STREAM.DELETE.IN",
  "$JS.hub.API.STREAM.PURGE.IN",
  "$JS.hub.API.STREAM.MSG.GET.IN",
  "$JS.hub.API.CONSUMER.CREATE.IN",
  "$JS.hub.API.CONSUMER.DELETE.IN.in-normal",
  "$JS.hub.API.CONSUMER.MSG.NEXT.IN.*",
  "$JS.hub.API.CONSUMER.MSG.NEXT.IN.evil",
  "$JS.hub.API.CONSUMER.MSG.NEXT.OUT_BR.gw-normal",
  "$SYS.REQ.USER.INFO",
  "$SYS.ACCOUNT.NE.CONNECT",
  "$NRG.V.x",
  "_I.NE.anything",
];

/** What a wildcard subscription of the link would catch, if it were let through. */
const LISTENING = FORBIDDEN_SUBSCRIPTIONS.filter((subject) => /[*>]/u.test(subject));

let leafPort = 0;
let carrier: TestCarrier;
let credentials = "";
const open: RawLeaf[] = [];
/** Of CORE, NE and BR: they look at streams. */
let stewards: readonly StreamAdmin[] = [];
let brazil: Attacker;
let gateway: Attacker;

beforeAll(async () => {
  leafPort = await findFreePort();
  carrier = await startTestCarrier(["NE", "BR"], { leafPort });
  const { paths, url: natsUrl } = carrier;
  credentials = (await grantLeaf({ paths, natsUrl }, "NE")).credentials;
  stewards = await Promise.all(["CORE", "NE", "BR"].map((account) => stewardOf(carrier, account)));
  brazil = new Attacker(await carrier.raw("BR", "BR"));
  gateway = new Attacker(await carrier.raw("GATEWAY", "gateway"));
  // Something of others to be at.
  await brazil.publish("tp.out.BR.normal.trace-request");
  for (const id of ["NE", "BR"]) await gateway.publish(`tp.in.${id}.normal.trace-request`);
  await vi.waitFor(async () => expect((await counts()).others.slice(0, 3)).toEqual([1, 1, 1]));
});
afterAll(async () => {
  for (const steward of stewards) await steward.close();
  await carrier.stop();
});
afterEach(() => {
  for (const leaf of open.splice(0)) leaf.close();
});

async function enter(words: LeafWords = {}, creds = credentials): Promise<RawLeaf> {
  const leaf = await RawLeaf.enter(leafPort, creds, words);
  open.push(leaf);
  return leaf;
}

/** What the hub has noted. */
const log = (): Promise<string> => readFile(join(carrier.paths.dataDir, "nats.log"), "utf8");

/** Messages in each stream, and how far BR's outbox is taken. */
async function counts(): Promise<{ own: unknown; others: readonly unknown[] }> {
  const [core, niger, brazil] = stewards;
  return {
    own: (await core?.streamState("OUT_NE"))?.messages,
    others: [
      (await core?.streamState("OUT_BR"))?.messages,
      (await niger?.streamState("IN"))?.messages,
      (await brazil?.streamState("IN"))?.messages,
      await core?.consumerState("OUT_BR", "gw-normal"),
    ],
  };
}

/** Does something after which nothing may be changed but NE's own outbox. */
async function changesNothing(act: () => Promise<unknown>): Promise<void> {
  const { others } = await counts();
  await act();
  expect((await counts()).others).toEqual(others);
}

describe("a leaf without a nats-server behind it (TP-TLS-12)", () => {
  it("carries what its State may do", async () => {
    const leaf = await enter();
    expect(await leaf.publish("tp.out.NE.normal.trace-request")).toBe("");
    await expect.poll(async () => (await counts()).own).toBe(1);
    expect(await leaf.subscribe("_I.NE.x")).toBe("");
    await leaf.publish(NEXT, { data: PULL_ONE, reply: "_I.NE.x" });
    await expect.poll(() => leaf.messages.map(({ subject }) => subject)).toEqual(["_I.NE.x"]);
  });

  // Acknowledgements pass without a look at permissions, into the own account: see below.
  const looked = FORBIDDEN_PUBLISHES.filter((subject) => !subject.startsWith("$JS.ACK."));
  for (const subject of [...looked, ...FORBIDDEN_ON_THE_LINK]) {
    attack({ ...REFUSED, attack: `publishes to ${subject}` }, async () => {
      const leaf = await enter();
      expect(await leaf.publish(subject)).toBe(CUT);
      expect(await log()).toContain(`Publish Violation on "${subject}"`);
    });
  }

  for (const subject of ["tp.in.NE.normal.x", "_I.BR.x", "_I.gateway.x", "_R_.x", "$SYS.x"]) {
    attack({ ...REFUSED, attack: `listens to ${subject}` }, async () => {
      const leaf = await enter();
      expect(await leaf.subscribe(subject)).toBe(CUT);
      expect(await log()).toContain(`Subscription Violation on "${subject}"`);
    });
  }

  const filtered = "of what passes, it is sent its own answers only";
  for (const words of [{}, { is_hub: true }]) {
    const what = `listens to everything, as ${"is_hub" in words ? "the hub" : "a leaf"}`;
    attack({ ...HARMLESS, answer: filtered, attack: what }, async () => {
      const leaf = await enter(words);
      for (const subject of LISTENING) expect(await leaf.subscribe(subject)).toBe("");
      await gateway.publish("tp.in.NE.normal.trace-request");
      await brazil.publish("tp.out.BR.normal.trace-request");
      await leaf.publish(NEXT, { data: PULL_ONE, reply: "_I.NE.heard" });
      await expect.poll(() => leaf.messages.length).toBeGreaterThan(0);
      const heard = new Set(leaf.messages.map(({ subject }) => subject));
      expect(heard).toEqual(new Set(["_I.NE.heard"]));
    });
  }

  const dropped = "dropped by the hub";
  for (const subject of [
    "tp.out.BR.normal.trace-request",
    "tp.in.BR.normal.trace-request",
    "tp.in.NE.normal.trace-request",
    "$JS.API.STREAM.DELETE.IN",
    "$JS.hub.API.STREAM.DELETE.IN",
    "$SYS.REQ.CLAIMS.UPDATE",
  ]) {
    const what = `says that it is the hub, and publishes to ${subject}`;
    attack({ ...HARMLESS, answer: dropped, attack: what }, async () => {
      const leaf = await enter({ is_hub: true });
      await changesNothing(() => leaf.publish(subject));
    });
  }

  const own = "acknowledgements and answers reach its own account only";
  for (const subject of [
    "$JS.ACK.OUT_BR.gw-normal.1.1.1.1.0",
    "$JS.ACK.*.gw-normal.1.1.1.1.0",
    "$JS.ACK.>",
    "_R_.anything",
    "_GR_.anything.x.tp.in.BR.normal.trace-request",
  ]) {
    attack({ ...HARMLESS, answer: own, attack: `publishes to ${subject}` }, async () => {
      const leaf = await enter();
      await changesNothing(() => leaf.publish(subject));
    });
  }

  for (const reply of [
    "tp.in.BR.normal.trace-request",
    "tp.out.BR.normal.trace-request",
    "$JS.API.STREAM.DELETE.OUT_BR",
    "$JS.ACK.OUT_BR.gw-normal.1.1.1.1.0",
  ]) {
    const answer = "a reply subject reaches its own account only";
    attack({ ...HARMLESS, answer, attack: `has its publish answered on ${reply}` }, async () => {
      const leaf = await enter();
      await leaf.subscribe("_I.NE.next");
      await changesNothing(async () => {
        await leaf.publish("tp.out.NE.normal.trace-request", { reply });
        // The next one is answered after it: then it has had its effect.
        await leaf.publish("tp.out.NE.normal.trace-request", { reply: "_I.NE.next" });
        await expect.poll(() => leaf.messages.length).toBe(1);
      });
    });
  }

  for (const headers of [
    { "Nats-Trace-Dest": "tp.in.BR.normal.trace-request" },
    { "Nats-Trace-Dest": "$JS.API.STREAM.DELETE.IN", "Nats-Trace-Only": "true" },
    { "Nats-Rollup": "all" },
    { "Nats-Expected-Stream": "OUT_BR" },
  ]) {
    const answer = "headers of NATS are off, or reach the own stream";
    const what = `publishes with the headers ${JSON.stringify(headers)}`;
    attack({ ...HARMLESS, answer, attack: what }, async () => {
      const leaf = await enter();
      await leaf.subscribe("_I.NE.next");
      await changesNothing(async () => {
        await leaf.publish("tp.out.NE.normal.trace-request", { headers });
        await leaf.publish("tp.out.NE.normal.trace-request", { reply: "_I.NE.next" });
        await expect.poll(() => leaf.messages.length).toBe(1);
      });
    });
  }

  const connected = "the server takes the account from the link";
  for (const words of [{}, { remote_account: "BR" }]) {
    const what = `asks for BR's consumer under a forged name ${JSON.stringify(words)}`;
    attack({ ...REFUSED, answer: connected, attack: what }, async () => {
      const leaf = await enter(words);
      await leaf.subscribe("_I.NE.asked");
      const forged = { "Nats-Request-Info": JSON.stringify({ acc: "BR", svc: "BR", user: "BR" }) };
      const reply = "_I.NE.asked";
      await leaf.publish(INFO, { data: "", reply, headers: forged });
      await expect
        .poll(() => leaf.messages.map(({ data }) => data).join())
        .toContain('"filter_subject":"tp.in.NE.normal.*"');
      await leaf.publish("tp.out.BR.normal.trace-request");
      await leaf.hungUp();
    });
  }
});

describe("a log-in for what it was not issued for (TP-TLS-12)", () => {
  const out = { attacker: LEAF, outcome: "refused", answer: "NATS: authorization" } as const;

  attack({ ...out, attack: "logs in as a client with the credentials of a leaf" }, async () => {
    const authenticator = credsAuthenticator(new TextEncoder().encode(credentials));
    const client = connect({ servers: carrier.url, authenticator, maxReconnectAttempts: 0 });
    await expect(client).rejects.toThrow(/authorization/i);
  });

  attack({ ...out, attack: "logs in as a leaf with the credentials of a service" }, async () => {
    const leaf = await enter({}, await readFile(carrier.paths.participant("NE").natsCreds, "utf8"));
    expect(await leaf.publish("tp.out.NE.normal.trace-request")).toBe(CUT);
  });

  attack({ ...out, attack: "logs in as a leaf with credentials of the operator" }, async () => {
    const file = carrier.paths.operatorCreds("SYS", "operator");
    const leaf = await enter({}, await readFile(file, "utf8"));
    expect(await leaf.publish("$SYS.REQ.CLAIMS.UPDATE")).toBe(CUT);
  });

  attack({ ...out, attack: "logs in with a token it has no key for" }, async () => {
    const leaf = await enter({ sig: Buffer.alloc(64).toString("base64url") });
    expect(await leaf.publish("tp.out.NE.normal.trace-request")).toBe(CUT);
  });

  attack({ ...out, attack: "logs in to an account that is not its own" }, async () => {
    const leaf = await enter({ account: "BR" });
    expect(await leaf.publish("tp.out.BR.normal.trace-request")).toBe(CUT);
  });

  attack({ ...out, attack: "publishes before it has logged in" }, async () => {
    const { leaf } = await RawLeaf.dial(leafPort);
    open.push(leaf);
    await changesNothing(async () => {
      expect(await leaf.publish("tp.out.NE.normal.trace-request")).toBe(CUT);
    });
  });

  const bounded = "NATS: what an account may hold";
  attack({ ...out, answer: bounded, attack: "opens one link after the other" }, async () => {
    const links: RawLeaf[] = [];
    for (let link = 0; link < NATS_LIMITS.leafLinksMax + 1; link += 1) {
      links.push(await enter({ name: `attacker-${link}` }));
      await links.at(-1)?.heard();
    }
    expect(await links.at(-1)?.heard()).toBe(CUT);
    expect(await links[0]?.heard()).toBe("");
  });

  attack({ ...out, answer: bounded, attack: "listens to more and more" }, async () => {
    const leaf = await enter();
    for (let one = 0; one <= NATS_LIMITS.userSubscriptionsMax; one += 1) {
      leaf.say(`LS+ _I.NE.${one}`);
    }
    expect(await leaf.heard()).toMatch(new RegExp(`${CUT}|maximum subscriptions exceeded`, "i"));
  });

  attack({ ...out, attack: "goes on after the right is taken back" }, async () => {
    const leaf = await enter();
    expect(await leaf.heard()).toBe("");
    await withdrawLeaf({ paths: carrier.paths, natsUrl: carrier.url }, "NE");
    await leaf.hungUp();
    const again = await enter();
    expect(await again.publish("tp.out.NE.normal.trace-request")).toBe(CUT);
  });
});
