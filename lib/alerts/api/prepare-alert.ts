import { ALERT_KINDS, alertFindingView, checkAlert, errorsOf, nameOf } from "#casework";
import { accepted, type Outcome, type Refusal, refuse } from "#errors";
import { type FieldProblem, type Problem, problemFromRefusal, problemOf } from "#http";
import { codeOf } from "#participant";
import {
  Alert,
  AlertAddressing,
  AlertCertainty,
  AlertKind,
  AlertMove,
  AlertScope,
  AlertSeverity,
  AlertUrgency,
  type Finding,
  Instrument,
  Role,
} from "#proto";
import { type RegisterView, receivingUnit } from "#trust";
import { toTimestamp } from "#wire";
import type { AlertVersion } from "../exchange/alert-record.ts";
import {
  type AlertSender,
  type ExpandedRecipients,
  expandRecipients,
} from "../exchange/expand-recipients.ts";
import type { AlertToBody } from "./alert-schema.ts";

const DAY_MS = 86_400_000;

/** What an alert is prepared from besides what the caller gives. */
export interface AlertContext {
  readonly self: AlertSender;
  readonly register: RegisterView;
  readonly nowMs: number;
}

/** An alert as it would leave. */
export interface PreparedAlert extends ExpandedRecipients {
  /** Encoded Alert. */
  readonly body: Uint8Array;
  /** Focal point that has to approve it; undefined for none. */
  readonly approver: string | undefined;
}

/** Either it, or what is said to the caller. */
export type AlertPreparation =
  | { readonly ok: true; readonly value: PreparedAlert }
  | { readonly ok: false; readonly problem: Problem };

/** What an alert is prepared from. */
export interface GivenAlert {
  readonly move: AlertMove;
  readonly to: AlertAddressing;
  readonly alert: Alert;
  /** What it replaces, as it will be referred to. */
  readonly earlier: readonly AlertVersion[];
  readonly actor: string;
}

/**
 * Builds an alert from what a caller gives: fills in what the kind of alert usually has, expands
 * whom it goes to, and checks all of it, before anything is kept or sent (TP-ALERT-33).
 */
export function prepareAlert(given: GivenAlert, context: AlertContext): AlertPreparation {
  const { nowMs, register, self } = context;
  const { actor, move, to: addressedTo } = given;
  const alert = completed(given.alert, move, actor, nowMs);
  if (alert.scope === AlertScope.PUBLIC) {
    return no(refuse("PUBLIC_SCOPE_FORBIDDEN", "alert.scope", "must not be Public"));
  }
  const expanded = recipientsOf(addressedTo, context);
  if (!expanded.ok) return no(expanded.refusal);
  const whole: Alert = { ...alert, addressedTo, references: referencesTo(given.earlier) };
  const errors = errorsOf(
    checkAlert(whole, {
      sender: self.participant,
      sentAtMs: nowMs,
      recipients: expanded.value.recipients,
      earlier: given.earlier,
    }),
  );
  if (errors.length > 0) return { ok: false, problem: findingsProblem(errors) };
  return {
    ok: true,
    value: {
      ...expanded.value,
      body: Alert.encode({ ...whole, references: [] }).finish(),
      approver: approverOf(register, self),
    },
  };
}

/** What an alert breaks or could do better, as a caller names its fields. */
export interface DraftFinding extends FieldProblem {
  readonly level: "ERROR" | "WARNING" | "ADVICE";
}

/**
 * Everything {@link prepareAlert} would say of an alert that is still being written, and what it
 * would let pass with a warning or advice (TP-ALERT-47).
 */
export function reviewAlert(given: GivenAlert, context: AlertContext): DraftFinding[] {
  const { nowMs, self } = context;
  const { actor, earlier, move, to } = given;
  const alert = completed(given.alert, move, actor, nowMs);
  const isAddressed = to.states.length > 0 || to.group !== "" || to.instrument !== 0;
  const expanded = isAddressed ? recipientsOf(to, context) : undefined;
  const refused = expanded?.ok === false ? [findingOf(expanded.refusal)] : [];
  // Whom it goes to is told once: as missing, or as what is wrong with it.
  const recipients = expanded?.ok === true ? expanded.value.recipients : refused.map(() => "?");
  const whole: Alert = { ...alert, addressedTo: to, references: referencesTo(earlier) };
  const found = checkAlert(whole, {
    ...{ sender: self.participant, sentAtMs: nowMs, recipients, earlier },
  });
  const hasKind = alert.kind !== AlertKind.UNSPECIFIED;
  // Its kind will bring these along.
  const isLater = ({ field, rule }: Finding): boolean =>
    !hasKind && rule === "missing" && BROUGHT_ALONG.includes(field);
  const told = found.filter((finding) => !isLater(finding));
  return [...refused, ...told.map((one) => ({ ...fieldProblemOf(one), level: levelOf(one) }))];
}

