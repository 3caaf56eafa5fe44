/**
 * `node test/support/fetch-age.ts`, run before the tests: gets the `age` tool for the tests
 * that compare with it. A machine that cannot have it runs the others; where CI is set, it must.
 */

import { fetchAge, isContinuousIntegration } from "./age-tool.ts";

const age = await fetchAge();
if (!age.ok) {
  process.stderr.write(`Tests that need the age tool are left out: ${age.why}\n`);
  if (isContinuousIntegration()) process.exitCode = 4;
}
