import { describe, expect, it } from "vitest";
import { type RegisterBundle, type RegisterEntry, RegisterPins } from "#proto";

import {
  asRegisterBundle,
  formatRegisterBundle,
  formatRegisterPins,
  freshnessBundle,
  freshnessOf,
  generateSigningKey,
  givenRoots,
  openBundle,
  parseRegisterBundle,
  parseRegisterPins,
  registerDelta,
  type TakenRegister,
  takeRegister,
  withEntries,
} from "#trust";
import { encodeMessage } from "#wire";
import { earlierEntry } from "../../../lib/trust/versions/earlier-entry.ts";
import { resolveEntries } from "../../../lib/trust/versions/resolve-entries.ts";
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

/** Bundles of manifests and entries: read, cut, completed, and kept (TP-REG-4, TP-REG-16). */

const authority = new RegisterAuthority();
const NOW_MS = START_MS + 1_000;
const NE = freshKeys();
const neStatement = statementOf("NE", { sequence: 1n, ...NE });
const ne = entryOf("NE", neStatement);
const br = firstEntry("BR");
const suspended = entryOf("NE", neStatement, { participant: { status: 2 } });
const first = authority.issue([ne, br]);
const second = authority.next(first, [suspended, br]);
const unreadable = { manifest: Buffer.from([0xff]), signatures: [] };

function takenOf(offered: RegisterBundle, nowMs = NOW_MS): TakenRegister {
  const { taken } = takeRegister(authority.newcomer(), offered, nowMs).state;
  if (taken === undefined) throw new TypeError("not taken");
  return taken;
}

describe("the bytes of a bundle", () => {
  it("are ours and not too many", () => {
    expect(parseRegisterBundle(formatRegisterBundle(first))).toMatchObject({ ok: true });
    const foreign = "MALFORMED bundle is not encoded as we do";
    expect(told(parseRegisterBundle(Buffer.from([0xff])))).toBe(foreign);
    const most = 16 * 1_024 * 1_024;
    expect(told(parseRegisterBundle(new Uint8Array(most)))).toBe(foreign);
    expect(told(parseRegisterBundle(new Uint8Array(most + 1)))).toBe(
      `MALFORMED bundle is over ${most} bytes`,
    );
  });

  it("are told from those of a register that was signed as a whole", () => {
    expect(asRegisterBundle(formatRegisterBundle(first))?.manifests).toHaveLength(1);
    expect(asRegisterBundle(Buffer.from([0xff]))).toBeUndefined();
    const none = { ...first, manifests: [] };
    expect(asRegisterBundle(formatRegisterBundle(none))).toBeUndefined();
    const empty = { manifest: new Uint8Array(), signatures: [] };
    const withEmpty = (...manifests: RegisterBundle["manifests"]) =>
      asRegisterBundle(formatRegisterBundle({ ...first, manifests }));
    expect(withEmpty(empty)).toBeUndefined();
    expect(withEmpty(empty, ...first.manifests)?.manifests).toHaveLength(2);
  });
});

describe("what is cut from a bundle", () => {
  const fresh = authority.freshened(second, NOW_MS);
  const taken = takenOf({ ...fresh, manifests: [...first.manifests, ...second.manifests] });
  const digests = (bundle: RegisterBundle) => bundle.entries.map((bytes) => Buffer.from(bytes));

  it("are the manifests and entries that somebody lacks", () => {
    const chain = [unreadable, ...first.manifests, ...second.manifests];
    const known = takenOf(first).entries.map(({ digest }) => digest);
    const delta = (version: bigint, has: string[], of = chain) =>
      registerDelta({ version, digests: has }, taken, of);
    const one = delta(1n, known);
    expect(one.manifests).toEqual(second.manifests);
    expect(digests(one)).toEqual([second.entries[1]].map((bytes) => Buffer.from(bytes ?? [])));
    expect(one.entryDigests).toHaveLength(2);
    expect(one.freshness).toEqual(fresh.freshness);
    expect(delta(0n, []).manifests).toEqual([...first.manifests, ...second.manifests]);
    expect(delta(0n, []).entries).toHaveLength(2);
    const all = taken.entries.map(({ digest }) => digest);
    expect(delta(2n, all)).toEqual({ ...one, entries: [] });
  });

  it("is the word that it is the newest, with the last manifest alone", () => {
    const { freshness } = fresh;
    if (freshness === undefined) throw new TypeError("not signed");
    const word = { manifests: second.manifests, entryDigests: [], entries: [], freshness };
    expect(freshnessBundle(taken, freshness)).toEqual(word);
    const whole = { ...fresh, manifests: [...first.manifests, ...second.manifests] };
    const cut = freshnessOf(formatRegisterBundle(whole)) ?? [];
    expect(Buffer.from(cut)).toEqual(Buffer.from(formatRegisterBundle(word)));
    expect(freshnessOf(formatRegisterBundle(second))).toBeUndefined();
    expect(freshnessOf(Buffer.from([0xff]))).toBeUndefined();
  });

  it("is completed with entries that were fetched, once each", () => {
    const [brBytes, neBytes] = first.entries as [Uint8Array, Uint8Array];
    const part = { ...first, entries: [brBytes] };
    expect(withEntries(part, [neBytes]).entries).toEqual([brBytes, neBytes]);
    expect(withEntries(part, [Uint8Array.from(brBytes), neBytes]).entries).toHaveLength(2);
    expect(withEntries(part, []).entries).toEqual([brBytes]);
  });
});

