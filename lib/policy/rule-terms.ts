import type { PolicyRule } from "./policy-rule.ts";

/** What rules can tell apart: the names and values that they mention. */
export interface RuleTerms {
  /** Attributes they read, such as `context.status` and `principal.state`. */
  readonly attributes: ReadonlySet<string>;
  /** Members of closed lists, groups and participants they name, by type. */
  readonly entities: ReadonlyMap<string, ReadonlySet<string>>;
  readonly texts: ReadonlySet<string>;
  readonly numbers: ReadonlySet<number>;
  /** Whether they can tell one participant from another of the same attributes. */
  readonly readsIds: boolean;
}

/** Collects what rules mention, from their scopes and conditions. */
export function termsOf(rules: readonly PolicyRule[]): RuleTerms {
  const attributes = new Set<string>();
  const entities = new Map<string, Set<string>>();
  const texts = new Set<string>();
  const numbers = new Set<number>();
  let readsIds = false;
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) {
      for (const one of node) visit(one);
      return;
    }
    if (!isRecord(node)) return;
    if (isParty(node)) readsIds = true;
    noteAttribute(node, attributes);
    noteEntity(node, entities);
    noteValue(node.Value, { texts, numbers });
    if ("like" in node) texts.add(JSON.stringify(node.like));
    for (const child of childrenOf(node)) visit(child);
  };
  for (const { syntax } of rules) {
    const { conditions, principal, resource } = syntax as Record<string, unknown>;
    visit([principal, resource, conditions]);
  }
  if (entities.has("Participant")) readsIds = true;
  return { attributes, entities, texts, numbers, readsIds };
}

function isParty({ Var }: Record<string, unknown>): boolean {
  return Var === "principal" || Var === "resource";
}

/**
 * Parts of a condition to look into. A participant whose attribute is read, or that is asked
 * whether it is in a role or group that is named, stands for all with the same attributes.
 */
function childrenOf(node: Record<string, unknown>): unknown[] {
  const access = node["."] ?? node.has;
  if (isRecord(access)) return isRecord(access.left) && "Var" in access.left ? [] : [access];
  const inside = node.in;
  if (!isRecord(inside) || !isRecord(inside.left)) return Object.values(node);
  const isNamedOnly = isParty(inside.left) && !JSON.stringify(inside.right).includes('"Var"');
  return isNamedOnly ? [inside.right] : [inside];
}

/** Whether the scope of a rule covers a kind of message. */
export function coversKind(rule: PolicyRule, kind: string): boolean {
  const { action } = rule.syntax as { action: { op: string; entity?: Named; entities?: Named[] } };
  if (action.op === "All") return true;
  return [...(action.entities ?? []), action.entity].some((one) => one?.id === kind);
}

interface Named {
  readonly type: string;
  readonly id: string;
}

function isRecord(node: unknown): node is Record<string, unknown> {
  return typeof node === "object" && node !== null;
}

function isNamed(node: Record<string, unknown>): node is { type: string; id: string } {
  return typeof node.type === "string" && typeof node.id === "string";
}

/** `{ ".": { left: { Var: "context" }, attr: "status" } }`, and the same under `has`. */
function noteAttribute(node: Record<string, unknown>, attributes: Set<string>): void {
  const access = node["."] ?? node.has;
  if (!isRecord(access) || !isRecord(access.left)) return;
  const { attr, left } = access;
  for (const name of Array.isArray(attr) ? attr : [attr]) attributes.add(`${left.Var}.${name}`);
}

function noteEntity(node: Record<string, unknown>, entities: Map<string, Set<string>>): void {
  if (!isNamed(node)) return;
  const { type, id } = node;
  entities.set(type, (entities.get(type) ?? new Set()).add(id));
}

function noteValue(
  value: unknown,
  { texts, numbers }: { texts: Set<string>; numbers: Set<number> },
): void {
  if (typeof value === "string") texts.add(value);
  if (typeof value === "number") numbers.add(value);
}
