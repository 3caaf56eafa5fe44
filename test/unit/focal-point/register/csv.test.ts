import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseCsvHeader } from "../../../../services/focal-point/register/csv-columns.ts";
import {
  csvRecord,
  parseCsvRecord,
  withFormula,
  withoutFormula,
} from "../../../../services/focal-point/register/csv-record.ts";
import { readRecords } from "../../../../services/focal-point/register/read-records.ts";

async function recordsOf(text: string, pieceBytes = 5) {
  const bytes = Buffer.from(text);
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      yield bytes.subarray(at, at + pieceBytes);
    }
  }
  const form = { format: "csv", delimiter: "," } as const;
  const records: (readonly [number, string | undefined, number])[] = [];
  for await (const { endsAt, line, text: read } of readRecords(pieces(), form, START)) {
    records.push([line, read, endsAt]);
  }
  return records;
}

const START = { line: 0, offset: 0 };

describe("a record of CSV (TP-FIRE-10)", () => {
  test("is read as it was written, whatever stands in its fields", () => {
    const field = fc.oneof(fc.string(), fc.constantFrom('"', ",", '""', "a\nb", ";", "'=1"));
    fc.assert(
      fc.property(fc.array(field, { minLength: 1, maxLength: 6 }), (fields) => {
        expect(parseCsvRecord(csvRecord(fields), ",")).toEqual({ type: "record", fields });
      }),
    );
  });

  test("holds nothing a spreadsheet would run, and is read as it was all the same", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.constantFrom("=1+1", "-5", "'=x", "''@", "+", "'plain")),
        (value) => {
          const written = withoutFormula(value);
          expect(written).not.toMatch(/^[=+\-@\t\r]/u);
          expect(withFormula(written)).toBe(value);
        },
      ),
    );
  });

  test("says what is wrong with it", () => {
    expect(parseCsvRecord('a,"b', ",")).toEqual({ type: "open" });
    expect(parseCsvRecord('"a"b,c', ",")).toMatchObject({ type: "bad" });
  });

  test("may reach over lines; one with a quote that is never closed spoils no other", async () => {
    expect(await recordsOf('1,"two\nlines",x\r\n2,y\n')).toEqual([
      [1, '1,"two\nlines",x', 17],
      [3, "2,y", 21],
    ]);
    expect(await recordsOf('1,a\n2,"open\n3,c\n4,d')).toEqual([
      [1, "1,a", 4],
      [2, undefined, 12],
      [3, "3,c", 16],
      [4, "4,d", 19],
    ]);
  });

  test("has its columns named in the first line, in any order, spelling and with ; too", () => {
    expect(parseCsvHeader("Serial;ID;make;year_of_manufacture")).toEqual({
      ok: true,
      header: { delimiter: ";", columns: ["serial", "id", "make", "yearOfManufacture"] },
    });
    const refused = parseCsvHeader("id,make,colour,id");
    expect(refused).toMatchObject({
      ok: false,
      problems: [{ field: "colour" }, { field: "id" }, { field: "serial" }],
    });
  });
});
