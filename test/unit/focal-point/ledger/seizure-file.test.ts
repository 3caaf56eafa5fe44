import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LEDGER_LIMITS } from "#runtime";
import { SEIZURE_PROBLEMS } from "../../../../services/focal-point/ledger/check-seizure.ts";
import { readSeizures } from "../../../../services/focal-point/ledger/read-seizures.ts";
import { openCaseStore } from "../../../support/case-store.ts";
import {
  SEIZURE_CONTEXT,
  type SeizureRow,
  seizureCsv,
  takeCsv,
} from "../../../support/made-seizures.ts";
import type { MemoryTransaction } from "../../../support/memory-transaction.ts";

/** TP-LEDG-3 to TP-LEDG-5: what a file of reports may hold, and what becomes of it. */

let tx: MemoryTransaction;
beforeEach(() => {
  tx = openCaseStore();
});
afterEach(() => tx[Symbol.dispose]());

const problemsOf = async (csv: string | Uint8Array): Promise<string[]> =>
  (await takeCsv(tx, csv)).problems.map(({ code, field, line }) =>
    `${line} ${code} ${field}`.trim(),
  );
const count = async (table: string): Promise<unknown> =>
  (await tx.get(`SELECT count(*) AS n FROM ${table}`))?.n;

/** Every kind of error: code, column, and a line that has it. */
const BAD: readonly (readonly [string, string, SeizureRow])[] = [
  ["BAD_DATE", "date", { date: "2026-02-30" }],
  ["BAD_DATE", "date", { date: "11/02/2026 12:00" }],
  ["FUTURE_DATE", "date", { date: "2027-01-01" }],
  ["FUTURE_DATE", "yearOfManufacture", { yearOfManufacture: 2031 }],
  ["BAD_DATE", "yearOfManufacture", { yearOfManufacture: "old" }],
  ["UNKNOWN_VALUE", "institution", { institution: "NAVY" }],
  ["UNKNOWN_VALUE", "recovery", { recovery: "BOUGHT" }],
  ["UNKNOWN_VALUE", "kind", { kind: "KNIFE" }],
  ["UNKNOWN_VALUE", "type", { type: "CANNON" }],
  ["UNKNOWN_VALUE", "marking", { marking: "YES" }],
  ["UNKNOWN_PLACE", "place", { place: "AT-9" }],
  ["UNKNOWN_PLACE", "place", { place: "12 Moi Avenue" }],
  ["MISSING", "agency", { agency: "" }],
  ["MISSING", "seizureNumber", { seizureNumber: "" }],
  ["TOO_LONG", "make", { make: "x".repeat(LEDGER_LIMITS.fieldCharsMax + 1) }],
  ["BAD_QUANTITY", "quantity", { quantity: "some" }],
  ["BAD_QUANTITY", "quantity", { quantity: -1 }],
  ["BAD_QUANTITY", "quantity", { quantity: 1.5 }],
  ["BAD_QUANTITY", "quantity", { quantity: 2, serial: "MADE-UP 1" }],
  ["BAD_QUANTITY", "quantity", { quantity: LEDGER_LIMITS.armsPerItemMax + 1 }],
  ["BAD_QUANTITY", "unit", { unit: "ROUNDS" }],
  ["BAD_QUANTITY", "unit", { kind: "AMMUNITION", unit: "KILOGRAMS" }],
  ["BAD_QUANTITY", "item", { item: 0 }],
  ["UNKNOWN_VALUE", "offences", { offences: "ROBBERY TREASON" }],
  ["UNKNOWN_VALUE", "modusOperandi", { modusOperandi: "TUNNEL" }],
  ["UNKNOWN_VALUE", "routeClaimed", { routeClaimed: "perhaps" }],
  ["UNKNOWN_STATE", "routeDeparture", { routeDeparture: "QQ" }],
  ["UNKNOWN_STATE", "routeTransit", { routeTransit: "SO QQ" }],
  ["UNKNOWN_STATE", "routeDestination", { routeDestination: "the coast of Kenya" }],
  ["BAD_QUANTITY", "personsArrested", { personsArrested: "many" }],
  ["BAD_QUANTITY", "personsArrested", { personsArrested: -1 }],
  ["NOT_AN_ARM", "serial", { kind: "PART", serial: "MADE-UP 1" }],
  ["FORMULA", "make", { make: "=HYPERLINK(A1)" }],
  ["UNKNOWN_CASE", "traceCaseIds", { traceCaseIds: "none" }],
  ["MISSING", "establishedBasis", { establishedBy: "TRACE", establishedOn: "2026-03-01" }],
  [
    "UNKNOWN_VALUE",
    "establishedBy",
    { establishedBy: "ME", establishedOn: "2026-03-01", establishedBasis: "b" },
  ],
  [
    "FUTURE_DATE",
    "establishedOn",
    { establishedBy: "TRACE", establishedOn: "2028-03-01", establishedBasis: "b" },
  ],
  [
    "BAD_DATE",
    "establishedOn",
    { establishedBy: "TRACE", establishedOn: "2026-01-01", establishedBasis: "b" },
  ],
];

