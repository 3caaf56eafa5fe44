import { mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { KeyPurpose, KeyStatement, type SignedKeyStatement } from "#proto";
import {
  firstStatement,
  generateSealingKey,
  generateSigningKey,
  loadSealingKey,
  loadSigningKey,
  makeOwnKeys,
  openKeyStatement,
  renewOwnKeys,
  signatureAlgorithm,
} from "#trust";
import { timestampMs } from "#wire";

/** TP-REG-6 */

const NOW_MS = Date.UTC(2026, 0, 1);
const DAY_MS = 86_400_000;
const LIFE_MS = 730 * DAY_MS;
const NOTHING = { header: false, sealing: false, identity: false, fromMs: NOW_MS };

let folder = "";
let first: KeyStatement;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracepost-own-keys-"));
  first = stated(await makeOwnKeys("NE", folder, NOW_MS));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** What a statement says, once every key in it has proved itself. */
function stated(signed: SignedKeyStatement): KeyStatement {
  const opened = openKeyStatement(signed, "statement");
  if (!opened.ok) throw new TypeError(`${opened.refusal.field} ${opened.refusal.detail}`);
  return opened.value.statement;
}

const signersOf = ({ signatures }: SignedKeyStatement) => signatures.map(({ keyId }) => keyId);
const windowOf = (key: KeyStatement["signingKeys"][number] | undefined) =>
  [timestampMs(key?.notBefore), timestampMs(key?.notAfter)] as const;
const file = (name: string) => join(folder, name);

describe("the first keys of a participant", () => {
  it("are stated as they lie in the folder, valid for two years", async () => {
    const [identity, header, sealing] = await Promise.all([
      loadSigningKey(file("identity.key")),
      loadSigningKey(file("header.key")),
      loadSealingKey(file("seal.age")),
    ]);
    expect((await readdir(folder)).toSorted()).toEqual(["header.key", "identity.key", "seal.age"]);
    expect(first).toMatchObject({ participant: "NE", sequence: 1n, recoveryRecipient: "" });
    expect(timestampMs(first.madeAt)).toBe(NOW_MS);
    expect(first.identityKey).toMatchObject({
      keyId: identity.keyId,
      purpose: KeyPurpose.IDENTITY,
    });
    expect(first.signingKeys).toMatchObject([{ keyId: header.keyId, purpose: KeyPurpose.HEADER }]);
    expect(first.sealingKeys).toMatchObject([{ recipient: sealing.recipient }]);
    for (const key of [first.identityKey, ...first.signingKeys]) {
      expect(windowOf(key)).toEqual([NOW_MS, NOW_MS + LIFE_MS]);
    }
    expect(timestampMs(first.sealingKeys[0]?.notAfter)).toBe(NOW_MS + LIFE_MS);
  });

  it("may be stated without a folder", async () => {
    const [identity, header] = [generateSigningKey(), generateSigningKey()];
    const sealing = await generateSealingKey();
    const signed = firstStatement("BR", { identity, header, sealing }, NOW_MS);
    expect(signersOf(signed)).toEqual([identity.keyId, header.keyId]);
    expect(stated(signed)).toMatchObject({
      participant: "BR",
      sealingKeys: [{ recipient: sealing.recipient }],
    });
  });

  it("name a recovery key, and the suite, when they are asked to", async () => {
    const recovery = await generateSealingKey();
    const options = { recovery: recovery.recipient, algorithm: signatureAlgorithm("es256") };
    const made = stated(await makeOwnKeys("KE", join(folder, "ke"), NOW_MS, options));
    expect(made.recoveryRecipient).toBe(recovery.recipient);
    expect(made.signingKeys).toMatchObject([{ algorithm: signatureAlgorithm("es256") }]);
  });
});

describe("the next keys of a participant", () => {
  it("are announced beside those before, which last as they did", async () => {
    const from = { ...NOTHING, header: true, sealing: true, fromMs: NOW_MS + 30 * DAY_MS };
    const signed = await renewOwnKeys(first, folder, from, NOW_MS + DAY_MS);
    const next = stated(signed);
    const header = await loadSigningKey(file("header-2.key"));
    const sealing = await loadSealingKey(file("seal-2.age"));
    expect(next.sequence).toBe(2n);
    expect(timestampMs(next.madeAt)).toBe(NOW_MS + DAY_MS);
    expect(next.identityKey).toEqual(first.identityKey);
    expect(next.signingKeys).toEqual([
      ...first.signingKeys,
      expect.objectContaining({ keyId: header.keyId }),
    ]);
    expect(windowOf(next.signingKeys[1])).toEqual([from.fromMs, from.fromMs + LIFE_MS]);
    expect(next.sealingKeys).toEqual([
      ...first.sealingKeys,
      expect.objectContaining({ recipient: sealing.recipient }),
    ]);
    const [kept] = first.signingKeys;
    expect(signersOf(signed)).toEqual([first.identityKey?.keyId, kept?.keyId, header.keyId]);
  });

  it("are not valid before they were made", async () => {
    const from = { ...NOTHING, header: true, fromMs: NOW_MS - DAY_MS };
    const next = stated(await renewOwnKeys(first, folder, from, NOW_MS + DAY_MS));
    expect(windowOf(next.signingKeys[1])).toEqual([NOW_MS + DAY_MS, NOW_MS + DAY_MS + LIFE_MS]);
    expect((await readdir(folder)).toSorted()).toEqual([
      "header-2.key",
      "header.key",
      "identity.key",
      "seal.age",
    ]);
  });

  it("leave out those that have ended, at the moment they end", async () => {
    const renewal = { ...NOTHING, header: true, sealing: true };
    const identityTill = async (nowMs: number) => {
      const lasting = { ...first.identityKey, notAfter: { seconds: 4_000_000_000n, nanos: 0 } };
      const at = { ...renewal, fromMs: nowMs };
      return (
        await renewOwnKeys(
          { ...first, identityKey: lasting as NonNullable<KeyStatement["identityKey"]> },
          folder,
          at,
          nowMs,
        )
      ).statement;
    };
    const before = KeyStatement.decode(await identityTill(NOW_MS + LIFE_MS - 1));
    expect(before.signingKeys).toHaveLength(2);
    expect(before.sealingKeys).toHaveLength(2);
    await rm(file("header-2.key"));
    await rm(file("seal-2.age"));
    const after = KeyStatement.decode(await identityTill(NOW_MS + LIFE_MS));
    expect(after.signingKeys).toHaveLength(1);
    expect(after.signingKeys[0]?.keyId).not.toBe(first.signingKeys[0]?.keyId);
    expect(after.sealingKeys).toHaveLength(1);
    expect(after.sealingKeys[0]?.recipient).not.toBe(first.sealingKeys[0]?.recipient);
  });

  it("may have another identity key, which the one before signs too", async () => {
    const later = NOW_MS + DAY_MS;
    const signed = await renewOwnKeys(first, folder, { ...NOTHING, identity: true }, later);
    const next = stated(signed);
    const identity = await loadSigningKey(file("identity-2.key"));
    expect(next.identityKey?.keyId).toBe(identity.keyId);
    expect(next.identityKey?.purpose).toBe(KeyPurpose.IDENTITY);
    expect(windowOf(next.identityKey)).toEqual([later, later + LIFE_MS]);
    expect(signersOf(signed)).toEqual([
      identity.keyId,
      first.identityKey?.keyId,
      first.signingKeys[0]?.keyId,
    ]);
    expect(next.signingKeys).toEqual(first.signingKeys);
    expect(next.sealingKeys).toEqual(first.sealingKeys);
  });

  it("keep the recovery key that was stated, unless another is given", async () => {
    const [one, other] = [await generateSealingKey(), await generateSealingKey()];
    const before = { ...first, recoveryRecipient: one.recipient };
    const kept = stated(await renewOwnKeys(before, folder, NOTHING, NOW_MS));
    expect(kept.recoveryRecipient).toBe(one.recipient);
    const options = { recovery: other.recipient };
    const given = stated(await renewOwnKeys(before, folder, NOTHING, NOW_MS, options));
    expect(given.recoveryRecipient).toBe(other.recipient);
  });

  it("are not stated while a key that has to sign is away", async () => {
    await rename(file("header.key"), file("header.aside"));
    const keyId = first.signingKeys[0]?.keyId ?? "";
    await expect(renewOwnKeys(first, folder, NOTHING, NOW_MS)).rejects.toMatchObject({
      code: "KEY_FILE",
      message: `${folder} does not hold the key ${keyId}`,
      remedy: "Put the key file back: every key of a statement signs it, as proof that it is had.",
    });
  });
});
