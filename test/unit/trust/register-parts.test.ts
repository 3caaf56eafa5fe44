import { describe, expect, it } from "vitest";
import {
  KeyPurpose,
  KeyRevocation,
  KeyStatement,
  RegisterEntry,
  RegisterManifest,
  RevocationReason,
  type Signature,
  SignatureAlgorithm,
  type SignedKeyStatement,
} from "#proto";
import { generateSealingKey, generateSigningKey, openKeyStatement, signKeyStatement } from "#trust";
import { encodeMessage, toTimestamp } from "#wire";
import { isSameManifest, openManifest } from "../../../lib/trust/versions/manifest.ts";
import { merkleRoot } from "../../../lib/trust/versions/merkle-root.ts";
import { openEntry } from "../../../lib/trust/versions/register-entry.ts";
import { naiveRoot } from "../../support/naive-tree.ts";
import {
  DAY_MS,
  entryOf,
  freshKeys,
  keyOf,
  manifestOf,
  RegisterAuthority,
  START_MS,
  statementOf,
} from "../../support/register-authority.ts";
import { told } from "../../support/register-outcome.ts";

/** Each rule about statements, entries and manifests by itself (TP-REG-1, TP-REG-4, TP-REG-6). */

const at = (days: number) => toTimestamp(START_MS + days * DAY_MS);
const NE = freshKeys();
const other = generateSigningKey();

describe("a statement about keys", () => {
  const GOOD = {
    participant: "NE",
    sequence: 1n,
    identityKey: keyOf(NE.identity, KeyPurpose.IDENTITY),
    signingKeys: [keyOf(NE.header, KeyPurpose.HEADER)],
    madeAt: at(0),
  };
  const stated = (changes: Partial<KeyStatement>, keys = [NE.identity, NE.header]) => {
    const statement = KeyStatement.create({ ...GOOD, ...changes });
    return told(openKeyStatement(signKeyStatement(statement, keys), "field"));
  };
  const bad = (detail: string) => `ENTRY_INVALID field ${detail}`;
  const lacks = (keyId: string) => bad(`lacks the signature of key ${keyId}, which it names`);

  it("holds when each key in it has signed", () => {
    expect(stated({})).toBe("good");
    expect(stated({}, [NE.header, NE.identity, other])).toBe("good");
    expect(stated({ signingKeys: [] }, [NE.identity])).toBe("good");
    expect(stated({}, [NE.identity])).toBe(lacks(NE.header.keyId));
    expect(stated({}, [NE.header])).toBe(lacks(NE.identity.keyId));
    expect(stated({}, [])).toBe(lacks(NE.identity.keyId));
  });

  it("does not hold with the signature of one key under the id of another", () => {
    const signed = signKeyStatement(KeyStatement.create(GOOD), [NE.identity, other]);
    const [own, foreign] = signed.signatures;
    const posed = { ...foreign, keyId: NE.header.keyId } as typeof own;
    const signatures = [own, posed] as SignedKeyStatement["signatures"];
    expect(told(openKeyStatement({ ...signed, signatures }, "field"))).toBe(lacks(NE.header.keyId));
  });

  it("does not hold with the right signature under the id of another key", () => {
    const signed = signKeyStatement(KeyStatement.create(GOOD), [NE.identity, NE.header]);
    const [own, proof] = signed.signatures as [Signature, Signature];
    const signatures = [own, { ...proof, keyId: other.keyId }];
    expect(told(openKeyStatement({ ...signed, signatures }, "field"))).toBe(lacks(NE.header.keyId));
  });

  it.each<[detail: string, changes: Partial<KeyStatement>]>([
    ["has no sequence; it begins at 1", { sequence: 0n }],
    ["has no good identity key", { identityKey: undefined }],
    ["has no good identity key", { identityKey: keyOf(NE.identity, KeyPurpose.HEADER) }],
    ["was made outside the window of its identity key", { madeAt: undefined }],
    ["was made outside the window of its identity key", { madeAt: at(-401) }],
    ["was made outside the window of its identity key", { madeAt: at(4_000) }],
    ["has a bad signing key", { signingKeys: [keyOf(NE.header, KeyPurpose.IDENTITY)] }],
    [
      "has a bad sealing key",
      { sealingKeys: [{ recipient: "age1abc", notBefore: at(0), notAfter: at(1) }] },
    ],
    ["has a recovery recipient that is not age1pq1…", { recoveryRecipient: "age1abc" }],
    ["uses a key for two purposes", { signingKeys: [keyOf(NE.identity, KeyPurpose.HEADER)] }],
    ["has more than 16 keys of a kind", { signingKeys: Array(17).fill(GOOD.signingKeys[0]) }],
  ])("%s", (detail, changes) => {
    expect(stated(changes)).toBe(bad(detail));
  });

  it("may hold sixteen keys of a kind, and no seventeenth to seal to", async () => {
    const { recipient } = await generateSealingKey();
    const sealing = { recipient, notBefore: at(0), notAfter: at(1) };
    expect(stated({ sealingKeys: Array(16).fill(sealing) })).toBe("good");
    expect(stated({ sealingKeys: Array(17).fill(sealing) })).toBe(
      bad("has more than 16 keys of a kind"),
    );
    expect(stated({ recoveryRecipient: recipient })).toBe("good");
  });

  it("is one", () => {
    const none = bad("is no statement about keys");
    expect(told(openKeyStatement(undefined, "field"))).toBe(none);
    expect(
      told(openKeyStatement({ statement: Buffer.from([0xff]), signatures: [] }, "field")),
    ).toBe(none);
  });

  it("may name keys on P-256", () => {
    const header = generateSigningKey(SignatureAlgorithm.ES256);
    const signingKeys = [keyOf(header, KeyPurpose.HEADER)];
    expect(stated({ signingKeys }, [NE.identity, header])).toBe("good");
  });
});

