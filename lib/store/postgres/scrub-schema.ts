import { setTimeout as pause } from "node:timers/promises";
import { POSTGRES_LIMITS } from "#runtime";
import type { PostgresConnection } from "./postgres-connection.ts";

/** A number greater than that of every transaction that has deleted something before. */
const HORIZON_SQL = "SELECT pg_current_xact_id()::text AS horizon";

/** Sessions that may still look at a state of before: what was deleted stays there for them. */
const olderSql = (horizon: string): string => `
  SELECT count(*)::int AS sessions FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND greatest(age(backend_xmin), age(backend_xid)) > age('${horizon}'::xid8::xid)`;

/** Who begins while others write counts as older until they have ended: that takes milliseconds. */
const LOOKS_MAX = 10;

/** The table whose lock is the turn to write is left out: its row is never deleted. */
const TABLES_SQL = `
  SELECT string_agg(format('%I.%I', schemaname, tablename), ', ') AS tables
  FROM pg_tables WHERE schemaname = current_schema() AND tablename <> 'tracepost_store'`;

/**
 * Gives the room of deleted rows back, while others write. False, and nothing is done, while
 * somebody reads a state that still has them. What this erases and what only the server's
 * administrator can is said in TP-STORE-8.
 */
export async function scrubSchema(connection: PostgresConnection): Promise<boolean> {
  const { horizon } = (await connection.control(HORIZON_SQL)).rows[0];
  for (let look = 1; ; look += 1) {
    const older = await connection.control(olderSql(String(horizon)));
    if (older.rows[0]?.sessions === 0) break;
    if (look === LOOKS_MAX) return false;
    await pause(POSTGRES_LIMITS.attemptPauseMs);
  }
  const { rows } = await connection.control(TABLES_SQL);
  await connection.control(`VACUUM ${rows[0]?.tables}`);
  return true;
}
