import { isMeaningful, isWord, type Token, tokensOf } from "./sql-tokens.ts";

/** Types as migrations and casts write them, in capitals: a column may be called `real`. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ["INTEGER", "BIGINT"],
  ["BLOB", "BYTEA"],
  ["REAL", "DOUBLE PRECISION"],
]);

/** The same for columns: text is compared by its bytes, as SQLite does. */
export const COLUMN_TYPES: ReadonlyMap<string, string> = new Map([
  ...TYPES,
  ["TEXT", 'TEXT COLLATE "C"'],
]);

/** A statement in PostgreSQL's dialect, cut at its placeholders. */
export type StatementPieces = readonly string[];

/**
 * Turns a statement of a procedure into PostgreSQL's dialect, token by token: types in casts, bytes
 * in hexadecimal, IS between two values, and names of mixed case, which PostgreSQL would fold
 * (TP-STORE-4). Everything else is written so that both understand it, or is a function of the
 * store's schema.
 */
export function translateStatement(sql: string): StatementPieces {
  const pieces: string[] = [];
  let piece: Token[] = [];
  for (const token of distinctions(tokensOf(sql))) {
    if (token.kind === "mark") {
      pieces.push(joinTokens(piece, TYPES));
      piece = [];
    } else piece.push(token);
  }
  return [...pieces, joinTokens(piece, TYPES)];
}

/** Tokens in PostgreSQL's dialect, put together again. */
export function translateTokens(tokens: readonly Token[], types = TYPES): string {
  return joinTokens(distinctions(tokens), types);
}

function joinTokens(tokens: readonly Token[], types: ReadonlyMap<string, string>): string {
  return tokens.map((token) => translateToken(token, types)).join("");
}

function translateToken({ kind, text }: Token, types: ReadonlyMap<string, string>): string {
  if (kind === "bytes") return `'\\x${text.slice(2, -1)}'::bytea`;
  if (kind !== "word") return text;
  if (/[a-z]/.test(text) && /[A-Z]/.test(text)) return `"${text}"`;
  return types.get(text) ?? text;
}

/** What may follow IS and IS NOT in both dialects. */
const AFTER_IS = ["NULL", "DISTINCT", "TRUE", "FALSE"];

/** `a IS b` compares two values of which either may be null. */
function distinctions(tokens: readonly Token[]): Token[] {
  const result: Token[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at] as Token;
    const next = nextMeaningful(tokens, at);
    const isNegated = isWord(tokens[next], "NOT");
    const after = isNegated ? nextMeaningful(tokens, next) : next;
    if (!isWord(token, "IS") || isWord(tokens[after], ...AFTER_IS)) {
      result.push(token);
      continue;
    }
    result.push({ kind: "other", text: isNegated ? "IS DISTINCT FROM" : "IS NOT DISTINCT FROM" });
    if (isNegated) at = next;
  }
  return result;
}

function nextMeaningful(tokens: readonly Token[], from: number): number {
  return tokens.findIndex((token, at) => at > from && isMeaningful(token));
}