describe("the entries of a manifest", () => {
  const manifest = manifestOf(first);
  const found = (bundle: Partial<RegisterBundle>, of = manifest, known = false) =>
    resolveEntries(of, { ...first, ...bundle }, known ? takenOf(first).entries : []);
  const [brDigest, neDigest] = first.entryDigests as [Uint8Array, Uint8Array];

  it("are as many as it says, with its root", () => {
    expect(told(found({}))).toBe("good");
    const number = (count: number) =>
      `ENTRY_INVALID entry_digests are ${count}; the manifest says 2`;
    expect(told(found({ entryDigests: [brDigest] }))).toBe(number(1));
    expect(told(found({ entryDigests: [brDigest, neDigest, neDigest] }))).toBe(number(3));
    expect(told(found({ entryDigests: [neDigest, brDigest] }))).toBe(
      "ENTRY_INVALID entry_digests do not have the root of the manifest",
    );
    const many = Array.from({ length: 501 }, () => brDigest);
    const says = (entryCount: number) => ({
      ...manifest,
      manifest: { ...manifest.manifest, entryCount },
    });
    expect(told(found({ entryDigests: many }, says(501)))).toBe(
      "ENTRY_INVALID entry_digests are 501; the manifest says 501",
    );
    expect(told(found({ entryDigests: many.slice(1) }, says(500)))).toBe(
      "ENTRY_INVALID entry_digests do not have the root of the manifest",
    );
  });

  it("are given or here already; the digests of what is not are told", () => {
    const lacking = (lacks: number, missing: Uint8Array[]) => ({
      refusal: {
        ...{ code: "ENTRY_MISSING", field: "entries", detail: `lack ${lacks} of 2` },
        missing: missing.map((digest) => Buffer.from(digest).toString("hex")),
      },
    });
    expect(found({ entries: [] })).toMatchObject(lacking(2, [brDigest, neDigest]));
    expect(found({ entries: first.entries.slice(0, 1) })).toMatchObject(lacking(1, [neDigest]));
    const here = takenOf(first).entries;
    expect(opened(resolveEntries(manifest, { ...first, entries: [] }, here))).toEqual(here);
    const again = opened(resolveEntries(manifest, first, here));
    expect(again.map((entry, place) => entry === here[place])).toEqual([true, true]);
  });

  it("are good themselves, and in the order of their ids", () => {
    const orderOf = (entries: RegisterEntry[]) => {
      const bundle = authority.issue(entries);
      return told(resolveEntries(manifestOf(bundle), bundle, []));
    };
    expect(orderOf([ne, suspended])).toBe("ENTRY_INVALID entries holds NE out of order, or twice");
    expect(orderOf([ne, br, ne])).toBe("ENTRY_INVALID entries holds NE out of order, or twice");
    const foreign = entryOf("AT", neStatement);
    expect(orderOf([ne, foreign])).toBe(
      "ENTRY_INVALID entry[AT].statement is of another participant",
    );
  });
});

