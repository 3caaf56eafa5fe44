export { FAULTS, type FaultCode, type FaultOptions, TracepostError } from "./fault.ts";
export {
  accepted,
  isRefusalCodeName,
  type Outcome,
  REFUSALS,
  type Refusal,
  type RefusalCodeName,
  type RefusalRule,
  refuse,
  refused,
} from "./refusal.ts";
