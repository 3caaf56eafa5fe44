import { spawn } from "node:child_process";
import { isDeepStrictEqual } from "node:util";
import { type Command, Option } from "commander";
import { FAULTS, TracepostError } from "#errors";
import { RULE_LIMITS, Semaphore } from "#runtime";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";
import { RULES } from "../rules/index.ts";
import { loadVectors, type RuleVector } from "../rules/vectors.ts";

const HELP = `
Runs another implementation on the product's vectors. The command is started once for each vector
through the shell, with the rule's name in place of {rule} (or appended); it reads the input as JSON
from standard input and writes its answer as JSON to standard output. A vector that must be refused
is passed by any exit code other than 0.

Examples:
  tracepost conformance run --command 'tracepost rule {rule}'
  tracepost conformance run --command './our-rules {rule}' --rule serial-keys --json
`;

interface ConformanceOptions extends OutputOptions {
  readonly command: string;
  readonly rule?: string;
}

/** How one vector went. */
interface Trial {
  readonly rule: string;
  readonly name: string;
  readonly passed: boolean;
  readonly expected?: unknown;
  readonly given?: unknown;
}

/** Adds `conformance run`: holds another implementation of the rules against ours. */
export function addConformanceRun(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("run")
    .description("run another implementation of the rules on the conformance vectors")
    .requiredOption("--command <command>", "what to run; {rule} stands for the rule's name")
    .addOption(new Option("--rule <name>", "only this rule").choices([...RULES.keys()]))
    .addHelpText("after", HELP);
  addAction<ConformanceOptions>(command, terminal, runConformance);
}

async function runConformance(options: ConformanceOptions): Promise<CommandResult> {
  const all = await loadVectors();
  const vectors = all.filter(({ rule }) => options.rule === undefined || rule === options.rule);
  const places = new Semaphore(RULE_LIMITS.conformanceAtOnce);
  const trials = await Promise.all(
    vectors.map((vector) => places.run(() => tryVector(options.command, vector))),
  );
  const failed = trials.filter(({ passed }) => !passed);
  const passed = trials.length - failed.length;
  return {
    json: { passed, failed: failed.length, trials },
    lines: [
      ...failed.map(
        ({ rule, name, expected, given }) =>
          `failed  ${rule}: ${name}\n        expected ${told(expected)}\n        given    ${told(given)}`,
      ),
      `${passed} of ${trials.length} vectors passed`,
    ],
    ...(failed.length === 0 ? {} : { exitCode: FAULTS.VERIFICATION.exitCode }),
  };
}

function told(value: unknown): string {
  return value === undefined ? "a refusal (exit code other than 0)" : JSON.stringify(value);
}

async function tryVector(command: string, vector: RuleVector): Promise<Trial> {
  const { rule, name, input, output } = vector;
  const line = command.includes("{rule}")
    ? command.replaceAll("{rule}", rule)
    : `${command} ${rule}`;
  const { exitCode, text } = await runProgram(line, JSON.stringify(input));
  if (output === undefined) {
    const passed = exitCode !== 0;
    return { rule, name, passed, ...(passed ? {} : { given: parsed(text) }) };
  }
  const given = exitCode === 0 ? parsed(text) : undefined;
  if (isDeepStrictEqual(given, output)) return { rule, name, passed: true };
  return { rule, name, passed: false, expected: output, given };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function runProgram(line: string, input: string): Promise<{ exitCode: number; text: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(line, {
      shell: true,
      stdio: ["pipe", "pipe", "inherit"],
      timeout: RULE_LIMITS.conformanceMs,
    });
    let text = "";
    child.stdout.setEncoding("utf8");
    child.stdout.on("data", (piece: string) => {
      text = `${text}${piece}`.slice(0, RULE_LIMITS.inputBytesMax);
    });
    child.once("error", (caught) => reject(TracepostError.from(caught)));
    child.once("close", (code) => resolve({ exitCode: code ?? 1, text }));
    // A program that refuses before it has read everything closes the pipe; that is its right.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}
