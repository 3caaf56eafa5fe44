import { describe, expect, it } from "vitest";
import { TRUST_LIMITS } from "#runtime";
import { CurrentRegister, type RegisterView } from "#trust";
import { makeParties } from "../../support/parties.ts";

const first = makeParties([{ id: "NE" }]).register;
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
    expect(() => current.replace(versionOf(version))).toThrow("never goes back");
    expect(current.view().version).toBe(4n);
  });

  it("tells who listens, after the version is in force, until they stop", () => {
    const current = new CurrentRegister(first);
    const heard: [bigint, bigint, bigint][] = [];
    const stop = current.onChange((now, before) =>
      heard.push([before.version, now.version, current.view().version]),
    );
    current.replace(versionOf(2n));
    stop();
    current.replace(versionOf(3n));
    expect(heard).toEqual([[1n, 2n, 2n]]);
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
