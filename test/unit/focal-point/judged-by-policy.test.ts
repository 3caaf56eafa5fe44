import { describe, expect, test } from "vitest";
import {
  checkPolicyText,
  compilePolicy,
  DEFAULT_POLICY_TEXT,
  defaultPolicy,
  type RoutingPolicy,
} from "#policy";
import type { NewTrace } from "../../../services/focal-point/api/trace-schema.ts";
import { prepareTrace } from "../../../services/focal-point/cases/prepare-trace.ts";
import { makeParties } from "../../support/parties.ts";
import { traceBody } from "../../support/trace-body.ts";

const { register } = makeParties([{ id: "US" }, { id: "AT" }]);

const NO_TESTS = `${DEFAULT_POLICY_TEXT}
@id("LOCAL-1")
@title("No tests on this exchange")
@code("NOT_PERMITTED")
@field("header.status")
@refuses("message")
forbid (principal, action, resource) when { context.status == Status::"TEST" };
`;

function prepared(policy: RoutingPolicy) {
  const context = {
    self: { participant: "US", state: "US" },
    register: () => register,
    policy: () => policy,
  };
  return prepareTrace(context, traceBody({ to: "AT", serial: "ABC123" }) as NewTrace, Date.now());
}

describe("a request before it is sent (TP-POLICY-9)", () => {
  test("is judged by the policy in use here, not by the one of the program", () => {
    expect(prepared(defaultPolicy()).refusal).toBeUndefined();
    const { rules } = checkPolicyText(NO_TESTS);
    const published = compilePolicy(rules, { version: 7n, text: NO_TESTS });
    expect(prepared(published).refusal).toMatchObject({
      code: "NOT_PERMITTED",
      field: "header.status",
      detail: expect.stringContaining("rule LOCAL-1, line"),
    });
  });
});
