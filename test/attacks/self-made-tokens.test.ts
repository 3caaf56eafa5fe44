import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type Account,
  type ClaimsData,
  decode,
  encodeAccount,
  encodeActivation,
  encodeUser,
  parseCreds,
  type User,
} from "@nats-io/jwt";
import { credsAuthenticator, type NatsConnection } from "nats";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { credentialsFile } from "../../deploy/local/provision/authority-files.ts";
import { credentialsText } from "../../deploy/local/provision/claims.ts";
import { Nkey } from "../../deploy/local/provision/nkey.ts";
import { attack } from "../support/attack.ts";
import { everyCount, messages } from "../support/carrier-state.ts";
import { Attacker } from "../support/nats-attacker.ts";
import { startTestCarrier, type TestCarrier } from "../support/nats-carrier.ts";

// Tokens of NATS that nobody issued, or that were issued for something else (TP-NATS-3 to 5, 7).

const OUT = /authorization violation/i;
const EVERYTHING: Partial<User> = { pub: { allow: [">"] }, sub: { allow: [">"] } };

let carrier: TestCarrier;

beforeAll(async () => {
  carrier = await startTestCarrier(["NE", "BR"]);
});
afterAll(() => carrier.stop());

/** A key of the operator's, as somebody has it who got hold of its file. */
async function heldKey(name: string): Promise<Nkey> {
  return Nkey.fromSeedText(await readFile(join(carrier.paths.nats.keysDir, `${name}.nk`), "utf8"));
}

/** Account token as it was issued. */
async function accountOf(name: string): Promise<ClaimsData<Account>> {
  return decode(await readFile(join(carrier.paths.nats.issuedDir, `${name}.jwt`), "utf8"));
}

async function enter(token: string, key: Nkey): Promise<NatsConnection> {
  const credentials = new TextEncoder().encode(credentialsText(token, key));
  const authenticator = credsAuthenticator(credentials);
  return await carrier.raw("NE", "NE", { authenticator, reconnect: false });
}

/** A token that says it is of an account and gives every right, under somebody's signature. */
async function issued(
  account: string,
  signer: Nkey,
  more: { readonly scopedUser?: boolean } = {},
): Promise<[token: string, key: Nkey]> {
  const key = Nkey.generate("user");
  const issuer = (await accountOf(account)).sub;
  const options = { signer, ...more };
  return [await encodeUser("x", key.getPublicKey(), issuer, EVERYTHING, options), key];
}

/** A user of NE's account with every right, issued by the account's own key. */
async function everyRight(): Promise<[token: string, key: Nkey]> {
  const key = Nkey.generate("user");
  return [await encodeUser("x", key.getPublicKey(), await heldKey("NE"), EVERYTHING), key];
}

async function ownToken(): Promise<{ token: string; key: Nkey }> {
  const { jwt, key } = await parseCreds(await readFile(credentialsFile(carrier.paths, "NE", "NE")));
  return { token: jwt, key: Nkey.fromSeedText(key) };
}

describe("a participant with tokens of its own making", () => {
  const refused = {
    attacker: "a participant",
    outcome: "refused",
    answer: "NATS: authorization",
  } as const;

  attack({ ...refused, attack: "signs itself a token for all subjects" }, async () => {
    await expect(enter(...(await issued("NE", Nkey.generate("account"))))).rejects.toThrow(OUT);
  });

  attack({ ...refused, attack: "makes an account of its own, and a user in it" }, async () => {
    const [account, key] = [Nkey.generate("account"), Nkey.generate("user")];
    const token = await encodeUser("NE", key.getPublicKey(), account, EVERYTHING);
    await expect(enter(token, key)).rejects.toThrow(OUT);
  });

  attack({ ...refused, attack: "writes more rights into its token" }, async () => {
    const { token, key } = await ownToken();
    const [head, body = "", signature] = token.split(".");
    const claims = JSON.parse(Buffer.from(body, "base64url").toString("utf8"));
    for (const changes of [EVERYTHING, { bearer_token: true }, { issuer_account: "" }]) {
      const changed = { ...claims, nats: { ...claims.nats, ...changes } };
      const text = Buffer.from(JSON.stringify(changed)).toString("base64url");
      await expect(enter(`${head}.${text}.${signature}`, key)).rejects.toThrow(OUT);
    }
  });

  attack({ ...refused, attack: "comes with a token and without its key" }, async () => {
    const { jwt } = await parseCreds(await readFile(credentialsFile(carrier.paths, "BR", "BR")));
    await expect(enter(jwt, Nkey.generate("user"))).rejects.toThrow(OUT);
  });
});

