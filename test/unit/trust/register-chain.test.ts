import { describe, expect, it } from "vitest";
import { type RegisterBundle, RegisterFreshness, SigningKey } from "#proto";
import { REGISTER_LIMITS } from "#runtime";
import {
  generateSigningKey,
  keyIdOf,
  meetsThreshold,
  rootSetProblem,
  rootSignatures,
  signFreshness,
  signManifest,
  takeRegister,
} from "#trust";
import { encodeMessage, toTimestamp } from "#wire";
import { createSigner, PAYLOAD_TYPES } from "../../../lib/trust/dsse.ts";
import { followManifests } from "../../../lib/trust/versions/follow-manifests.ts";
import { openFreshness } from "../../../lib/trust/versions/freshness.ts";
import {
  DAY_MS,
  firstEntry,
  manifestOf,
  RegisterAuthority,
  Roots,
  START_MS,
} from "../../support/register-authority.ts";
import { told } from "../../support/register-outcome.ts";

/** What a client answers to manifests and words of freshness, rule by rule (TP-REG-2 to -5). */

const authority = new RegisterAuthority();
const [rootA, rootB, rootC] = authority.roots.pairs as [Pair, Pair, Pair];
type Pair = ReturnType<typeof generateSigningKey>;
const NOW_MS = START_MS + 1_000;
const ne = firstEntry("NE");

type Change = Parameters<RegisterAuthority["issue"]>[1];
const nextOf = (before: RegisterBundle, change: Change = {}) =>
  authority.next(before, [ne], change);

const first = authority.issue([ne]);
const second = nextOf(first);
const third = nextOf(second);
const manifests = (...bundles: RegisterBundle[]) => bundles.flatMap((one) => one.manifests);

describe("a chain of manifests", () => {
  const follow = (inForce: RegisterBundle | undefined, ...chain: RegisterBundle[]) => {
    const manifest = inForce && manifestOf(inForce);
    const roots = manifest?.roots ?? authority.roots.set;
    return told(followManifests({ roots, manifest }, manifests(...chain)));
  };

  it("goes on from the version in force", () => {
    expect(follow(undefined, first)).toBe("good");
    expect(follow(undefined, third), "a newcomer begins anywhere").toBe("good");
    expect(follow(undefined, second, third)).toBe("good");
    expect(follow(second, second)).toBe("good");
    expect(follow(second, third)).toBe("good");
    expect(follow(second, first, second, third)).toBe("good");
    expect(follow(first, third)).toBe("GAP manifests begin at 3; 1 is in force here");
    expect(follow(third, first, second)).toBe("ROLLBACK manifest.version is 2; 3 is in force here");
  });

  it("has each version once, in order, and is not too long", () => {
    const follows = (version: number) =>
      `MALFORMED manifests do not follow each other after ${version}`;
    expect(follow(undefined, first, third)).toBe(follows(1));
    expect(follow(undefined, second, second)).toBe(follows(2));
    expect(follow(undefined, third, second)).toBe(follows(3));
    const length = "MALFORMED manifests are none, or over 1000";
    expect(follow(undefined)).toBe(length);
    const [signed] = first.manifests as [(typeof first.manifests)[number]];
    const { roots } = manifestOf(first);
    const long = (count: number) =>
      told(followManifests({ roots, manifest: undefined }, Array(count).fill(signed)));
    expect(long(REGISTER_LIMITS.manifestsMax)).toBe(follows(1));
    expect(long(REGISTER_LIMITS.manifestsMax + 1)).toBe(length);
    const broken = { manifest: Buffer.from([0xff]), signatures: [] };
    expect(told(followManifests({ roots, manifest: undefined }, [signed, broken]))).toBe(
      "MALFORMED manifest is not encoded as we do",
    );
  });

  it("is another one when root keys have signed two", () => {
    const other = nextOf(first, { issuedAtMs: START_MS + 600 });
    expect(follow(second, other)).toBe("FORK manifest is another version 2 than the one here");
    expect(follow(second, first, other)).toBe(
      "FORK manifest is another version 2 than the one here",
    );
    expect(follow(second, nextOf(other))).toBe(
      "FORK manifest.previous_sha256 of version 3 follows another version 2",
    );
    const forged = nextOf(first, { issuedAtMs: START_MS + 600, signers: [rootA] });
    expect(follow(second, forged)).toBe(
      "THRESHOLD manifest of version 2 is not signed by the roots",
    );
  });

  it("is signed by enough of the root keys before, and of those it brings", () => {
    const next = new Roots();
    const [old, fresh] = [authority.roots.pairs.slice(0, 2), next.pairs.slice(0, 2)];
    const rotated = (...signers: Pair[]) => nextOf(first, { roots: next.set, signers });
    const both =
      "THRESHOLD manifest of version 2 is not signed by enough of both the old and new root keys";
    expect(follow(first, rotated(...old, ...fresh))).toBe("good");
    expect(follow(first, rotated(...old))).toBe(both);
    expect(follow(first, rotated(...fresh))).toBe(both);
    expect(follow(first, nextOf(first, { signers: [rootC] }))).toBe(
      "THRESHOLD manifest of version 2 is not signed by enough of the root keys",
    );
    const byNew = nextOf(rotated(...old, ...fresh), { roots: next.set, signers: fresh });
    expect(follow(first, rotated(...old, ...fresh), byNew)).toBe("good");
  });
});

