import { OutcomeClass, Tlp, TraceMove, UseRestriction } from "#proto";

/** Why something needs a second person; closed (TP-ANS-1). */
export const RELEASE_REASONS = {
  PERSONS: "it holds personal data",
  REFUSAL: "it refuses an answer",
  RESTRICTED_HANDLING: "its handling is stricter than usual",
  ONWARD_RELEASE: "it lets a third State have what was given in confidence",
  LEDGER: "it is the State's own count of a year, for a regional body",
  LOOSER_POLICY: "it loosens what needs a second person",
} as const satisfies Record<string, string>;

/** One of {@link RELEASE_REASONS}. */
export type ReleaseReason = keyof typeof RELEASE_REASONS;

/** TLP labels from which handling may count as restricted. */
export const RESTRICTED_FROM = ["AMBER", "AMBER_STRICT", "RED"] as const;

/** Use restrictions that may count as restricted handling. */
export const RESTRICTED_USES = [
  "INTELLIGENCE_ONLY",
  "NO_JUDICIAL_USE",
  "NO_ONWARD",
  "OTHER",
] as const;

/** What a State lets one person, or the firearm register, send alone (TP-ANS-2). */
export interface ReleasePolicy {
  /** Whether a refusal needs a second person. */
  readonly refusals: boolean;
  /** TLP from which on handling is restricted. */
  readonly restrictedFrom: (typeof RESTRICTED_FROM)[number];
  /** Use restrictions that make handling restricted. */
  readonly restrictedUses: readonly (typeof RESTRICTED_USES)[number][];
  /** Whether one person may send what is urgent, to be looked at afterwards. */
  readonly breakGlass: boolean;
  /** What the firearm register may send by itself where it answers; personal data never. */
  readonly registerMaySend: readonly ("REFUSAL" | "RESTRICTED_HANDLING")[];
}

/** Policy of a State that has set none. */
export const DEFAULT_RELEASE_POLICY: ReleasePolicy = {
  refusals: true,
  restrictedFrom: "AMBER_STRICT",
  restrictedUses: ["INTELLIGENCE_ONLY", "OTHER"],
  breakGlass: true,
  registerMaySend: ["REFUSAL", "RESTRICTED_HANDLING"],
};

/** What is known of something that would leave. */
export interface Outgoing {
  /** It holds a part with personal data, or names a natural person. */
  readonly hasPersons: boolean;
  readonly move: TraceMove;
  readonly outcomeClass: OutcomeClass;
  readonly tlp: Tlp;
  readonly use: readonly UseRestriction[];
  /** It grants that something is passed on to a third State. */
  readonly grantsOnward: boolean;
  /** It is a national ledger (TP-LEDG-8). */
  readonly isLedger: boolean;
}

/** Moves that tell nothing of a firearm, a person or a case but that it is there. */
const TELLS_NOTHING: ReadonlySet<TraceMove> = new Set([
  TraceMove.ACKNOWLEDGEMENT,
  TraceMove.REMINDER,
  TraceMove.CASE_CLOSED,
]);

/**
 * Why something may not leave without a second person; nothing when one is enough (TP-ANS-1).
 * Personal data, onward releases and ledgers always need one, whatever the policy says.
 */
export function needsSecondPerson(what: Outgoing, policy: ReleasePolicy): ReleaseReason[] {
  const isRefusal = what.move === TraceMove.REFUSAL || what.outcomeClass === OutcomeClass.REFUSED;
  const reasons: [ReleaseReason, boolean][] = [
    ["PERSONS", what.hasPersons],
    ["REFUSAL", isRefusal && policy.refusals],
    ["RESTRICTED_HANDLING", isRestricted(what, policy)],
    ["ONWARD_RELEASE", what.grantsOnward],
    ["LEDGER", what.isLedger],
  ];
  return reasons.filter(([, holds]) => holds).map(([reason]) => reason);
}

function isRestricted({ move, tlp, use }: Outgoing, policy: ReleasePolicy): boolean {
  if (TELLS_NOTHING.has(move)) return false;
  const uses = policy.restrictedUses.map((name) => UseRestriction[name]);
  return tlp >= Tlp[policy.restrictedFrom] || use.some((one) => uses.some((bad) => bad === one));
}

/** Whether a policy lets more leave with one person than another; that needs two (TP-ANS-2). */
export function isLooserPolicy(next: ReleasePolicy, now: ReleasePolicy): boolean {
  const hasMore = <T>(more: readonly T[], than: readonly T[]): boolean =>
    more.some((one) => !than.includes(one));
  return (
    (now.refusals && !next.refusals) ||
    Tlp[next.restrictedFrom] > Tlp[now.restrictedFrom] ||
    hasMore(now.restrictedUses, next.restrictedUses) ||
    (!now.breakGlass && next.breakGlass) ||
    hasMore(next.registerMaySend, now.registerMaySend)
  );
}

/** Whether the firearm register may send something by itself. */
export function registerMaySend(
  reasons: readonly ReleaseReason[],
  { registerMaySend: allowed }: ReleasePolicy,
): boolean {
  return reasons.every((reason) => allowed.some((one) => one === reason));
}
