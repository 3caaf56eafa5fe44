import { describe, expect, it } from "vitest";
import { TRUST_LIMITS } from "#runtime";
import { CurrentRegister, type RegisterView } from "#trust";
import { makeParties } from "../../support/parties.ts";

const first = makeParties([{ id: "NE" }]).register;
const DAY_MS = 86_400_000;
const versionOf = (version: bigint): RegisterView => ({ ...first, version });

describe("the current register (TP-RUN-1)", () => {
  it("gives the newest version, and earlier ones by their number", () => {
    const current = new CurrentRegister(first);
    current.replace(versionOf(4n));
    expect(current.view().version).toBe(4n);
    expect(current.at(1n)).toBe(first);
    expect(current.at(3n)).toBeUndefined();
  });

  it.each([1n, 4n])("does not go back to version %s", (version) => {
    const current = new CurrentRegister(first);
    current.replace(versionOf(4n));
    expect(() => current.replace(versionOf(version))).toThrow(
      expect.objectContaining({
        code: "INTERNAL",
        message: `the register never goes back: ${version} after 4`,
      }),
    );
    expect(current.view().version).toBe(4n);
  });

  it("stands by its times, and by when it was last said to be the newest (TP-REG-3)", () => {
    const { expiresAtMs } = first;
    const issuedAtMs = expiresAtMs - 7 * DAY_MS;
    const current = new CurrentRegister(first, issuedAtMs);
    const name = (nowMs: number) => current.standing(nowMs).name;
    expect([name(issuedAtMs + DAY_MS - 1), name(issuedAtMs + DAY_MS)]).toEqual(["fresh", "stale"]);
    current.amend(first, issuedAtMs + 6 * DAY_MS);
    current.amend(first, issuedAtMs);
    expect(name(issuedAtMs + 7 * DAY_MS - 1)).toBe("fresh");
    expect(name(expiresAtMs)).toBe("grace");
    expect(name(expiresAtMs + 30 * DAY_MS)).toBe("closed");
    current.replace({ ...versionOf(2n), expiresAtMs: expiresAtMs + 7 * DAY_MS });
    expect(name(expiresAtMs)).toBe("fresh");
  });

  it("is amended with its own version alone, and keeps those before", () => {
    const current = new CurrentRegister(first);
    current.replace(versionOf(2n));
    const believed = versionOf(2n);
    current.amend(believed, 0);
    expect(current.view()).toBe(believed);
    expect(current.at(1n)).toBe(first);
    expect(() => current.amend(versionOf(3n), 0)).toThrow(
      expect.objectContaining({ code: "INTERNAL", message: "3 is not 2, which is in force" }),
    );
  });

  it("forgets all but the newest versions", () => {
    const current = new CurrentRegister(first);
    const last = TRUST_LIMITS.registerVersionsKept + 2;
    for (let version = 2; version <= last; version += 1)
      current.replace(versionOf(BigInt(version)));
    expect(current.at(2n)).toBeUndefined();
    expect(current.at(3n)?.version).toBe(3n);
    expect(current.at(BigInt(last))).toBe(current.view());
  });
});
