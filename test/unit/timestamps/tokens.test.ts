import { hash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock, TIMESTAMP_LIMITS } from "#runtime";
import {
  type AskedAuthority,
  askTimestampAuthority,
  formatTimestampRequest,
  parseRootCertificates,
  parseTimestampAnswer,
  parseTimestampToken,
  type TimestampVerdict,
  verifyTimestampToken,
} from "#timestamps";
import { OTHER_POLICY, POLICY, TimestampAuthorities } from "../../support/timestamp-authority.ts";
import { readVectors } from "../../support/vectors.ts";

const NOTE = Buffer.from(
  "exchange.example/log\n118\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
);
const NONCE = Buffer.from("4711471147114711", "hex");

let made: TimestampAuthorities;
let root: Uint8Array;
/** What an authority has signed about the note: an encoded TSTInfo. */
let info: Uint8Array;
let token: Uint8Array;

beforeAll(async () => {
  made = await TimestampAuthorities.make();
  root = await made.der("root");
  token = taken(parseTimestampAnswer(await made.reply(query())));
  info = taken(parseTimestampToken(token)).content;
});

afterAll(async () => {
  await made[Symbol.asyncDispose]();
});

const query = (policy?: string) =>
  formatTimestampRequest({ message: NOTE, digest: "SHA-512", nonce: NONCE, policy });

function taken<T>(verdict: TimestampVerdict<T>): T {
  if (verdict.ok) return verdict.value;
  throw new TypeError(`${verdict.rule}: ${verdict.why}`);
}

/** What is found of a token about the note, in words. */
function found(bytes: Uint8Array, roots: readonly Uint8Array[] = [root]): string {
  const verdict = verifyTimestampToken(bytes, { message: NOTE, roots });
  return verdict.ok ? `by ${verdict.value.authority}` : `${verdict.rule}: ${verdict.why}`;
}

const GOOD = "by C=AA, O=Made up for a test, CN=tsa";

describe("a token of an authority (TP-STAMP-1)", () => {
  it("proves when the note existed, under whose root", () => {
    const verified = taken(verifyTimestampToken(token, { message: NOTE, roots: [root] }));
    expect(Math.abs(verified.atMs - Date.now())).toBeLessThan(60_000);
    expect(verified).toMatchObject({
      accuracyMs: 1_500,
      digest: "SHA-512",
      policy: POLICY,
      authority: "C=AA, O=Made up for a test, CN=tsa",
      rootHolder: "C=AA, O=Made up for a test, CN=root",
      rootFingerprint: hash("sha256", root),
    });
  });

  it("counts by RSA, RSA-PSS and ECDSA, named by issuer or by key, under a path or under itself", async () => {
    await made.issue("rsa", { as: "tsa", key: "rsa" });
    await made.issue("middle", { as: "middle" });
    await made.issue("below", { as: "tsa", by: "middle" });
    const sign = (signer: string, ...args: string[]) =>
      made.sign(info, { signer, args: ["-cades", ...args] });
    // What an authority says it is called is in the time-stamp; these are other holders of it.
    const bare = await nameless();
    const tokens = [
      await made.sign(bare, { signer: "rsa" }),
      await made.sign(bare, {
        signer: "rsa",
        args: ["-cades", "-keyopt", "rsa_padding_mode:pss"],
        md: "sha512",
      }),
      await made.sign(bare, { signer: "below", args: ["-cades", "-certfile", "middle.pem"] }),
      await sign("tsa", "-keyid"),
    ];
    expect(tokens.map((one) => found(one).slice(-3))).toEqual(["rsa", "rsa", "low", "tsa"]);
    expect(found(token, [await made.der("tsa")])).toBe(GOOD);
    expect(found(await made.sign(bare, { signer: "below" }))).toMatch(/^chain: no path leads/);
    expect(found(tokens[0] ?? token)).not.toBe(GOOD);
  });

  it("is refused where it rests on what does not count, with the reason", async () => {
    const sign = (md: string, ...args: string[]) => made.sign(info, { signer: "tsa", md, args });
    expect(found(await sign("sha1", "-cades"))).toBe(
      "algorithm: its signature is by no digest that counts",
    );
    expect(found(await sign("sha256", "-noattr"))).toBe("attributes: it has no signed attributes");
    expect(found(await sign("sha256"))).toBe(
      "attributes: it does not name the certificate it is signed under",
    );
    const weak = taken(parseTimestampAnswer(await made.reply(await made.query("sha1", NOTE))));
    expect(found(weak)).toBe("algorithm: its imprint is by no digest that counts");
    await made.issue("rsa1024", { as: "tsa", key: "rsa1024" });
    expect(found(await made.sign(await nameless(), { signer: "rsa1024" }))).toMatch(
      /certificate: .*its RSA key has 1024 bits/,
    );
    await made.issue("by-sha1", { as: "tsa", md: "sha1" });
    expect(found(await made.sign(await nameless(), { signer: "by-sha1" }))).toMatch(/^chain: /);
  });

  it("of another message, or changed anywhere, proves nothing", async () => {
    const other = Buffer.concat([NOTE, Buffer.from("x")]);
    const verdict = verifyTimestampToken(token, { message: other, roots: [root] });
    expect(verdict).toMatchObject({ ok: false, rule: "imprint" });
    // A signed attribute, and the time-stamp under it, say something else than was signed.
    const at = Buffer.from(token).indexOf(Buffer.from("2a864886f70d010905", "hex")) + 15;
    const later = Buffer.from(token);
    later[at] = (later[at] ?? 0) ^ 1;
    expect(found(later)).toBe("signature: its signature does not verify");
    const content = Buffer.from(token);
    const place = content.indexOf(Buffer.from(info)) + info.length - 3;
    content[place] = (content[place] ?? 0) ^ 1;
    expect(found(content)).not.toBe(GOOD);
    // A bit on which nothing rests may be another; what is proven may not.
    const proven = verifyTimestampToken(token, { message: NOTE, roots: [root] });
    for (let at = 0; at < token.length; at += 61) {
      const changed = Buffer.from(token);
      changed[at] = (changed[at] ?? 0) ^ 4;
      const said = verifyTimestampToken(changed, { message: NOTE, roots: [root] });
      if (said.ok) expect(said, `byte ${at}`).toEqual(proven);
    }
    expect(found(token.subarray(0, -1))).toMatch(/^form/);
    expect(found(Buffer.concat([token, Buffer.of(0)]))).toMatch(/^form/);
    expect(found(new Uint8Array())).toMatch(/^form/);
    expect(found(Buffer.alloc(TIMESTAMP_LIMITS.answerBytesMax + 1))).toBe("form: it is too long");
  });
});

