import { describe, expect, it } from "vitest";
import type { RegisterBundle, SigningKey } from "#proto";
import { KeyPurpose, LogKey, LogWitness, ParticipantStatus, RevocationReason } from "#proto";
import {
  draftSuccessor,
  entryFor,
  exchangeKey,
  formatRegisterBundle,
  generateSigningKey,
  isDraft,
  keyIdsOf,
  openRegister,
  type RegisterChange,
  registerAlarms,
  registerContent,
  registerDifferences,
  revokedKeys,
  signManifest,
  takeRegister,
  withEntry,
  withRevocations,
  withStatement,
  withStatus,
} from "#trust";
import { toTimestamp } from "#wire";
import {
  DAY_MS,
  firstEntry,
  freshKeys,
  RegisterAuthority,
  Roots,
  START_MS,
  statementOf,
} from "../../support/register-authority.ts";

const NOW_MS = START_MS + DAY_MS;
const authority = new RegisterAuthority();
const NE = freshKeys();
const neEntry = firstEntry("NE", NE);
const brEntry = firstEntry("BR");
const first = authority.issue([neEntry, brEntry]);

function drafted(bundle: RegisterBundle, change: RegisterChange): RegisterBundle {
  const draft = draftSuccessor(bundle, change, NOW_MS);
  if (!draft.ok) throw new TypeError(draft.refusal.detail);
  return draft.value;
}

function signed(bundle: RegisterBundle, count = 2, roots = authority.roots): RegisterBundle {
  const [last, ...before] = bundle.manifests.toReversed();
  if (last === undefined) throw new TypeError("nothing to sign");
  const manifest = roots.pairs.slice(0, count).reduce(signManifest, last);
  return { ...bundle, manifests: [...before.toReversed(), manifest] };
}

function contentOf(bundle: RegisterBundle) {
  const content = registerContent(bundle);
  if (!content.ok) throw new TypeError(content.refusal.detail);
  return content.value;
}

const inForce = takeRegister(authority.newcomer(), first, NOW_MS).state;

describe("a draft of the next version (TP-REG-10)", () => {
  it("says what the version before says, and is taken when enough have signed", () => {
    const draft = drafted(first, {});
    expect(isDraft(first)).toBe(false);
    expect(isDraft(draft)).toBe(true);
    expect(isDraft(signed(draft, 1))).toBe(true);
    expect(takeRegister(inForce, signed(draft, 1), NOW_MS)).toMatchObject({
      refusal: { code: "THRESHOLD" },
    });
    const done = signed(draft);
    expect(isDraft(done)).toBe(false);
    const taking = takeRegister(inForce, done, NOW_MS);
    expect(taking.outcome).toBe("taken");
    expect(taking.state.taken?.view.version).toBe(2n);
    expect(taking.state.taken?.view.participants).toEqual(inForce.taken?.view.participants);
  });

  it("with other root keys is a draft until enough of both have signed (TP-KEY-3)", () => {
    const next = new Roots();
    const draft = drafted(first, { roots: next.set });
    const byOld = signed(draft);
    expect(isDraft(byOld)).toBe(true);
    expect(isDraft(signed(draft, 2, next))).toBe(true);
    const both = signed(byOld, 2, next);
    expect(isDraft(both)).toBe(false);
    expect(takeRegister(inForce, both, NOW_MS).outcome).toBe("taken");
  });

  it("has the next keys of the exchange beside the present ones (TP-KEY-2)", () => {
    const before = contentOf(first).manifest.manifest.gatewayKeys;
    const added = exchangeKey(generateSigningKey(), KeyPurpose.RECEIPT, NOW_MS + 1_000);
    const draft = drafted(first, { gatewayKeys: [...before, added] });
    const order = { atMs: NOW_MS, reason: RevocationReason.COMPROMISED, compromisedAtMs: 7 };
    const [revoked, ...others] = revokedKeys(before, [before[0]?.keyId ?? ""], order);
    expect(revoked).toMatchObject({ revocationReason: RevocationReason.COMPROMISED });
    expect(
      revokedKeys([revoked as SigningKey], [revoked?.keyId ?? ""], { ...order, atMs: 9 }),
    ).toEqual([revoked]);
    expect(others).toEqual(before.slice(1));
    const replaced = { atMs: 3_000, reason: RevocationReason.SUPERSEDED };
    const over = revokedKeys(before, [before[0]?.keyId ?? ""], replaced);
    expect(revokedKeys(over, [before[0]?.keyId ?? ""], { ...order, atMs: 9_000 })[0]).toEqual({
      ...revoked,
      revokedAt: toTimestamp(3_000),
    });
    const taking = takeRegister(inForce, signed(draft), NOW_MS);
    const keys = taking.state.taken?.view.gatewayKeys(KeyPurpose.RECEIPT) ?? [];
    expect(keys.map(({ key }) => key.keyId)).toContain(added.keyId);
    expect(registerDifferences(contentOf(first), contentOf(draft))[0]?.added.join()).toContain(
      `gateway key ${added.keyId} from`,
    );
  });

  it("shows root holders all that is trusted in it: purposes, log keys, witnesses (TP-REG-10)", () => {
    const before = contentOf(first);
    const { manifest } = before.manifest;
    const factsOf = (change: Partial<typeof manifest>) => {
      const after = { ...before.manifest, manifest: { ...manifest, ...change } };
      return registerDifferences(before, { ...before, manifest: after })[0]?.added ?? [];
    };
    const [gatewayKey] = manifest.gatewayKeys;
    if (gatewayKey === undefined) throw new TypeError("no key");
    const purpose = KeyPurpose.CHECKPOINT;
    expect(factsOf({ gatewayKeys: [{ ...gatewayKey, purpose }] }).join()).toMatch(
      / for CHECKPOINT$/,
    );
    const key = { keyId: "ab", notBefore: toTimestamp(0), notAfter: toTimestamp(DAY_MS) };
    expect(
      factsOf({ logKeys: [LogKey.create({ ...key, revokedAt: toTimestamp(60_000) })] }),
    ).toEqual(["log key ab from 1970-01-01T00:00Z until 1970-01-02, revoked 1970-01-01T00:01Z"]);
    const said = { name: "w.example/1", participant: "NE", publicKey: Buffer.from("key") };
    const witnesses = [said, { ...said, url: "https://w.example" }].map((one) =>
      LogWitness.create(one),
    );
    expect(factsOf({ witnesses: { quorum: 2, witnesses } })).toEqual([
      "witness w.example/1 of NE, key a2V5, no URL",
      "witness w.example/1 of NE, key a2V5, URL https://w.example",
      "witnessed by 2",
    ]);
  });

  it("that is changed again keeps its number and loses its signatures", () => {
    const once = signed(drafted(first, {}), 1);
    const entries = contentOf(once).entries.filter(({ participant }) => participant?.id === "NE");
    const again = drafted(once, { entries });
    expect(contentOf(again).manifest.manifest.version).toBe(2n);
    expect(again.manifests.at(-1)?.signatures).toEqual([]);
    expect(again.manifests).toHaveLength(2);
  });

  it("tells in short lines what it changes", () => {
    const before = contentOf(first);
    const ne = entryFor(before.entries, "NE");
    if (ne === undefined) throw new TypeError("NE is not there");
    const suspended = withStatus(ne, ParticipantStatus.SUSPENDED);
    const after = contentOf(drafted(first, { entries: withEntry(before.entries, suspended) }));
    const [own, other, ...more] = registerDifferences(before, after);
    expect(own).toMatchObject({ about: "register" });
    expect(own?.added).toContain("version 2");
    expect(other).toEqual({
      about: "NE",
      removed: ["status ACTIVE"],
      added: ["status SUSPENDED"],
    });
    expect(more).toEqual([]);
    expect(registerDifferences(undefined, before).map(({ about }) => about)).toEqual([
      "register",
      "BR",
      "NE",
    ]);
  });

  it("opens as a newcomer opens it, with the majority of the root keys given", () => {
    const bytes = formatRegisterBundle(signed(drafted(first, {})));
    const roots = authority.roots.pairs.map(({ publicKey }) => publicKey);
    expect(openRegister(bytes, roots)).toMatchObject({ ok: true, value: { version: 2n } });
    const code = (given: typeof roots) => {
      const opened = openRegister(bytes, given);
      return opened.ok ? "ok" : opened.refusal.code;
    };
    expect(code(roots.slice(0, 2))).toBe("ok");
    expect(code(roots.slice(1))).toBe("KEY_UNKNOWN");
    expect(code([generateSigningKey().publicKey])).toBe("KEY_UNKNOWN");
    expect(code([])).toBe("KEY_UNKNOWN");
  });
});

