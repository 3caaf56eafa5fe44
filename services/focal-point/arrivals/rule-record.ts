import { type AcknowledgeRules, DEFAULT_ACKNOWLEDGE_RULES } from "#casework";
import type { SqlRow, Transaction } from "#runtime";

/** The rules in force, and who set them. */
export interface StoredRules {
  readonly rules: AcknowledgeRules;
  /** Zero: those of the product, which are switched off. */
  readonly version: number;
  readonly actor: string;
  /** Empty when one person was enough. */
  readonly confirmedBy: string;
  readonly atMs: number;
}

interface RulesRow extends SqlRow {
  version: number;
  rules: string;
  actor: string;
  confirmed_by: string;
  at: number;
}

/** The newest rules of this State that acknowledge requests (TP-ANS-13). */
export async function acknowledgeRules(tx: Transaction, _args: unknown): Promise<StoredRules> {
  const row = await tx.get<RulesRow>(
    "SELECT * FROM acknowledge_rules ORDER BY version DESC LIMIT 1",
  );
  if (row === undefined) {
    return {
      rules: DEFAULT_ACKNOWLEDGE_RULES,
      version: 0,
      actor: "",
      confirmedBy: "",
      atMs: 0,
    };
  }
  const { actor, at: atMs, confirmed_by: confirmedBy, version } = row;
  return { rules: JSON.parse(row.rules) as AcknowledgeRules, version, actor, confirmedBy, atMs };
}

/** Writes rules; those before stay as they were. */
export async function insertRules(
  tx: Transaction,
  args: Pick<StoredRules, "rules" | "actor" | "confirmedBy" | "atMs">,
): Promise<void> {
  await tx.run(
    `INSERT INTO acknowledge_rules (version, rules, actor, confirmed_by, at)
     VALUES ((SELECT coalesce(max(version), 0) + 1 FROM acknowledge_rules), ?, ?, ?, ?)`,
    JSON.stringify(args.rules),
    args.actor,
    args.confirmedBy,
    args.atMs,
  );
}
