import { reviewAtMs } from "#casework";
import type { DraftPart } from "#post";
import { PersonsBlock } from "#proto";
import type { Transaction } from "#runtime";
import { keepBlock } from "./person-record.ts";

/** Full name of what the part holds. */
export const PERSONS_SCHEMA = "tracepost.v1.PersonsBlock";

/** The part of a message that carries personal data; none without any (TP-PERS-1). */
export function personsParts(persons: PersonsBlock | undefined): DraftPart[] {
  if (persons === undefined) return [];
  const plaintext = PersonsBlock.encode(persons).finish();
  return [{ name: "persons", plaintext, schema: PERSONS_SCHEMA, retentionClass: "persons" }];
}

/** Keeps personal data that a message of ours carries, in the step that drafts it (TP-PERS-4). */
export async function keepSentPersons(
  tx: Transaction,
  persons: PersonsBlock | undefined,
  sent: {
    readonly caseId: string;
    readonly peer: string;
    readonly sender: string;
    readonly messageId: string;
    readonly actor: string;
    readonly nowMs: number;
  },
): Promise<void> {
  if (persons === undefined) return;
  await keepBlock(tx, {
    ...sent,
    direction: "sent",
    data: PersonsBlock.encode(persons).finish(),
    persons: persons.persons.length,
    reviewAtMs: reviewAtMs(persons, sent.nowMs),
  });
}
