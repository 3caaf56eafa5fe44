import { Tlp } from "#proto";
import type { PriorityName } from "../clock/targets.ts";
import {
  needsSecondPerson,
  type Outgoing,
  type ReleasePolicy,
  type ReleaseReason,
} from "./second-person.ts";

/** TLP labels a rule may stop at. */
export const ACKNOWLEDGE_TLPS = ["CLEAR", "GREEN", "AMBER", "AMBER_STRICT", "RED"] as const;

/** When a request is acknowledged by itself; a condition left out holds for every request. */
export interface AcknowledgeRule {
  /** By which the case names it; unique in its list. */
  readonly name: string;
  readonly priorities?: readonly PriorityName[];
  /** ISO 3166-1 alpha-2. */
  readonly requestingStates?: readonly string[];
  /** Strictest TLP it takes. */
  readonly tlpMax?: (typeof ACKNOWLEDGE_TLPS)[number];
  /** Least completeness, of 100. */
  readonly completenessMin?: number;
}

/** The rules of a State, in the order in which they are tried. */
export interface AcknowledgeRules {
  /** Nothing is acknowledged while they are switched off. */
  readonly active: boolean;
  readonly rules: readonly AcknowledgeRule[];
}

/** Rules of a State that has set none: switched off. */
export const DEFAULT_ACKNOWLEDGE_RULES: AcknowledgeRules = { active: false, rules: [] };

/** What rules are held against. */
export interface ArrivedRequest {
  readonly priority: PriorityName;
  /** ISO 3166-1 alpha-2. */
  readonly requestingState: string;
  /** Of 100. */
  readonly completeness: number;
  /** What it would need two persons to send; the same is seen by a person here. */
  readonly what: Outgoing;
}

/** Why no rule acknowledges a request; closed (TP-ANS-12). */
export const ACKNOWLEDGE_BARS = {
  OFF: "the rules are switched off",
  NO_RULE: "no rule is for it",
  PERSONS: "it holds personal data: an officer reads it first",
  RESTRICTED_HANDLING: "its handling is restricted: an officer reads it first",
} as const satisfies Record<string, string>;

/** One of {@link ACKNOWLEDGE_BARS}. */
export type AcknowledgeBar = keyof typeof ACKNOWLEDGE_BARS;

/** Which rule acknowledges a request, or why none does. */
export type AcknowledgeDecision =
  | { readonly acknowledge: true; readonly rule: string }
  | { readonly acknowledge: false; readonly because: readonly AcknowledgeBar[] };

/**
 * The first rule that takes a request (TP-ANS-11). What a second person must see is never
 * acknowledged by a rule, whatever the rules say (TP-ANS-12).
 */
export function acknowledgeBy(
  request: ArrivedRequest,
  { active, rules }: AcknowledgeRules,
  policy: ReleasePolicy,
): AcknowledgeDecision {
  if (!active) return { acknowledge: false, because: ["OFF"] };
  const bars = needsSecondPerson(request.what, policy).filter(isBar);
  if (bars.length > 0) return { acknowledge: false, because: bars };
  const rule = rules.find((one) => takes(one, request));
  if (rule === undefined) return { acknowledge: false, because: ["NO_RULE"] };
  return { acknowledge: true, rule: rule.name };
}

/** A request neither refuses an answer nor lets anything be passed on. */
function isBar(reason: ReleaseReason): reason is ReleaseReason & AcknowledgeBar {
  return reason === "PERSONS" || reason === "RESTRICTED_HANDLING";
}

function takes(rule: AcknowledgeRule, request: ArrivedRequest): boolean {
  const { completenessMin = 0, priorities, requestingStates, tlpMax = "RED" } = rule;
  return (
    (priorities?.includes(request.priority) ?? true) &&
    (requestingStates?.includes(request.requestingState) ?? true) &&
    request.what.tlp <= Tlp[tlpMax] &&
    request.completeness >= completenessMin
  );
}

/**
 * Whether rules may take a request that those before do not; that needs two persons (TP-ANS-13).
 * Rules that are switched off take none.
 */
export function isLooserRules(next: AcknowledgeRules, now: AcknowledgeRules): boolean {
  if (!next.active) return false;
  if (!now.active) return true;
  return next.rules.some((one) => !now.rules.some((wide) => isWithin(one, wide)));
}

/** Whether every request that one rule takes is taken by the other. */
function isWithin(one: AcknowledgeRule, wide: AcknowledgeRule): boolean {
  return (
    isPartOf(one.priorities, wide.priorities) &&
    isPartOf(one.requestingStates, wide.requestingStates) &&
    Tlp[one.tlpMax ?? "RED"] <= Tlp[wide.tlpMax ?? "RED"] &&
    (one.completenessMin ?? 0) >= (wide.completenessMin ?? 0)
  );
}

/** An absent list stands for everything. */
function isPartOf<T>(some: readonly T[] | undefined, all: readonly T[] | undefined): boolean {
  if (all === undefined) return true;
  return some?.every((one) => all.includes(one)) ?? false;
}
