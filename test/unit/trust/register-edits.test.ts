import { describe, expect, it } from "vitest";
import {
  KeyStatement,
  LogKey,
  LogWitness,
  type Participant,
  type RegisterBundle,
  RegisterEntry,
  RevocationReason,
} from "#proto";
import { REGISTER_LIMITS } from "#runtime";
import {
  admittedEntry,
  draftSuccessor,
  entryFor,
  generateLogKey,
  generateSealingKey,
  generateSigningKey,
  isDraft,
  keyIdsOf,
  registerContent,
  sealingKeyId,
  signKeyStatement,
  withEntry,
  withRevocations,
  withStatement,
  withStatus,
} from "#trust";
import { toTimestamp } from "#wire";

import {
  DAY_MS,
  entryOf,
  firstEntry,
  freshKeys,
  manifestOf,
  RegisterAuthority,
  START_MS,
  statementOf,
} from "../../support/register-authority.ts";
import { opened, told } from "../../support/register-outcome.ts";

/** How the next version of a register is drafted, and entries changed. */

const authority = new RegisterAuthority();
const NE = freshKeys();
const neStatement = statementOf("NE", { sequence: 1n, ...NE });
const ne = entryOf("NE", neStatement);
const br = firstEntry("BR");
const suspended = entryOf("NE", neStatement, { participant: { status: 2 } });
const first = authority.issue([ne, br]);
const NOW_MS = START_MS + DAY_MS;
const unreadable = { manifest: Buffer.from([0xff]), signatures: [] };

describe("a draft (TP-REG-10)", () => {
  const draft = (bundle: RegisterBundle, change = {}) =>
    draftSuccessor(bundle, change, START_MS + DAY_MS);

  it("needs a version before it that can be read whole", () => {
    expect(told(draft({ ...first, manifests: [] }))).toBe("MALFORMED manifests are none");
    expect(told(draft({ ...first, manifests: [unreadable] }))).toMatch(/^MALFORMED manifest /);
    expect(told(draft({ ...first, entries: first.entries.slice(1) }))).toBe(
      "ENTRY_MISSING entries are not all there",
    );
    const once = opened(draft(first));
    const [, last] = once.manifests as [unknown, (typeof once.manifests)[number]];
    expect(told(draft({ ...once, manifests: [unreadable, last] }))).toMatch(/^MALFORMED manifest /);
    expect(told(registerContent({ ...first, entryDigests: [] }))).toBe("good");
  });

  it("carries over all that is not changed", () => {
    const pair = generateLogKey();
    const window = { notBefore: toTimestamp(START_MS), notAfter: toTimestamp(START_MS + DAY_MS) };
    const { keyId, publicRaw: publicKey } = pair;
    const full = authority.issue([ne, br], {
      groups: [{ name: "COAST", members: ["NE", "BR"] }],
      logKeys: [LogKey.create({ keyId, publicKey, ...window })],
      witnesses: {
        quorum: 1,
        witnesses: [
          LogWitness.create({
            ...{ name: "w.example", participant: "NE", url: "" },
            publicKey: generateSigningKey().publicRaw,
          }),
        ],
      },
    });
    const before = manifestOf(full).manifest;
    const { manifest } = manifestOf(opened(draft(full)));
    expect(manifest).toEqual({
      ...before,
      version: 2n,
      issuedAt: toTimestamp(START_MS + DAY_MS),
      expiresAt: toTimestamp(START_MS + 8 * DAY_MS),
      previousSha256: Uint8Array.from(manifestOf(full).digest),
    });
    const changed = manifestOf(opened(draft(full, { groups: [], lifeMs: DAY_MS }))).manifest;
    expect(changed).toEqual({
      ...manifest,
      groups: [],
      expiresAt: toTimestamp(START_MS + 2 * DAY_MS),
    });
  });

  it("keeps so many manifests before it", () => {
    const [signed] = first.manifests as [(typeof first.manifests)[number]];
    const long = (count: number) => ({ ...first, manifests: Array(count).fill(signed) });
    expect(opened(draft(long(3))).manifests).toHaveLength(4);
    const kept = REGISTER_LIMITS.manifestsKept + 1;
    expect(opened(draft(long(250))).manifests).toHaveLength(kept);
  });

  it("is one as long as signatures lack, of its own roots and those before", () => {
    const [last] = first.manifests as [(typeof first.manifests)[number]];
    const unsigned = { ...last, signatures: [] };
    const isOne = (...manifests: (typeof first.manifests)[number][]) =>
      isDraft({ ...first, manifests });
    expect(isOne()).toBe(false);
    expect(isOne(unreadable)).toBe(false);
    expect(isOne(last)).toBe(false);
    expect(isOne(unsigned)).toBe(true);
    expect(isOne(unreadable, last)).toBe(false);
    expect(isOne(unreadable, unsigned)).toBe(true);
  });
});

