import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ParticipantRegister, RegisterBundle } from "#proto";
import { RegisterBundle as BundleMessage } from "#proto";
import {
  formatRegisterBundle,
  generateSigningKey,
  openRegisterClient,
  pinsOf,
  publicKeyOf,
  type RegisterClient,
  savePublicKey,
  signRegister,
} from "#trust";
import { makeParties, reissue } from "../../support/parties.ts";
import {
  entryOf,
  firstEntry,
  manifestOf,
  RegisterAuthority,
  Roots,
  START_MS,
} from "../../support/register-authority.ts";

/** What a client answers to each kind of register that is offered (TP-RUN-3, TP-REG-4). */

const NOW_MS = START_MS + 3_600_000;
const authority = new RegisterAuthority();
const [ne, br] = [firstEntry("NE"), firstEntry("BR")];
const first = authority.issue([br, ne]);

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-offers-"));
});
afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

interface Laid {
  readonly given: Uint8Array;
  readonly taken?: Uint8Array;
  readonly pins?: Uint8Array | undefined;
  readonly roots?: readonly Uint8Array[];
}

async function open(laid: Laid): Promise<RegisterClient> {
  const file = join(dir, "register");
  await writeFile(file, laid.given);
  const named = (name: string, bytes: Uint8Array | undefined) => bytes && { name, bytes };
  const roots = laid.roots ?? authority.roots.pairs.map(({ publicRaw }) => publicRaw);
  const rootPublicKeyFiles = await Promise.all(
    roots.map(async (raw, at) => {
      const root = join(dir, `root-${at}.pub`);
      await savePublicKey(root, { publicKey: publicKeyOf(raw) });
      return root;
    }),
  );
  return await openRegisterClient({
    ...{ file, rootPublicKeyFiles, clock: { now: () => NOW_MS } },
    taken: named("taken", laid.taken),
    pins: named("pins", laid.pins),
  });
}

/** The verdict in a line. */
function said(client: RegisterClient, bytes: Uint8Array): string {
  const verdict = client.judge(bytes);
  if (verdict.outcome !== "refused") return verdict.outcome;
  const { refusal, why } = verdict;
  return `${why} ${refusal.code} ${refusal.field} ${refusal.detail}`;
}

function take(client: RegisterClient, bytes: Uint8Array): void {
  const verdict = client.judge(bytes);
  if (verdict.outcome !== "newer") throw new TypeError(said(client, bytes));
  client.putInForce(verdict.register);
}

const bytesOf = formatRegisterBundle;

function following(before: RegisterBundle, entries = [br, ne], more: object = {}): RegisterBundle {
  const previous = manifestOf(before);
  const next = authority.issue(entries, { previous, issuedAtMs: previous.issuedAtMs + 1, ...more });
  return { ...next, manifests: [...before.manifests, ...next.manifests] };
}