describe("whoever has the keys of one participant's account", () => {
  const THIEF = "a thief of account keys";
  let before: Record<string, number>;

  beforeEach(async () => {
    const brazil = new Attacker(await carrier.raw("BR", "BR"));
    await brazil.publish("tp.out.BR.normal.trace-request");
    const gateway = new Attacker(await carrier.raw("GATEWAY", "gateway"));
    await gateway.publish("tp.in.BR.normal.trace-request");
    await expect.poll(() => messages(carrier, "BR", "IN")).toBeGreaterThan(0);
    await expect.poll(() => messages(carrier, "CORE", "OUT_BR")).toBeGreaterThan(0);
    before = await everyCount(carrier);
  });

  const refused = { attacker: THIEF, outcome: "refused", answer: "NATS: authorization" } as const;
  attack({ ...refused, attack: "writes rights into a token of a role" }, async () => {
    const signer = await heldKey("NE.participant");
    for (const scopedUser of [true, false]) {
      await expect(enter(...(await issued("NE", signer, { scopedUser })))).rejects.toThrow(OUT);
    }
  });

  attack({ ...refused, attack: "issues a user of another's account" }, async () => {
    for (const name of ["NE", "NE.participant", "NE.inbox-steward"]) {
      const signer = await heldKey(name);
      await expect(enter(...(await issued("BR", signer)))).rejects.toThrow(OUT);
    }
  });

  const harmless = {
    attacker: THIEF,
    outcome: "harmless",
    answer: "an account reaches its own streams only",
  } as const;
  attack({ ...harmless, attack: "issues itself a user with every right" }, async () => {
    const thief = new Attacker(await enter(...(await everyRight())));
    // No server complains: in its own account it may, and nothing leaves the account.
    for (const subject of [
      "tp.out.BR.normal.trace-request",
      "tp.in.BR.normal.trace-request",
      "$JS.API.STREAM.PURGE.OUT_BR",
      "$JS.API.STREAM.DELETE.OUT_NE",
      "$JS.API.CONSUMER.MSG.NEXT.OUT_BR.gw-normal",
      "$JS.ACK.OUT_BR.gw-normal.1.1.1.1.0",
      "$JS.API.CONSUMER.CREATE.OUT_BR.gw-normal.tp.out.BR.normal.*",
      "$SYS.REQ.CLAIMS.UPDATE",
    ]) {
      await thief.publish(subject, { reply: "_I.NE.x" });
    }
    expect(await thief.subscribe(">")).toBe("");
    const heard: string[] = [];
    thief.connection.subscribe("tp.>", {
      callback: (_error, { subject }) => {
        heard.push(subject);
      },
    });
    const brazil = new Attacker(await carrier.raw("BR", "BR"));
    await brazil.publish("tp.out.BR.normal.trace-request");
    await expect
      .poll(() => messages(carrier, "CORE", "OUT_BR"))
      .toBeGreaterThan(before["CORE/OUT_BR"] ?? 0);
    await thief.connection.flush();
    expect(heard.filter((subject) => subject.includes("BR"))).toEqual([]);
    const after = await everyCount(carrier);
    expect(after).toEqual({ ...before, "CORE/OUT_BR": (before["CORE/OUT_BR"] ?? 0) + 1 });
  });
});

