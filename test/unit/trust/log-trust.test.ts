import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { LogKey, LogWitnessSet } from "#proto";
import {
  generateLogKey,
  generateSigningKey,
  loadLogKey,
  openRegister,
  saveSigningKey,
} from "#trust";
import { toTimestamp } from "#wire";
import { makeParties, reissue } from "../../support/parties.ts";

const parties = makeParties([{ id: "NE" }, { id: "BR" }, { id: "AT" }, { id: "BR-CUSTOMS" }]);
const witness = (participant: string, change: object = {}) => ({
  name: `witness.example/${participant}`,
  participant,
  publicKey: generateSigningKey().publicRaw,
  url: "https://witness.example/a",
  ...change,
});
const three = [witness("NE"), witness("BR"), witness("AT")];

function opened(change: Parameters<typeof reissue>[2]) {
  return openRegister(reissue(parties, parties.registerBytes, change), [parties.root.publicKey]);
}

function refusalOf(quorum: number, witnesses: readonly object[]): string | undefined {
  const set = LogWitnessSet.fromPartial({ quorum, witnesses: [...witnesses] });
  const found = opened(() => ({ witnesses: set }));
  return found.ok ? undefined : `${found.refusal.field} ${found.refusal.detail}`;
}

describe("the witnesses of a register (TP-LOG-17)", () => {
  test("are read with their quorum, and are none by default", () => {
    const witnesses = LogWitnessSet.fromPartial({ quorum: 2, witnesses: three });
    const found = opened(() => ({ witnesses }));
    expect(found.ok && found.value.witnesses.quorum).toBe(2);
    expect(
      found.ok && found.value.witnesses.witnesses.map(({ participant }) => participant),
    ).toEqual(["NE", "BR", "AT"]);
    expect(parties.register.witnesses).toEqual({ quorum: 0, witnesses: [] });
  });

  test.each([
    ["a quorum of half", 1, three.slice(0, 2), "quorum"],
    ["a quorum of more than all", 4, three, "quorum"],
    ["a participant that is not in it", 1, [witness("FR")], "bad one"],
    ["a short key", 1, [witness("NE", { publicKey: Buffer.of(1) })], "bad one"],
    ["a name with a blank", 1, [witness("NE", { name: "a b" })], "bad one"],
    ["an address that is none", 1, [witness("NE", { url: "ftp://x" })], "bad one"],
    ["two of one State", 2, [witness("BR"), witness("BR-CUSTOMS")], "two of one State"],
    [
      "a name twice",
      2,
      [witness("NE", { name: "x" }), witness("BR", { name: "x" })],
      "a name twice",
    ],
    [
      "the log's own key",
      1,
      [witness("NE", { publicKey: parties.checkpointKey.publicRaw })],
      "a key twice",
    ],
  ])("are refused with %s", (_, quorum, witnesses, problem) => {
    expect(refusalOf(quorum, witnesses)).toContain(problem);
  });
});

describe("the log's post-quantum keys (TP-LOG-17)", () => {
  const pair = generateLogKey();
  const key = (change: Partial<LogKey> = {}) =>
    LogKey.create({
      keyId: pair.keyId,
      publicKey: pair.publicRaw,
      notBefore: toTimestamp(1_000),
      notAfter: toTimestamp(4_000_000_000_000),
      ...change,
    });

  test("are read, but for those that are revoked", () => {
    const found = opened(() => ({ logKeys: [key()] }));
    expect(found.ok && found.value.logKeyIds).toEqual([pair.keyId]);
    expect(found.ok && found.value.logKeys[0]?.asymmetricKeyType).toBe("ml-dsa-44");
    const revoked = opened(() => ({ logKeys: [key({ revokedAt: toTimestamp(2_000) })] }));
    expect(revoked.ok && revoked.value.logKeys).toEqual([]);
  });

  test.each([
    ["another id", { keyId: "0".repeat(32) }],
    ["a short key", { publicKey: pair.publicRaw.subarray(1) }],
    ["an open window", { notAfter: undefined }],
  ])("are refused with %s", (_, change) => {
    const found = opened(() => ({ logKeys: [key(change)] }));
    expect(found).toMatchObject({ ok: false, refusal: { field: "register.log_keys" } });
  });

  test("lie in files of their owner alone, and no other kind is taken for one", async () => {
    const dir = await mkdtemp(join(tmpdir(), "tracepost-log-key-"));
    const file = join(dir, "log.key");
    await saveSigningKey(file, pair);
    expect((await loadLogKey(file)).keyId).toBe(pair.keyId);
    await expect(saveSigningKey(file, generateLogKey())).rejects.toMatchObject({
      code: "KEY_FILE",
    });
    await chmod(file, 0o644);
    await expect(loadLogKey(file)).rejects.toMatchObject({ code: "KEY_FILE" });
    await saveSigningKey(join(dir, "other.key"), generateSigningKey());
    await expect(loadLogKey(join(dir, "other.key"))).rejects.toMatchObject({ code: "KEY_FILE" });
    await rm(dir, { recursive: true, force: true });
  });
});
