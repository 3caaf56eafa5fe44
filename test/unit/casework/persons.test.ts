import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import {
  checkPersons,
  fromFinding,
  fromPersonsBlock,
  PersonsFacts,
  reviewAtMs,
  toPersonsBlock,
} from "#casework";
import { Accuracy, DocumentKind, Person, PersonRole, PersonsBlock } from "#proto";
import { compileSchema } from "#runtime";
import { sourceFiles } from "../../support/source-files.ts";

const NOW_MS = Date.UTC(2026, 2, 1, 12);
const person = Person.create({
  personRef: "P1",
  role: PersonRole.PURCHASER,
  name: "Made Up Person",
  dateOfBirth: "1980-05",
  documentKind: DocumentKind.FIREARM_LICENCE,
  documentNumber: "MADE-UP 1",
  accuracy: Accuracy.FACT,
});
const block = PersonsBlock.create({
  necessity: "The record is kept under this name and cannot be found without it.",
  legalBasis: "Police Act section 12 (made up)",
  persons: [person],
  reviewOn: "2027-01-01",
});
const found = (change: Partial<PersonsBlock>): string[] =>
  checkPersons({ ...block, ...change }, NOW_MS)
    .map(fromFinding)
    .map(({ field, level, rule }) => `${level} ${field} ${rule}`);
const withPerson = (change: Partial<Person>) => found({ persons: [{ ...person, ...change }] });

describe("personal data (TP-PERS-2)", () => {
  test("is taken with a necessity, a legal basis and the least that tells who is meant", () => {
    expect(found({})).toEqual([]);
    expect(withPerson({ name: "", dateOfBirth: "" })).toEqual([]);
    expect(withPerson({ documentNumber: "", documentKind: DocumentKind.UNSPECIFIED })).toEqual([]);
  });

  test("is refused without a necessity that says something", () => {
    expect(found({ necessity: "" })).toEqual(["ERROR persons.necessity missing"]);
    expect(found({ necessity: "just in case" })).toEqual(["ERROR persons.necessity tooShort"]);
    expect(found({ legalBasis: "" })).toEqual(["ERROR persons.legalBasis missing"]);
    expect(found({ persons: [] })).toEqual(["ERROR persons.persons missing"]);
  });

  test("says of each person the role, and whether it is a fact or an assessment", () => {
    expect(withPerson({ role: 0, accuracy: 0 })).toEqual([
      "ERROR persons.persons.0.role missing",
      "ERROR persons.persons.0.accuracy missing",
    ]);
    expect(withPerson({ name: "", documentNumber: "" })).toEqual([
      "ERROR persons.persons.0.name missing",
    ]);
    expect(withPerson({ documentKind: DocumentKind.UNSPECIFIED })).toEqual([
      "ERROR persons.persons.0.documentKind missing",
    ]);
    expect(withPerson({ dateOfBirth: "2027" })).toEqual([
      "ERROR persons.persons.0.dateOfBirth inTheFuture",
    ]);
    expect(withPerson({ dateOfBirth: "last May" })).toEqual([
      "ERROR persons.persons.0.dateOfBirth notADate",
    ]);
    expect(found({ persons: [person, person] })).toEqual(["ERROR persons.persons repeated"]);
  });

  test("goes through JSON and is the same", () => {
    const facts = JSON.parse(JSON.stringify(fromPersonsBlock(block)));
    const checked = compileSchema(PersonsFacts).check(facts);
    expect(checked).toMatchObject({ ok: true });
    if (!checked.ok) return;
    const again = PersonsBlock.encode(toPersonsBlock(checked.value)).finish();
    expect(again).toEqual(PersonsBlock.encode(block).finish());
  });
});

describe("the day of review (TP-PERS-6)", () => {
  const day = (reviewOn: string) =>
    new Date(reviewAtMs({ ...block, reviewOn }, NOW_MS)).toISOString().slice(0, 10);

  test("is the one named, or a year on, and never more than five years away", () => {
    expect(day("2026-06-30")).toBe("2026-06-30");
    expect(day("")).toBe("2027-03-01");
    expect(day("2099-01-01")).toBe("2031-02-28");
    expect(found({ reviewOn: "2099-01-01" })).toEqual(["ERROR persons.reviewOn tooLate"]);
    expect(found({ reviewOn: "soon" })).toEqual(["ERROR persons.reviewOn notADate"]);
  });
});

/** What must never have a field: special categories and descriptions (domain notes 6.2). */
const FORBIDDEN =
  /race|racial|ethnic|height|weight|religio|belief|politic|health|sexual|gender|colou?r|biometr|nationality/iu;

describe("the contract and the schema of the API (TP-PERS-3)", () => {
  test("have no field for what is special about a person", async () => {
    const files = await sourceFiles(/^proto\/tracepost\/v1\/.*\.proto$/);
    expect(files.length).toBeGreaterThan(8);
    const fields = files.flatMap(({ path, text }) =>
      [...text.matchAll(/^\s*(?:repeated |optional )?[\w.]+ (\w+) = \d+;/gmu)].map(([, name]) => ({
        path,
        name: name ?? "",
      })),
    );
    expect(fields.length).toBeGreaterThan(300);
    expect(fields.filter(({ name }) => FORBIDDEN.test(withoutTrace(name)))).toEqual([]);
    const schema = JSON.stringify(PersonsFacts);
    expect([...schema.matchAll(/"(\w+)":/gu)].map(([, name]) => name ?? "")).not.toContainEqual(
      expect.stringMatching(FORBIDDEN),
    );
  });

  test("have of a person exactly these fields", async () => {
    const text = await readFile(
      new URL("../../../proto/tracepost/v1/trace.proto", import.meta.url),
      "utf8",
    );
    const [, body = ""] = /^message Person \{([^}]*)\}/mu.exec(text) ?? [];
    const names = [...body.matchAll(/^\s*\w+ (\w+) = \d+;/gmu)].map(([, name]) => name);
    expect(names).toEqual([
      "person_ref",
      "role",
      "name",
      "date_of_birth",
      "document_kind",
      "document_number",
      "accuracy",
    ]);
    const taken = compileSchema(PersonsFacts).check({
      persons: [{ personRef: "P1", role: "SUSPECT", accuracy: "FACT", ethnicity: "x" }],
    });
    expect(taken.ok).toBe(false);
  });
});

/** "trace" holds "race" and is no description of a person. */
function withoutTrace(name: string): string {
  return name.replaceAll(/trace/giu, "");
}
