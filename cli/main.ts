import { runProgram } from "./program.ts";

const { TRACEPOST_TOKEN: token } = process.env;

await runProgram(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  setExitCode: (code) => {
    process.exitCode = code;
  },
  ...(token === undefined ? {} : { token }),
});