describe("root keys", () => {
  const [signed] = authority.issue([ne], { signers: [] }).manifests as [
    RegisterBundle["manifests"][number],
  ];
  const { set } = authority.roots;

  it("count once each, and only with their own signature", () => {
    const count = (...pairs: Pair[]) => rootSignatures(pairs.reduce(signManifest, signed), set);
    expect(count()).toBe(0);
    expect(count(rootA)).toBe(1);
    expect(count(rootA, rootA)).toBe(1);
    expect(count(rootC, generateSigningKey(), rootA)).toBe(2);
    const posed = { ...rootA, keyId: rootB.keyId };
    expect(count(posed)).toBe(0);
    const { signatures } = signManifest(signed, rootA);
    const otherBytes = { manifest: Buffer.concat([signed.manifest, Buffer.of(0)]), signatures };
    expect(rootSignatures(otherBytes, set)).toBe(0);
  });

  it("are enough from the threshold on, which is never none", () => {
    const by = (threshold: number, ...pairs: Pair[]) =>
      meetsThreshold(pairs.reduce(signManifest, signed), { ...set, threshold });
    expect(by(2, rootA)).toBe(false);
    expect(by(2, rootA, rootB)).toBe(true);
    expect(by(2, rootA, rootB, rootC)).toBe(true);
    expect(by(1, rootC)).toBe(true);
    expect(by(0)).toBe(false);
    expect(by(0, rootA)).toBe(false);
  });

  it("are fifteen at most, in capitals of a State", () => {
    const roots = (count: number) => new Roots(count, 1).set;
    expect(rootSetProblem(roots(15))).toBeUndefined();
    expect(rootSetProblem(roots(16))).toBe("hold more than 15 keys");
    const [key] = set.keys as [(typeof set.keys)[number]];
    const of = (changes: object) =>
      rootSetProblem({ threshold: 1, keys: [{ ...key, ...changes }] });
    expect(of({})).toBeUndefined();
    for (const state of ["ke", "K", "KEN", "1K", " KE", "KE "]) {
      expect(of({ state }), state).toBe("hold a key without the State it lies in");
    }
    const long = Buffer.concat([key.publicKey, Buffer.of(0)]);
    expect(of({ publicKey: long, keyId: keyIdOf(long) })).toBe(
      "hold a key that is not the one of its id",
    );
  });
});

