import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkTraceRequest, errorsOf, toTraceRequest } from "#casework";
import { Instrument, Priority } from "#proto";
import { MAKERS } from "#reference";
import { compileSchema } from "#runtime";
import { inventRegisters } from "../../../scenario/made-up-register.ts";
import { planScenario } from "../../../scenario/plan.ts";
import { COLUMNS, parseRecoveredRows } from "../../../scenario/recovered-file.ts";
import { toTraceBody } from "../../../scenario/trace-request.ts";
import { FirearmLine } from "../../../services/focal-point/api/firearm-schema.ts";
import { NewTrace } from "../../../services/focal-point/api/trace-schema.ts";

const STARTED_AT_MS = Date.UTC(2026, 2, 1, 12);
const traceSchema = compileSchema(NewTrace);
const recordSchema = compileSchema(FirearmLine);

const anyText = (charsMax: number) =>
  fc.string({ unit: "grapheme", maxLength: charsMax }).filter((text) => text.length <= charsMax);
const date = fc.oneof(
  fc.constant(""),
  fc
    .date({ min: new Date("0001-01-01"), max: new Date("2099-12-31"), noInvalidDate: true })
    .map((day) => day.toISOString().slice(0, 10)),
);

/** Rows that the input may hold, most of them good enough to be sent. */
const row = fc.record({
  manufacturer: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...MAKERS.rows.map(({ brand }) => brand)) },
    anyText(100),
  ),
  serialNumber: fc.oneof(
    { weight: 3, arbitrary: fc.stringMatching(/^[A-Z0-9 .-]{3,40}$/u) },
    anyText(40),
  ),
  calibre: fc.oneof(fc.constantFrom("9mm", ".22", "12 gauge"), anyText(100)),
  recoveryDate: date,
  recoveredIn: fc.constantFrom("US", "KE", "FR", "AT", "XK"),
});
const rows = fc
  .array(row, { maxLength: 8 })
  .map((some) => some.map((each, index) => ({ ...each, ref: `P-${index}` })));

describe("a row that is sent", () => {
  it("becomes a request that the focal point takes and no rule forbids", () => {
    fc.assert(
      fc.property(rows, (some) => {
        for (const request of planScenario({ rows: some, digest: "d" }).requests) {
          const checked = traceSchema.check(toTraceBody(request, STARTED_AT_MS));
          if (!checked.ok) expect(checked.problems).toEqual([]);
          else {
            const context = {
              requestingState: request.from,
              requestedState: request.to,
              nowMs: STARTED_AT_MS,
            };
            const findings = checkTraceRequest(toTraceRequest(checked.value.request, context), {
              priority: Priority.ROUTINE,
              instrumentBasis: [Instrument.ITI],
            });
            expect(errorsOf(findings)).toEqual([]);
          }
        }
      }),
    );
  });

  it("has a made-up register that the focal point takes", () => {
    fc.assert(
      fc.property(rows, (some) => {
        const { requests } = planScenario({ rows: some, digest: "d" });
        for (const records of inventRegisters(requests).values()) {
          for (const record of records)
            expect(recordSchema.check(record)).toMatchObject({ ok: true });
          expect(new Set(records.map(({ id }) => id)).size).toBe(records.length);
        }
      }),
    );
  });
});

describe("the input", () => {
  it("is read as it was written, whatever the fields hold", () => {
    const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anyText(100), anyText(40), anyText(100)), { maxLength: 6 }),
        (some) => {
          const lines = some.map(([make, serial, calibre], index) =>
            [`R-${index}`, make, serial, calibre, "", "", "", "USA"].map(quote).join(","),
          );
          const text = [COLUMNS.join(","), ...lines].join("\r\n");
          const read = parseRecoveredRows(new TextEncoder().encode(text), "in.csv");
          const well = new TextDecoder();
          const as = (text: string) => well.decode(new TextEncoder().encode(text));
          expect(read.map((each) => [each.manufacturer, each.serialNumber, each.calibre])).toEqual(
            some.map((fields) => fields.map(as)),
          );
        },
      ),
    );
  });
});
