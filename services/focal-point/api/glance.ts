import type { AlertCounts } from "#alerts";
import type { ServiceGlance } from "#participant";
import type { CaseGlance } from "../cases/case-glance.ts";
import type { CaseRole } from "../cases/case-record.ts";
import type { LettersDue } from "../clocks/reminded.ts";
import type { ReleaseCounts } from "../releases/review-watch.ts";

/** What is looked at to see whether something needs a person. */
export interface Glance extends ServiceGlance {
  /** Who answers requests. */
  readonly answering: "officer" | "register";
  readonly cases: CaseGlance;
  /** Cases of which something is overdue, by the side this State is on. */
  readonly overdue: Readonly<Record<CaseRole, number>>;
  /** Reminders that an officer has to write, by State. */
  readonly lettersDue: readonly LettersDue[];
  /** What waits for a second person. */
  readonly releases: ReleaseCounts;
  readonly alerts: AlertCounts;
}
