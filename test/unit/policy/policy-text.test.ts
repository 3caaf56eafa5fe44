import { describe, expect, it } from "vitest";
import { defaultPolicy } from "#policy";
import { readPolicyText } from "../../../lib/policy/policy-rule.ts";

const TITLE = '@title("A rule")';
const PERMIT = `@id("A-1")\n${TITLE}\npermit (principal, action, resource);\n`;
const FORBID_HEAD = `@id("A-2")\n${TITLE}`;
const FORBID = "forbid (principal, action, resource);\n";

const problemsIn = (text: string) => readPolicyText(text).problems;

describe("the text of a policy (TP-POLICY-3)", () => {
  it("is read in its order, each rule with its line", () => {
    const { rules, problems } = readPolicyText(`// A comment @id("A-9")\n${PERMIT}`);
    expect(problems).toEqual([]);
    expect(rules).toMatchObject([{ id: "A-1", effect: "permit", line: 2, title: "A rule" }]);
  });

  it("of the default has a legal basis for each rule, and lines in order", () => {
    const { rules } = defaultPolicy();
    expect(rules.map(({ basis }) => basis)).not.toContain("");
    const lines = rules.map(({ line }) => line);
    expect(lines).toEqual(lines.toSorted((one, other) => one - other));
    expect(rules.length).toBeGreaterThan(8);
  });

  it.each([
    ["nothing", "", 0, "there is no rule"],
    ["bad syntax", `${PERMIT}permit (principal, action);`, 4, "missing the `resource`"],
    [
      "a template",
      `@id("A-1")\npermit (principal == ?principal, action, resource);`,
      0,
      "templates",
    ],
    ["no id", `${TITLE}\npermit (principal, action, resource);`, 0, "must be like TRACE-1"],
    ["an id in lower case", PERMIT.replace("A-1", "a-1"), 1, "must be like TRACE-1"],
    ["an id twice", PERMIT + PERMIT, 1, "is there twice"],
    ["an id within a line", `${TITLE} ${PERMIT.replace(`\n${TITLE}`, "")}`, 0, "start of a line"],
    ["no title", PERMIT.replace(TITLE, ""), 1, "@title is missing"],
    ["a code on a permit", `@code("NOT_PERMITTED")\n${PERMIT}`, 2, "belongs to a forbid"],
    ["a forbid without a code", `${FORBID_HEAD}@field("header.kind")\n${FORBID}`, 1, "@code must"],
    [
      "a code of another step",
      `${FORBID_HEAD}@code("MALFORMED")@field("header.kind")\n${FORBID}`,
      1,
      "@code must be one of NOT_PERMITTED",
    ],
    [
      "a forbid without a field",
      `${FORBID_HEAD}@code("NOT_PERMITTED")\n${FORBID}`,
      1,
      "@field must name",
    ],
    [
      "another word for whom it refuses",
      `${FORBID_HEAD}@code("NOT_PERMITTED")@field("header.kind")@refuses("all")\n${FORBID}`,
      1,
      "@refuses must be",
    ],
  ])("with %s is refused, with the line", (_what, text, line, message) => {
    expect(problemsIn(text)).toContainEqual({
      rule: expect.any(String),
      line,
      message: expect.stringContaining(message),
    });
  });
});