describe("a register signed as a whole", () => {
  const parties = makeParties([{ id: "NE" }]);
  const same = (register: ParticipantRegister) => ({ logOrigin: register.logOrigin });
  const openWhole = (given = parties.registerBytes, taken?: Uint8Array) =>
    open({ given, roots: [parties.root.publicRaw], ...(taken && { taken }) });
  const second = reissue(parties, parties.registerBytes, same);

  it("is newer, known, older or another of the one in force", async () => {
    const client = await openWhole();
    expect(said(client, parties.registerBytes)).toBe("known");
    expect(said(client, second)).toBe("newer");
    expect(client.current.view().version, "judging changes nothing").toBe(1n);
    take(client, second);
    expect(client.current.view().version).toBe(2n);
    expect(Buffer.compare(client.inForce.bytes, second)).toBe(0);
    expect(said(client, second)).toBe("known");
    expect(said(client, parties.registerBytes)).toBe(
      "ROLLBACK NOT_PERMITTED register.version is 1; 2 is in force",
    );
    const fork = reissue(parties, parties.registerBytes, () => ({ logOrigin: "another/log" }));
    expect(said(client, fork)).toBe(
      "FORK NOT_PERMITTED register.version is another register 2 than the one in force",
    );
    expect(client.alarms()).toEqual([]);
    expect(client.compromisedKeys).toEqual([]);
    expect(client.rootKeysEver.map((key) => key.equals(parties.root.publicKey))).toEqual([true]);
    expect(pinsOf(client.inForce), "nothing is pinned").toBeUndefined();
  });

  it("is refused when it is signed by others, changed or none at all", async () => {
    const client = await openWhole();
    const stranger = generateSigningKey();
    expect(said(client, reissue({ root: stranger }, second, same))).toMatch(
      /^THRESHOLD KEY_UNKNOWN/,
    );
    const spoilt = Buffer.from(second);
    spoilt[spoilt.length - 1] = (spoilt.at(-1) ?? 0) ^ 1;
    expect(said(client, spoilt)).toMatch(/^THRESHOLD SIGNATURE_INVALID/);
    expect(said(client, Buffer.from("nothing"))).toMatch(/^MALFORMED MALFORMED/);
    const bad = signRegister({ ...emptyRegister(), version: 0n }, [parties.root]);
    expect(said(client, bad)).toMatch(/^MALFORMED MALFORMED register\.version/);
  });

  it("begins with the newest of what was given and taken", async () => {
    expect((await openWhole(parties.registerBytes, second)).current.view().version).toBe(2n);
    expect((await openWhole(second, parties.registerBytes)).current.view().version).toBe(2n);
    await expect(openWhole(parties.registerBytes, Buffer.from("nothing"))).rejects.toThrow("taken");
  });

  const emptyRegister = () => ({
    ...({} as ParticipantRegister),
    ...{ version: 1n, issuedAt: undefined, expiresAt: undefined, logOrigin: "a/b" },
    ...{ participants: [], gatewayKeys: [], groups: [], logKeys: [], logSuccessions: [] },
  });
});

describe("the root keys of a client", () => {
  it("are those of the version in force, and it remembers the ones before", async () => {
    const client = await open({ given: bytesOf(first) });
    const ids = (keys: RegisterClient["rootKeys"]) =>
      keys.map((key) => key.export({ format: "jwk" }).x).toSorted();
    const xOf = (roots: Roots) =>
      roots.pairs.map(({ publicKey }) => publicKey.export({ format: "jwk" }).x);
    const old = xOf(authority.roots);
    expect(ids(client.rootKeys)).toEqual(old.toSorted());
    expect(ids(client.rootKeysEver)).toEqual(old.toSorted());
    const [next, later] = [new Roots(), new Roots()];
    const both = (from: Roots, to: Roots) => [...from.pairs.slice(0, 2), ...to.pairs.slice(0, 2)];
    const rotated = following(first, [br, ne], {
      roots: next.set,
      signers: both(authority.roots, next),
    });
    take(client, bytesOf(rotated));
    expect(ids(client.rootKeys)).toEqual(xOf(next).toSorted());
    expect(ids(client.rootKeysEver)).toEqual([...old, ...xOf(next)].toSorted());
    const again = following(rotated, [br, ne], { roots: later.set, signers: both(next, later) });
    take(client, bytesOf(again));
    expect(ids(client.rootKeys)).toEqual(xOf(later).toSorted());
    expect(ids(client.rootKeysEver)).toEqual([...old, ...xOf(next), ...xOf(later)].toSorted());
  });
});

/** A bundle as something to compare. */
function shown(bytes: Uint8Array) {
  const { entries, manifests } = BundleMessage.decode(bytes);
  const hex = (one: Uint8Array) => Buffer.from(one).toString("hex");
  return { entries: entries.map(hex), manifests: manifests.map(({ manifest }) => hex(manifest)) };
}

