import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCap, writeCap } from "#casework";
import { anyCapAlert } from "../../support/any-cap-alert.ts";

const SCHEMA = fileURLToPath(new URL("../../vectors/cap/cap-1.2.xsd", import.meta.url));

/** xmllint of Debian's libxml2-utils. */
const hasXmllint = spawnSync("xmllint", ["--version"]).error === undefined;

function writtenOf(alert: Parameters<typeof writeCap>[0]): string {
  const written = writeCap(alert);
  if (!written.ok) throw new TypeError(JSON.stringify(written.problems));
  return written.value;
}

describe("a CAP 1.2 document", () => {
  it("reads as the message it was written from (TP-ALERT-13, TP-ALERT-14)", () => {
    fc.assert(
      fc.property(anyCapAlert, (alert) => {
        expect(parseCap(writtenOf(alert))).toEqual({ ok: true, value: alert });
      }),
      { numRuns: 200 },
    );
  });

  it("is valid against a schema of the standard (TP-ALERT-13)", ({ skip }) => {
    skip(!hasXmllint, "xmllint is not here: install libxml2-utils to hold it against the schema");
    const alerts = fc.sample(anyCapAlert, 40);
    for (const alert of alerts) {
      const args = ["--noout", "--nonet", "--schema", SCHEMA, "-"];
      const end = spawnSync("xmllint", args, { input: writtenOf(alert), encoding: "utf8" });
      expect(end.stderr).toBe("- validates\n");
    }
  });

  it("with any piece cut out is read as something valid, or refused with a field", () => {
    fc.assert(
      fc.property(anyCapAlert, fc.nat(), fc.integer({ min: 1, max: 60 }), (alert, at, length) => {
        const whole = writtenOf(alert);
        const start = at % whole.length;
        const read = parseCap(whole.slice(0, start) + whole.slice(start + length));
        if (read.ok) expect(parseCap(writtenOf(read.value))).toEqual(read);
        else expect(read.problems.length).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });
});
