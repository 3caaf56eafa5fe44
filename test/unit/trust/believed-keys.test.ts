import { beforeAll, describe, expect, it } from "vitest";
import {
  KeyPurpose,
  KeyRevocation,
  KeyStatement,
  RegisterEntry,
  RevocationReason,
  type SealingKey,
  type SignedKeyStatement,
  type SigningKey,
} from "#proto";
import { generateSealingKey, generateSigningKey, signKeyStatement } from "#trust";
import { encodeMessage, toTimestamp } from "#wire";
import { believedRegister } from "../../../lib/trust/versions/believed-register.ts";
import { compromisedKeys } from "../../../lib/trust/versions/compromised-keys.ts";
import { keyDoubts } from "../../../lib/trust/versions/key-doubts.ts";
import { sealingKeyId } from "../../../lib/trust/versions/key-windows.ts";
import { pinStatements, statementDoubt } from "../../../lib/trust/versions/pinned-statements.ts";
import { type OpenedEntry, openEntry } from "../../../lib/trust/versions/register-entry.ts";
import {
  entryOf,
  keyOf,
  manifestOf,
  RegisterAuthority,
  type Said,
  statementOf,
} from "../../support/register-authority.ts";
import { opened } from "../../support/register-outcome.ts";

/** Which keys of a participant are believed, and until when (TP-REG-7, TP-REG-8, TP-KEY-8). */

const authority = new RegisterAuthority();
const manifest = manifestOf(authority.issue([]));
const [first, second, third] = [generateSigningKey(), generateSigningKey(), generateSigningKey()];
const header = generateSigningKey();
const at = (ms: number) => toTimestamp(ms);
const { COMPROMISED, LOST } = RevocationReason;

function entryIn(entry: RegisterEntry): OpenedEntry {
  return opened(openEntry(encodeMessage(RegisterEntry, entry)));
}

function revoked(keyId: string, revokedAtMs: number, compromisedAtMs?: number): KeyRevocation {
  const compromisedAt = compromisedAtMs === undefined ? undefined : at(compromisedAtMs);
  const reason = compromisedAt === undefined ? LOST : COMPROMISED;
  return KeyRevocation.create({ keyId, reason, revokedAt: at(revokedAtMs), compromisedAt });
}

describe("what is revoked", () => {
  const stated = (changes: Partial<SigningKey>, sealingKeys: SealingKey[] = []) => {
    const own = { ...keyOf(header, KeyPurpose.HEADER), ...changes };
    const statement = KeyStatement.create({
      ...KeyStatement.decode(
        statementOf("NE", { sequence: 1n, identity: first, header }).statement,
      ),
      signingKeys: [own, keyOf(second, KeyPurpose.HEADER)],
      sealingKeys,
    });
    return signKeyStatement(statement, [first, header, second]);
  };
  const believed = (statement: SignedKeyStatement, ...revocations: KeyRevocation[]) => {
    const entry = entryIn(entryOf("NE", statement, { revocations }));
    return believedRegister(manifest, [entry], new Map()).participants[0];
  };

  it.each<[what: string, stated: Partial<SigningKey>, revoked: KeyRevocation, times: unknown]>([
    [
      "since the register says so",
      {},
      revoked(header.keyId, 20, 10),
      { revokedAt: at(20), compromisedAt: at(10), revocationReason: COMPROMISED },
    ],
    [
      "since its owner says so, if that is earlier",
      { revokedAt: at(10), compromisedAt: at(5) },
      revoked(header.keyId, 20, 10),
      { revokedAt: at(10), compromisedAt: at(5) },
    ],
    [
      "since the register says so, if that is earlier",
      { revokedAt: at(30), compromisedAt: at(25) },
      revoked(header.keyId, 20, 10),
      { revokedAt: at(20), compromisedAt: at(10) },
    ],
    [
      "and compromised only if somebody says so",
      {},
      revoked(header.keyId, 20),
      { revokedAt: at(20), compromisedAt: undefined, revocationReason: LOST },
    ],
  ])("is so %s", (_what, changes, revocation, times) => {
    const keys = believed(stated(changes), revocation)?.signingKeys;
    expect(keys?.[0]).toMatchObject(times as object);
    expect(keys?.[1]).toMatchObject({ keyId: second.keyId, revokedAt: undefined });
  });

  describe("of sealing keys", () => {
    let recipient: string;
    beforeAll(async () => {
      recipient = (await generateSealingKey()).recipient;
    });
    const endOf = (...revokedAtMs: number[]) => {
      const sealing = { recipient, notBefore: at(1_000), notAfter: at(2_000) };
      const revocations = revokedAtMs.map((ms) => revoked(sealingKeyId(recipient), ms));
      const keys = believed(stated({}, [sealing]), ...revocations)?.sealingKeys;
      return keys?.map(({ notAfter }) => notAfter);
    };

    it("ends then, and is no key when it had not begun", () => {
      expect(endOf()).toEqual([at(2_000)]);
      expect(endOf(1_500)).toEqual([at(1_500)]);
      expect(endOf(2_500)).toEqual([at(2_000)]);
      expect(endOf(1_001)).toEqual([at(1_001)]);
      expect(endOf(1_000)).toEqual([]);
      expect(endOf(500)).toEqual([]);
    });
  });
});

