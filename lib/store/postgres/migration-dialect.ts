import { isWord, meaningful, type Token, tokensOf } from "./sql-tokens.ts";
import { translateToken } from "./statement-dialect.ts";

/**
 * Turns a step of a schema into statements of PostgreSQL's dialect (TP-STORE-4). Mechanical: types,
 * table options, row numbers, and triggers, whose bodies become functions.
 */
export function translateMigration(sql: string): string[] {
  return splitStatements(tokensOf(sql)).flatMap(translateDefinition);
}

/** Cuts at semicolons, but not inside the body of a trigger. */
function splitStatements(tokens: readonly Token[]): Token[][] {
  const statements: Token[][] = [];
  let current: Token[] = [];
  let depth = 0;
  for (const token of tokens) {
    if (token.kind === "comment") continue;
    if (isWord(token, "BEGIN", "CASE")) depth += 1;
    if (isWord(token, "END")) depth -= 1;
    if (token.text === ";" && depth === 0) {
      statements.push(current);
      current = [];
    } else current.push(token);
  }
  return [...statements, current].filter((statement) => meaningful(statement).length > 0);
}

function translateDefinition(statement: readonly Token[]): string[] {
  const [first, second] = meaningful(statement);
  if (isWord(first, "CREATE") && isWord(second, "TABLE")) return translateTable(statement);
  if (isWord(first, "CREATE") && isWord(second, "TRIGGER")) return translateTrigger(statement);
  if (isWord(first, "ALTER")) return [columnsOf(statement)];
  return [statement.map(translateToken).join("")];
}

/** Text is compared by its bytes, as SQLite does. */
function columnsOf(tokens: readonly Token[]): string {
  return tokens
    .map((token) => (token.text === "TEXT" ? 'TEXT COLLATE "C"' : translateToken(token)))
    .join("");
}

function translateTable(statement: readonly Token[]): string[] {
  const end = statement.findLastIndex(({ text }) => text === ")");
  const body = statement.slice(0, end + 1);
  const name = meaningful(body)[2]?.text ?? "";
  const numbered = numberedColumn(meaningful(body));
  const sql = columnsOf(body.filter((token) => !isWord(token, "AUTOINCREMENT")));
  return numbered === undefined ? [sql] : [sql, ...numberRows(name, numbered)];
}

interface NumberedColumn {
  readonly column: string;
  /** Whether a number is never given twice. */
  readonly isOnce: boolean;
}

function numberedColumn(tokens: readonly Token[]): NumberedColumn | undefined {
  const at = tokens.findIndex(
    (token, index) =>
      isWord(token, "INTEGER") &&
      isWord(tokens[index + 1], "PRIMARY") &&
      isWord(tokens[index + 2], "KEY"),
  );
  const column = tokens[at - 1]?.text;
  if (at < 0 || column === undefined) return undefined;
  return { column, isOnce: isWord(tokens[at + 3], "AUTOINCREMENT") };
}

/**
 * A row without a number gets the next one. No sequence of PostgreSQL does it: those leave holes
 * where a transaction is taken back, and a hole means that a row was taken out (TP-AUDIT-1).
 */
function numberRows(table: string, { column, isOnce }: NumberedColumn): string[] {
  const highest = `SELECT coalesce(max(${column}), 0) + 1 INTO NEW.${column} FROM ${table};`;
  const once = `
    INSERT INTO sqlite_sequence (name, seq) VALUES ('${table}', coalesce(NEW.${column}, 1))
      ON CONFLICT (name) DO UPDATE
      SET seq = coalesce(max(sqlite_sequence.seq, NEW.${column}), sqlite_sequence.seq + 1)
      RETURNING coalesce(NEW.${column}, seq) INTO NEW.${column};`;
  const when = isOnce ? "" : ` WHEN (NEW.${column} IS NULL)`;
  const body = `${isOnce ? once : highest} RETURN NEW;`;
  return triggerWith(`number_${table}`, `BEFORE INSERT ON ${table}`, when, body);
}

function translateTrigger(statement: readonly Token[]): string[] {
  const name = meaningful(statement)[2]?.text ?? "";
  const from = statement.findIndex(({ text }) => text === name) + 1;
  const begin = statement.findIndex((token) => isWord(token, "BEGIN"));
  const end = statement.findLastIndex((token) => isWord(token, "END"));
  const head = statement.slice(from, begin);
  const condition = head.findIndex((token) => isWord(token, "WHEN"));
  const event = join(condition < 0 ? head : head.slice(0, condition));
  const when = condition < 0 ? "" : ` WHEN (${join(head.slice(condition + 1))})`;
  const body = join(statement.slice(begin + 1, end));
  return triggerWith(name, event.replace(/\bFOR EACH ROW\b/i, ""), when, `${body} RETURN NULL;`);
}

function triggerWith(name: string, event: string, when: string, body: string): string[] {
  return [
    `CREATE OR REPLACE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS
     $body$ BEGIN ${body} END $body$`,
    `CREATE TRIGGER ${name} ${event} FOR EACH ROW${when} EXECUTE FUNCTION ${name}()`,
  ];
}

function join(tokens: readonly Token[]): string {
  return tokens.map(translateToken).join("").trim();
}
