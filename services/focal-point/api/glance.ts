import type { ServiceGlance } from "#participant";
import type { CaseGlance } from "../cases/case-glance.ts";

/** What is looked at to see whether something needs a person. */
export interface Glance extends ServiceGlance {
  /** Who answers requests. */
  readonly answering: "officer" | "register";
  readonly cases: CaseGlance;
}
