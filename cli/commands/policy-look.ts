import { resolve } from "node:path";
import type { Command } from "commander";
import { TracepostError } from "#errors";
import {
  checkExpectations,
  compareReach,
  type ExplainedRouting,
  explainRouting,
  type PolicyRule,
  type Reach,
  reachOf,
  type StatedMessage,
  statedHeader,
  tryExpectations,
} from "#policy";
import { ExchangePaths, registerOn } from "../../deploy/local/index.ts";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";
import {
  findingLine,
  parseDay,
  policyInForce,
  readPolicy,
  readPolicyText,
  requireSound,
} from "../policy/policy-source.ts";
import { checkStatedMessage } from "../policy/stated-message-check.ts";
import { readBody } from "../read-body.ts";

/** Pairs shown of a circumstance; all of them are in the JSON. */
const PAIRS_SHOWN = 6;

const TEST_HELP = `
Analyses the policy as before publication (errors end with exit code 2) and holds it against a file of
expectations: participants under given, and under expect what each message must come to. Exit
code 6 when one is not met.

Example:
  tracepost policy test expectations.yaml --policy draft.cedar
`;

const EXPLAIN_HELP = `
Says what the gateway decides about a message, with each rule and its line. Without --from and --to:
who could send that kind to whom, in each circumstance a rule tells apart. For a past day it asks the
register and the policy that were in force at the gateway then; --policy tries another one.

Examples:
  tracepost policy explain --data exchange --kind TRACE_REQUEST --from NE --to BR --instrument ITI
  tracepost policy explain --data exchange --kind ALERT --on 2026-03-01 --policy draft.cedar
`;

const DIFF_HELP = `
Says which pairs of participants the second policy opens and closes, by kind and circumstance. Changes
nothing.

Example:
  tracepost policy diff exchange/exchange/policy.bin draft.cedar --data exchange
`;

interface PolicyOptions extends OutputOptions {
  readonly policy: string;
}

interface LookOptions extends OutputOptions {
  /** Default: the one in force at that time. */
  readonly policy?: string;
  readonly data: string;
  readonly on?: string;
  readonly kind: string;
  readonly from?: string;
  readonly to?: string[];
  readonly instrument?: string[];
  readonly status?: string;
  readonly priority?: string;
  readonly tlp?: string;
  readonly scope?: string;
}

/** Adds the commands that look at a policy: test, explain, diff (TP-POLICY-8). */
export function addPolicyLook(parent: Command, terminal: Terminal): void {
  const policy = [
    "--policy <file>",
    "a .cedar text, a policy file, or default",
    "default",
  ] as const;
  const test = parent
    .command("test")
    .description("analyse a policy and hold it against expectations")
    .argument("<expectations>", "YAML or JSON file of expectations; - for standard input")
    .option(...policy)
    .addHelpText("after", TEST_HELP);
  addAction<PolicyOptions>(test, terminal, runTest);
  const explain = parent
    .command("explain")
    .description("say what is decided about a message, or who could send what to whom")
    .requiredOption("--data <dir>", "data folder of the exchange")
    .requiredOption("--kind <kind>", "kind of message, such as TRACE_REQUEST")
    .option("--from <id>", "participant that sends")
    .option("--to <id...>", "participants that receive")
    .option("--instrument <name...>", "instruments it relies on")
    .option("--status <name>", "ACTUAL, EXERCISE or TEST")
    .option("--priority <name>", "ROUTINE, PRIORITY or URGENT")
    .option("--tlp <name>", "its marking, such as AMBER")
    .option("--scope <name>", "scope of an alert: PUBLIC, RESTRICTED or PRIVATE")
    .option("--on <date>", "the day or moment it is asked for; default now")
    .option("--policy <file>", "another policy than the one in force: .cedar, policy file, default")
    .addHelpText("after", EXPLAIN_HELP);
  addAction<LookOptions>(explain, terminal, runExplain);
  const diff = parent
    .command("diff")
    .description("say which pairs a change of policy opens and closes")
    .argument("<before>", "the policy in force: a .cedar text, a policy file, or default")
    .argument("<after>", "the policy to come")
    .requiredOption("--data <dir>", "data folder of the exchange")
    .option("--on <date>", "the day it is asked for; default today")
    .addHelpText("after", DIFF_HELP);
  addAction<LookOptions>(diff, terminal, runDiff);
}