describe("whoever has the system user, or deceives the operator", () => {
  /** What the server answers to account claims. */
  async function offer(claims: ClaimsData<Account>, signer: Nkey, more: Partial<Account>) {
    const operator = await carrier.raw("SYS", "operator");
    const changed = { ...claims.nats, ...more };
    const token = await encodeAccount(claims.name, claims.sub, changed, { signer });
    const answer = await operator.request("$SYS.REQ.CLAIMS.UPDATE", token);
    await operator.close();
    return answer.json<{ error?: { description: string } }>();
  }

  /** The inbox of BR, to be written into from NE's account. */
  async function inboxOfBrazil(token: string): Promise<NonNullable<Account["imports"]>> {
    const { nats } = await accountOf("NE");
    const account = (await accountOf("BR")).sub;
    const subject = "tp.in.BR.>";
    const more = { name: "stolen", type: "service" as const, subject, account, token };
    return [...(nats.imports ?? []), more];
  }

  for (const [what, keyName] of [
    ["signed by the account itself", "NE"],
    ["signed by another account", "CORE"],
  ] as const) {
    const note = { attacker: "whoever has the system user", attack: `widens NE by claims ${what}` };
    attack({ ...note, outcome: "refused", answer: "NATS: not the operator's" }, async () => {
      const claims = await accountOf("NE");
      const { error } = await offer(claims, await heldKey(keyName), { limits: {} as never });
      expect(error?.description).toMatch(/not trusted|validation|failed/i);
      const held = await heldClaims("NE");
      expect(held.nats.limits).toEqual(claims.nats.limits);
    });
  }

  for (const [what, activation] of [
    ["that was issued to the gateway", () => activationOf("GATEWAY", "tp.in.BR.>")],
    [
      "that NE's account signed",
      async () => {
        const options = { subject: "tp.in.BR.>" };
        const { sub } = await accountOf("NE");
        return await encodeActivation("x", sub, await heldKey("NE"), "service", options);
      },
    ],
    ["for another subject", () => activationOf("NE", "tp.out.NE.>")],
    ["that is none", async () => ""],
  ] as const) {
    const note = { attacker: "a deceived operator", attack: `imports BR's inbox by one ${what}` };
    const answer = "the server takes no message across";
    attack({ ...note, outcome: "harmless", answer }, async () => {
      expect(await stolenThrough(await activation())).toBe(0);
    });
  }

  it("it would go across under an activation that BR's account key signed", async () => {
    const options = { subject: "tp.in.BR.>" };
    const { sub } = await accountOf("NE");
    const good = await encodeActivation("x", sub, await heldKey("BR"), "service", options);
    expect(await stolenThrough(good)).toBe(1);
  });

  /** How many messages NE gets into BR's inbox by an import with this activation. */
  async function stolenThrough(activation: string): Promise<number> {
    const claims = await accountOf("NE");
    const imports = await inboxOfBrazil(activation);
    const limits = { ...claims.nats.limits, imports: 2 } as never;
    await offer(claims, await heldKey("operator"), { imports, limits });
    const before = await messages(carrier, "BR", "IN");
    const thief = await enter(...(await everyRight())).catch(() => undefined);
    thief?.publish("tp.in.BR.normal.trace-request", "stolen");
    await thief?.flush();
    // Back to what was issued; whoever was locked out meanwhile comes in again.
    await offer(claims, await heldKey("operator"), {});
    await (await carrier.raw("NE", "NE")).flush();
    const gateway = new Attacker(await carrier.raw("GATEWAY", "gateway"));
    await gateway.connection.request("tp.in.BR.normal.trace-request", "the next one");
    return (await messages(carrier, "BR", "IN")) - before - 1;
  }

  /** The activation with which an account imports a subject. */
  async function activationOf(importer: string, subject: string): Promise<string> {
    const { nats } = await accountOf(importer);
    const found = (nats.imports ?? []).find((one) => one.subject === subject);
    if (found?.token === undefined) throw new TypeError(`${importer} imports no ${subject}`);
    return found.token;
  }

  async function heldClaims(name: string): Promise<ClaimsData<Account>> {
    const operator = await carrier.raw("SYS", "operator");
    const { sub } = await accountOf(name);
    const held = await operator.request(`$SYS.REQ.ACCOUNT.${sub}.CLAIMS.LOOKUP`);
    await operator.close();
    return decode(held.string());
  }
});
