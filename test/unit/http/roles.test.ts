import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { mayHold, PERMISSIONS, ROLE_NAMES, ROLES, rolesWith } from "#users";

const page = await readFile(new URL("../../../docs/spec/api.md", import.meta.url), "utf8");

/** Rows of the table below a heading, without the head. */
function rowsBelow(heading: string): string[][] {
  const [, section = ""] = page.split(`### ${heading}\n`);
  const [table = ""] = section.split(/\n#/);
  const rows = table.split("\n").filter((line) => line.startsWith("|"));
  return rows.slice(2).map((row) => row.slice(2, -2).split(" | "));
}

test("the roles are those of the specification, with the same permissions (TP-API-3)", () => {
  const written = rowsBelow("Roles").map(([role, permissions = ""]) => {
    return [role, permissions.replaceAll("`", "").split(", ")];
  });
  expect(written).toEqual(Object.entries(ROLES));
});

test("the permissions are those of the specification (TP-API-2)", () => {
  const written = rowsBelow("Permissions").map(([name = "", means]) => [name.slice(1, -1), means]);
  expect(written).toEqual(Object.entries(PERMISSIONS));
});

test("every permission is somebody's", () => {
  for (const permission of Object.keys(PERMISSIONS) as (keyof typeof PERMISSIONS)[]) {
    expect(rolesWith(permission), permission).not.toEqual([]);
  }
});

test("who looks after users sees no case, and who works on cases looks after no users", () => {
  const both = ROLE_NAMES.filter((role) => {
    const permissions: readonly string[] = ROLES[role];
    return permissions.includes("users:write") && permissions.includes("traces:read");
  });
  expect(both).toEqual([]);
  expect(rolesWith("users:write")).toEqual(["ADMINISTRATOR"]);
});

test("a system is never somebody who decides", () => {
  const roles = ROLE_NAMES.filter((role) => mayHold("system", role));
  expect(roles).toEqual(["AUDITOR", "NATIONAL_SYSTEM"]);
  expect(ROLE_NAMES.filter((role) => !mayHold("person", role))).toEqual(["NATIONAL_SYSTEM"]);
});

test("an operator sees of records no more than who, when, what and the decision (TP-API-3)", () => {
  const of = ROLES.GATEWAY_OPERATOR.filter((permission) => /^(records|evidence):/.test(permission));
  expect(of).toEqual(["records:metadata"]);
});

test("who holds and disposes of records is not who looks after them doing so", () => {
  expect(rolesWith("records:hold")).toEqual(["RECORDS_OFFICER"]);
  expect(rolesWith("records:dispose")).toEqual(["RECORDS_OFFICER"]);
  expect(rolesWith("records:audit")).toEqual(["AUDITOR"]);
});