async function runTest({ policy }: PolicyOptions, file = ""): Promise<CommandResult> {
  const checked = checkExpectations((await readBody(file)).value);
  if (!checked.ok) {
    throw new TracepostError("INPUT_INVALID", `${file} holds no expectations`, {
      problems: checked.problems.map(({ field, rule }) => `${field} ${rule}`),
      remedy: "See docs/spec/policy.md, Expectations.",
    });
  }
  const one = await readPolicy(policy);
  const findings = requireSound(one.text);
  const results = tryExpectations(checked.value, one, Date.now());
  const failed = results.filter(({ isMet }) => !isMet);
  return {
    json: {
      findings,
      results: results.map(({ explained, ...result }) => {
        return { ...result, ...explainedJson(explained) };
      }),
    },
    lines: [
      ...findings.map(findingLine),
      ...failed.map(
        ({ expected, got, name }) => `NOT met  ${name}: expected ${expected}, got ${got}`,
      ),
      `${results.length - failed.length} of ${results.length} expectations are met.`,
    ],
    exitCode: failed.length === 0 ? 0 : 6,
  };
}

async function runExplain(options: LookOptions): Promise<CommandResult> {
  const atMs = parseDay(options.on);
  const register = await registerOn(new ExchangePaths(resolve(options.data)), atMs);
  const policy = await (options.policy === undefined
    ? policyInForce(options.data, atMs)
    : readPolicy(options.policy));
  const about = {
    policyVersion: String(policy.version),
    registerVersion: String(register.version),
  };
  const under = `Under register version ${register.version}, policy version ${policy.version}.`;
  if (options.from === undefined && options.to === undefined) {
    const stated = checkStatedMessage({ kind: options.kind, from: "AA", to: ["AA"] });
    const reach = reachOf(policy, { register, atMs, kinds: [stated.kind] });
    const lines = reach.map((one) => reachLine("could send", one));
    return { json: { ...about, reach }, lines: [...lines, under] };
  }
  const message = checkStatedMessage(statedBy(options));
  const explained = explainRouting(statedHeader(message, atMs), { register, policy }, atMs);
  return {
    json: { ...about, ...explainedJson(explained) },
    lines: [...explainedLines(explained), under],
  };
}

function statedBy(options: LookOptions): Partial<StatedMessage> {
  const { from, instrument, kind, priority, scope, status, tlp, to } = options;
  const all = { kind, from, to, instruments: instrument, status, priority, tlp, alertScope: scope };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

async function runDiff(options: LookOptions, before = "", after = ""): Promise<CommandResult> {
  const atMs = parseDay(options.on);
  const register = await registerOn(new ExchangePaths(resolve(options.data)), atMs);
  const [old, now] = [await readPolicy(before), await readPolicy(after)];
  const findings = requireSound(
    after === "default" ? now.text : (await readPolicyText(after)).text,
  );
  const changes = compareReach(old, now, { register, atMs });
  const lines = changes.map((one) => reachLine(one.change, one));
  return {
    json: { findings, changes },
    lines: [
      ...findings.map(findingLine),
      ...(lines.length === 0 ? ["No pair is opened or closed."] : lines),
    ],
  };
}

function reachLine(what: string, { kind, pairs, when }: Reach): string {
  const said = Object.entries(when).map(([name, value]) => `${name} ${value || "none"}`);
  const circumstance = said.length === 0 ? "" : ` (${said.join(", ")})`;
  const shown = pairs.slice(0, PAIRS_SHOWN).map(([from, to]) => `${from} to ${to}`);
  const rest = pairs.length > PAIRS_SHOWN ? ` and ${pairs.length - PAIRS_SHOWN} more` : "";
  return `${what} ${kind}${circumstance}: ${pairs.length} pairs ${shown.join(", ")}${rest}`.trimEnd();
}

function explainedJson({ recipients, refusal }: ExplainedRouting) {
  const told = ({ basis, effect, id, line, title }: PolicyRule) => {
    return { id, effect, line, title, basis };
  };
  return {
    refusal: refusal ?? null,
    recipients: recipients.map(({ forbids, outcome, permits, recipient }) => {
      return { recipient, outcome, permits: permits.map(told), forbids: forbids.map(told) };
    }),
  };
}

function explainedLines({ recipients, refusal }: ExplainedRouting): string[] {
  const ruleLine = (rule: PolicyRule): string =>
    `    ${rule.effect} ${rule.id}, line ${rule.line}: ${rule.title} [${rule.basis}]`;
  return [
    ...(refusal === undefined ? [] : [`${refusal.code}: ${refusal.field} ${refusal.detail}`]),
    ...recipients.flatMap(({ forbids, outcome, permits, recipient }) => [
      `  ${recipient}: ${outcome}`,
      ...[...permits, ...forbids].map(ruleLine),
    ]),
  ];
}
