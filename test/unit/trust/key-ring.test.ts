import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SigningKey } from "#proto";
import {
  generateSealingKey,
  generateSigningKey,
  loadSealingKeys,
  type RegisterView,
  type SigningKeyPair,
  SigningRing,
  saveSealingKey,
  saveSigningKey,
} from "#trust";
import { toTimestamp } from "#wire";
import { faultText } from "../../support/fault-text.ts";

const NOW = Date.UTC(2026, 5, 1);
const DAY = 86_400_000;
const first = generateSigningKey();
const second = generateSigningKey();
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracepost-ring-"));
  await saveSigningKey(join(folder, "header.key"), first);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

type Window = readonly [pair: SigningKeyPair, from: number, to: number, revoked?: number];

/** A register that has these keys, in days from now. */
function registerOf(...windows: readonly Window[]): RegisterView {
  const keys = new Map(
    windows.map(([{ keyId }, from, to, revoked]) => [
      keyId,
      {
        keyId,
        notBefore: toTimestamp(NOW + from * DAY),
        notAfter: toTimestamp(NOW + to * DAY),
        revokedAt: revoked === undefined ? undefined : toTimestamp(NOW + revoked * DAY),
      } as SigningKey,
    ]),
  );
  const signingKey = (keyId: string) => {
    const key = keys.get(keyId);
    return key && { key, participant: undefined, publicKey: undefined as never };
  };
  return { signingKey } as unknown as RegisterView;
}

describe("the key that signs (TP-RUN-7)", () => {
  it("is found in the folder once its register may name it, without a start", async () => {
    const ring = await SigningRing.open(folder, "header");
    expect(ring.keyIds).toEqual([first.keyId]);
    await saveSigningKey(join(folder, "header-2.key"), second);
    await ring.reload();
    expect(ring.keyIds).toEqual([first.keyId, second.keyId]);
  });

  it.each<[string, readonly Window[], SigningKeyPair]>([
    [
      "the one valid since last",
      [
        [first, -9, 9],
        [second, -1, 9],
      ],
      second,
    ],
    [
      "not one that is announced",
      [
        [first, -9, 9],
        [second, 1, 9],
      ],
      first,
    ],
    [
      "not one that is over",
      [
        [first, -9, 9],
        [second, -1, 0],
      ],
      first,
    ],
    [
      "not one that is revoked",
      [
        [first, -9, 9],
        [second, -1, 9, 0],
      ],
      first,
    ],
    [
      "still one whose revocation is ahead",
      [
        [first, -9, 9],
        [second, -1, 9, 1],
      ],
      second,
    ],
    ["the first of all when the register has none", [], first],
  ])("is %s", async (_what, windows, wanted) => {
    const ring = await SigningRing.open(folder, "header");
    expect(ring.newest(registerOf(...windows), NOW).keyId).toBe(wanted.keyId);
  });

  it.each<[what: string, from: number, to: number, revoked: number | undefined, isIt: boolean]>([
    ["as it begins", 0, 9, undefined, true],
    ["before it begins", 1, 9, undefined, false],
    ["before it ends", -9, 1, undefined, true],
    ["as it ends", -9, 0, undefined, false],
    ["before it is revoked", -9, 9, 1, true],
    ["as it is revoked", -9, 9, 0, false],
  ])("is valid %s: %#", async (_what, from, to, revoked, isIt) => {
    const key = {
      keyId: second.keyId,
      notBefore: toTimestamp(NOW + from),
      notAfter: toTimestamp(NOW + to),
      revokedAt: revoked === undefined ? undefined : toTimestamp(NOW + revoked),
    };
    const signingKey = (keyId: string) => (keyId === second.keyId ? { key } : undefined);
    const ring = await SigningRing.open(folder, "header");
    const newest = ring.newest({ signingKey } as unknown as RegisterView, NOW);
    expect(newest.keyId).toBe(isIt ? second.keyId : first.keyId);
  });

  it("must be there: a folder without it is named", async () => {
    await expect(SigningRing.open(folder, "receipt")).rejects.toThrow("receipt.key");
    const nowhere = join(folder, "nowhere");
    expect(await faultText(SigningRing.open(nowhere, "header"))).toBe(
      `KEY_FILE: ${nowhere} cannot be read. Put the key folder back from your copy.`,
    );
  });
});

describe("the keys that open (TP-RUN-7)", () => {
  it("are all of the folder, under whichever passphrase they lie", async () => {
    const keys = [await generateSealingKey(), await generateSealingKey()] as const;
    await saveSealingKey(join(folder, "seal.age"), keys[0]);
    await saveSealingKey(join(folder, "seal-2.age"), keys[1], "twelve chars");
    await writeFile(join(folder, "sealed.age"), "another file", { mode: 0o600 });
    await writeFile(join(folder, "seal-3.old"), "another file", { mode: 0o600 });
    expect(await loadSealingKeys(folder, async () => "twelve chars")).toEqual(keys);
    await expect(loadSealingKeys(folder)).rejects.toMatchObject({ code: "KEY_FILE" });
  });
});