describe("a token that was kept (TP-STAMP-1)", () => {
  it("verifies for ever, without the network", () => {
    const kept =
      readVectors<
        Record<
          "answer" | "at" | "authority" | "note" | "root" | "rootFingerprint" | "token",
          string
        >
      >("timestamps/token.json");
    const [answer, bytes, trusted] = [kept.answer, kept.token, kept.root].map((one) => {
      return Buffer.from(one, "base64");
    }) as [Buffer, Buffer, Buffer];
    expect(Buffer.from(taken(parseTimestampAnswer(answer)))).toEqual(bytes);
    const expected = { message: Buffer.from(kept.note), roots: [trusted] };
    const { atMs, authority, rootFingerprint } = taken(verifyTimestampToken(bytes, expected));
    expect({ authority, rootFingerprint }).toEqual({
      authority: kept.authority,
      rootFingerprint: kept.rootFingerprint,
    });
    expect(new Date(atMs).toISOString()).toBe(kept.at);
  });
});

describe("the certificate of an authority (TP-STAMP-2)", () => {
  it.each([
    ["plain", "its extended key usage is not time-stamping"],
    ["optional-use", "its extended key usage is not critical"],
    ["two-uses", "its extended key usage is not time-stamping alone"],
    ["no-signing", "its key may not sign"],
    ["strange", "its critical extension 1.2.3.4.99 is not known"],
    ["root", "its extended key usage is not time-stamping"],
  ])("of kind %s is refused: %s", async (as, why) => {
    const name = `a-${as}`;
    await made.issue(name, { as });
    expect(found(await made.sign(await nameless(), { signer: name }))).toBe(
      `certificate: C=AA, O=Made up for a test, CN=${name}: ${why}`,
    );
  });

  it("that has ended is refused, and one under another root, or an issuer that is none", async () => {
    await made.issue("ended", { as: "tsa", days: -1 });
    expect(found(await made.sign(await nameless(), { signer: "ended" }))).toMatch(
      /CN=ended: it was not valid at the time of the token$/,
    );
    await made.issue("elsewhere", { as: "root", by: "" });
    const other = [await made.der("elsewhere")];
    const none = "chain: no path leads to a root certificate that is trusted";
    expect(found(token, other)).toBe(none);
    expect(found(token, [])).toBe(none);
    await made.issue("issuer", { as: "plain" });
    await made.issue("child", { as: "tsa", by: "issuer" });
    const args = ["-cades", "-certfile", "issuer.pem"];
    expect(found(await made.sign(await nameless(), { signer: "child", args }))).toMatch(/^chain: /);
  });

  it("is named by the time-stamp, if that names anybody", async () => {
    await made.issue("another", { as: "tsa" });
    expect(found(await made.sign(info, { signer: "another" }))).toBe(
      "certificate: it names another authority",
    );
  });
});

