import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KeyRevocation, ParticipantRegister, type RegisterBundle, RevocationReason } from "#proto";
import {
  formatRegisterBundle,
  freshnessBundle,
  freshnessOf,
  openRegisterClient,
  pinsOf,
  publicKeyOf,
  type RegisterClient,
  savePublicKey,
  signFreshness,
  signRegister,
  standingNotice,
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

const authority = new RegisterAuthority();
const NE = freshKeys();
const neEntry = firstEntry("NE", NE);
const first = authority.issue([neEntry]);
const previous = manifestOf(first);
const HOUR_MS = 3_600_000;

let dir: string;
let nowMs = START_MS + HOUR_MS;
const rootPublicKeyFiles: string[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-client-"));
  for (const [place, { publicRaw }] of authority.roots.pairs.entries()) {
    const file = join(dir, `root-${place}.pub`);
    await savePublicKey(file, { publicKey: publicKeyOf(publicRaw) });
    rootPublicKeyFiles.push(file);
  }
});

afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

/** A client on a file that was given by hand, with what an earlier one has pinned. */
async function open(
  given: RegisterBundle,
  pins?: Uint8Array,
  taken?: RegisterBundle,
): Promise<RegisterClient> {
  const file = join(dir, "register.bundle");
  await writeFile(file, formatRegisterBundle(given));
  return await openRegisterClient({
    file,
    pins: pins && { name: "pins", bytes: pins },
    taken: taken && { name: "taken", bytes: formatRegisterBundle(taken) },
    rootPublicKeyFiles,
    clock: { now: () => nowMs },
  });
}

/** The successor of the first version, with the manifests of both. */
function second(entries = [neEntry], change: Parameters<RegisterAuthority["issue"]>[1] = {}) {
  const bundle = authority.issue(entries, { previous, issuedAtMs: START_MS + 1, ...change });
  return { ...bundle, manifests: [...first.manifests, ...bundle.manifests] };
}

/** NE's keys, changed by somebody who does not have its identity key. */
const usurped = entryOf("NE", statementOf("NE", { sequence: 2n, ...freshKeys() }));

describe("a register client that judges by its clock (TP-REG-5)", () => {
  it("takes a later word that its version is the newest, once, and stands by it", async () => {
    const client = await open(first);
    nowMs = START_MS + 30 * HOUR_MS;
    expect(client.current.standing(nowMs).name).toBe("stale");
    const word = freshnessBundle(
      { manifest: previous } as never,
      signFreshness(previous, authority.freshnessKey, nowMs),
    );
    const verdict = client.judge(formatRegisterBundle(word));
    if (verdict.outcome !== "fresher") throw new TypeError(verdict.outcome);
    client.putInForce(verdict.register);
    expect(client.current.standing(nowMs).name).toBe("fresh");
    expect(client.judge(formatRegisterBundle(word)).outcome).toBe("known");
    // What is kept and handed on says so too, and what is pinned.
    const handed = freshnessOf(client.inForce.bytes) ?? new Uint8Array();
    expect(Buffer.compare(handed, formatRegisterBundle(word))).toBe(0);
    const again = await open(first, pinsOf(client.inForce));
    expect(again.current.standing(nowMs).name).toBe("fresh");
    nowMs = START_MS + HOUR_MS;
  });

  it("names why it refuses: rollback, fork, too few signatures", async () => {
    const client = await open(first);
    const verdict = client.judge(formatRegisterBundle(second()));
    if (verdict.outcome !== "newer") throw new TypeError(verdict.outcome);
    client.putInForce(verdict.register);
    const why = (bundle: RegisterBundle) => {
      const judged = client.judge(formatRegisterBundle(bundle));
      return judged.outcome === "refused" ? [judged.why, judged.refusal.detail] : [judged.outcome];
    };
    expect(why(first)).toEqual(["ROLLBACK", "is 1; 2 is in force here (ROLLBACK)"]);
    expect(client.judge(formatRegisterBundle(first))).toMatchObject({ missing: [] });
    expect(why(second([], { issuedAtMs: START_MS + 2 }))[0]).toBe("FORK");
    const [one] = authority.roots.pairs;
    const unsigned = second([neEntry], { issuedAtMs: START_MS + 3, signers: one ? [one] : [] });
    expect(why(unsigned)[0]).toBe("THRESHOLD");
    expect(client.current.view().version).toBe(2n);
  });

  it("takes nothing that is signed as a whole once a bundle is in force", async () => {
    const client = await open(first);
    const { pairs } = authority.roots;
    const whole = signRegister(
      ParticipantRegister.create({ version: 9n, issuedAt: toTimestamp(START_MS) }),
      pairs,
    );
    expect(client.judge(whole)).toEqual({
      outcome: "refused",
      refusal: {
        ...{ code: "MALFORMED", field: "register.register" },
        detail: "is no bundle, as the one in force (MALFORMED)",
      },
      why: "MALFORMED",
    });
  });

  it("remembers the highest version that a peer has named (TP-REG-9)", async () => {
    const client = await open(first);
    expect(client.isBehind).toBe(false);
    client.hear(2n);
    expect(client.isBehind).toBe(true);
    const verdict = client.judge(formatRegisterBundle(second()));
    if (verdict.outcome === "newer") client.putInForce(verdict.register);
    expect(client.isBehind).toBe(false);
  });
});

