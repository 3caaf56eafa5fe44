import { describe, expect, it } from "vitest";
import { KeyPurpose, Kind, ParticipantStatus, Priority, type RegisterBundle } from "#proto";
import { REGISTER_LIMITS } from "#runtime";
import {
  bundleOf,
  formatRegisterBundle,
  formatRegisterPins,
  freshnessBundle,
  generateSigningKey,
  hearVersion,
  isBehind,
  isServedBy,
  parseRegisterBundle,
  parseRegisterPins,
  REGISTER_REFUSALS,
  type RegisterState,
  registerAlarms,
  registerDelta,
  registerStanding,
  signManifest,
  takeRegister,
  withEntries,
} from "#trust";
import {
  DAY_MS,
  entryOf,
  firstEntry,
  freshKeys,
  manifestOf,
  RegisterAuthority,
  Roots,
  START_MS,
  statementOf,
} from "../../support/register-authority.ts";
import { refusal, taken } from "../../support/register-outcome.ts";

const NOW_MS = START_MS + 1_000;
const authority = new RegisterAuthority();
const NE = { sequence: 1n, ...freshKeys() };
const BR = { sequence: 1n, ...freshKeys() };
const neEntry = firstEntry("NE", NE);
const brEntry = firstEntry("BR", BR);
const first = authority.issue([neEntry, brEntry]);

const inForce = taken(authority.newcomer(), first);

describe("a register client", () => {
  it("takes a version that enough root keys have signed, whole (TP-REG-1, TP-REG-2)", () => {
    const view = inForce.taken?.view;
    expect(view?.version).toBe(1n);
    expect(view?.participants.map(({ id }) => id)).toEqual(["BR", "NE"]);
    expect(view?.signingKey(NE.header.keyId)?.participant?.id).toBe("NE");
    expect(view?.signingKey(NE.identity.keyId)).toBeUndefined();
    const other = authority.issue([neEntry], { signers: authority.roots.pairs.slice(1) });
    expect(refusal(authority.newcomer(), other)).toBe("taken");
  });

  it("refuses what too few root keys have signed (TP-REG-2)", () => {
    const [one, two] = authority.roots.pairs;
    if (!one || !two) throw new TypeError("roots");
    const signedBy = (...signers: readonly (typeof one)[]) =>
      authority.issue([neEntry], { signers });
    expect(refusal(authority.newcomer(), signedBy())).toBe("THRESHOLD");
    expect(refusal(authority.newcomer(), signedBy(one))).toBe("THRESHOLD");
    expect(refusal(authority.newcomer(), signedBy(one, generateSigningKey()))).toBe("THRESHOLD");
    const [manifest] = signedBy(one).manifests;
    const twice = manifest && {
      ...manifest,
      signatures: manifest.signatures.concat(manifest.signatures),
    };
    const doubled = { ...signedBy(one), manifests: twice ? [twice] : [] };
    expect(refusal(authority.newcomer(), doubled)).toBe("THRESHOLD");
    const borrowed = signedBy(one, two).manifests[0]?.signatures ?? [];
    const later = signedBy().manifests.map(({ manifest: bytes }) => ({
      manifest: bytes.slice(),
      signatures: [...borrowed],
    }));
    later[0]?.manifest.set([0xff], 1);
    expect(refusal(authority.newcomer(), { ...signedBy(), manifests: later })).not.toBe("taken");
  });

  it("follows the next version, and knows the one it has", () => {
    const next = authority.next(first, [neEntry]);
    expect(taken(inForce, next).taken?.view.version).toBe(2n);
    expect(refusal(inForce, first)).toBe("known");
  });

  it("refuses a lower version, a fork and a gap (TP-REG-5)", () => {
    const second = authority.next(first, [neEntry]);
    const third = authority.next(second, [neEntry, brEntry]);
    const atTwo = taken(inForce, second);
    expect(refusal(atTwo, first)).toBe("ROLLBACK");
    expect(refusal(inForce, third)).toBe("GAP");
    const both = { ...third, manifests: [...second.manifests, ...third.manifests] };
    expect(taken(inForce, both).taken?.view.version).toBe(3n);
    const otherSecond = authority.next(first, [brEntry]);
    expect(refusal(atTwo, otherSecond)).toBe("FORK");
    expect(refusal(atTwo, authority.next(otherSecond, [neEntry]))).toBe("FORK");
    const healed = authority.next(otherSecond, [neEntry]);
    const hidden = { ...healed, manifests: [...otherSecond.manifests, ...healed.manifests] };
    expect(refusal(atTwo, hidden)).toBe("FORK");
    const unsigned = authority.next(first, [brEntry], { signers: [] });
    expect(refusal(atTwo, unsigned)).toBe("THRESHOLD");
  });

  it("refuses what is ahead of its clock, and what expired longer ago than the grace", () => {
    const ahead = authority.issue([neEntry], {
      issuedAtMs: NOW_MS + REGISTER_LIMITS.aheadMsMax + 1,
    });
    expect(refusal(authority.newcomer(), ahead)).toBe("AHEAD");
    const endMs = START_MS + REGISTER_LIMITS.manifestLifeMs + REGISTER_LIMITS.graceMs;
    expect(refusal(authority.newcomer(), first, endMs - 1)).toBe("taken");
    expect(refusal(authority.newcomer(), first, endMs)).toBe("EXPIRED");
  });

  it("finds what is malformed in a manifest, by field", () => {
    const field = (offered: RegisterBundle) => {
      const taking = takeRegister(authority.newcomer(), offered, NOW_MS);
      return taking.outcome === "refused" ? `${taking.refusal.code} ${taking.refusal.field}` : "";
    };
    const issue = (change: Parameters<RegisterAuthority["issue"]>[1]) =>
      authority.issue([neEntry], change);
    expect(field(issue({ lifeMs: 32 * DAY_MS }))).toBe("MALFORMED manifest.expires_at");
    expect(field(issue({ lifeMs: -1 }))).toBe("MALFORMED manifest.expires_at");
    expect(field(issue({ logOrigin: "two lines\n" }))).toBe("MALFORMED log_origin");
    expect(field(issue({ roots: { threshold: 0, keys: [] } }))).toBe("MALFORMED manifest.roots");
    const roots = authority.roots.set;
    expect(field(issue({ roots: { ...roots, threshold: 4 } }))).toBe("MALFORMED manifest.roots");
    const nowhere = roots.keys.map((key) => ({ ...key, state: "" }));
    expect(field(issue({ roots: { ...roots, keys: nowhere } }))).toBe("MALFORMED manifest.roots");
    const [gatewayKey] = manifestOf(first).manifest.gatewayKeys;
    const wrong = gatewayKey ? [{ ...gatewayKey, purpose: KeyPurpose.HEADER }] : [];
    expect(field(issue({ gatewayKeys: wrong }))).toBe("MALFORMED gateway_keys");
    expect(field(issue({ freshnessKeys: wrong }))).toBe("MALFORMED manifest.freshness_keys");
    expect(field({ ...first, manifests: [] })).toBe("MALFORMED manifests");
  });

  it("has a remedy for every code of its closed table", () => {
    for (const { meaning, remedy } of Object.values(REGISTER_REFUSALS)) {
      expect(meaning).toMatch(/\.$/);
      expect(remedy).toMatch(/\.$/);
    }
  });
});

