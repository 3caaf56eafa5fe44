export { type AnswerContext, answerFromRegister } from "./answer.ts";
export { isCalendarDate } from "./calendar-date.ts";
export {
  checkTraceRequest,
  errorsOf,
  type TraceRequestContext,
} from "./check-trace-request.ts";
export { checkCalibre, checkMake, checkSerial, type IdentityRule } from "./identity-rules.ts";
export { normalizeMake, normalizeSerial } from "./normalize.ts";
export { moveOf, outcomeClassOf, outcomeName, type TraceOutcomeName } from "./outcome.ts";
export {
  FIREARM_STATUSES,
  type FirearmRecord,
  type FirearmStatus,
  type RefusalGroundName,
} from "./register.ts";
export {
  type FailedField,
  type RecoveredFirearm,
  type Screening,
  screenRow,
} from "./screening.ts";
export {
  type MoveOwner,
  nextTraceState,
  TRACE_TRANSITIONS,
  type TraceState,
  type TraceTransition,
} from "./trace-states.ts";
