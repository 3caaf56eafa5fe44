export { type Addressees, type OriginMarks, proposeAddressees } from "./addressees.ts";
export { ALERT_WAYS_OUT, alertFindingView } from "./alert/alert-findings.ts";
export { ALERT_KINDS, type AlertKindName, type AlertKindRule } from "./alert/alert-kinds.ts";
export {
  type AlertDraft,
  type AlertDraftResult,
  type AlertHeader,
  alertOfCap,
  capOfAlert,
} from "./alert/cap-form/alert-cap.ts";
export { type AlertContext, checkAlert } from "./alert/check-alert.ts";
export {
  type AlertMessage,
  type AlertStanding,
  endedAlerts,
  exerciseMark,
  standingsAt,
} from "./alert/in-force.ts";
export {
  type AlertJson,
  AlertSchema,
  alertFromJson,
  alertToJson,
} from "./alert/json/alert-json.ts";
export {
  type CheckQuestion,
  IDENTITIES,
  MATCH_BASES,
  type MatchBasis,
  type QuestionProblem,
  type WantedMark,
} from "./alert/match/check-question.ts";
export { keysOfMark, keysOfQuestion } from "./alert/match/match-keys.ts";
export { compareMatches, matchMark, type PossibleMatch } from "./alert/match/match-mark.ts";
export { wantedMarks } from "./alert/match/wanted-marks.ts";
export { INDICATOR_TEMPLATE, REVIEW_POINTS } from "./alert/modus-operandi.ts";
export { type AnswerContext, answerFromRegister } from "./answer.ts";
export {
  CAP_LISTS,
  type CapAlert,
  type CapInfo,
  type CapNamed,
  type CapProblem,
  type CapReference,
  type CapResult,
} from "./cap/cap-alert.ts";
export { capTime, capTimeMs } from "./cap/cap-time.ts";
export { parseCap } from "./cap/parse-cap.ts";
export { writeCap } from "./cap/write-cap.ts";
export {
  type AmmunitionKeys,
  ammunitionKeysOf,
  type SameAmmunitionHow,
  sameAmmunition,
} from "./chain/ammunition-keys.ts";
export { type AskWhom, askWhom, type Candidate, type ImportedInto } from "./chain/ask-whom.ts";
export {
  type ChainEnd,
  type ChainedHop,
  type ChainStory,
  chainStory,
} from "./chain/chain-story.ts";
export { checkNextHop, wayTo } from "./chain/check-next-hop.ts";
export {
  type FirearmKeys,
  firearmKeysOf,
  type SameHow,
  sameFirearm,
} from "./chain/firearm-keys.ts";
export { type Trail, trailOf } from "./chain/trail.ts";
export { type ChainCheck, type ChainGap, type ChainHop, checkChain } from "./check-chain.ts";
export { AGE_QUANTILES, rankOf } from "./clock/ageing.ts";
export { type CaseClock, caseClock, type StateChange } from "./clock/case-clock.ts";
export { type CalendarProblem, checkCalendar } from "./clock/check-calendar.ts";
export { type ReminderDue, reminderDue, reminderTimes } from "./clock/reminders.ts";
export {
  DEFAULT_TARGETS,
  dueAfter,
  PRIORITIES,
  type PriorityName,
  priorityName,
  type ReplyTargets,
  TARGET_UNITS,
  type Target,
} from "./clock/targets.ts";
export {
  type OpenCalendar,
  openCalendar,
  WEEKDAYS,
  type Weekday,
  type WorkingCalendar,
} from "./clock/working-calendar.ts";
export { openZone, type Zone } from "./clock/zone.ts";
export { checkConsignment, consignmentKey } from "./consignment/check-consignment.ts";
export {
  CONSIGNMENT_KINDS,
  type ConsignmentCheck,
  type ConsignmentKind,
  type ConsignmentProblem,
  type ConsignmentText,
} from "./consignment/consignment-kinds.ts";
export { CONVERSATION_STATES, type ConversationState } from "./conversation-states.ts";
export { FORMS, filledForm, formOf, formsOfSubject } from "./forms/forms.ts";
export { candidateLookups, type SearchDepth } from "./identity/candidate-lookups.ts";
export {
  type FirearmCandidate,
  findCandidates,
  type WantedFirearm,
} from "./identity/find-candidates.ts";
export { isPartialSerial } from "./identity/partial-serial.ts";
export { isSameFirearm } from "./identity/same-firearm.ts";
export { serialKeysOf, tailOf } from "./identity/serial-keys.ts";
export {
  relateSerials,
  SERIAL_RELATIONS,
} from "./identity/serial-relation.ts";
export { wantedFirearms, whyUnsearchable } from "./identity/wanted-firearms.ts";
export { checkCalibre, checkMake, checkSerial, type IdentityRule } from "./identity-rules.ts";
export { judgeMove, type Side } from "./judge-move.ts";
export {
  composeLetter,
  type Letter,
  type LetterRow,
  type LetterSection,
  tlpText,
} from "./letter/compose-letter.ts";
export { type NameOf, nameOf, namesOf } from "./list-names.ts";
export { LOOK_ALIKE_VERSION, lookAlikeKey } from "./look-alike.ts";
export { checkFollowUp } from "./moves/check-follow-up.ts";
export { checkReply, type ReplyContext } from "./moves/check-reply.ts";
export {
  type CaseStanding,
  type CaseStep,
  type FoldOptions,
  foldMoves,
} from "./moves/fold-moves.ts";
export {
  judgeArrival,
  judgeNext,
  judgeReceived,
  type TakenMove,
  type TakenMoves,
} from "./moves/judge-arrival.ts";
export {
  fromFollowUp,
  fromTraceReply,
  type TraceFollowUpView,
  type TraceReplyView,
} from "./moves/move-view.ts";
export { inOrderOfSending, nextSentAtMs, type RecordedMove } from "./moves/recorded-move.ts";
export { movesOpenTo, type Turn, turnOf } from "./moves/whose-turn.ts";
export { codeOf, nameSchema } from "./name-schema.ts";
export { normalizeMake, normalizeSerial } from "./normalize.ts";
export {
  checkNotice,
  type NoticeKind,
  noticeKindOf,
  subjectOf,
} from "./notices/check-notice.ts";
export { furthestOnward, outstandingOnward } from "./notices/onward-standing.ts";
export { repeatsEvents, repeatsPersons } from "./onward/repeats-told.ts";
export {
  moveOf,
  moveOfFollowUp,
  outcomeClassOf,
  outcomeName,
  type TraceOutcomeName,
} from "./outcome.ts";
export { checkPersons } from "./persons/check-persons.ts";
export { fromPersonsBlock, PersonsFacts, toPersonsBlock } from "./persons/persons-facts.ts";
export { reviewAtMs } from "./persons/review-date.ts";
export {
  FIREARM_STATUSES,
  type FirearmRecord,
  type FirearmStatus,
  HOLDER_KINDS,
  RECORD_HOLDERS,
  type RefusalGroundName,
  type RegisterEvent,
} from "./register.ts";
export { inOrderOfTime, standingOf } from "./register-standing.ts";
export {
  ACKNOWLEDGE_BARS,
  ACKNOWLEDGE_TLPS,
  type AcknowledgeBar,
  type AcknowledgeDecision,
  type AcknowledgeRule,
  type AcknowledgeRules,
  type ArrivedRequest,
  acknowledgeBy,
  DEFAULT_ACKNOWLEDGE_RULES,
  isLooserRules,
} from "./releases/acknowledge.ts";
export {
  DEFAULT_RELEASE_POLICY,
  isLooserPolicy,
  needsSecondPerson,
  type Outgoing,
  RELEASE_REASONS,
  RESTRICTED_FROM,
  RESTRICTED_USES,
  type ReleasePolicy,
  type ReleaseReason,
  registerMaySend,
} from "./releases/second-person.ts";
export { type ReplyClock, replyClock, TARGET_DAYS } from "./reply-clock.ts";
export {
  checkTraceRequest,
  errorsOf,
} from "./request/check-trace-request.ts";
export {
  type Completeness,
  completenessOf,
  completenessTenth,
  withLacking,
} from "./request/completeness.ts";
export { closed, text } from "./request/facts/field-schemas.ts";
export { FirearmFacts } from "./request/facts/firearm-facts-schema.ts";
export { TraceRequestFacts } from "./request/facts/request-schema.ts";
export { toFirearm } from "./request/facts/to-firearm.ts";
export {
  instantOf,
  type RequestContext,
  toTraceRequest,
} from "./request/facts/to-trace-request.ts";
export type { TraceRequestContext } from "./request/request-context.ts";
export { fromFinding, jsonPath } from "./request/view/from-finding.ts";
export { fromTraceRequest, type TraceRequestView } from "./request/view/from-trace-request.ts";
export {
  type FailedField,
  type RecoveredFirearm,
  type Screening,
  screenRow,
} from "./screening.ts";
export { scriptOf } from "./script.ts";
export { serialMatches } from "./serial-match.ts";
export {
  type MoveOwner,
  nextTraceState,
  STANDING_MOVES,
  TRACE_TRANSITIONS,
  type TraceState,
  type TraceTransition,
} from "./trace-states.ts";
