import { conversationTrigger, dayTrigger } from "#participant-store";

/** A count of cases or of answers goes down with the case. */
function uncount(what: string, name: string, condition: string): string {
  return `UPDATE trace_count SET count = count - 1
    WHERE what = ${what} AND name = ${name} AND ${condition};`;
}

/**
 * Cases and the access log of personal data are kept by the schedule (TP-PREC-3). Counts follow a
 * case that is gone. `disposed_file` names what lies in files until they are removed.
 */
export const CASE_RECORD_MIGRATION_SQL = `
${conversationTrigger("trace_case", "case_id")}
${dayTrigger("person_access", "at")}
CREATE INDEX trace_idempotency_case ON trace_idempotency (case_id);
CREATE INDEX trace_ammunition_case ON trace_ammunition (case_id);
CREATE INDEX attachment_under_way_case ON attachment_under_way (case_id);
CREATE TRIGGER trace_case_disposed AFTER DELETE ON trace_case BEGIN
  ${uncount("OLD.role", "OLD.state", "1")}
  ${uncount("'outcome ' || OLD.role", "OLD.outcome", "OLD.outcome IS NOT NULL")}
  ${uncount("'off exchange'", "OLD.state", "OLD.off_exchange = 1")}
END;
CREATE TABLE disposed_file (
  attachment_id TEXT PRIMARY KEY,
  sha256 BLOB NOT NULL,
  preview_sha256 BLOB
) STRICT, WITHOUT ROWID;
`;