describe("an entry", () => {
  const first = statementOf("NE", { sequence: 1n, ...NE });
  const opened = (entry: RegisterEntry) => openEntry(encodeMessage(RegisterEntry, entry));
  const said = (entry: RegisterEntry) => told(opened(entry));
  const bad = (field: string, detail: string) => `ENTRY_INVALID entry[NE].${field} ${detail}`;
  const later = (identity = other, before = NE.identity, sequence = 2n) =>
    statementOf("NE", { sequence, identity, header: NE.header, before });

  it("follows from its statements, each signed by the identity key before", () => {
    expect(said(entryOf("NE", first))).toBe("good");
    expect(said(entryOf("NE", later(), { changes: [first] }))).toBe("good");
    const unsigned = statementOf("NE", { sequence: 2n, identity: other, header: NE.header });
    expect(said(entryOf("NE", unsigned, { changes: [first] }))).toBe(
      bad("statement", "is not signed by the identity key before"),
    );
    expect(said(entryOf("NE", later(other, NE.identity, 1n), { changes: [first] }))).toBe(
      bad("statement", "is not later than the one before"),
    );
    expect(said(entryOf("NE", statementOf("BR", { sequence: 1n, ...NE })))).toBe(
      bad("statement", "is of another participant"),
    );
  });

  it("holds no key beside its statement", () => {
    const signingKeys = [keyOf(NE.header, KeyPurpose.HEADER)];
    const sealingKeys = [{ recipient: "age1pq1", notBefore: at(0), notAfter: at(1) }];
    const outside = bad("participant", "holds keys outside of the participant's own statement");
    expect(said(entryOf("NE", first, { participant: { signingKeys } }))).toBe(outside);
    expect(said(entryOf("NE", first, { participant: { sealingKeys } }))).toBe(outside);
  });

  it("remembers so many changes and revocations", () => {
    const chain = (length: number) =>
      Array.from({ length }, (_, place) => later(NE.identity, NE.identity, BigInt(place + 1)));
    const last = later(NE.identity, NE.identity, 33n);
    expect(said(entryOf("NE", last, { changes: chain(32) }))).toBe("good");
    const changes = Array(33).fill(first);
    expect(said(entryOf("NE", first, { changes }))).toBe(
      bad("identity_changes", "hold more than 32"),
    );
    const revocation = KeyRevocation.create({
      keyId: "aa",
      reason: RevocationReason.LOST,
      revokedAt: at(0),
    });
    const revoked = (...revocations: KeyRevocation[]) =>
      said(entryOf("NE", first, { revocations }));
    const badOne = bad("revocations", "hold a bad one, or too many");
    expect(revoked(...Array(64).fill(revocation))).toBe("good");
    expect(revoked(...Array(65).fill(revocation))).toBe(badOne);
    expect(revoked(revocation, { ...revocation, keyId: "" })).toBe(badOne);
    expect(revoked(revocation, { ...revocation, revokedAt: undefined })).toBe(badOne);
    expect(revoked(revocation, { ...revocation, reason: RevocationReason.UNSPECIFIED })).toBe(
      badOne,
    );
    expect(revoked(revocation, { ...revocation, reason: 99 as RevocationReason })).toBe(badOne);
  });

  it("is one, and no larger than it may be", () => {
    const none = "ENTRY_INVALID entry is not encoded as we do";
    expect(told(openEntry(Buffer.from([0xff])))).toBe(none);
    expect(told(openEntry(encodeMessage(RegisterEntry, RegisterEntry.create({}))))).toBe(none);
    expect(told(openEntry(new Uint8Array(900 * 1_024)))).toBe(none);
    const long = entryOf("N".repeat(33), first);
    expect(said(long)).toBe(
      `ENTRY_INVALID entry[${"N".repeat(32)}].statement is of another participant`,
    );
    expect(told(openEntry(new Uint8Array(900 * 1_024 + 1)))).toBe(
      "ENTRY_INVALID entry is over 921600 bytes",
    );
    const broken = { ...entryOf("NE", first), statement: undefined };
    expect(said(broken)).toBe(bad("statement", "is no statement about keys"));
    expect(opened(entryOf("NE", first))).toMatchObject({
      value: { digest: expect.stringMatching(/^[0-9a-f]{64}$/), participant: { id: "NE" } },
    });
  });
});

