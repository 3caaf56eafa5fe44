import type { Command } from "commander";
import { FAULTS, TracepostError } from "#errors";
import { type Problem, problemFromFault } from "#http";
import { RULE_LIMITS } from "#runtime";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";
import { readInput } from "../read-input.ts";
import { RULES } from "../rules/index.ts";

const HELP = `
Each rule is a pure function from one JSON value to another, the one the product itself uses, so
that a State can hold its own implementation against it. The input comes from standard input. The
answer is JSON on standard output, always. An input the rule does not take ends with exit code 2
and problem details (RFC 9457) that name each field.

Examples:
  tracepost rule list
  echo '{"raw":"ab-12 3"}' | tracepost rule serial-keys
  tracepost rule move < move.json
  tracepost rule list --json | jq '.rules[0].input'
`;

/** Adds `rule`: tries a pure rule of the product from outside. */
export function addRule(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("rule")
    .description("try a rule of the product on an input of your own")
    .argument("<name>", "a rule, or list")
    .addHelpText("after", HELP);
  addAction<OutputOptions>(command, terminal, runRule);
}

async function runRule(_options: OutputOptions, name = ""): Promise<CommandResult> {
  if (name === "list") return listRules();
  const rule = RULES.get(name);
  if (rule === undefined) {
    throw new TracepostError("USAGE", `There is no rule named ${name}.`, {
      remedy: "See: tracepost rule list",
    });
  }
  const input = await readJson();
  if (!input.ok) return problemResult(input.problem);
  const answer = rule.run(input.value);
  if (!answer.ok) return problemResult(answer.problem);
  return { json: answer.value, lines: [JSON.stringify(answer.value)] };
}

function listRules(): CommandResult {
  const rules = [...RULES.values()].map(({ name, about, input }) => ({ name, about, input }));
  const width = Math.max(...rules.map(({ name }) => name.length));
  return {
    json: { rules },
    lines: rules.map(({ name, about }) => `${name.padEnd(width)}  ${about}`),
  };
}

type ReadJson =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: Problem };

async function readJson(): Promise<ReadJson> {
  try {
    const bytes = await readInput("-", RULE_LIMITS.inputBytesMax);
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return { ok: true, value: JSON.parse(text) };
  } catch (caught) {
    if (caught instanceof TracepostError) return { ok: false, problem: problemFromFault(caught) };
    const fault = new TracepostError("INPUT_INVALID", "The input is not one JSON value.", {
      cause: caught,
      remedy: "Give one JSON value in UTF-8 on standard input.",
    });
    return { ok: false, problem: problemFromFault(fault) };
  }
}

/** The problem goes where an answer would: a program reads one place, and the exit code. */
function problemResult(problem: Problem): CommandResult {
  return {
    json: problem,
    lines: [JSON.stringify(problem)],
    exitCode: FAULTS.USAGE.exitCode,
  };
}
