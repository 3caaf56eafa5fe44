import { hash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Envelope, Header, KeyPart } from "#proto";
import { TRUST_LIMITS } from "#runtime";
import {
  combineShares,
  encryptTo,
  generateSealingKey,
  loadRecoveryRecipient,
  makeRecoveryKey,
  openOwnCopy,
  parseRecoveryShare,
  type RecoveryPart,
  recoveryKeyName,
  type SealingKeyPair,
} from "#trust";
import { pad } from "../../../lib/trust/padding.ts";
import { sealParts } from "../../../lib/trust/seal.ts";
import { faultText } from "../../support/fault-text.ts";
import { makeParties } from "../../support/parties.ts";
import { bodyPart, personsPart, sealedTraceRequest } from "../../support/sealed-message.ts";

const MAX = TRUST_LIMITS.recoverySharesMax;

type Share = NonNullable<ReturnType<typeof parseRecoveryShare>>;

let made: Awaited<ReturnType<typeof makeRecoveryKey>>;
let folder = "";

beforeAll(async () => {
  made = await makeRecoveryKey(4, 3);
  folder = await mkdtemp(join(tmpdir(), "tracepost-recovery-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const shares = (...numbers: number[]): Share[] =>
  numbers.map((number) => made.shares[number - 1] as Share);

/** A share somebody has changed and signed for anew: its check fits again. */
function checked(share: Share, changes: Partial<Record<keyof Share, unknown>>): string {
  const changed = { ...share, ...changes };
  const { format, number, of, needed, key, share: bytes } = changed;
  const check = hash("sha256", [format, number, of, needed, key, bytes].join(" "), "hex");
  return JSON.stringify({ ...changed, check: check.slice(0, 8) });
}

describe("a State recovery key (TP-RECOVER-1)", () => {
  it("comes as numbered shares of one key, each with a check of its own", () => {
    expect(made.shares.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
    expect(new Set(made.shares.map(({ share }) => share)).size).toBe(4);
    for (const share of made.shares) {
      expect(share).toMatchObject({ format: "tracepost-recovery-share-1", of: 4, needed: 3 });
      expect(share.key).toBe(hash("sha256", made.recipient, "hex").slice(0, 16));
      expect(parseRecoveryShare(JSON.stringify(share))).toEqual(share);
      expect(checked(share, {})).toBe(JSON.stringify(share));
    }
  });

  it("is put together by as many as are needed, and by more", async () => {
    for (const some of [shares(1, 2, 3), shares(4, 2, 1), shares(1, 2, 3, 4), shares(2, 2, 3, 4)]) {
      const pair = await combineShares(some);
      expect(pair.recipient).toBe(made.recipient);
      expect(pair.identity).toMatch(/^AGE-SECRET-KEY-PQ-1/);
    }
  });

  it("is not put together by fewer, or the same twice", async () => {
    const say = "KEY_FILE: the recovery key cannot be had: ";
    const remedy = "Bring as many different shares as are needed.";
    const two = `${say}2 different shares of 3 needed. ${remedy}`;
    expect(await faultText(combineShares(shares(1, 2)))).toBe(two);
    expect(await faultText(combineShares(shares(1, 2, 2)))).toBe(two);
    const none = `${say}0 different shares of the needed. ${remedy}`;
    expect(await faultText(combineShares([]))).toBe(none);
  });

  it("is not put together by shares of two keys, or that were altered", async () => {
    const other = await makeRecoveryKey(3, 3);
    expect(other.shares.map(({ format, number }) => `${number} ${format}`)).toEqual(
      [1, 2, 3].map((number) => `${number} tracepost-recovery-share-1`),
    );
    const [, , third] = other.shares;
    const mixed = [...shares(1, 2), third as Share];
    expect(await faultText(combineShares(mixed))).toBe(
      "KEY_FILE: the recovery key cannot be had: the shares are of different keys. " +
        "Bring those of one key.",
    );
    const [, second] = made.shares;
    const unlike = [...shares(1, 3, 4), { ...(second as Share), needed: 2 }];
    expect(await faultText(combineShares(unlike))).toContain("of different keys");
    const renamed = shares(1, 2, 3).map((share) => ({ ...share, key: other.shares[0]?.key ?? "" }));
    expect(await faultText(combineShares(renamed))).toContain("do not give the key they name");
    const all = other.shares.map((share) => parseRecoveryShare(JSON.stringify(share)));
    expect((await combineShares(all as Share[])).recipient).toBe(other.recipient);
    const posed = [...shares(1, 2), { ...(third as Share), key: made.shares[0]?.key ?? "" }];
    expect(await faultText(combineShares(posed))).toBe(
      "KEY_FILE: the recovery key cannot be had: the shares do not give the key they name. " +
        "One was altered: bring another.",
    );
  });

  it("is split into as many shares as there may be", async () => {
    expect((await makeRecoveryKey(MAX, 2)).shares).toHaveLength(MAX);
  });

  it.each([
    [1, 1],
    [3, 1],
    [3, 4],
    [MAX + 1, 2],
    [Number.NaN, 2],
  ])("is not split into %d of which %d are needed", async (of, needed) => {
    expect(await faultText(makeRecoveryKey(of, needed))).toBe(
      `USAGE: ${needed} of ${of} shares cannot be. ` +
        `Choose at least 2 that are needed, and at most ${MAX} shares, such as 3 of 5.`,
    );
  });

  it("may need all of its shares", async () => {
    const all = await makeRecoveryKey(2, 2);
    expect((await combineShares(all.shares)).recipient).toBe(all.recipient);
  });
});

describe("a share that was written down", () => {
  const first = () => made.shares[0] as Share;

  it.each<[what: string, changes: Partial<Record<keyof Share | "more", unknown>>]>([
    ["of another format", { format: "tracepost-recovery-share-2" }],
    ["with the number 0", { number: 0 }],
    ["with a number beyond all", { number: MAX + 1 }],
    ["with half a number", { number: 1.5 }],
    ["of one", { of: 1 }],
    ["of too many", { of: MAX + 1 }],
    ["of which one is needed", { needed: 1 }],
    ["of which more are needed than there are", { needed: 5 }],
    ["of a key without a name", { key: "" }],
    ["of a key in capitals", { key: "ABCDEF0123456789" }],
    ["of a key with a longer name", { key: "0123456789abcdef0" }],
    ["of a key with more before its name", { key: "x0123456789abcdef" }],
    ["without a share", { share: "" }],
    ["with a share that is no base64", { share: `${"A".repeat(16)}!` }],
    ["with a share with more before", { share: `!${"A".repeat(16)}` }],
    ["with a share with three signs of padding", { share: `${"A".repeat(16)}===` }],
    ["with something more", { more: 1 }],
  ])("%s is none", (_what, changes) => {
    expect(parseRecoveryShare(checked(first(), changes))).toBeUndefined();
  });

  it("with a slip of the pen anywhere is none", () => {
    const { share } = first();
    const slipped = `${share[0] === "A" ? "B" : "A"}${share.slice(1)}`;
    for (const changes of [{ number: 2 }, { of: 5 }, { needed: 2 }, { share: slipped }]) {
      expect(parseRecoveryShare(JSON.stringify({ ...first(), ...changes }))).toBeUndefined();
    }
    for (const check of ["", "0000000", `x${first().check}`, `${first().check}0`]) {
      expect(parseRecoveryShare(JSON.stringify({ ...first(), check }))).toBeUndefined();
    }
  });

  it("that is no JSON, or no object, is none", () => {
    for (const text of ["", "{", "null", "[]", '"share"']) {
      expect(parseRecoveryShare(text)).toBeUndefined();
    }
  });
});

describe("the recipient of a recovery key", () => {
  const written = async (text: string) => {
    const file = join(folder, "recovery.pub");
    await writeFile(file, text);
    return await loadRecoveryRecipient(file).catch(
      (fault: { code: string; message: string; remedy: string }) =>
        `${fault.code} ${fault.message.replace(file, "FILE")}. ${fault.remedy}`,
    );
  };
  const NONE =
    "KEY_FILE FILE holds no recipient of a recovery key. " +
    "Use the file recovery.pub that tracepost recovery init has written.";

  it("is the one line of its file that is no comment", async () => {
    expect(await written(`# of NE\n\n  ${made.recipient}  \n`)).toBe(made.recipient);
    expect(await written(made.recipient)).toBe(made.recipient);
  });

  it("is not taken for more or less", async () => {
    expect(await written("")).toBe(NONE);
    expect(await written(`${made.recipient}\n${made.recipient}\n`)).toBe(NONE);
    expect(await written("age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj")).toBe(
      NONE,
    );
    const slip = made.recipient.endsWith("q") ? "p" : "q";
    expect(await written(`${made.recipient.slice(0, -1)}${slip}`)).toBe(NONE);
  });
});

describe("an own copy (TP-RECOVER-3)", () => {
  const NE = makeParties([{ id: "NE" }]).party("NE");
  let recovery: SealingKeyPair;
  let envelope: Uint8Array;
  let keys: readonly RecoveryPart[];

  beforeAll(async () => {
    recovery = await generateSealingKey();
    const reader = await generateSealingKey();
    const kept: RecoveryPart[] = [];
    const keeping = {
      seal: async (job: Parameters<typeof sealParts>[0]) => {
        const sealed = await sealParts({ ...job, recovery: recovery.recipient });
        kept.push(...sealed.recovery);
        return sealed;
      },
      open: async () => {
        throw new TypeError("nothing is opened here");
      },
      close: async () => undefined,
    };
    const to = [{ id: "BR", sealingKey: reader.recipient }];
    const parts = [bodyPart(Buffer.from("the body")), personsPart(Buffer.from("the persons"))];
    envelope = (await sealedTraceRequest(keeping, NE, to, { parts })).bytes;
    keys = kept;
  });

  const opened = async (changes: Partial<Parameters<typeof openOwnCopy>[0]> = {}) => {
    const copy = { owner: "NE", envelope, keys, ...changes };
    const outcome = await openOwnCopy(copy, recovery.identity);
    if (!outcome.ok) {
      const { code, detail, field } = outcome.refusal;
      return `${code} ${field} ${detail}`;
    }
    return [...outcome.value].map(([name, bytes]) => `${name}: ${Buffer.from(bytes)}`);
  };

  it("opens with the recovery key alone, as far as keys were kept", async () => {
    expect(await opened()).toEqual(["body: the body", "persons: the persons"]);
    expect(await opened({ keys: keys.slice(1) })).toEqual(["persons: the persons"]);
    expect(await opened({ keys: [] })).toEqual([]);
  });

  it("does not open with another key", async () => {
    const other = await generateSealingKey();
    const outcome = await openOwnCopy({ owner: "NE", envelope, keys }, other.identity);
    expect(outcome).toEqual({
      ok: false,
      refusal: {
        code: "CANNOT_OPEN",
        field: "recovery[body]",
        detail: "is not sealed to this key",
      },
    });
  });

  it("does not open what was sealed for another owner or another message", async () => {
    expect(await opened({ owner: "BR" })).toContain("SEAL_BINDING");
    const { header, ...rest } = Envelope.decode(envelope);
    const other = { ...Header.decode(header), messageId: "0190e6f0-0000-7000-8000-000000000000" };
    const renamed = Envelope.encode({ ...rest, header: Header.encode(other).finish() }).finish();
    expect(await opened({ envelope: renamed })).toContain("SEAL_BINDING");
  });

  it("does not open a part with the key of another, or one that was changed", async () => {
    const [body, persons] = keys as [RecoveryPart, RecoveryPart];
    expect(await opened({ keys: [{ ...persons, partName: "body" }] })).toContain("key.part_keys");
    const message = Envelope.decode(envelope);
    const without = { ...message, parts: message.parts.filter(({ name }) => name !== "body") };
    const less = Envelope.encode(without).finish();
    expect(await opened({ envelope: less, keys: [body] })).toBe(
      "CANNOT_OPEN body is not what was sealed",
    );
  });

  it("does not open a key that is not made as we do", async () => {
    const unpadded = KeyPart.encode(KeyPart.create({})).finish();
    const strange = pad(Buffer.from([0xff]), "key");
    for (const content of [unpadded, strange]) {
      const key = await encryptTo(recovery.recipient, content);
      expect(await opened({ keys: [{ partName: "body", key }] })).toBe(
        "MALFORMED recovery[body] is not made as we do",
      );
    }
  });

  it("is named by its key", () => {
    expect(recoveryKeyName(recovery.recipient)).toMatch(/^[0-9a-f]{16}$/);
  });
});