describe("entries that are changed", () => {
  const empty = RegisterEntry.create({});

  it("are found by the id of their participant", () => {
    expect(entryFor([empty, br, ne], "NE")).toBe(ne);
    expect(entryFor([empty, br], "NE")).toBeUndefined();
    expect(withEntry([empty, br, ne], suspended)).toEqual([empty, br, suspended]);
    expect(withEntry([br], ne)).toEqual([br, ne]);
    expect(withEntry([empty, br], empty)).toEqual([br, empty]);
    expect(withStatus(empty, 2)).toBe(empty);
    expect(withStatus(ne, 2)).toEqual(suspended);
  });

  it("begin with a participant as it is admitted, and its statement", () => {
    const admitted = admittedEntry(ne.participant as Participant, neStatement);
    expect(admitted).toEqual(ne);
    expect(keyIdsOf(admitted)).toEqual([NE.header.keyId]);
  });

  it("have a key revoked once, and only learn that somebody else had it", () => {
    const { COMPROMISED, LOST, SUPERSEDED } = RevocationReason;
    const revoked = (entry: RegisterEntry, reason: RevocationReason, compromisedAtMs?: number) =>
      withRevocations(entry, ["aa"], {
        ...{ atMs: NOW_MS, reason },
        ...(compromisedAtMs !== undefined && { compromisedAtMs }),
      });
    const lost = revoked(ne, LOST);
    const stolen = revoked(ne, COMPROMISED, 1_000);
    expect(lost.revocations).toEqual([
      {
        ...{ keyId: "aa", reason: LOST },
        ...{ revokedAt: toTimestamp(NOW_MS), compromisedAt: undefined },
      },
    ]);
    expect(revoked(lost, SUPERSEDED)).toEqual(lost);
    expect(revoked(stolen, COMPROMISED, 2_000)).toEqual(stolen);
    expect(revoked(stolen, LOST)).toEqual(stolen);
    expect(revoked(lost, COMPROMISED, 1_000)).toEqual(stolen);
    const other = withRevocations(lost, ["bb"], { atMs: NOW_MS, reason: COMPROMISED });
    expect(other.revocations.map(({ keyId, reason }) => [keyId, reason])).toEqual([
      ["aa", LOST],
      ["bb", COMPROMISED],
    ]);
  });

  it("stand in the order of the ids of their participants", () => {
    const idsOf = (entries: RegisterEntry[]) =>
      opened(registerContent(authority.issue(entries))).entries.map((one) => one.participant?.id);
    expect(idsOf([ne, br])).toEqual(["BR", "NE"]);
    expect(idsOf([br, ne])).toEqual(["BR", "NE"]);
    expect(idsOf([ne, empty, br])).toEqual([undefined, "BR", "NE"]);
  });

  it("remember a statement only if it brought an identity key", () => {
    const brought = statementOf("NE", {
      sequence: 2n,
      identity: generateSigningKey(),
      header: NE.header,
      before: NE.identity,
    });
    const changes = (before: RegisterEntry) => withStatement(before, neStatement).identityChanges;
    expect(changes(empty)).toEqual([]);
    expect(changes(ne)).toEqual([]);
    expect(changes(entryOf("NE", brought))).toEqual([brought]);
    expect(changes(entryOf("NE", brought, { changes: [neStatement] }))).toEqual([
      neStatement,
      brought,
    ]);
    const bare = signKeyStatement(KeyStatement.create({ participant: "NE" }), [NE.identity]);
    expect(changes(entryOf("NE", bare))).toEqual([bare]);
  });

  it("name every key that signs or is sealed to", async () => {
    const { recipient } = await generateSealingKey();
    const window = { notBefore: toTimestamp(0), notAfter: toTimestamp(1) };
    const sealing = [{ recipient, ...window }];
    const all = entryOf("NE", statementOf("NE", { sequence: 1n, ...NE, sealing }));
    expect(keyIdsOf(all)).toEqual([NE.header.keyId, sealingKeyId(recipient)]);
    expect(keyIdsOf(empty)).toEqual([]);
    expect(keyIdsOf(ne)).toEqual([NE.header.keyId]);
  });
});