describe("whose keys a client believes (TP-KEY-9)", () => {
  it("shows both identity keys of a doubt, until a person believes the one given", async () => {
    const client = await open(first);
    expect(client.believing("BR")?.view, "who is not in there").toBe(client.current.view());
    const verdict = client.judge(formatRegisterBundle(second([usurped])));
    if (verdict.outcome !== "newer") throw new TypeError(verdict.outcome);
    client.putInForce(verdict.register);
    expect(client.doubts()).toMatchObject([
      { kind: "KEYS_UNSIGNED", participant: "NE", pinnedKeyId: NE.identity.keyId },
    ]);
    expect(client.alarms({ participant: "NE", identityKeyIds: [] })).toMatchObject([
      { kind: "OWN_KEYS" },
      { kind: "KEYS_UNSIGNED" },
    ]);
    const believed = client.believing("NE");
    if (believed === undefined) throw new TypeError("nothing to believe");
    expect(client.doubts(), "not yet").toHaveLength(1);
    client.putInForce(believed);
    expect(client.doubts()).toEqual([]);
    expect(client.current.view().signingKey(NE.header.keyId)).toBeUndefined();
    expect(client.current.view().version).toBe(2n);
  });

  it("tells of keys that others may have had, in force or not (TP-KEY-8)", async () => {
    const revocations = [
      KeyRevocation.create({
        keyId: "aa",
        reason: RevocationReason.COMPROMISED,
        revokedAt: toTimestamp(START_MS),
      }),
    ];
    const entry = { ...neEntry, revocations };
    const client = await open(authority.issue([entry]));
    expect(client.compromisedKeys).toEqual([{ participant: "NE", keyId: "aa", sinceMs: START_MS }]);
    expect((await open(first)).compromisedKeys).toEqual([]);
  });

  it("keeps the time it was fresh when a person believes keys", async () => {
    const client = await open(authority.freshened(first, START_MS + 7));
    const { state } = client.believing("NE") ?? {};
    expect(state?.taken?.freshAtMs).toBe(START_MS + 7);
    expect(state?.taken?.freshness).toBeDefined();
  });
});

describe("a version that was passed over (TP-REG-16)", () => {
  it("is believed as the chain in force has it", async () => {
    const client = await open(second([usurped]));
    const told = (version: bigint, bytes: Uint8Array) => {
      const earlier = client.earlierEntry(version, bytes, "NE");
      if (earlier.ok) return earlier.value.identityKeyId;
      const { code, detail, field } = earlier.refusal;
      return `${code} ${field} ${detail}`;
    };
    expect(told(1n, formatRegisterBundle(first))).toBe(NE.identity.keyId);
    expect(told(1n, Buffer.from("no bundle"))).toBe("MALFORMED register is no bundle");
    expect(told(9n, formatRegisterBundle(first))).toBe(
      "GAP manifests do not tell of version 9 any more",
    );
    expect(told(2n, formatRegisterBundle(first))).toMatch(/^FORK manifest/);
  });
});

describe("what is pinned over a restart (TP-REG-12)", () => {
  it("keeps a higher version in force over an older file, and refuses another one", async () => {
    const before = await open(first, undefined, second());
    expect(before.current.view().version).toBe(2n);
    const pins = pinsOf(before.inForce);
    expect((await open(first, pins)).current.view().version).toBe(2n);
    await expect(open(second([], { issuedAtMs: START_MS + 2 }), pins)).rejects.toThrow(
      "does not go with the register pinned here",
    );
  });

  it("keeps the keys of before, with their alarm, although the file has others", async () => {
    const pins = pinsOf((await open(first)).inForce);
    const client = await open(second([usurped]), pins);
    expect(client.current.view().version).toBe(2n);
    expect(client.current.view().signingKey(NE.header.keyId)?.participant?.id).toBe("NE");
    expect(client.alarms()).toMatchObject([{ kind: "KEYS_UNSIGNED", participant: "NE" }]);
    const again = await open(second([usurped]), pinsOf(client.inForce));
    expect(again.alarms(), "after one more restart").toHaveLength(1);
    // Without pins nobody could have known.
    expect((await open(second([usurped]))).alarms()).toEqual([]);
  });

  it("opens what has closed long ago, so that the next version can come", async () => {
    const pins = pinsOf((await open(first)).inForce);
    nowMs = START_MS + 400 * DAY_MS;
    const client = await open(first, pins);
    expect(client.current.standing(nowMs).name).toBe("closed");
    nowMs = START_MS + HOUR_MS;
  });

  it("refuses pins that were changed", async () => {
    await expect(open(first, Buffer.from("no pins"))).rejects.toThrow("pinned here");
  });
});

it("says how long a register lasts before it expires, in grace and when it has closed", async () => {
  const client = await open(first);
  const said = (atMs: number) => {
    const notice = standingNotice(client.current.standing(atMs), atMs);
    return notice === undefined ? "nothing" : `${notice.level}: ${notice.what}`;
  };
  expect(said(START_MS + HOUR_MS)).toBe("nothing");
  expect(said(START_MS + 2 * DAY_MS)).toContain("look: Nobody has said for a day");
  expect(said(START_MS + 6 * DAY_MS)).toMatch(/to be renewed: it expires in 1 d 0 h\.$/);
  expect(said(START_MS + 8 * DAY_MS)).toMatch(/^stuck: .*nothing goes any more in 29 d 0 h\.$/);
  expect(said(START_MS + 37 * DAY_MS + HOUR_MS)).toContain("has closed 1 h 0 min ago");
});
