import { type Token, tokensOf } from "./sql-tokens.ts";

/** Types as migrations and casts write them, in capitals: a column may be called `real`. */
export const TYPES: ReadonlyMap<string, string> = new Map([
  ["INTEGER", "BIGINT"],
  ["BLOB", "BYTEA"],
  ["REAL", "DOUBLE PRECISION"],
]);

/** A statement in PostgreSQL's dialect, cut at its placeholders. */
export type StatementPieces = readonly string[];

/**
 * Turns a statement of a procedure into PostgreSQL's dialect, token by token: types in casts, bytes
 * in hexadecimal, and names of mixed case, which PostgreSQL would fold (TP-STORE-4). Everything
 * else is written so that both understand it, or is a function of the store's schema.
 */
export function translateStatement(sql: string): StatementPieces {
  const pieces: string[] = [];
  let piece = "";
  for (const token of tokensOf(sql)) {
    if (token.kind === "mark") {
      pieces.push(piece);
      piece = "";
    } else piece += translateToken(token);
  }
  return [...pieces, piece];
}

/** One token in PostgreSQL's dialect. */
export function translateToken({ kind, text }: Token): string {
  if (kind === "bytes") return `'\\x${text.slice(2, -1)}'::bytea`;
  if (kind !== "word") return text;
  if (/[a-z]/.test(text) && /[A-Z]/.test(text)) return `"${text}"`;
  return TYPES.get(text) ?? text;
}
