/**
 * SDMX-JSON against schemas (TP-OUT-8): one of ours, written from the field guide, and those of the
 * standard where they lie beside the checkout or are named. They come without a licence, so they
 * are no part of the project (docs/spec/outputs.md, "The standard's schema").
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { createExport, type ExportSet, ledgerFigures, sdmxJson } from "#outputs";
import { compileSchema } from "#runtime";
import { alteredJson } from "../../support/altered-json.ts";
import { anyExport } from "../../support/any-figure.ts";
import { LEDGERS } from "../../support/ledgers.ts";

const BESIDE = fileURLToPath(new URL("../../../../shared/data/sdmx", import.meta.url));
const NAMED = process.env.TRACEPOST_SDMX_JSON_SCHEMA;
const STANDARDS = [
  ...(NAMED === undefined ? [] : [NAMED]),
  ...(existsSync(BESIDE) ? readdirSync(BESIDE).map((name) => join(BESIDE, name)) : []),
].filter((file) => file.endsWith(".json"));

/** One pattern of 2.0.0 escapes a hyphen outside of a class, which no reader of Unicode takes. */
const schemaAt = (path: string | URL) =>
  compileSchema(JSON.parse(readFileSync(path, "utf8").replaceAll("\\\\-", "-")));
const ours = schemaAt(new URL("../../vectors/sdmx/sdmx-json-data.schema.json", import.meta.url));

const WITHHELD = { measure: "OUTCOMES", by: { OUTCOME: "=1+1" }, value: null } as const;
const EMPTY: ExportSet = createExport(
  {
    ...{ body: "ECOWAS", bodyName: "Economic Community of West African States" },
    ...{ exchangeStatus: "ACTUAL", threshold: 5, preparedAt: "2027-07-01T10:00:00Z", notes: [] },
  },
  [],
);
const figures = ledgerFigures(LEDGERS).flatMap((figure, at) =>
  at === 0 ? [figure, { ...figure, ...WITHHELD, confidentiality: "C" as const }] : [figure],
);
/** Observations of both structures, shown and not. */
const MESSAGE = sdmxJson(createExport(EMPTY, figures));
const altered = alteredJson(MESSAGE);

describe("our schema of SDMX-JSON", () => {
  it("takes every message that is written (TP-OUT-8)", () => {
    expect(ours.check(JSON.parse(sdmxJson(EMPTY)))).toMatchObject({ ok: true });
    fc.assert(
      fc.property(anyExport, (set) => {
        expect(ours.check(JSON.parse(sdmxJson(set)))).toMatchObject({ ok: true });
      }),
    );
  });

  it.each<[string, (message: ReturnType<typeof JSON.parse>) => void]>([
    ["without its sender", (message) => delete message.meta.sender],
    ["with a dimension without a place", ({ data }) => delete firstOf(data).keyPosition],
    [
      "with a key that is no key",
      ({ data }) => {
        data.dataSets[0].observations["0:x"] = [1];
      },
    ],
    [
      "with a structure that is not named",
      ({ data }) => {
        data.structures[0].links[0].urn = "SDG";
      },
    ],
  ])("refuses one %s (TP-OUT-8)", (_, spoil) => {
    const message = JSON.parse(MESSAGE);
    spoil(message);
    expect(ours.check(message)).toMatchObject({ ok: false });
  });
});

describe.skipIf(STANDARDS.length === 0).each(STANDARDS)("the standard's schema %s", (file) => {
  const standard = schemaAt(file);

  test("takes every message that is written (TP-OUT-8)", () => {
    expect(standard.check(JSON.parse(MESSAGE))).toMatchObject({ ok: true });
    fc.assert(
      fc.property(anyExport, (set) => {
        expect(standard.check(JSON.parse(sdmxJson(set)))).toMatchObject({ ok: true });
      }),
      { numRuns: 20 },
    );
  });

  test("takes whatever ours takes, of messages that were altered (TP-OUT-8)", () => {
    let refused = 0;
    fc.assert(
      fc.property(altered, (message) => {
        const { ok } = standard.check(message);
        if (!ok) refused += 1;
        if (ours.check(message).ok) expect(ok).toBe(true);
      }),
    );
    expect(refused).toBeGreaterThan(0);
  });
});

function firstOf(data: { structures: { dimensions: { observation: object[] } }[] }) {
  return (data.structures[0]?.dimensions.observation[0] ?? {}) as { keyPosition?: number };
}
