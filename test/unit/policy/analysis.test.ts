import { describe, expect, it } from "vitest";
import { analysePolicy, DEFAULT_POLICY_TEXT } from "#policy";

const PERMIT =
  '@id("A-1")\n@title("All alerts")\npermit (principal, action == Action::"ALERT", resource);\n';

function rule(id: string, text: string): string {
  return `@id("${id}")\n@title("Rule ${id}")\n${text}\n`;
}

function forbid(id: string, text: string): string {
  return rule(id, `@code("NOT_PERMITTED")\n@field("header.kind")\nforbid ${text}`);
}

const findingsOf = (text: string) =>
  analysePolicy(text).findings.map(({ name, rule: id, severity }) => [name, id, severity]);

describe("the analysis before publication (TP-POLICY-6)", () => {
  it("finds nothing wrong with the default policy, and says what nothing permits", () => {
    const { findings, points, unpermittedKinds } = analysePolicy(DEFAULT_POLICY_TEXT);
    expect(findings).toEqual([]);
    expect(unpermittedKinds).toEqual(["REGISTER", "MONITOR_FEED"]);
    expect(points).toBeGreaterThan(500);
  });

  it("finds a name that is not in the schema, with its line and the names there are", () => {
    const text = PERMIT + rule("A-2", 'permit (principal in Role::"POLICE", action, resource);');
    const [found] = analysePolicy(text).findings;
    expect(found).toMatchObject({ name: "SCHEMA", rule: "A-2", line: 4 });
    expect(found?.message).toContain("FOCAL_POINT");
  });

  it.each([
    [
      "a rule of a role that nobody has together with another",
      'when { principal in Role::"FOCAL_POINT" && principal in Role::"BORDER_AGENCY" }',
    ],
    ["a rule for no recipient at all", "when { context.recipients < 1 }"],
    ["a condition that is false by the schema", "when { context.recipients == 1 && 1 == 2 }"],
  ])("finds %s", (_what, condition) => {
    const text = PERMIT + forbid("A-2", `(principal, action, resource) ${condition};`);
    expect(findingsOf(text)).toEqual([["NEVER_APPLIES", "A-2", "error"]]);
  });

  it("finds a permit that some forbid overrides wherever it applies, and names the forbid", () => {
    const test = 'when { context.status == Status::"TEST" };';
    const permit = rule("A-2", `permit (principal, action == Action::"NOTICE", resource) ${test}`);
    const against = forbid("A-3", `(principal, action, resource) ${test}`);
    const { findings } = analysePolicy(PERMIT + permit + against);
    expect(findings).toMatchObject([{ name: "ALWAYS_FORBIDDEN", rule: "A-2", severity: "error" }]);
    expect(findings[0]?.message).toContain("by A-3");
  });

  it("warns of a forbid of what nothing permits, and of a permit of what is permitted", () => {
    const idle = forbid("A-2", '(principal, action == Action::"NOTICE", resource);');
    const urgent = 'when { context.priority == Priority::"URGENT" };';
    const again = rule("A-3", `permit (principal, action == Action::"ALERT", resource) ${urgent}`);
    expect(findingsOf(PERMIT + idle + again)).toEqual([
      ["FORBIDS_NOTHING", "A-2", "warning"],
      ["ADDS_NOTHING", "A-3", "warning"],
    ]);
  });

  it("looks at groups, States and participants that the rules name", () => {
    const inBody = 'principal in Group::"ECOWAS" && !(resource in Group::"ECOWAS")';
    const one = 'principal == Participant::"NE" || resource.state == "BR"';
    const text =
      PERMIT +
      forbid("A-2", `(principal, action == Action::"ALERT", resource) when { ${inBody} };`) +
      forbid("A-3", `(principal, action == Action::"ALERT", resource) when { ${one} };`);
    expect(findingsOf(text)).toEqual([]);
  });

  it("refuses to judge rules that read too much together, and names what they read", () => {
    const reads = ["move", "alertMove", "alertKind", "alertScope", "tlp", "status", "priority"];
    const same = reads.map((name) => `context.${name} == context.${name}`).join(" && ");
    const text = PERMIT + forbid("A-2", `(principal, action, resource) unless { ${same} };`);
    const [found] = analysePolicy(text).findings;
    expect(found).toMatchObject({ name: "TOO_MANY_POINTS", severity: "error" });
    expect(found?.message).toContain("message.move 17");
  });
});
