import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { TracepostError } from "#errors";
import { REGIONAL_BODIES, regionalBody } from "#reference";
import { calendarDateOf, printable, TRUST_LIMITS } from "#runtime";
import {
  type DisclosedState,
  disclosurePolicy,
  type ExplainedAnswer,
  type ExplainedDisclosure,
  explainDisclosure,
} from "#statistics";
import { openOrThrow, type RegisterView } from "#trust";
import { ExchangePaths, registerOn } from "../../deploy/local/index.ts";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";
import { collect, parseDayOrMoment } from "../parse-option.ts";
import { readInput } from "../read-input.ts";
import { loadRootKeys } from "../register-files.ts";
import { fetchInForce } from "../register-in-force.ts";

const HELP = `
Says what a regional body sees of whom by the register, by which consent, and what it does not see and
which consent is missing: of all, of one State, or of a pair. It asks what the gateway asks before
anything leaves. What is seen by name stands in the tables of a month's release that are listed,
except where a number would give another State away. With --data the register in force there at the date; else a published one, verified
with the root keys. A consent is in the register version that is named, and ends with the next without it.

Examples:
  tracepost disclosure explain --body ECOWAS --data exchange
  tracepost disclosure explain --body ECOWAS --pair NE,NG --at 2026-03-01 --data exchange
  tracepost disclosure explain --body ECOWAS --state NE --register register.bundle --root root.pub
`;

interface ExplainOptions extends OutputOptions {
  readonly body: string;
  readonly state?: string;
  readonly pair?: [string, string];
  readonly at?: number;
  readonly data?: string;
  readonly register?: string;
  readonly url?: string;
  readonly root?: readonly string[];
}

/** Adds `disclosure explain` (TP-DISC-9). */
export function addDisclosure(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("explain")
    .description("say what a regional body sees of whom, and by which consent")
    .addOption(
      new Option("--body <code>", "the body, such as ECOWAS")
        .choices(REGIONAL_BODIES.rows.map(({ code }) => code))
        .makeOptionMandatory(),
    )
    .option("--state <code>", "of this State alone, such as NE")
    .addOption(new Option("--pair <states>", "of this pair alone, such as NE,NG").argParser(pairOf))
    .option("--at <date>", "a day or moment; default now", parseDayOrMoment)
    .option("--data <dir>", "data folder of an exchange: the register in force then")
    .option("--register <file>", "a published register, instead of --data")
    .option("--url <url>", "address of a gateway, which hands out its register")
    .addOption(
      new Option("--root <file>", "root public key that verifies it; for each").argParser(collect),
    )
    .addHelpText("after", HELP);
  addAction<ExplainOptions>(command, terminal, explain);
}

async function explain(options: ExplainOptions): Promise<CommandResult> {
  const { at = Date.now(), body, pair, state } = options;
  if (pair !== undefined && state !== undefined) {
    throw new TracepostError("USAGE", "--state and --pair do not go together", {
      remedy: "Give one of them, or none for everything.",
    });
  }
  const register = await registerMeant(options, at);
  const policy = disclosurePolicy(register, at);
  const unknown = [state, ...(pair ?? [])].find((code) => code && !policy.states.includes(code));
  if (unknown !== undefined) {
    throw new TracepostError("USAGE", `${unknown} has no focal point in the register`, {
      remedy: `Register version ${register.version} has: ${policy.states.join(", ")}.`,
    });
  }
  const explained = explainDisclosure(policy, body, { state, pair });
  const json = { at: new Date(at).toISOString(), ...explained };
  return { json, lines: linesOf(explained, at).map(printable) };
}

/** Reads the register that is meant. Throws TracepostError USAGE unless one is named. */
async function registerMeant(options: ExplainOptions, atMs: number): Promise<RegisterView> {
  const { data, register, root, url } = options;
  if ([data, register, url].filter((one) => one !== undefined).length !== 1) {
    throw new TracepostError("USAGE", "It is not said which register is meant", {
      remedy: "Give --data DIR, or --register FILE or --url URL with each --root FILE; only one.",
    });
  }
  if (data !== undefined) return await registerOn(new ExchangePaths(resolve(data)), atMs);
  const roots = await loadRootKeys(root);
  const name = register ?? url ?? "";
  const bytes =
    register === undefined
      ? await fetchInForce(name)
      : await readInput(register, TRUST_LIMITS.registerBytesMax);
  return openOrThrow(bytes, name, roots).view;
}

function linesOf(explained: ExplainedDisclosure, atMs: number): string[] {
  const { body, members, monitors, pairs, registerVersion, states } = explained;
  const name = regionalBody(body)?.name ?? body;
  const day = calendarDateOf(atMs);
  return [
    `${body} (${name}) on ${day}, by register version ${registerVersion}`,
    monitors.length === 0
      ? "  No participant stands for it as regional monitor: nothing leaves for it."
      : `  Fed to: ${monitors.join(", ")}`,
    `  Members: ${members.length === 0 ? "none" : members.join(", ")}`,
    "  Sees sums over all members; they need no consent and name no State.",
    ...states.flatMap((one) => stateLines(one, body)),
    ...(states.length > 0 && pairs.length > 0 ? ["Pairs"] : []),
    ...pairs.map((one) => answerLine(one, body)),
  ];
}

function stateLines({ answers, isMember, state }: DisclosedState, body: string): string[] {
  const head = isMember ? state : `${state} (no member)`;
  return [head, ...answers.map((one) => answerLine(one, body))];
}

function answerLine({ by, isGiven, missing, tables, what }: ExplainedAnswer, body: string): string {
  const words = (consents: ExplainedAnswer["by"]): string =>
    consents.map(({ aggregation, state }) => `${state}: ${aggregation} to ${body}`).join(", ");
  return isGiven
    ? `  sees ${what}; consent of ${words(by)}${shownIn(what, tables)}`
    : `  does not see ${what}; missing consent of ${words(missing)}`;
}

/** Where of a release it stands; single events are in none. */
function shownIn(what: string, tables: readonly string[]): string {
  if (what.startsWith("EVENTS")) return "";
  return tables.length === 0
    ? "; in no release, which are of members"
    : `; in ${tables.join(", ")} of each month`;
}

/** Two State codes. Throws TracepostError USAGE. */
function pairOf(text: string): [string, string] {
  const [one, other, ...more] = text.split(",");
  if (one && other && one !== other && more.length === 0) return [one, other];
  throw new TracepostError("USAGE", `--pair ${text} names no two States`, {
    remedy: "Write two codes with a comma, such as NE,NG.",
  });
}
