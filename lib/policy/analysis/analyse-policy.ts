import { POLICY_LIMITS } from "#runtime";
import { checkPolicyText, type Finding, finding } from "../check-policy-text.ts";
import type { PolicyRule } from "../policy-rule.ts";
import { compilePolicy } from "../routing-policy.ts";
import { KINDS, type KindSpace, spaceOf } from "./finite-space.ts";

/** What an analysis has found, and how much it has looked at. */
export interface PolicyAnalysis {
  readonly findings: readonly Finding[];
  /** Questions at which every rule was evaluated. */
  readonly points: number;
  /** Kinds of message that nothing permits. */
  readonly unpermittedKinds: readonly string[];
}

/**
 * Reads a policy as strictly as it is read before publication (TP-POLICY-6): how it is written,
 * whether it fits the schema, and for each rule whether it can apply, and whether it makes a
 * difference.
 */
export function analysePolicy(text: string): PolicyAnalysis {
  const { rules, findings } = checkPolicyText(text);
  const nothing = { points: 0, unpermittedKinds: [] };
  if (findings.length > 0) return { findings, ...nothing };
  const spaces = KINDS.map((kind) => spaceOf(kind, rules));
  const points = spaces.reduce((sum, space) => sum + space.points, 0);
  if (points > POLICY_LIMITS.analysisPointsMax) {
    return { findings: [tooMany(points, spaces)], ...nothing };
  }
  const seen = walk(rules, spaces, text);
  return {
    findings: rules.flatMap((rule) => ruleFindings(rule, seen)),
    points,
    unpermittedKinds: KINDS.filter((kind) => !seen.permittedKinds.has(kind)),
  };
}

function tooMany(points: number, spaces: readonly KindSpace[]): Finding {
  const largest = spaces.toSorted((one, other) => other.points - one.points)[0];
  const sizes = [...(largest?.sizes ?? [])].map(([name, size]) => `${name} ${size}`).join(", ");
  const message =
    `${points} points are over ${POLICY_LIMITS.analysisPointsMax}; rules for ${largest?.kind} ` +
    `read too much together: ${sizes}`;
  return finding("TOO_MANY_POINTS", { rule: "", line: 0, message });
}

/** What was seen of each rule over the whole space. */
interface Seen {
  readonly applied: ReadonlySet<string>;
  /** Permits that decided somewhere, with no forbid beside them. */
  readonly decided: ReadonlySet<string>;
  /** Permits that were the only one somewhere. */
  readonly alone: ReadonlySet<string>;
  /** Forbids that met a permit somewhere. */
  readonly effective: ReadonlySet<string>;
  /** Forbids that each permit met. */
  readonly against: ReadonlyMap<string, ReadonlySet<string>>;
  readonly permittedKinds: ReadonlySet<string>;
}

function walk(rules: readonly PolicyRule[], spaces: readonly KindSpace[], text: string): Seen {
  const policy = compilePolicy(rules, { version: 0n, text });
  const applied = new Set<string>();
  const decided = new Set<string>();
  const alone = new Set<string>();
  const effective = new Set<string>();
  const against = new Map<string, Set<string>>();
  const permittedKinds = new Set<string>();
  for (const space of spaces) {
    for (const question of space.rules.length === 0 ? [] : space.questions()) {
      const { permits, forbids } = policy.decide(question);
      for (const { id } of [...permits, ...forbids]) applied.add(id);
      const [only] = permits;
      if (only === undefined) continue;
      if (permits.length === 1) alone.add(only.id);
      for (const { id } of forbids) effective.add(id);
      if (forbids.length === 0) permittedKinds.add(space.kind);
      for (const { id } of permits) {
        if (forbids.length === 0) decided.add(id);
        const met = against.get(id) ?? new Set();
        for (const forbid of forbids) met.add(forbid.id);
        against.set(id, met);
      }
    }
  }
  return { applied, decided, alone, effective, against, permittedKinds };
}

function ruleFindings(rule: PolicyRule, seen: Seen): Finding[] {
  const { id, effect, line } = rule;
  const at = (message: string) => ({ rule: id, line, message });
  if (!seen.applied.has(id)) return [finding("NEVER_APPLIES", at("applies to no message"))];
  if (effect === "forbid") {
    if (seen.effective.has(id)) return [];
    const told = at("forbids only what nothing permits");
    return [finding("FORBIDS_NOTHING", told, "warning")];
  }
  if (!seen.decided.has(id)) {
    const forbids = [...(seen.against.get(id) ?? [])].join(", ");
    return [finding("ALWAYS_FORBIDDEN", at(`is overridden wherever it applies, by ${forbids}`))];
  }
  if (seen.alone.has(id)) return [];
  return [finding("ADDS_NOTHING", at("permits only what another rule permits"), "warning")];
}
