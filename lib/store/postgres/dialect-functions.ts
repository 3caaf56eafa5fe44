/**
 * Functions of SQLite that PostgreSQL lacks, defined in each store's schema, so that a statement
 * has one text (TP-STORE-4): the greater and the lesser of two values, null when one is null, the
 * members of a list in JSON, and the day of a Unix time, the only form of it that is asked for.
 */
export const DIALECT_FUNCTIONS_SQL = ["bigint", "double precision", "text"]
  .flatMap((type) => [
    `CREATE FUNCTION max(${type}, ${type}) RETURNS ${type} IMMUTABLE STRICT PARALLEL SAFE
       RETURN CASE WHEN $1 >= $2 THEN $1 ELSE $2 END`,
    `CREATE FUNCTION min(${type}, ${type}) RETURNS ${type} IMMUTABLE STRICT PARALLEL SAFE
       RETURN CASE WHEN $1 <= $2 THEN $1 ELSE $2 END`,
  ])
  .concat(
    `CREATE FUNCTION strftime(text, bigint, text) RETURNS text IMMUTABLE STRICT PARALLEL SAFE
       RETURN to_char(to_timestamp($2) AT TIME ZONE 'UTC', 'YYYY-MM-DD')`,
    `CREATE FUNCTION json_each(text) RETURNS TABLE (value text) IMMUTABLE PARALLEL SAFE
       ROWS 10 LANGUAGE sql AS 'SELECT json_array_elements_text($1::json)'`,
  )
  .join(";\n");
