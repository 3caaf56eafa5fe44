import {
  type Account,
  type Activation,
  type ClaimsData,
  decode,
  decode as decodeByLibrary,
  type Operator,
  parseCreds,
  type User,
} from "@nats-io/jwt";
import { beforeAll, describe, expect, it } from "vitest";
import { NATS_LIMITS } from "#runtime";
import { checkActivations, isSubsetOf } from "../../../deploy/local/provision/activation-check.ts";
import { type Authority, issueAuthority } from "../../../deploy/local/provision/authority.ts";
import {
  issueAccount,
  issueActivation,
  readAccount,
} from "../../../deploy/local/provision/claims.ts";
import { Nkey } from "../../../deploy/local/provision/nkey.ts";
import { planStorage } from "../../../deploy/local/provision/storage-plan.ts";

const PARTICIPANTS = ["NE", "BR-PF", "ORG-ECOWAS"];
const OTHERS = ["NE", "ORG-ECOWAS", "SYS"];
const GIB = 1024 ** 3;
/** Ten seconds, in the nanoseconds of NATS. */
const SILENCE = 10_000_000_000;
const STORAGE = planStorage(PARTICIPANTS.length, 100 * GIB);

describe("the tokens that are issued to NATS (TP-NATS-6)", () => {
  let authority: Authority;
  let accounts: Map<string, ClaimsData<Account>>;
  let keyOf: (name: string) => string;

  beforeAll(async () => {
    authority = await issueAuthority(PARTICIPANTS, STORAGE);
    // Decoded and verified by the library's own code, not by ours.
    accounts = new Map(authority.accounts.map(({ name, token }) => [name, decode<Account>(token)]));
    keyOf = (name) => accounts.get(name)?.sub ?? "";
  });

  it("name an operator, a system account, CORE, GATEWAY, and one account a participant", () => {
    const operator = decode<Operator>(authority.operatorToken);
    expect(operator.nats.type).toBe("operator");
    expect(operator.sub).toBe(authority.operatorKey.getPublicKey());
    expect(operator.iss).toBe(operator.sub);
    expect(operator.nats.system_account).toBe(keyOf("SYS"));
    expect([...accounts.keys()].sort()).toEqual(["BR-PF", "CORE", "GATEWAY", ...OTHERS]);
    for (const account of accounts.values()) expect(account.iss).toBe(operator.sub);
  });

  it("give CORE the outboxes and the gateway's way to them, no import, and bounded streams", () => {
    const core = accounts.get("CORE")?.nats;
    const service = { type: "service", token_req: true, response_threshold: SILENCE };
    const taken = ["urgent", "normal", "bulk"].flatMap((lane) => [
      {
        ...service,
        name: `take ${lane}`,
        subject: `$JS.API.CONSUMER.MSG.NEXT.*.gw-${lane}`,
        response_type: "Stream",
      },
      {
        ...service,
        name: `acknowledge ${lane}`,
        subject: `$JS.ACK.*.gw-${lane}.>`,
        response_type: "Singleton",
      },
    ]);
    expect(core?.exports).toEqual([
      { ...service, name: "outboxes", subject: "tp.out.*.>", response_type: "Singleton" },
      ...taken,
    ]);
    expect(core?.imports ?? []).toEqual([]);
    expect(core?.limits).toMatchObject({
      imports: 0,
      exports: 7,
      leaf: 0,
      streams: 400,
      consumer: 3,
      mem_storage: 0,
      disk_storage: STORAGE.coreBytes,
      disk_max_stream_bytes: STORAGE.streamBytes,
      max_bytes_required: true,
      disallow_bearer: true,
    });
  });

  it("give GATEWAY its consumers, every inbox, and no stream", () => {
    const gateway = accounts.get("GATEWAY")?.nats;
    expect(gateway?.exports ?? []).toEqual([]);
    expect(
      gateway?.imports?.map(({ subject, account, type }) => ({ subject, account, type })),
    ).toEqual([
      ...["urgent", "normal", "bulk"].flatMap((lane) => [
        {
          subject: `$JS.API.CONSUMER.MSG.NEXT.*.gw-${lane}`,
          account: keyOf("CORE"),
          type: "service",
        },
        { subject: `$JS.ACK.*.gw-${lane}.>`, account: keyOf("CORE"), type: "service" },
      ]),
      ...PARTICIPANTS.map((id) => ({
        subject: `tp.in.${id}.>`,
        account: keyOf(id),
        type: "service",
      })),
    ]);
    expect(gateway?.limits).toMatchObject({
      imports: 506,
      exports: 0,
      leaf: 0,
      streams: 0,
      consumer: 0,
      mem_storage: 0,
      disk_storage: 0,
    });
  });

  it.each(PARTICIPANTS)("give %s its own outbox and inbox, and nothing of another", (id) => {
    const own = accounts.get(id)?.nats;
    expect(own?.exports).toEqual([
      {
        name: "inbox",
        subject: `tp.in.${id}.>`,
        type: "service",
        token_req: true,
        response_type: "Singleton",
        response_threshold: SILENCE,
      },
    ]);
    expect(own?.imports?.map(({ subject, account, type }) => ({ subject, account, type }))).toEqual(
      [{ subject: `tp.out.${id}.>`, account: keyOf("CORE"), type: "service" }],
    );
    expect(own?.limits).toMatchObject({
      imports: 1,
      exports: 1,
      conn: 32,
      leaf: 0,
      streams: 1,
      consumer: 3,
      mem_storage: 0,
      disk_storage: STORAGE.streamBytes,
    });
  });

  it("let nobody do anything who is not issued under a role", () => {
    for (const account of accounts.values()) {
      expect(account.nats.default_permissions).toEqual({
        pub: { deny: [">"] },
        sub: { deny: [">"] },
      });
    }
  });

  it("carry activations for one subject, from its owner to its user", () => {
    for (const [importer, account] of accounts) {
      for (const from of account.nats.imports ?? []) {
        const activation = decode<Activation>(from.token ?? "");
        expect(activation.iss).toBe(from.account);
        expect(activation.sub).toBe(keyOf(importer));
        expect(activation.nats).toMatchObject({ subject: from.subject, kind: "service" });
      }
    }
  });

  it("give a participant's user exactly its lanes, its consumers and its reply subjects", () => {
    const [template] = templatesOf(accounts.get("NE"), "participant");
    expect(template?.pub).toEqual({
      allow: [
        "tp.out.NE.urgent.*",
        "tp.out.NE.normal.*",
        "tp.out.NE.bulk.*",
        "$JS.API.CONSUMER.MSG.NEXT.IN.in-urgent",
        "$JS.API.CONSUMER.MSG.NEXT.IN.in-normal",
        "$JS.API.CONSUMER.MSG.NEXT.IN.in-bulk",
        "$JS.API.CONSUMER.INFO.IN.in-urgent",
        "$JS.API.CONSUMER.INFO.IN.in-normal",
        "$JS.API.CONSUMER.INFO.IN.in-bulk",
        "$JS.ACK.IN.in-urgent.>",
        "$JS.ACK.IN.in-normal.>",
        "$JS.ACK.IN.in-bulk.>",
      ],
    });
    expect(template?.sub).toEqual({ allow: ["_I.NE.>"] });
    expect(template?.subs).toBe(NATS_LIMITS.userSubscriptionsMax);
  });

  it("give the gateway exactly the outboxes' consumers and the inboxes' subjects", () => {
    const [template] = templatesOf(accounts.get("GATEWAY"), "gateway");
    expect(template?.pub).toEqual({
      allow: [
        "tp.in.*.urgent.*",
        "tp.in.*.normal.*",
        "tp.in.*.bulk.*",
        "$JS.API.CONSUMER.MSG.NEXT.*.gw-urgent",
        "$JS.API.CONSUMER.MSG.NEXT.*.gw-normal",
        "$JS.API.CONSUMER.MSG.NEXT.*.gw-bulk",
        "$JS.ACK.*.gw-urgent.>",
        "$JS.ACK.*.gw-normal.>",
        "$JS.ACK.*.gw-bulk.>",
      ],
    });
    expect(template?.sub).toEqual({ allow: ["_I.gateway.>"] });
    expect(template?.subs).toBe(NATS_LIMITS.gatewaySubscriptionsMax);
  });

  it("hold no right to publish where a reply points, and no bearer token, anywhere", async () => {
    const texts = [
      ...authority.accounts.map(({ token }) => token),
      ...(await Promise.all(authority.users.map(userTokenOf))),
    ].map((token) => JSON.stringify(decode(token)));
    for (const text of texts) {
      expect(text).not.toContain('"resp"');
      expect(text).not.toContain('"bearer_token":true');
    }
    for (const account of accounts.values()) {
      for (const template of templatesOf(account)) {
        expect(template).toMatchObject({
          bearer_token: false,
          allowed_connection_types: ["STANDARD"],
        });
      }
    }
  });

  it("issue each user under the signing key of its role, without rights of its own", async () => {
    const seen: string[] = [];
    for (const user of authority.users) {
      const account = authority.accounts.find(({ name }) => name === user.account);
      const claims = decode<User>(await userTokenOf(user));
      expect(claims.iss).toBe(account?.signingKeys.get(user.role)?.getPublicKey());
      expect(claims.nats.issuer_account).toBe(account?.publicKey);
      expect(claims.name).toBe(user.name);
      const { type, version, issuer_account, ...rights } = claims.nats;
      expect(rights).toEqual({});
      seen.push(`${user.account}.${user.name}`);
    }
    expect(seen).toContain("SYS.operator");
    expect(seen).toContain("GATEWAY.gateway");
    expect(seen.filter((name) => name.startsWith("NE."))).toEqual([
      "NE.NE",
      "NE.provisioner",
      "NE.steward",
    ]);
  });

  it("read the same by our own verification and by the library's", () => {
    for (const { token } of authority.accounts) {
      expect(readAccount(token)).toEqual(decodeByLibrary(token));
    }
  });

  it.each(["*", ">", "NE.x", "ne", "", "NE BR", "N", "GATEWAY", "ORG-", "NE-*"])(
    "are not made for the id %j",
    async (id) => {
      await expect(issueAuthority(["NE", id], STORAGE)).rejects.toMatchObject({
        code: "INPUT_INVALID",
      });
    },
  );

  it("are not made for an id that stands twice", async () => {
    await expect(issueAuthority(["NE", "NE"], STORAGE)).rejects.toMatchObject({
      problems: ["participant id NE: stands twice"],
    });
  });
});