describe("a manifest", () => {
  const authority = new RegisterAuthority();
  const first = manifestOf(authority.issue([]));
  const said = (changes: Partial<RegisterManifest>) => {
    const manifest = encodeMessage(RegisterManifest, { ...first.manifest, ...changes });
    return told(openManifest({ manifest, signatures: [] }));
  };
  const bad = (field: string, detail: string) => `MALFORMED manifest.${field} ${detail}`;
  const roots = authority.roots.set;

  it("is opened as it was made", () => {
    expect(said({})).toBe("good");
    expect(first).toMatchObject({ issuedAtMs: START_MS, expiresAtMs: START_MS + 7 * DAY_MS });
    expect(said({ expiresAt: at(31) })).toBe("good");
    expect(said({ version: 2n, previousSha256: new Uint8Array(32) })).toBe("good");
  });

  it.each<[says: string, changes: Partial<RegisterManifest>]>([
    [bad("version", "begins at 1"), { version: 0n }],
    [bad("expires_at", "must be later than issued_at"), { expiresAt: at(0) }],
    [bad("expires_at", "must be later than issued_at"), { expiresAt: undefined }],
    [bad("expires_at", "is more than 31 days after issued_at"), { expiresAt: at(31.5) }],
    [bad("previous_sha256", "has 0 bytes in version 1"), { previousSha256: new Uint8Array(32) }],
    [bad("previous_sha256", "has 32 bytes in version 2"), { version: 2n }],
    [bad("entries_root", "has 32 bytes"), { entriesRoot: new Uint8Array(31) }],
    [bad("roots", "are missing"), { roots: undefined }],
    [
      bad("freshness_keys", "hold a bad key"),
      {
        freshnessKeys: [
          keyOf(authority.freshnessKey, KeyPurpose.FRESHNESS),
          keyOf(authority.receiptKey, KeyPurpose.RECEIPT),
        ],
      },
    ],
    [
      bad("gateway_keys", "hold a bad key"),
      {
        gatewayKeys: [
          keyOf(authority.checkpointKey, KeyPurpose.CHECKPOINT),
          { ...keyOf(authority.receiptKey, KeyPurpose.RECEIPT), keyId: "00" },
        ],
      },
    ],
  ])("is refused: %s", (says, changes) => {
    expect(said(changes)).toBe(says);
  });

  it("is signed by a number of root keys that can be", () => {
    const [key] = roots.keys;
    const [{ publicKey }] = roots.keys as [(typeof roots.keys)[number]];
    const of = (changes: object) => ({ ...roots, keys: [...roots.keys, { ...key, ...changes }] });
    const known = "hold a key that is not the one of its id";
    for (const [detail, changes] of [
      ["need 0 signatures of 3 keys", { threshold: 0 }],
      ["need 4 signatures of 3 keys", { threshold: 4 }],
      ["need 2 signatures of 0 keys", { keys: [] }],
      ["hold a key twice", of({})],
      [known, of({ publicKey: publicKey.subarray(1) })],
      [known, of({ keyId: roots.keys[1]?.keyId })],
      ["hold a key without the State it lies in", of({ state: "" })],
      ["hold a key without the State it lies in", of({ state: "KEN" })],
      ["hold more than 15 keys", { keys: Array(16).fill(key) }],
    ] as const) {
      expect(said({ roots: { ...roots, ...changes } as typeof roots })).toBe(bad("roots", detail));
    }
    expect(said({ roots: { ...roots, threshold: 1 } })).toBe("good");
    expect(said({ roots: { ...roots, threshold: 3 } })).toBe("good");
  });

  it("is one, no larger than it may be, and known by its bytes", () => {
    expect(told(openManifest({ manifest: Buffer.from([0xff]), signatures: [] }))).toBe(
      "MALFORMED manifest is not encoded as we do",
    );
    const most = { manifest: new Uint8Array(256 * 1_024), signatures: [] };
    expect(told(openManifest(most))).toBe("MALFORMED manifest is not encoded as we do");
    const large = { manifest: new Uint8Array(256 * 1_024 + 1), signatures: [] };
    expect(told(openManifest(large))).toBe("MALFORMED manifest is over 262144 bytes");
    expect(
      isSameManifest(first, manifestOf(authority.issue([], { issuedAtMs: START_MS + 1 }))),
    ).toBe(false);
    expect(isSameManifest(first, { ...first })).toBe(true);
  });
});

describe("the root of entries", () => {
  it.each([0, 1, 2, 3, 4, 5, 7, 8, 9])("of %s is that of a Merkle tree (RFC 6962)", (count) => {
    const leaves = Array.from({ length: count }, (_, place) => Buffer.from(`entry ${place}`));
    expect(Buffer.from(merkleRoot(leaves))).toEqual(Buffer.from(naiveRoot(leaves)));
  });
});
