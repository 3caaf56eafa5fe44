import { SCHEDULE_MIGRATION_SQL } from "#participant-store";

/**
 * Versions of the retention schedule that this State has taken, and which of them was in force when
 * personal data was taken in (TP-RET-10).
 */
export const RETENTION_MIGRATION_SQL = `
${SCHEDULE_MIGRATION_SQL}
ALTER TABLE person_block ADD COLUMN schedule_version INTEGER NOT NULL DEFAULT 0;
CREATE TRIGGER person_block_under AFTER INSERT ON person_block BEGIN
  UPDATE person_block
    SET schedule_version = (SELECT coalesce(max(version), 0) FROM retention_schedule)
    WHERE block_id = NEW.block_id;
END;
`;
