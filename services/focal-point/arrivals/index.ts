// What is made of a request as soon as it has arrived: tables, and procedures the store runs.

import { ruleDecision } from "./acknowledge-case.ts";
import { draftsStanding, findDraft, noteRegister } from "./draft-record.ts";
import { makeDraft, prepareArrival } from "./make-draft.ts";
import { acknowledgeRules } from "./rule-record.ts";
import { setAcknowledgeRules } from "./set-rules.ts";

export { ARRIVAL_MIGRATION_SQL, DRAFT_LEFT_MIGRATION_SQL } from "./arrival-tables.ts";

/** Procedures of arrivals, to be spread into the store's definition. */
export const ARRIVAL_PROCEDURES = {
  acknowledgeRules,
  setAcknowledgeRules,
  ruleDecision,
  draftsStanding,
  findDraft,
  makeDraft,
  noteRegister,
  prepareArrival,
};

/** Those of them that only read. */
export const ARRIVAL_READ_ONLY = [
  "acknowledgeRules",
  "ruleDecision",
  "draftsStanding",
  "findDraft",
] as const;
