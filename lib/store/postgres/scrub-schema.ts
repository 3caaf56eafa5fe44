import type { PostgresConnection } from "./postgres-connection.ts";

/** Sessions that still look at a state of before: what was deleted since stays there for them. */
const OLDER_READERS_SQL = `
  SELECT count(*)::int AS readers FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid() AND age(backend_xmin) > 0`;

const TABLES_SQL = `
  SELECT string_agg(format('%I.%I', schemaname, tablename), ', ') AS tables
  FROM pg_tables WHERE schemaname = current_schema()`;

/**
 * Gives the room of deleted rows back. False while somebody reads a state that still has them. What
 * this erases and what only the server's administrator can is said in TP-STORE-8.
 */
export async function scrubSchema(connection: PostgresConnection): Promise<boolean> {
  const before = await connection.control(OLDER_READERS_SQL);
  const { rows } = await connection.control(TABLES_SQL);
  await connection.control(`VACUUM ${rows[0]?.tables}`);
  return before.rows[0]?.readers === 0;
}
