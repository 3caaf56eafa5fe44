import { describe, expect, it } from "vitest";
import { translateMigration } from "../../../lib/store/postgres/migration-dialect.ts";
import { translateStatement } from "../../../lib/store/postgres/statement-dialect.ts";

const inOne = (sql: string): string => translateStatement(sql).join("¿");
/** Without the space that means nothing. */
const lines = (sql: string): string[] =>
  translateMigration(sql).map((statement) => statement.replace(/\s+/g, " ").trim());

describe("a statement in PostgreSQL's dialect (TP-STORE-4)", () => {
  it.each([
    ["SELECT a FROM t WHERE b = ? AND c < ?", "SELECT a FROM t WHERE b = ¿ AND c < ¿"],
    ["SELECT '?' AS \"?\", x -- ?", "SELECT '?' AS \"?\", x -- ?"],
    ["SELECT 'it''s ?' /* ? */ || ?", "SELECT 'it''s ?' /* ? */ || ¿"],
    ["SELECT x'00ff', X''", "SELECT '\\x00ff'::bytea, '\\x'::bytea"],
    ["SELECT a AS sentAtMs ORDER BY sentAtMs", 'SELECT a AS "sentAtMs" ORDER BY "sentAtMs"'],
    ["SELECT CAST(a AS INTEGER), real", "SELECT CAST(a AS BIGINT), real"],
    ["a IS ? OR b IS NOT c", "a IS NOT DISTINCT FROM ¿ OR b IS DISTINCT FROM c"],
    ["a IS NULL OR b IS NOT NULL", "a IS NULL OR b IS NOT NULL"],
    ["SELECT 1e5, 0x1F", "SELECT 1e5, 0x1F"],
  ])("%s", (sql, expected) => {
    expect(inOne(sql)).toBe(expected);
  });
});

describe("a step of a schema in PostgreSQL's dialect (TP-STORE-4)", () => {
  it("has its types, and no options of SQLite", () => {
    expect(
      lines(`CREATE TABLE t (a INTEGER NOT NULL, b TEXT DEFAULT 'INTEGER', c BLOB, d REAL,
        PRIMARY KEY (a, b)) STRICT, WITHOUT ROWID;
        CREATE INDEX t_b ON t (b) WHERE a = 1; -- INTEGER;
        ALTER TABLE t ADD COLUMN e TEXT NOT NULL DEFAULT '';`),
    ).toEqual([
      "CREATE TABLE t (a BIGINT NOT NULL, b TEXT COLLATE \"C\" DEFAULT 'INTEGER', c BYTEA," +
        " d DOUBLE PRECISION, PRIMARY KEY (a, b))",
      "CREATE INDEX t_b ON t (b) WHERE a = 1",
      "ALTER TABLE t ADD COLUMN e TEXT COLLATE \"C\" NOT NULL DEFAULT ''",
    ]);
  });

  it("numbers rows by a trigger, from the highest one or from what was ever given", () => {
    const [table, body, trigger] = lines("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT) STRICT");
    expect(table).toBe('CREATE TABLE t (id BIGINT PRIMARY KEY, a TEXT COLLATE "C")');
    expect(body).toContain("SELECT coalesce(max(id), 0) + 1 INTO NEW.id FROM t; RETURN NEW;");
    expect(trigger).toBe(
      "CREATE TRIGGER number_t BEFORE INSERT ON t FOR EACH ROW WHEN (NEW.id IS NULL)" +
        " EXECUTE FUNCTION number_t()",
    );
    const once = lines("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT) STRICT");
    expect(once[0]).toBe("CREATE TABLE t (id BIGINT PRIMARY KEY )");
    expect(once[1]).toContain("INSERT INTO sqlite_sequence");
  });

  it("turns the body of a trigger into a function, semicolons, cases and all", () => {
    expect(
      lines(`CREATE TRIGGER gone AFTER DELETE ON t WHEN OLD.a > 0 BEGIN
          UPDATE u SET n = CASE OLD.a WHEN 1 THEN 2 ELSE 3 END; DELETE FROM v;
        END; DROP TABLE w`),
    ).toEqual([
      "CREATE OR REPLACE FUNCTION gone() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN" +
        " IF OLD.a > 0 THEN UPDATE u SET n = CASE OLD.a WHEN 1 THEN 2 ELSE 3 END; DELETE FROM v;" +
        " END IF; RETURN NULL; END $body$",
      "CREATE TRIGGER gone AFTER DELETE ON t FOR EACH ROW EXECUTE FUNCTION gone()",
      "DROP TABLE w",
    ]);
  });
});
