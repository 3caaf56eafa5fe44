import { isMeaningful, isWord, type Token, tokensOf } from "./sql-tokens.ts";
import { COLUMN_TYPES, translateTokens } from "./statement-dialect.ts";

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
  return [...statements, current].filter((statement) => statement.filter(isMeaningful).length > 0);
}

function translateDefinition(statement: readonly Token[]): string[] {
  const [first, second] = statement.filter(isMeaningful);
  if (isWord(first, "CREATE") && isWord(second, "TABLE")) return translateTable(statement);
  if (isWord(first, "CREATE") && isWord(second, "TRIGGER")) return translateTrigger(statement);
  if (isWord(first, "ALTER")) return [translateTokens(statement, COLUMN_TYPES)];
  return [translateTokens(statement)];
}

function translateTable(statement: readonly Token[]): string[] {
  const end = statement.findLastIndex(({ text }) => text === ")");
  const body = statement.slice(0, end + 1);
  const name = body.filter(isMeaningful)[2]?.text ?? "";
  const numbered = numberedColumn(body.filter(isMeaningful));
  const plain = body.filter((token) => !isWord(token, "AUTOINCREMENT"));
  const sql = translateTokens(plain, COLUMN_TYPES);
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
  const name = statement.filter(isMeaningful)[2]?.text ?? "";
  const from = statement.findIndex(({ text }) => text === name) + 1;
  const begin = statement.findIndex((token) => isWord(token, "BEGIN"));
  const end = statement.findLastIndex((token) => isWord(token, "END"));
  const head = statement.slice(from, begin);
  const condition = head.findIndex((token) => isWord(token, "WHEN"));
  const event = join(condition < 0 ? head : head.slice(0, condition));
  const acts = join(statement.slice(begin + 1, end));
  // Inside the function, where a condition may look into tables.
  const body = condition < 0 ? acts : `IF ${join(head.slice(condition + 1))} THEN ${acts} END IF;`;
  return triggerWith(name, event, "", `${body} RETURN NULL;`);
}

function triggerWith(name: string, event: string, when: string, body: string): string[] {
  return [
    `CREATE OR REPLACE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS
     $body$ BEGIN ${body} END $body$`,
    `CREATE TRIGGER ${name} ${event} FOR EACH ROW${when} EXECUTE FUNCTION ${name}()`,
  ];
}

function join(tokens: readonly Token[]): string {
  return translateTokens(tokens).trim();
}