describe("the entries of a register", () => {
  it("are fetched by digest: a delta holds what changed (TP-REG-4)", () => {
    const suspended = entryOf("NE", statementOf("NE", NE), {
      participant: { status: ParticipantStatus.SUSPENDED },
    });
    const second = authority.next(first, [suspended, brEntry]);
    const atTwo = taken(inForce, second).taken;
    if (atTwo === undefined || inForce.taken === undefined) throw new TypeError("not taken");
    const digests = inForce.taken.entries.map(({ digest }) => digest);
    const delta = registerDelta({ version: 1n, digests }, atTwo, second.manifests);
    expect(delta.entries).toHaveLength(1);
    const read = parseRegisterBundle(formatRegisterBundle(delta));
    if (!read.ok) throw new TypeError(read.refusal.detail);
    const state = taken(inForce, read.value);
    expect(state.taken?.view.participant("NE")?.status).toBe(ParticipantStatus.SUSPENDED);
    expect(state.taken?.view.participant("BR")?.status).toBe(ParticipantStatus.ACTIVE);
    const taking = takeRegister(authority.newcomer(), delta, NOW_MS);
    const missing = taking.outcome === "refused" ? taking.refusal.missing : undefined;
    expect(missing).toEqual([atTwo.entries[0]?.digest]);
    const whole = withEntries(delta, first.entries);
    expect(refusal(authority.newcomer(), whole)).toBe("taken");
  });

  it("are those of the manifest, in order, and nothing else (TP-REG-4)", () => {
    const more = authority.issue([neEntry, brEntry, entryOf("AT", statementOf("AT", NE))]);
    expect(refusal(authority.newcomer(), { ...first, entryDigests: more.entryDigests })).toBe(
      "ENTRY_INVALID",
    );
    const swapped = { ...first, entryDigests: first.entryDigests.toReversed() };
    expect(refusal(authority.newcomer(), swapped)).toBe("ENTRY_INVALID");
    const changed = first.entries.map((bytes) => Buffer.concat([bytes, Buffer.from([0])]));
    expect(refusal(authority.newcomer(), { ...first, entries: changed })).toBe("ENTRY_MISSING");
    expect(refusal(authority.newcomer(), authority.issue([neEntry, neEntry]))).toBe(
      "ENTRY_INVALID",
    );
  });

  it("hold keys that their participant has proven to have (TP-REG-6)", () => {
    const stolen = statementOf("NE", { ...NE, header: NE.identity });
    const unproven = { ...statementOf("NE", NE) };
    unproven.signatures = unproven.signatures.filter(({ keyId }) => keyId !== NE.header.keyId);
    const foreign = statementOf("BR", BR);
    for (const bad of [stolen, unproven, foreign]) {
      expect(refusal(authority.newcomer(), authority.issue([entryOf("NE", bad)]))).toBe(
        "ENTRY_INVALID",
      );
    }
    const { participant } = neEntry;
    const given = inForce.taken?.view.participant("NE")?.signingKeys ?? [];
    const outside = {
      ...neEntry,
      participant: participant && { ...participant, signingKeys: given },
    };
    expect(refusal(authority.newcomer(), authority.issue([outside]))).toBe("ENTRY_INVALID");
  });
});