describe("a token that was tampered with", () => {
  it("is not read", async () => {
    const { accounts } = await issueAuthority(["NE"], planStorage(1, GIB));
    const token = accounts[0]?.token ?? "";
    const [head, body = "", signature] = token.split(".");
    const claims = JSON.parse(Buffer.from(body, "base64url").toString());
    const forged = Buffer.from(JSON.stringify({ ...claims, name: "X" })).toString("base64url");
    for (const bad of [`${head}.${forged}.${signature}`, `${head}.${body}.AAAA`, "x", ""]) {
      expect(() => readAccount(bad)).toThrow(/token/);
    }
  });
});

describe("the check of activations before a server sees them", () => {
  const exporter = Nkey.generate("account");
  const importer = Nkey.generate("account");
  const other = Nkey.generate("account");
  const operator = Nkey.generate("operator");
  const limits = {
    imports: 1,
    exports: 1,
    connections: 1,
    streams: 0,
    consumers: 0,
    diskBytes: 0,
    streamBytes: 0,
  };

  /** Tokens of an exporting and an importing account. */
  async function accountsWith(token: string, subject = "tp.out.NE.>"): Promise<string[]> {
    const from = { name: "x", subject, account: exporter.getPublicKey(), token };
    return Promise.all([
      issueAccount(
        {
          name: "CORE",
          publicKey: exporter.getPublicKey(),
          limits,
          exports: [{ name: "outboxes", subject: "tp.out.*.>" }],
          imports: [],
          roles: [],
        },
        operator,
      ),
      issueAccount(
        {
          name: "NE",
          publicKey: importer.getPublicKey(),
          limits,
          exports: [],
          imports: [from],
          roles: [],
        },
        operator,
      ),
    ]);
  }

  function activation(change: Partial<Parameters<typeof issueActivation>[0]>): Promise<string> {
    return issueActivation({
      name: "x",
      subject: "tp.out.NE.>",
      importer: importer.getPublicKey(),
      exporter,
      ...change,
    });
  }

  it("passes a right one", async () => {
    const tokens = await accountsWith(await activation({}));
    expect(() => checkActivations(tokens)).not.toThrow();
  });

  it.each([
    ["another account", { importer: other.getPublicKey() }, /for another account/],
    ["another subject", { subject: "tp.out.BR.>" }, /is for tp\.out\.BR/],
    ["a narrower subject", { subject: "tp.out.NE.urgent.*" }, /is for tp\.out\.NE\.urgent/],
    ["an account that does not own it", { exporter: other }, /not from the exporting account/],
  ])("refuses one for %s", async (_, change, reason) => {
    const tokens = await accountsWith(await activation(change));
    expect(() => checkActivations(tokens)).toThrow(
      expect.objectContaining({ problems: [expect.stringMatching(reason)] }),
    );
  });

  it("refuses a damaged one, an unknown exporter, a subject nobody exports (TP-NATS-7)", async () => {
    const good = await activation({});
    const damaged = await accountsWith(`${good.slice(0, -4)}AAAA`);
    expect(() => checkActivations(damaged)).toThrow(/lock accounts out/);
    const [, alone = ""] = await accountsWith(good);
    expect(() => checkActivations([alone])).toThrow(/lock accounts out/);
    const elsewhere = await accountsWith(await activation({ subject: "x.>" }), "x.>");
    expect(() => checkActivations(elsewhere)).toThrow(/lock accounts out/);
  });

  it.each([
    ["tp.out.NE.>", "tp.out.*.>", true],
    ["tp.out.NE.>", "tp.out.NE.>", true],
    ["tp.out.NE.urgent.*", "tp.out.NE.>", true],
    ["tp.out.*.>", "tp.out.NE.>", false],
    ["tp.>", "tp.out.*.>", false],
    ["tp.out", "tp.out.*.>", false],
    ["tp.out.NE", "tp.out.*.>", false],
    ["a.b", "a.*", true],
    ["a.b.c", "a.*", false],
    ["a.>", "a.*", false],
  ])("knows whether %s lies within %s", (subject, pattern, expected) => {
    expect(isSubsetOf(subject, pattern)).toBe(expected);
  });
});

type Template = NonNullable<Account["signing_keys"]>[number] extends infer K
  ? Extract<K, { template: unknown }>["template"]
  : never;

function templatesOf(account: ClaimsData<Account> | undefined, role?: string): Template[] {
  return (account?.nats.signing_keys ?? []).flatMap((key) => {
    if (typeof key === "string") throw new TypeError("a signing key without a role");
    return role === undefined || key.role === role ? [key.template] : [];
  });
}

async function userTokenOf({ credentials }: { credentials: string }): Promise<string> {
  return (await parseCreds(new TextEncoder().encode(credentials))).jwt;
}
