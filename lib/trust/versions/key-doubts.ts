import { type StatementDoubt, statementDoubt } from "./pinned-statements.ts";
import type { RegisterState } from "./register-state.ts";

/** A participant whose keys in the register in force are not believed here (TP-REG-7). */
export interface KeyDoubt {
  readonly kind: StatementDoubt;
  readonly participant: string;
  /** Identity key that is pinned, and in use. */
  readonly pinnedKeyId: string;
  /** Identity key that the register gives. */
  readonly offeredKeyId: string;
}

/** Every doubt, with both identity keys, so that a person can compare them. */
export function keyDoubts({ statements, taken }: RegisterState): readonly KeyDoubt[] {
  return (taken?.entries ?? []).flatMap((entry) => {
    const { id: participant } = entry.participant;
    const pinned = statements.get(participant);
    const kind = statementDoubt(pinned, entry);
    if (kind === undefined || pinned === undefined) return [];
    const pinnedKeyId = pinned.identityKey.keyId;
    return [{ kind, participant, pinnedKeyId, offeredKeyId: entry.statement.identityKey.keyId }];
  });
}