describe("the root keys", () => {
  const rootIds = ({ roots }: RegisterState) => roots.keys.map(({ keyId }) => keyId);

  it("are replaced by what the old and the new have signed (TP-REG-2)", () => {
    const next = new Roots();
    const rotated = (...signers: Roots["pairs"]) =>
      authority.next(first, [neEntry, brEntry], { roots: next.set, signers });
    const old = authority.roots.pairs.slice(0, 2);
    expect(refusal(inForce, rotated(...old))).toBe("THRESHOLD");
    expect(refusal(inForce, rotated(...next.pairs))).toBe("THRESHOLD");
    const [one] = old;
    expect(refusal(inForce, rotated(...next.pairs, ...(one ? [one] : [])))).toBe("THRESHOLD");
    const good = rotated(...old, ...next.pairs.slice(1));
    const state = taken(inForce, good);
    expect(rootIds(state)).toEqual(next.set.keys.map(({ keyId }) => keyId));
    const byOld = authority.next(good, [neEntry], { roots: next.set, signers: old });
    expect(refusal(state, byOld)).toBe("THRESHOLD");
    const byNew = authority.next(good, [neEntry], {
      roots: next.set,
      signers: next.pairs.slice(0, 2),
    });
    expect(taken(state, byNew).taken?.view.version).toBe(3n);
    const chain = { ...byNew, manifests: [...good.manifests, ...byNew.manifests] };
    expect(rootIds(taken(inForce, chain))).toEqual(rootIds(state));
  });

  it("sign a manifest once each, however often they do", () => {
    const [root] = authority.roots.pairs;
    const [manifest] = first.manifests;
    if (!root || !manifest) throw new TypeError("roots");
    expect(signManifest(manifest, root).signatures).toHaveLength(2);
  });
});