describe("what a version that was passed over said of a participant", () => {
  const signed = manifestOf(first);
  const said = (bundle: RegisterBundle, id = "NE") => earlierEntry(signed, bundle, id);

  it("is its entry with its own keys, if it was in there", () => {
    expect(opened(said(first))).toMatchObject({
      participant: { id: "NE", signingKeys: [{ keyId: NE.header.keyId }] },
      identityKeyId: NE.identity.keyId,
    });
    expect(opened(said(first, "BR")).participant?.id).toBe("BR");
    expect(opened(said(first, "AT"))).toEqual({
      participant: undefined,
      identityKeyId: undefined,
    });
  });

  it("is believed of the version that was followed alone", () => {
    const fork = "FORK manifest is another version 1";
    expect(told(said(authority.issue([ne, br], { issuedAtMs: START_MS + 1 })))).toBe(fork);
    expect(told(said({ ...first, manifests: [] }))).toBe(fork);
    expect(told(said({ ...first, manifests: [unreadable] }))).toBe(fork);
    expect(told(said({ ...first, manifests: [...first.manifests, ...second.manifests] }))).toBe(
      fork,
    );
    expect(told(said({ ...first, entries: [] }))).toBe("ENTRY_MISSING entries lack 2 of 2");
  });
});

describe("a bundle that is opened whatever the time is", () => {
  const roots = authority.roots.pairs.map(({ publicKey }) => publicKey);

  it("is signed by more than half of the keys that were given by hand", () => {
    const given = givenRoots(roots);
    expect(given.threshold).toBe(2);
    expect(given.keys).toEqual(authority.roots.set.keys.map((key) => ({ ...key, state: "ZZ" })));
    expect(told(openBundle(first, given))).toBe("good");
    expect(told(openBundle({ ...first, manifests: [] }, given))).toMatch(/^MALFORMED manifests/);
    expect(told(openBundle({ ...first, entries: [] }, given))).toMatch(/^ENTRY_MISSING/);
    expect(told(openBundle(authority.issue([ne], { logOrigin: "" }), given))).toMatch(
      /^MALFORMED log_origin/,
    );
  });

  it("is as fresh as it says, if that is true", () => {
    const freshAt = (bundle: RegisterBundle) =>
      opened(openBundle(bundle, givenRoots(roots))).taken.freshAtMs;
    expect(freshAt(first)).toBe(START_MS);
    expect(freshAt(authority.freshened(first, START_MS + DAY_MS))).toBe(START_MS + DAY_MS);
    const forged = authority.freshened(first, NOW_MS, generateSigningKey());
    expect(told(openBundle(forged, givenRoots(roots)))).toMatch(/^FRESHNESS/);
  });
});

describe("what is kept between two starts", () => {
  const state = takeRegister(authority.newcomer(), first, NOW_MS).state;
  const changed = (changes: Partial<RegisterPins>) => {
    const pins = { ...RegisterPins.decode(formatRegisterPins(state)), ...changes };
    return told(parseRegisterPins(encodeMessage(RegisterPins, pins)));
  };

  it("is read back, and refused by field when somebody changed it", () => {
    expect(changed({})).toBe("good");
    const none = "MALFORMED pins are not encoded as we do";
    expect(told(parseRegisterPins(Buffer.from([0xff])))).toBe(none);
    expect(changed({ roots: undefined })).toBe(none);
    expect(changed({ roots: { ...authority.roots.set, threshold: 0 } })).toBe(
      "MALFORMED pins.roots need 0 signatures of 3 keys",
    );
    expect(changed({ statements: [{ statement: Buffer.of(0xff), signatures: [] }] })).toBe(
      "ENTRY_INVALID pins.statements is no statement about keys",
    );
    expect(changed({ bundle: { ...first, entries: [] } })).toMatch(/^ENTRY_MISSING/);
    expect(changed({ bundle: undefined })).toBe("good");
  });

  it("holds the word that it was the newest, and what peers have named", () => {
    const fresh = takenOf(authority.freshened(first, NOW_MS));
    const pins = { ...state, taken: fresh, heardVersion: 7n };
    const read = opened(parseRegisterPins(formatRegisterPins(pins)));
    expect(read.heardVersion).toBe(7n);
    expect(read.taken?.freshAtMs).toBe(NOW_MS);
    expect([...read.statements.keys()].toSorted()).toEqual(["BR", "NE"]);
    expect(formatRegisterPins(read)).toEqual(formatRegisterPins(pins));
  });
});