describe("a version that comes in parts", () => {
  const changed = entryOf("NE", ne.statement as NonNullable<typeof ne.statement>, {
    participant: { legalName: "Another name (made up)" },
  });
  const whole = following(first, [br, changed]);
  const [, changedBytes] = whole.entries;
  const parts = {
    ...whole,
    manifests: whole.manifests.slice(1),
    entries: [changedBytes ?? new Uint8Array()],
  };

  it("is kept whole, with the manifests before it, once each", async () => {
    const client = await open({ given: bytesOf(first) });
    take(client, bytesOf(parts));
    expect(shown(client.inForce.bytes)).toEqual(shown(bytesOf(whole)));
    expect(client.current.view().participant("NE")?.legalName).toBe("Another name (made up)");
    const third = following(whole, [br, ne]);
    take(client, bytesOf({ ...third, entries: [first.entries[1] ?? new Uint8Array()] }));
    expect(shown(client.inForce.bytes).manifests).toEqual(shown(bytesOf(third)).manifests);
    const restarted = await open({ given: bytesOf(first), taken: client.inForce.bytes });
    expect(restarted.current.view().version).toBe(3n);
  });

  it("is kept as it came when it was whole", async () => {
    const client = await open({ given: bytesOf(first) });
    const padded = bytesOf({ ...whole, manifests: whole.manifests.slice(1) });
    take(client, padded);
    expect(Buffer.compare(client.inForce.bytes, padded)).toBe(0);
  });

  it("is refused with the digests of what is missing", async () => {
    const client = await open({ given: bytesOf(first) });
    const verdict = client.judge(bytesOf({ ...parts, entries: [] }));
    expect(verdict).toMatchObject({
      outcome: "refused",
      why: "ENTRY_MISSING",
      missing: [Buffer.from(whole.entryDigests[1] ?? []).toString("hex")],
    });
    expect(client.judge(Buffer.from("x"))).not.toHaveProperty("missing");
  });
});

describe("what lies in a folder beside pins", () => {
  const second = following(first);
  const third = following(second);
  const pinned = async (bundle: RegisterBundle) =>
    pinsOf((await open({ given: bytesOf(first), taken: bytesOf(bundle) })).inForce);

  it("is followed to the newest, whichever it lies in", async () => {
    const pins = await pinned(second);
    const versionOf = async (given: RegisterBundle, taken?: RegisterBundle) => {
      const laid = { given: bytesOf(given), pins, ...(taken && { taken: bytesOf(taken) }) };
      return (await open(laid)).current.view().version;
    };
    expect(await versionOf(first)).toBe(2n);
    expect(await versionOf(first, third)).toBe(3n);
    expect(await versionOf(third, second)).toBe(3n);
    expect(await versionOf(third, first)).toBe(3n);
  });

  it("is not passed over when it is no bundle, or of others", async () => {
    const pins = await pinned(second);
    const parties = makeParties([{ id: "NE" }]);
    const fault = await open({ given: parties.registerBytes, pins }).catch((caught) => caught);
    expect(fault).toMatchObject({
      code: "VERIFICATION",
      message: expect.stringContaining("does not go with the register pinned here"),
      problems: ["register is no bundle, as the pinned one is (MALFORMED)"],
      remedy:
        "Ask the secretariat which register is valid. Only if the exchange was set up anew: put " +
        "the pins and the register that was taken aside, and start again.",
    });
    const stranger = new RegisterAuthority();
    await expect(open({ given: bytesOf(stranger.issue([ne])), pins })).resolves.toMatchObject({});
    const forked = following(first, [ne], { signers: stranger.roots.pairs });
    await expect(open({ given: bytesOf(forked), pins })).rejects.toThrow("pinned here");
  });

  it("keeps the time that the version was last known as the newest", async () => {
    const fresh = authority.freshened(first, NOW_MS - 1);
    const client = await open({ given: bytesOf(fresh) });
    expect(client.current.standing(NOW_MS + 23 * 3_600_000).name).toBe("fresh");
    const stale = await open({ given: bytesOf(first) });
    expect(stale.current.standing(NOW_MS + 23.5 * 3_600_000).name).toBe("stale");
    expect(said(client, bytesOf(first))).toBe("known");
    expect(said(stale, bytesOf(fresh))).toBe("fresher");
  });
});
