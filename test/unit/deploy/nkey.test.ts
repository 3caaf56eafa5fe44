import { fromPublic, fromSeed } from "@nats-io/nkeys";
import { describe, expect, it } from "vitest";
import { Nkey } from "../../../deploy/local/provision/nkey.ts";

describe.each(["operator", "account", "user"] as const)("an nkey of an %s", (type) => {
  const message = new TextEncoder().encode("message");

  it("signs what the library verifies, and the other way round", () => {
    const key = Nkey.generate(type);
    const signature = key.sign(message);
    expect(fromPublic(key.getPublicKey()).verify(message, signature)).toBe(true);
    const pair = fromSeed(new TextEncoder().encode(key.seedText));
    expect(pair.getPublicKey()).toBe(key.getPublicKey());
    expect(key.verify(message, pair.sign(message))).toBe(true);
    expect(key.verify(message, new Uint8Array(64))).toBe(false);
  });

  it("is the same again from its seed", () => {
    const key = Nkey.generate(type);
    const again = Nkey.fromSeedText(`${key.seedText}\n`);
    expect(again.getPublicKey()).toBe(key.getPublicKey());
    expect([...again.sign(message)]).toEqual([...key.sign(message)]);
  });

  it("is not made from a seed with a wrong letter", () => {
    const { seedText } = Nkey.generate(type);
    const other = seedText[20] === "A" ? "B" : "A";
    const wrong = seedText.slice(0, 20) + other + seedText.slice(21);
    expect(() => Nkey.fromSeedText(wrong)).toThrow();
  });
});