describe("a file of reports (TP-LEDG-5)", () => {
  it.each(BAD)("with %s in %s is refused at its line", async (code, column, row) => {
    expect(await problemsOf(seizureCsv({ seizureNumber: "2026-0" }, row))).toEqual([
      `3 ${code} ${column}`,
    ]);
    expect(await count("seizure_report")).toBe(0);
  });

  it("with a country that is none is refused", async () => {
    const head = "institution,agency,seizureNumber,date,place,recovery,item,kind,quantity,unit";
    const line = "POLICE,Nairobi,1,2026-02-11,KE-30,FOUND,1,ARM,1,PIECES";
    const csv = (state: string) => `${head},countryOfManufacture\n${line},${state}\n`;
    expect(await problemsOf(csv("QQ"))).toEqual(["2 UNKNOWN_STATE countryOfManufacture"]);
    expect(await problemsOf(csv("Kenya and others"))).toEqual([
      "2 UNKNOWN_STATE countryOfManufacture",
    ]);
    expect(await problemsOf(csv("AT"))).toEqual([]);
  });

  it("that cannot be read at a line says so, and goes on behind it", async () => {
    const good = seizureCsv({});
    const bytes = Buffer.concat([
      Buffer.from(good),
      Buffer.from([0xff, 0xfe, 0x0a]),
      Buffer.from("too,few\n"),
      Buffer.from(`${"x".repeat(33_000)}\n`),
      Buffer.from('"never closed\n'),
    ]);
    expect(await problemsOf(bytes)).toEqual([
      "3 NOT_UTF8",
      "4 COLUMN_COUNT",
      "5 LINE_TOO_LONG",
      "6 OPEN_QUOTE",
    ]);
  });

  it("without the names of its columns is refused as a whole", async () => {
    expect(await problemsOf("")).toEqual(["1 BAD_HEADER"]);
    const found = await problemsOf("institution,colour,institution\nPOLICE,red,POLICE\n");
    expect(found).toContain("1 BAD_HEADER colour");
    expect(found).toContain("1 BAD_HEADER institution");
    expect(found).toContain("1 BAD_HEADER quantity");
  });

  it("with more lines than one transaction takes is refused", async () => {
    const line = seizureCsv({}).split("\n")[1];
    const head = seizureCsv().trimEnd();
    const csv = `${head}\n${`${line}\n`.repeat(LEDGER_LIMITS.fileLinesMax + 1)}`;
    const { good, problems } = await readSeizures(Buffer.from(csv), SEIZURE_CONTEXT);
    expect(good).toEqual([]);
    expect(problems.map(({ code }) => code)).toEqual(["FILE_TOO_LARGE"]);
  });

  it("names what two of its lines, or a line and the store, say otherwise", async () => {
    const [first, second] = [{}, { item: 2 }];
    expect(await problemsOf(seizureCsv(first, first))).toEqual(["3 DOUBLED_LINE item"]);
    expect(await problemsOf(seizureCsv(first, { ...second, agency: "Kisumu" }))).toEqual([
      "3 REPORT_DIFFERS seizureNumber",
    ]);
    expect(await problemsOf(seizureCsv(first, second))).toEqual([]);
    expect(await problemsOf(seizureCsv({ make: "GLOCK" }))).toEqual(["2 ALREADY_REPORTED item"]);
    expect(await problemsOf(seizureCsv({ date: "2026-02-12" }))).toEqual([
      "2 REPORT_DIFFERS seizureNumber",
    ]);
  });

  it("is taken whole or not at all, with the good lines where they are asked for", async () => {
    const csv = seizureCsv({}, { item: 2, quantity: "x" }, { item: 3 });
    expect(await takeCsv(tx, csv)).toMatchObject({
      state: "REFUSED",
      lines: 3,
      added: 0,
      badLines: 1,
    });
    expect(await count("seizure_item")).toBe(0);
    expect(await takeCsv(tx, csv, { keepGood: true })).toMatchObject({ state: "TAKEN", added: 2 });
    expect(await count("seizure_item")).toBe(2);
  });

  it("again changes nothing, and an origin that is told later is added once", async () => {
    const known = {
      establishedBy: "COMPETENT_AUTHORITY",
      establishedOn: "2026-03-01",
      establishedBasis: "registry",
    };
    expect(await takeCsv(tx, seizureCsv({}))).toMatchObject({ added: 1, unchanged: 0 });
    expect(await takeCsv(tx, seizureCsv({}))).toMatchObject({ added: 0, unchanged: 1 });
    expect(await takeCsv(tx, seizureCsv(known))).toMatchObject({ added: 0, established: 1 });
    expect(await takeCsv(tx, seizureCsv(known))).toMatchObject({ established: 0, unchanged: 1 });
    expect(await count("seizure_origin")).toBe(1);
  });

  it("may say with an apostrophe that a text is meant", async () => {
    expect(await problemsOf(seizureCsv({ make: "'-MADE UP-" }))).toEqual([]);
    expect(await tx.get("SELECT facts FROM seizure_item")).toMatchObject({
      facts: expect.stringContaining('"make":"-MADE UP-"'),
    });
  });

  it("has a code of the closed list for each of these, and no code is without a line", () => {
    const shown = new Set(BAD.map(([code]) => code));
    const elsewhere = [
      "ALREADY_REPORTED",
      "BAD_HEADER",
      "COLUMN_COUNT",
      "DOUBLED_LINE",
      "FILE_TOO_LARGE",
      "LINE_TOO_LONG",
      "NOT_UTF8",
      "OPEN_QUOTE",
      "REPORT_DIFFERS",
    ];
    expect([...shown, ...elsewhere].toSorted()).toEqual(Object.keys(SEIZURE_PROBLEMS).toSorted());
  });
});
