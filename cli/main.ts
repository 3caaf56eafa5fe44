import { armCrashPoint, parseCrashPlan } from "#runtime";
import { runProgram } from "./program.ts";
import { screenOf } from "./screen.ts";

const { COLUMNS, NO_COLOR, TERM, TRACEPOST_CRASH_AT = "", TRACEPOST_TOKEN: token } = process.env;

// For fault tests alone; what names no crash point arms nothing.
const crashPlan = parseCrashPlan(TRACEPOST_CRASH_AT);
if (crashPlan !== undefined) armCrashPoint(crashPlan);

await runProgram(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  setExitCode: (code) => {
    process.exitCode = code;
  },
  screen: screenOf({
    isTerminal: process.stdout.isTTY,
    columns: process.stdout.columns,
    columnsVariable: COLUMNS,
    noColour: NO_COLOR,
    term: TERM,
  }),
  ...(token === undefined ? {} : { token }),
});
