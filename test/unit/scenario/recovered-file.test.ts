import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TracepostError } from "#errors";
import {
  COLUMNS,
  parseRecoveredRows,
  readRecoveredFile,
} from "../../../scenario/recovered-file.ts";

const HEADER = COLUMNS.join(",");
const parse = (text: string) => parseRecoveredRows(new TextEncoder().encode(text), "in.csv");

const faultOf = (text: string): TracepostError => {
  try {
    parse(text);
  } catch (caught) {
    if (caught instanceof TracepostError) return caught;
    throw caught;
  }
  throw new TypeError("nothing was refused");
};

describe("reading recovered firearms (TP-SCR-5)", () => {
  it("reads fields as recorded, spaces included", () => {
    expect(parse(`${HEADER}\nA-1,GLOCK, ab 12-3 ,9mm,2020-01-02,2024-02-29,DE,USA\n`)).toEqual([
      {
        ref: "A-1",
        manufacturer: "GLOCK",
        serialNumber: " ab 12-3 ",
        calibre: "9mm",
        recoveryDate: "2024-02-29",
        recoveredIn: "US",
      },
    ]);
  });

  it("reads a file without rows", () => {
    expect(parse(`${HEADER}\n`)).toEqual([]);
    expect(parse(HEADER)).toEqual([]);
  });

  it("takes a byte order mark, CR LF, quotes and empty lines", () => {
    const rows = ['"A,1","SMITH & ""W""",X123,9mm,,,,USA', "", "A-2,,,,,,,FRA", ""];
    const [first, second] = parse(["\uFEFF".concat(HEADER), ...rows].join("\r\n"));
    expect(first).toMatchObject({ ref: "A,1", manufacturer: 'SMITH & "W"', recoveredIn: "US" });
    expect(second).toMatchObject({ ref: "A-2", recoveredIn: "FR" });
  });

  it.each([
    ["another order", `${HEADER.replace("ref,manufacturer", "manufacturer,ref")}\n`],
    ["a column less", "ref,manufacturer\n"],
    ["a column more", `${HEADER},note\n`],
    ["another case", `${HEADER.toUpperCase()}\n`],
    ["nothing", ""],
  ])("refuses a header with %s and shows the right one", (_, text) => {
    const fault = faultOf(text);
    expect(fault.code).toBe("INPUT_INVALID");
    expect(fault.remedy).toContain(HEADER);
  });

  it("names every bad line with number, field, rule and way out", () => {
    const fault = faultOf(
      [
        HEADER,
        "A-1,GLOCK,X123,9mm,,,,USA",
        "A-1,GLOCK,X123,9mm,,,,USA",
        ",GLOCK,X123,9mm,2020-13-01,01/02/2024,,usa",
        "A-2,GLOCK,X123,9mm",
        `A-3,GLOCK,${"9".repeat(41)},9mm,,2023-02-29,,`,
      ].join("\n"),
    );
    expect(fault.message).toBe("in.csv has 9 problem(s)");
    expect(fault.problems).toEqual([
      "line 3, ref: doubled; A-1 stands on line 2 too",
      "line 4, ref: missing; give each row a reference of its own",
      "line 4, first_sale_date: notADate; write YYYY-MM-DD or leave it empty",
      "line 4, recovery_date: notADate; write YYYY-MM-DD or leave it empty",
      "line 4, recovered_in: unknownState; write an ISO 3166-1 alpha-3 code such as USA",
      "line 5: wrongFieldCount (found 4 fields, need 8); quote a field that holds a comma",
      "line 6, serial_number: tooLong; at most 40 characters",
      "line 6, recovery_date: notADate; write YYYY-MM-DD or leave it empty",
      "line 6, recovered_in: missing; write an ISO 3166-1 alpha-3 code such as USA",
    ]);
  });

  it("ends with exit code 2 for a doubled reference", () => {
    const row = "A-1,GLOCK,X123,9mm,,,,USA";
    expect(faultOf([HEADER, row, row].join("\n")).exitCode).toBe(2);
  });

  it("says on which line the quotes went wrong", () => {
    const fault = faultOf(`${HEADER}\nA-1,"GLOCK,X123,9mm,,,,USA\n`);
    expect(fault.message).toBe("in.csv is not well-formed CSV");
    expect(fault.problems[0]).toMatch(/^line \d+: CSV_QUOTE_NOT_CLOSED/u);
  });

  it("refuses what is not UTF-8", () => {
    const bytes = new Uint8Array([...new TextEncoder().encode(`${HEADER}\n`), 0xff, 0xfe]);
    expect(() => parseRecoveredRows(bytes, "in.csv")).toThrow("in.csv is not UTF-8 text");
  });
});

describe("the input file", () => {
  let dir = "";
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "tracepost-input-"));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it("has a digest of its bytes", async () => {
    const file = join(dir, "in.csv");
    await writeFile(file, `${HEADER}\n`);
    const { digest, rows } = await readRecoveredFile(file);
    expect(digest).toMatch(/^[0-9a-f]{64}$/u);
    expect(rows).toEqual([]);
  });

  it("is named when it cannot be read", async () => {
    const absent = readRecoveredFile(join(dir, "absent.csv"));
    await expect(absent).rejects.toMatchObject({ code: "INPUT_INVALID" });
    await expect(absent).rejects.toThrow(/cannot be read: ENOENT/u);
    await expect(readRecoveredFile(dir)).rejects.toThrow(/cannot be read/u);
  });
});
