import type { CustodyEvent, Person, PersonsBlock } from "#proto";

/**
 * Whether custody events say again what others told (TP-PERS-17): one of them is the same step,
 * of the same kind, between the same States, on the same date.
 */
export function repeatsEvents(
  said: readonly CustodyEvent[],
  told: readonly CustodyEvent[],
): boolean {
  const steps = new Set(told.map(stepOf));
  return said.some((event) => steps.has(stepOf(event)));
}

function stepOf({ date, fromState, kind, toState }: CustodyEvent): string {
  return `${kind} ${fromState} ${toState} ${date}`;
}

/**
 * Whether personal data names somebody whom others named (TP-PERS-17): by the same name or the same
 * number of a document, however they are spaced and capitalized.
 */
export function repeatsPersons(said: PersonsBlock, told: PersonsBlock): boolean {
  const known = new Set(told.persons.flatMap(marksOf));
  return said.persons.flatMap(marksOf).some((mark) => known.has(mark));
}

function marksOf({ documentNumber, name }: Person): string[] {
  const marks = [`name ${plain(name)}`, `document ${plain(documentNumber)}`];
  return marks.filter((mark) => !mark.endsWith(" "));
}

function plain(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[\s.-]+/gu, "");
}