describe("the statement that is pinned", () => {
  const said = (sequence: bigint, identity = first, before?: Said["before"]) =>
    statementOf("NE", { sequence, identity, header, ...(before && { before }) });
  const entry = (statement: SignedKeyStatement, changes: readonly SignedKeyStatement[] = []) =>
    entryIn(entryOf("NE", statement, { changes }));
  const pin = (statement: SignedKeyStatement) => entry(statement).statement;
  const other = statementOf("NE", { sequence: 1n, identity: first, header: third });

  it.each<[what: string, pinned: SignedKeyStatement, entry: OpenedEntry, doubt?: string]>([
    ["the same", said(1n), entry(said(1n))],
    ["a later one of the same key", said(1n), entry(said(3n))],
    ["an earlier one", said(2n), entry(said(1n)), "KEYS_OLDER"],
    ["another of the same number", said(1n), entry(other), "KEYS_OLDER"],
    ["a later one of another key", said(1n), entry(said(2n, second)), "KEYS_UNSIGNED"],
    ["a later one, handed on", said(1n), entry(said(2n, second, first))],
    [
      "a change of before, and one since",
      said(2n, second, first),
      entry(said(3n, third, second), [said(1n), said(2n, second, first)]),
    ],
    [
      "two changes since",
      said(1n),
      entry(said(3n, third, second), [said(1n), said(2n, second, first)]),
    ],
    [
      "a change of the same number that is not the pinned one",
      said(2n),
      entry(said(3n, second), [said(2n, second, first)]),
      "KEYS_UNSIGNED",
    ],
  ])("is followed by %s: %#", (_what, pinned, given, doubt) => {
    expect(statementDoubt(pin(pinned), given)).toBe(doubt);
    const pins = pinStatements(new Map([["NE", pin(pinned)]]), [given]);
    const kept = doubt === undefined ? given.statement : pin(pinned);
    expect(pins.get("NE")?.signed.statement).toEqual(kept.signed.statement);
  });

  it("is the first that is seen", () => {
    const given = entry(said(7n));
    expect(statementDoubt(undefined, given)).toBeUndefined();
    expect([...pinStatements(new Map(), [given])]).toEqual([["NE", given.statement]]);
  });

  it("is told beside the one that is given instead of it", () => {
    const state = { roots: authority.roots.set, heardVersion: 0n };
    const taken = { manifest, entries: [entry(said(2n, second))], freshAtMs: 0 };
    const statements = new Map([["NE", pin(said(1n))]]);
    const doubts = (more: object) =>
      keyDoubts({ ...state, statements, taken, ...more } as unknown as Parameters<
        typeof keyDoubts
      >[0]);
    expect(doubts({})).toEqual([
      {
        kind: "KEYS_UNSIGNED",
        participant: "NE",
        pinnedKeyId: first.keyId,
        offeredKeyId: second.keyId,
      },
    ]);
    expect(doubts({ taken: undefined })).toEqual([]);
    expect(doubts({ statements: new Map() })).toEqual([]);
  });
});

describe("a compromised key", () => {
  const view = (participants: object[]) =>
    ({ participants }) as unknown as Parameters<typeof compromisedKeys>[0];
  const key = (keyId: string, revocationReason: RevocationReason, ...at_: number[]) => {
    const [revokedAt, compromisedAt] = at_.map(at);
    return { keyId, revocationReason, revokedAt, compromisedAt };
  };
  const entries = (...revocations: KeyRevocation[]) => [
    entryIn(
      entryOf("NE", statementOf("NE", { sequence: 1n, identity: first, header }), { revocations }),
    ),
  ];

  it("counts since the earliest time that is given, in force or not", () => {
    const inForce = view([
      { id: "BR", signingKeys: [key("aa", COMPROMISED, 20, 30), key("bb", LOST, 20)] },
      { id: "NE", signingKeys: [key("cc", COMPROMISED, 40)] },
    ]);
    const of = (participant: string, keyId: string, sinceMs: number) => ({
      ...{ participant, keyId, sinceMs },
    });
    const known = [of("BR", "aa", 20), of("NE", "cc", 40)];
    expect(compromisedKeys(inForce)).toEqual(known);
    expect(compromisedKeys(inForce, entries(revoked("dd", 9)))).toEqual(known);
    expect(compromisedKeys(inForce, entries(revoked("cc", 50, 45)))).toEqual(known);
    expect(compromisedKeys(inForce, entries(revoked("cc", 50, 35), revoked("ee", 60, 55)))).toEqual(
      [of("BR", "aa", 20), of("NE", "cc", 35), of("NE", "ee", 55)],
    );
  });
});
