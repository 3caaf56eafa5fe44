import { isSameStatement, isSignedBy, type OpenedStatement } from "./key-statement.ts";
import type { OpenedEntry } from "./register-entry.ts";

/** Why a statement is not believed (TP-REG-7). */
export type StatementDoubt = "KEYS_UNSIGNED" | "KEYS_OLDER";

/**
 * Why the statement of an entry does not follow the one that is pinned, or undefined when it does:
 * it is the same, or later and signed by the pinned identity key, over every change of that key
 * between the two (TP-REG-7).
 */
export function statementDoubt(
  pinned: OpenedStatement | undefined,
  entry: OpenedEntry,
): StatementDoubt | undefined {
  if (pinned === undefined || isSameStatement(pinned, entry.statement)) return undefined;
  if (entry.statement.statement.sequence <= pinned.statement.sequence) return "KEYS_OLDER";
  let believed = pinned;
  for (const next of [...entry.identityChanges, entry.statement]) {
    if (next.statement.sequence <= believed.statement.sequence) continue;
    if (!isSignedBy(next.signed, believed.identityKey)) return "KEYS_UNSIGNED";
    believed = next;
  }
  return undefined;
}

/** Pins the statements that may be believed; keeps every other as it was (TP-REG-7). */
export function pinStatements(
  pinned: ReadonlyMap<string, OpenedStatement>,
  entries: readonly OpenedEntry[],
): ReadonlyMap<string, OpenedStatement> {
  const next = new Map(pinned);
  for (const entry of entries) {
    const { id } = entry.participant;
    if (statementDoubt(pinned.get(id), entry) === undefined) next.set(id, entry.statement);
  }
  return next;
}
