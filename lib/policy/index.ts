// The door of lib/policy: who may send what to whom, by a policy (docs/spec/policy.md).

export { authorizeHeader, type RoutingBasis } from "./authorize-header.ts";
export { defaultPolicy, type RoutingPolicy } from "./routing-policy.ts";
