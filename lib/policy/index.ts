// The door of lib/policy: who may send what to whom, by a policy (docs/spec/policy.md).

export { analysePolicy } from "./analysis/analyse-policy.ts";
export { authorizeHeader, type RoutingBasis } from "./authorize-header.ts";
export { checkPolicyText, type Finding } from "./check-policy-text.ts";
export { CurrentPolicy } from "./current-policy.ts";
export {
  type ExplainedRouting,
  explainRouting,
} from "./explain-routing.ts";
export { checkExpectations, type Expected, tryExpectations } from "./policy-expectations.ts";
export { isPolicyCode, type PolicyRule } from "./policy-rule.ts";
export { compareReach, type Reach, reachOf } from "./reach.ts";
export {
  compilePolicy,
  DEFAULT_POLICY_TEXT,
  defaultPolicy,
  type RoutingPolicy,
} from "./routing-policy.ts";
export {
  addPolicySignature,
  draftPolicy,
  loadPolicy,
  openPolicy,
  parsePolicyFile,
  type VerifiedPolicy,
} from "./signed-policy.ts";
export { type StatedMessage, StatedMessageSchema, statedHeader } from "./stated-message.ts";