/** The same time-stamp, with nobody named in it. */
async function nameless(): Promise<Uint8Array> {
  const reply = await made.reply(query(), { isNamed: false });
  return taken(parseTimestampToken(taken(parseTimestampAnswer(reply)))).content;
}

describe("an answer to an own request (TP-STAMP-3)", () => {
  const ask = async (
    answer: (query: Buffer) => Promise<Uint8Array>,
    over: Partial<AskedAuthority> = {},
    clock = systemClock,
  ) => {
    const url = await made.serve(answer);
    const authority = { url, roots: [root], digest: "SHA-256", ...over } as const;
    const verdict = await askTimestampAuthority(authority, NOTE, clock);
    return verdict.ok ? `by ${verdict.value.authority}` : `${verdict.rule}: ${verdict.why}`;
  };

  it("is taken when all of it holds, under the policy that was asked for", async () => {
    expect(await ask((asked) => made.reply(asked))).toBe(GOOD);
    expect(await ask((asked) => made.reply(asked), { policy: OTHER_POLICY })).toBe(GOOD);
  });

  it("is refused with its reason where it is about another request", async () => {
    const old = await made.reply(query());
    expect(await ask(async () => old)).toBe("nonce: it is no answer to this request");
    expect(await ask(async () => old, { policy: OTHER_POLICY })).toBe(
      `policy: it is under the policy ${POLICY}, not under ${OTHER_POLICY}`,
    );
    const message = Buffer.from("another");
    const wrong = formatTimestampRequest({ message, digest: "SHA-256", nonce: NONCE });
    expect(await ask(() => made.reply(wrong))).toBe("imprint: it is about another message");
    const refused = await ask((asked) => made.reply(asked), { policy: "1.2.3" });
    expect(refused).toMatch(
      /^status: the authority refuses with status 2: .*policy is not supported/,
    );
  });

  it("is refused when its time is far from the clock here", async () => {
    for (const byMs of [-2, 2].map((many) => many * TIMESTAMP_LIMITS.skewMs)) {
      const clock = { ...systemClock, now: () => Date.now() + byMs };
      const said = await ask((asked) => made.reply(asked), {}, clock);
      expect(said).toMatch(/^time: its time .* is far from the clock here$/);
    }
  });

  it("is refused when it is none, cut off, too long, too slow, or elsewhere", async () => {
    expect(await ask(async () => Buffer.from("<html>"))).toMatch(/^form: it is no answer/);
    expect(await ask(async (asked) => (await made.reply(asked)).subarray(0, 900))).toMatch(/^form/);
    expect(await ask(async () => Buffer.alloc(TIMESTAMP_LIMITS.answerBytesMax + 1))).toBe(
      "form: its answer is too long",
    );
    expect(await ask(() => Promise.reject(new TypeError("down")))).toBe(
      "status: it answers HTTP 500",
    );
    const moved = await made.listen((_, response) => {
      response.writeHead(302, { location: "http://127.0.0.1:9/" }).end();
    });
    const authority = { roots: [root], digest: "SHA-256" } as const;
    const silent = await made.listen(() => undefined);
    const [elsewhere, nobody, slow] = await Promise.all(
      [moved, "http://127.0.0.1:1/", silent].map(async (url) => {
        const waitMs = url === silent ? 50 : undefined;
        const verdict = await askTimestampAuthority(
          { ...authority, url, waitMs },
          NOTE,
          systemClock,
        );
        return verdict.ok ? "" : verdict.why;
      }),
    );
    expect([elsewhere, nobody]).toEqual(Array(2).fill("it does not answer: TypeError"));
    expect(slow).toBe("it does not answer: TimeoutError");
  });
});

describe("root certificates in a file (TP-STAMP-2)", () => {
  it("are read as PEM, one or more, and as DER", async () => {
    const two = [root, await made.der("tsa")].map((der) => {
      const base64 = Buffer.from(der).toString("base64");
      return `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;
    });
    expect(parseRootCertificates(Buffer.from(two.join("")), "f")).toHaveLength(2);
    expect(parseRootCertificates(root, "f").map((one) => Buffer.from(one))).toEqual([
      Buffer.from(root),
    ]);
    expect(() => parseRootCertificates(Buffer.from("none"), "f")).toThrow(/f holds no root/);
    const many = Buffer.from((two[0] ?? "").repeat(TIMESTAMP_LIMITS.rootsMax + 1));
    expect(() => parseRootCertificates(many, "f")).toThrow(/f holds no root/);
  });
});
