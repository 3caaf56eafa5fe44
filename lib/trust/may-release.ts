import { accepted, type Outcome, refused } from "#errors";
import { type Handling, IntendedUse, Tlp, UseRestriction } from "#proto";

/** Leave of the originator to pass something on (domain notes 6.1 rule 4). */
export interface ReleaseGrant {
  /** Participant id or State it was granted to. */
  readonly to: string;
  /** Uses it covers; none named: every use the handling allows. */
  readonly uses: readonly IntendedUse[];
}

/** What somebody wants to pass on, to whom, for what. */
export interface ReleaseQuestion {
  /** Handling of the message that brought it. */
  readonly handling: Handling;
  /** Participants that have it already: the sender of that message and its recipients. */
  readonly holders: readonly string[];
  readonly to: { readonly participant: string; readonly state: string };
  /** What it is wanted for; undefined where only signed headers are seen, which do not say it. */
  readonly use: IntendedUse | undefined;
  readonly grants: readonly ReleaseGrant[];
}

/** Why something may be passed on. */
export type ReleaseGround = "ORIGINATOR" | "HOLDER" | "GRANTED" | "RELEASABLE_TO" | "COMMUNITY";

/**
 * Whether information may be passed on (TP-REQ-20, domain notes 6.1 rules 1, 3 and 4): to the State
 * that owns it, to who has it, with leave of the originator, to whom the handling names, and beyond
 * that only what is marked GREEN or CLEAR and not NO_ONWARD. HANDLING_VIOLATION with the field that
 * forbids it. Every way out asks this first: an export, a copy, the next request of a chain, and
 * the gateway once more (TP-CONV-5).
 */
export function mayRelease(question: ReleaseQuestion): Outcome<ReleaseGround> {
  const { handling, holders, to, use } = question;
  if (to.state !== "" && to.state === handling.originatorState) return accepted("ORIGINATOR");
  if (holders.includes(to.participant)) return accepted("HOLDER");
  const granted = question.grants.filter((grant) => names(to, grant.to));
  const isNamed = use !== undefined && granted.some(({ uses }) => uses.includes(use));
  if (isNamed) return accepted("GRANTED");
  const barred = barredUse(handling, use);
  if (barred !== undefined) return refused("HANDLING_VIOLATION", "header.handling.use", barred);
  if (granted.some(({ uses }) => uses.length === 0)) return accepted("GRANTED");
  if (handling.releasableTo.some((one) => names(to, one))) return accepted("RELEASABLE_TO");
  if (handling.use.includes(UseRestriction.NO_ONWARD)) {
    const detail = "is not passed on without the originator's leave";
    return refused("HANDLING_VIOLATION", "header.handling.use", detail);
  }
  if (handling.tlp === Tlp.CLEAR || handling.tlp === Tlp.GREEN) return accepted("COMMUNITY");
  return refused("HANDLING_VIOLATION", "header.handling.tlp", "keeps it with its recipients");
}

function names(to: ReleaseQuestion["to"], one: string): boolean {
  return one !== "" && (one === to.participant || one === to.state);
}

/**
 * Why a restriction forbids a use; a text of the originator (H3) is for a person to read. A use
 * that is not known is barred by what bars every use.
 */
function barredUse(
  { use: restrictions }: Handling,
  use: IntendedUse | undefined,
): string | undefined {
  const { INTELLIGENCE_ONLY, NO_JUDICIAL_USE, OTHER } = UseRestriction;
  const isOther = use !== undefined && use !== IntendedUse.INTELLIGENCE;
  if (restrictions.includes(INTELLIGENCE_ONLY) && isOther) {
    return "is for intelligence only";
  }
  const isJudicial = use === IntendedUse.JUDICIAL_PROCEEDINGS;
  if (restrictions.includes(NO_JUDICIAL_USE) && isJudicial) {
    return "is not for judicial proceedings without the originator's leave";
  }
  return restrictions.includes(OTHER) ? "has a condition in words: ask the originator" : undefined;
}