const BROUGHT_ALONG: readonly string[] = ["urgency", "severity", "certainty", "expires_at"];

function levelOf(finding: Finding): DraftFinding["level"] {
  return alertFindingView(finding).level as DraftFinding["level"];
}

function findingOf({ code, detail, field }: Refusal): DraftFinding {
  const { remedy = "", title } = problemOf(code);
  return { field, rule: detail || title, remedy, level: "ERROR" };
}

/** References to what it replaces. */
function referencesTo(earlier: readonly AlertVersion[]): Alert["references"] {
  return earlier.map(({ messageId, sender, sentAtMs }) => {
    return { sender, messageId, sentAt: toTimestamp(sentAtMs) };
  });
}

/** Whom an alert is addressed to, of the wire contract. */
export function addressingOf({ group = "", instrument, states = [] }: AlertToBody) {
  return AlertAddressing.create({ states, group, instrument: codeOf(Instrument, instrument) });
}

function no(refusal: Refusal): { readonly ok: false; readonly problem: Problem } {
  return { ok: false, problem: problemFromRefusal(refusal) };
}

/** What the kind usually has stands where the caller gave nothing. */
function completed(alert: Alert, move: AlertMove, actor: string, nowMs: number): Alert {
  const kind = nameOf(AlertKind, alert.kind);
  const officerRef = alert.officerRef === "" ? actor : alert.officerRef;
  const scope = alert.scope === 0 ? AlertScope.PRIVATE : alert.scope;
  if (kind === undefined || move === AlertMove.CANCEL) return { ...alert, move, scope, officerRef };
  const usual = ALERT_KINDS[kind];
  const lifeMs = (usual.lifeDaysMax ?? 0) * DAY_MS;
  const expiresAt = alert.expiresAt ?? (lifeMs === 0 ? undefined : toTimestamp(nowMs + lifeMs));
  return {
    ...alert,
    ...{ move, scope, officerRef, expiresAt },
    urgency: alert.urgency || AlertUrgency[usual.urgency],
    severity: alert.severity || AlertSeverity[usual.severity],
    certainty: alert.certainty || AlertCertainty[usual.certainty],
  };
}

/**
 * Recipients of an addressing. What an agency sends goes to its own focal point too, which passes
 * it on to the State's other agencies.
 */
export function recipientsOf(
  addressing: AlertAddressing,
  { nowMs, register, self }: AlertContext,
): Outcome<ExpandedRecipients> {
  const expanded = expandRecipients(addressing, self, register, nowMs);
  if (!expanded.ok) return expanded;
  const own = receivingUnit(register, self.state);
  const isAgency = register.participant(self.participant)?.role === Role.BORDER_AGENCY;
  if (!isAgency || own === undefined) return expanded;
  // The focal point may be no member of the group, so that the group alone is not named.
  return accepted({ recipients: [...expanded.value.recipients, own.id], group: "" });
}

function approverOf(register: RegisterView, self: AlertSender): string | undefined {
  const needsApproval = register.participant(self.participant)?.alertsNeedApproval === true;
  return needsApproval ? receivingUnit(register, self.state)?.id : undefined;
}

/** The problem of an alert that breaks rules. */
function findingsProblem(errors: readonly Finding[]): Problem {
  const problems = errors.map(fieldProblemOf);
  const detail = `${problems.length} rule(s) of an alert are broken`;
  const remedy = "Correct every field named in problems; nothing was sent.";
  return problemOf("BODY_INVALID", { detail, remedy, problems });
}

function fieldProblemOf(finding: Finding): FieldProblem {
  const { field, rule, wayOut } = alertFindingView(finding);
  return { field: field === "recipients" ? "to" : `alert.${field}`, rule, remedy: wayOut };
}
