import { describe, expect, it } from "vitest";
import { TLS_LIMITS } from "#runtime";
import { makeAuthority } from "../../../deploy/local/certificates/issue.ts";
import { addAuthority } from "../../../lib/tls/certificate-facts.ts";

const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 5, 1);

const authority = async (name: string, nowMs = NOW_MS) =>
  (await makeAuthority(name, nowMs)).certificate;
const countIn = (text: string) => text.split("BEGIN CERTIFICATE").length - 1;

describe("one authority more to believe (TP-TLS-6)", () => {
  it("is refused with the way out before nobody would read the list any more", async () => {
    const names = Array.from({ length: TLS_LIMITS.authoritiesMax - 1 }, (_, n) => `A${n}`);
    const some = (await Promise.all(names.map((name) => authority(name)))).join("");
    const full = addAuthority(await authority("next"), some, NOW_MS);
    expect(countIn(full)).toBe(TLS_LIMITS.authoritiesMax);
    const ninth = await authority("one more");
    expect(() => addAuthority(ninth, full, NOW_MS)).toThrow(/8 authorities are believed already/u);
  });

  it("makes those be believed no more that have ended, and none twice", async () => {
    const old = await authority("old", NOW_MS - (TLS_LIMITS.authorityDays + 1) * DAY_MS);
    const [present, next] = [await authority("present"), await authority("next")];
    const both = addAuthority(next, `${present}${old}`, NOW_MS);
    expect(countIn(both)).toBe(2);
    expect(both.indexOf(next.trim())).toBe(0);
    expect(addAuthority(next, both, NOW_MS)).toBe(both);
  });
});