describe("an entry that is changed", () => {
  it("keeps each statement that brought another identity key, and no other (TP-REG-6)", () => {
    const second = { identity: generateSigningKey(), header: NE.header };
    const steps = [
      { sequence: 2n, identity: NE.identity, header: generateSigningKey() },
      { sequence: 3n, ...second, before: NE.identity },
      { sequence: 4n, ...second, header: generateSigningKey() },
    ];
    let entry = neEntry;
    for (const said of steps) entry = withStatement(entry, statementOf("NE", said));
    expect(entry.identityChanges).toHaveLength(1);
    const next = signed(drafted(first, { entries: withEntry([brEntry], entry) }));
    const taking = takeRegister(inForce, next, NOW_MS);
    expect(taking.outcome).toBe("taken");
    expect(registerAlarms(taking.state)).toEqual([]);
    expect(taking.state.taken?.view.participant("NE")?.signingKeys[0]?.keyId).toBe(
      steps[2]?.header.keyId,
    );
  });

  it("has every key revoked once when its participant is removed (TP-REG-8)", () => {
    const order = { atMs: NOW_MS, reason: RevocationReason.REMOVED };
    const once = withRevocations(neEntry, keyIdsOf(neEntry), order);
    const twice = withRevocations(once, keyIdsOf(neEntry), { ...order, atMs: NOW_MS + 1 });
    expect(once.revocations).toHaveLength(1);
    expect(twice.revocations).toEqual(once.revocations);
    const next = signed(drafted(first, { entries: withEntry([brEntry], twice) }));
    const state = takeRegister(inForce, next, NOW_MS).state;
    const key = state.taken?.view.signingKey(NE.header.keyId)?.key;
    expect(key?.revocationReason).toBe(RevocationReason.REMOVED);
  });

  it("has a key revoked already that somebody else had: since then, and why (TP-REG-8)", () => {
    const replaced = { atMs: START_MS, reason: RevocationReason.SUPERSEDED };
    const stolen = { atMs: NOW_MS, reason: RevocationReason.COMPROMISED, compromisedAtMs: 7_000 };
    const once = withRevocations(neEntry, keyIdsOf(neEntry), replaced);
    const twice = withRevocations(once, keyIdsOf(neEntry), stolen);
    expect(twice.revocations).toEqual([
      {
        keyId: NE.header.keyId,
        revokedAt: toTimestamp(START_MS),
        reason: RevocationReason.COMPROMISED,
        compromisedAt: toTimestamp(7_000),
      },
    ]);
    expect(withRevocations(twice, keyIdsOf(neEntry), replaced)).toEqual(twice);
    expect(withRevocations(once, [], stolen)).toEqual(once);
  });
});
