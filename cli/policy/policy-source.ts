import { resolve } from "node:path";
import { TracepostError } from "#errors";
import {
  analysePolicy,
  checkPolicyText,
  compilePolicy,
  defaultPolicy,
  type Finding,
  parsePolicyFile,
  type RoutingPolicy,
} from "#policy";
import { POLICY_LIMITS } from "#runtime";
import { loadRegister, type RegisterView } from "#trust";
import { ExchangePaths, policyOn, rootSignersOf } from "../../deploy/local/index.ts";
import { readInput } from "../read-input.ts";

/** A text is at most as long as the file it is signed in. */
const BYTES_MAX = POLICY_LIMITS.policyBytesMax;

/**
 * Reads a policy for looking at it: a Cedar text (`.cedar`, version 0), a policy file whoever
 * signed it, or `default`. Throws TracepostError INPUT_INVALID with every finding.
 */
export async function readPolicy(source: string): Promise<RoutingPolicy> {
  if (source === "default") return defaultPolicy();
  const { text, version } = await readPolicyText(source);
  return compiled(source, text, version);
}

function compiled(source: string, text: string, version: bigint): RoutingPolicy {
  const { findings, rules } = checkPolicyText(text);
  if (findings.length === 0) return compilePolicy(rules, { version, text });
  throw new TracepostError("INPUT_INVALID", `${source} is no routing policy`, {
    problems: findings.map(findingLine),
    remedy: "Correct the lines named; the names there are stand in lib/policy/routing.cedarschema.",
  });
}

/** The text of a policy and its version; 0 for a text that is in no file yet. */
export async function readPolicyText(
  source: string,
): Promise<{ readonly text: string; readonly version: bigint }> {
  const bytes = await readInput(source, BYTES_MAX);
  if (source.endsWith(".cedar")) return { text: Buffer.from(bytes).toString("utf8"), version: 0n };
  return policyIn(bytes, source);
}

function policyIn(bytes: Uint8Array, source: string) {
  const parsed = parsePolicyFile(bytes);
  if (parsed.ok) return { text: parsed.value.version.text, version: parsed.value.version.version };
  throw new TracepostError("INPUT_INVALID", `${source} is no policy file`, {
    problems: [`${parsed.refusal.field} ${parsed.refusal.detail}`],
    remedy: "Give a text that ends in .cedar, a file made by `tracepost policy sign`, or default.",
  });
}

/** The policy that was in force in a data folder at a time. Throws as {@link readPolicy}. */
export async function policyInForce(dataDir: string, atMs: number): Promise<RoutingPolicy> {
  const kept = await policyOn(new ExchangePaths(resolve(dataDir)), atMs);
  if (kept === undefined) return defaultPolicy();
  const { text, version } = policyIn(kept.bytes, kept.name);
  return compiled(kept.name, text, version);
}

/** Every finding about a text; what is an error is thrown as INPUT_INVALID. */
export function requireSound(text: string): readonly Finding[] {
  const { findings } = analysePolicy(text);
  if (findings.every(({ severity }) => severity === "warning")) return findings;
  throw new TracepostError("INPUT_INVALID", "the policy has errors", {
    problems: findings.map(findingLine),
    remedy: "Correct what is named; see docs/spec/policy.md for each finding.",
  });
}

/** A finding as one line. */
export function findingLine({ line, message, name, rule, severity }: Finding): string {
  return `line ${line}, ${rule === "" ? "text" : rule}: ${severity} ${name}: ${message}`;
}

/** The participant register of a data folder, verified with the root keys that lie there. */
export async function registerOfFolder(dataDir: string): Promise<RegisterView> {
  const { register, rootPublicKeys } = new ExchangePaths(resolve(dataDir)).exchange;
  const { rootPublicKeyFiles } = await rootSignersOf(rootPublicKeys);
  return await loadRegister(register, rootPublicKeyFiles);
}

/** A day or instant of the command line. Throws TracepostError USAGE. */
export function parseDay(text: string | undefined): number {
  if (text === undefined) return Date.now();
  const atMs = Date.parse(text);
  if (!Number.isNaN(atMs)) return atMs;
  throw new TracepostError("USAGE", `--on ${text} is no date`, {
    remedy: "Give a day such as 2026-03-01.",
  });
}
