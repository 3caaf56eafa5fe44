/**
 * Makes docs/spec/problems.md from the closed tables of codes that an HTTP door says. `npm run
 * generate` writes the page; a test keeps it fresh.
 */
import { PROBLEM_CODES, problemOf } from "#http";

/** The page. */
export function problemsPage() {
  const rows = PROBLEM_CODES.map((code) => problemOf(code)).map(
    ({ code, remedy = "", status, title }) => `| \`${code}\` | ${status} | ${title} | ${remedy} |`,
  );
  return [
    "# Problems",
    "",
    'Every "no" of the HTTP APIs: problem details (RFC 9457) with one of these codes, and the type',
    "`urn:tracepost:problem:CODE`. Codes that messages are refused with stand in",
    "[refusals.md](refusals.md) too. Made from the tables in `lib/http` and `lib/errors` by",
    "`npm run generate`.",
    "",
    "| id | requirement |",
    "|---|---|",
    "| TP-API-61 | An HTTP door says no code but these, each with the status and in the words of " +
      "this table; a route adds what it found, the field and a nearer remedy. |",
    "",
    "| code | status | what is wrong | what to do |",
    "|---|--:|---|---|",
    ...rows,
    "",
  ].join("\n");
}