describe("a word of freshness", () => {
  const manifest = manifestOf(first);
  const { freshnessKey } = authority;
  const said = (signed = signFreshness(manifest, freshnessKey, NOW_MS), nowMs = NOW_MS) =>
    told(openFreshness(signed, manifest, nowMs));
  const bad = (detail: string) => `FRESHNESS freshness ${detail}`;
  const stated = (changes: Partial<RegisterFreshness>, key = freshnessKey) => {
    const { manifestSha256, version } = { manifestSha256: manifest.digest, version: 1n };
    const signedAt = toTimestamp(NOW_MS);
    const freshness = encodeMessage(
      RegisterFreshness,
      RegisterFreshness.create({ manifestSha256, version, signedAt, ...changes }),
    );
    const { keyId, sign } = createSigner(key, PAYLOAD_TYPES.registerFreshness);
    return { freshness, signature: { keyId, value: sign(freshness) } };
  };

  it("says when it was signed", () => {
    const signed = signFreshness(manifest, freshnessKey, NOW_MS - 7);
    expect(openFreshness(signed, manifest, NOW_MS)).toEqual({ ok: true, value: NOW_MS - 7 });
    expect(said(stated({}))).toBe("good");
  });

  it("is of these bytes of this version", () => {
    const other = bad("is of version 2, or of another manifest");
    expect(said(stated({ version: 2n }))).toBe(other);
    expect(said(stated({ manifestSha256: manifestOf(second).digest }))).toBe(
      bad("is of version 1, or of another manifest"),
    );
    expect(said(signFreshness(manifestOf(second), freshnessKey, NOW_MS))).toBe(other);
  });

  it("is one, with a time", () => {
    const none = bad("is not encoded as we do");
    expect(said({ ...stated({}), freshness: Buffer.from([0xff]) })).toBe(none);
    expect(said(stated({ signedAt: undefined }))).toBe(none);
  });

  it("is signed by a freshness key, within its time, as it stands", () => {
    const nobody = bad("is signed by no freshness key that was valid then");
    expect(said({ ...stated({}), signature: undefined })).toBe(nobody);
    expect(said(stated({}, generateSigningKey()))).toBe(nobody);
    expect(said(stated({}, authority.receiptKey))).toBe(nobody);
    expect(said(stated({ signedAt: toTimestamp(START_MS - 401 * DAY_MS) }))).toBe(nobody);
    const { freshness } = stated({ signedAt: toTimestamp(NOW_MS - 1) });
    const broken = bad("has a signature that does not verify");
    expect(said({ ...stated({}), freshness })).toBe(broken);
    const [key] = manifest.manifest.freshnessKeys;
    const revokedAt = toTimestamp(NOW_MS);
    const revoked = {
      ...manifest,
      manifest: {
        ...manifest.manifest,
        freshnessKeys: [SigningKey.create({ ...key, revokedAt })],
      },
    };
    expect(told(openFreshness(stated({}), revoked, NOW_MS))).toBe(nobody);
  });

  it("is believed up to five minutes ahead", () => {
    const latestMs = NOW_MS + REGISTER_LIMITS.aheadMsMax;
    expect(said(signFreshness(manifest, freshnessKey, latestMs))).toBe("good");
    expect(said(signFreshness(manifest, freshnessKey, latestMs + 1))).toBe(
      bad("was signed ahead of time"),
    );
  });
});

describe("a register that is offered", () => {
  const taking = (offered: RegisterBundle, nowMs = NOW_MS, state = authority.newcomer()) => {
    const found = takeRegister(state, offered, nowMs);
    if (found.outcome !== "refused") return found.outcome;
    const { code, detail, field } = found.refusal;
    return `${code} ${field} ${detail}`;
  };

  it("is issued five minutes ahead at most, and expired a month ago at most", () => {
    const ahead = (ms: number) =>
      taking(authority.issue([ne], { issuedAtMs: NOW_MS + REGISTER_LIMITS.aheadMsMax + ms }));
    expect(ahead(0)).toBe("taken");
    expect(ahead(1)).toBe("AHEAD manifest.issued_at has not come yet");
    expect(taking(first, START_MS + 37 * DAY_MS - 1)).toBe("taken");
    expect(taking(first, START_MS + 37 * DAY_MS)).toBe(
      "EXPIRED manifest.expires_at is more than 30 days ago",
    );
  });

  it("holds its entries, if it has any", () => {
    expect(taking(authority.issue([]))).toBe("taken");
    expect(taking({ ...first, entryDigests: [], entries: [] })).toBe(
      "ENTRY_MISSING entries are not in it",
    );
    expect(taking(authority.issue([ne], { logOrigin: "" }))).toBe(
      "MALFORMED log_origin is no origin",
    );
  });

  it("that is in force takes nothing away from what is known of it", () => {
    const fresh = authority.freshened(first, NOW_MS);
    const { state } = takeRegister(authority.newcomer(), fresh, NOW_MS);
    expect(state.taken).toMatchObject({ freshAtMs: NOW_MS, freshness: fresh.freshness });
    const offers = [
      first,
      authority.freshened(first, NOW_MS - 1),
      authority.freshened(first, NOW_MS),
    ];
    for (const offered of offers) {
      const known = takeRegister(state, offered, NOW_MS + 5);
      expect(known.outcome).toBe("known");
      expect(known.state.taken).toBe(state.taken);
    }
    const later = authority.freshened(first, NOW_MS + 1);
    expect(takeRegister(state, later, NOW_MS + 5).state.taken).toMatchObject({
      freshAtMs: NOW_MS + 1,
      freshness: later.freshness,
    });
  });
});