describe("the time of a register", () => {
  it("runs from fresh over stale and grace to closed (TP-REG-3)", () => {
    const name = (nowMs: number, state = inForce) => registerStanding(state, nowMs).name;
    const expiresAtMs = START_MS + REGISTER_LIMITS.manifestLifeMs;
    expect(name(START_MS + DAY_MS - 1)).toBe("fresh");
    expect(name(START_MS + DAY_MS)).toBe("stale");
    expect(name(expiresAtMs - 1)).toBe("stale");
    expect(name(expiresAtMs)).toBe("grace");
    expect(name(expiresAtMs + REGISTER_LIMITS.graceMs - 1)).toBe("grace");
    expect(name(expiresAtMs + REGISTER_LIMITS.graceMs)).toBe("closed");
    expect(name(START_MS, authority.newcomer())).toBe("closed");
    expect(registerStanding(inForce, NOW_MS)).toEqual({
      name: "fresh",
      untilMs: START_MS + DAY_MS,
      closesAtMs: expiresAtMs + REGISTER_LIMITS.graceMs,
    });
  });

  it("is lengthened by a signature of freshness of this manifest alone (TP-REG-3)", () => {
    const laterMs = START_MS + 3 * DAY_MS;
    const { freshness } = authority.freshened(first, laterMs);
    if (!freshness || !inForce.taken) throw new TypeError("not signed");
    const fresh = taken(inForce, freshnessBundle(inForce.taken, freshness), laterMs);
    expect(registerStanding(fresh, laterMs + DAY_MS - 1).name).toBe("fresh");
    const replayed = authority.freshened(first, START_MS + 2 * DAY_MS);
    expect(taken(fresh, replayed, laterMs).taken?.freshAtMs).toBe(laterMs);
    expect(refusal(inForce, authority.freshened(first, laterMs), START_MS)).toBe("FRESHNESS");
    const forged = authority.freshened(first, NOW_MS, generateSigningKey());
    expect(refusal(inForce, forged)).toBe("FRESHNESS");
    const other = {
      ...first,
      freshness: authority.freshened(authority.next(first, [neEntry]), NOW_MS).freshness,
    };
    expect(refusal(inForce, other)).toBe("FRESHNESS");
  });

  it("lengthened for a version that is not here is a register to fetch, and no incident", () => {
    const second = authority.next(first, [neEntry]);
    const { taken: newer } = taken(inForce, second);
    const { freshness } = authority.freshened(second, NOW_MS);
    if (!freshness || !newer) throw new TypeError("not signed");
    const word = freshnessBundle(newer, freshness);
    expect(refusal(inForce, word)).toBe("ENTRY_MISSING");
    expect(refusal(taken(inForce, second), word)).toBe("known");
  });

  it("in grace keeps what answers, and what is urgent (TP-REG-3)", () => {
    const served = (name: Parameters<typeof isServedBy>[0], kind: Kind, priority: Priority) =>
      isServedBy(name, { kind, priority });
    for (const name of ["fresh", "stale"] as const) {
      expect(served(name, Kind.TRACE_REQUEST, Priority.ROUTINE)).toBe(true);
    }
    for (const kind of [Kind.TRACE_REQUEST, Kind.ALERT]) {
      expect(served("grace", kind, Priority.ROUTINE)).toBe(false);
      expect(served("grace", kind, Priority.PRIORITY)).toBe(false);
      expect(served("grace", kind, Priority.URGENT)).toBe(true);
      expect(served("closed", kind, Priority.URGENT)).toBe(false);
    }
    for (const kind of [
      Kind.TRACE_REPLY,
      Kind.ALERT_RESPONSE,
      Kind.RECEIPT,
      Kind.ATTACHMENT_CHUNK,
    ]) {
      expect(served("grace", kind, Priority.ROUTINE)).toBe(true);
      expect(served("closed", kind, Priority.ROUTINE)).toBe(false);
    }
    expect(served("closed", Kind.REGISTER, Priority.ROUTINE)).toBe(true);
  });
});

describe("what a client keeps", () => {
  it("is read back as it was, also when it has long expired (TP-REG-5)", () => {
    const laterMs = START_MS + 2 * DAY_MS;
    const swapped = { sequence: 2n, ...freshKeys() };
    const second = authority.next(first, [brEntry, entryOf("NE", statementOf("NE", swapped))]);
    const fresh = taken(taken(inForce, second), authority.freshened(second, laterMs), laterMs);
    const state = hearVersion(fresh, 9n);
    const read = parseRegisterPins(formatRegisterPins(state));
    if (!read.ok) throw new TypeError(read.refusal.detail);
    expect(read.value.taken?.view.version).toBe(2n);
    expect(read.value.taken?.freshAtMs).toBe(laterMs);
    expect(registerAlarms(read.value)).toEqual(registerAlarms(state));
    expect(registerAlarms(read.value)).toHaveLength(1);
    expect(refusal(read.value, first)).toBe("ROLLBACK");
    expect(formatRegisterPins(read.value)).toEqual(formatRegisterPins(state));
    const bare = parseRegisterPins(formatRegisterPins(authority.newcomer()));
    expect(bare.ok && refusal(bare.value, first)).toBe("taken");
  });

  it("is refused when it was changed", () => {
    const bytes = formatRegisterPins({ ...inForce, roots: new Roots().set });
    expect(parseRegisterPins(bytes)).toMatchObject({ ok: false, refusal: { code: "THRESHOLD" } });
    expect(parseRegisterPins(Buffer.from("pins"))).toMatchObject({
      ok: false,
      refusal: { code: "MALFORMED" },
    });
  });

  it("remembers the highest version a peer has named, and fetches (TP-REG-9)", () => {
    expect(isBehind(authority.newcomer())).toBe(false);
    expect(isBehind(hearVersion(authority.newcomer(), 1n))).toBe(true);
    expect(isBehind(inForce)).toBe(false);
    expect(isBehind(hearVersion(inForce, 1n))).toBe(false);
    const heard = hearVersion(inForce, 2n);
    expect(isBehind(heard)).toBe(true);
    expect(hearVersion(heard, 1n)).toBe(heard);
    expect(hearVersion(heard, 2n)).toBe(heard);
    expect(isBehind(taken(heard, authority.next(first, [neEntry])))).toBe(false);
  });

  it("is given whole to a newcomer", () => {
    if (!inForce.taken) throw new TypeError("not taken");
    expect(refusal(authority.newcomer(), bundleOf(inForce.taken))).toBe("taken");
  });
});
