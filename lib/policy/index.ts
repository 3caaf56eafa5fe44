// The door of lib/policy: who may send what to whom, by a policy (docs/spec/policy.md).

export { analysePolicy, type PolicyAnalysis } from "./analysis/analyse-policy.ts";
export { authorizeHeader, type RoutingBasis } from "./authorize-header.ts";
export { checkPolicyText, type Finding } from "./check-policy-text.ts";
export { CurrentPolicy } from "./current-policy.ts";
export { DEFAULT_POLICY_TEXT, defaultPolicy, type RoutingPolicy } from "./routing-policy.ts";
export {
  addPolicySignature,
  draftPolicy,
  loadPolicy,
  openPolicy,
  type PolicySigners,
  parsePolicyFile,
  policySignatures,
  type VerifiedPolicy,
} from "./signed-policy.ts";
