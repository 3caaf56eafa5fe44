import { type Static, Type } from "typebox";
import { Accuracy, DocumentKind, Person, PersonRole, PersonsBlock } from "#proto";
import { CASEWORK_LIMITS, PERSON_LIMITS } from "#runtime";
import { nameOf } from "../list-names.ts";
import { codeOf, nameSchema } from "../name-schema.ts";
import { closed, text } from "../request/facts/field-schemas.ts";
import { given } from "../request/view/given.ts";

const Day = Type.String({ maxLength: 10 });

/** One person, as little as tells who is meant. Other data about him has no field (TP-PERS-3). */
const PersonFacts = Type.Object(
  {
    personRef: Type.String({
      maxLength: CASEWORK_LIMITS.caseNumberCharsMax,
      description: "Names the person inside this case, such as P1",
    }),
    role: nameSchema(PersonRole),
    accuracy: nameSchema(Accuracy),
    name: text(PERSON_LIMITS.nameCharsMax),
    dateOfBirth: Type.Optional(Day),
    documentKind: Type.Optional(nameSchema(DocumentKind)),
    documentNumber: text(PERSON_LIMITS.documentCharsMax),
  },
  closed,
);

/** Personal data as JSON; absent unless a trace cannot do without it (TP-PERS-2). */
export const PersonsFacts = Type.Object(
  {
    necessity: text(),
    legalBasis: text(),
    reviewOn: Type.Optional(Day),
    persons: Type.Optional(Type.Array(PersonFacts, { maxItems: PERSON_LIMITS.personsMax })),
  },
  closed,
);

/** The type of {@link PersonsFacts}. */
export type PersonsFacts = Static<typeof PersonsFacts>;

/** Personal data as the wire has it; decides nothing. */
export function toPersonsBlock(facts: PersonsFacts): PersonsBlock {
  return PersonsBlock.create({
    necessity: facts.necessity ?? "",
    legalBasis: facts.legalBasis ?? "",
    reviewOn: facts.reviewOn ?? "",
    persons: (facts.persons ?? []).map((person) =>
      Person.create({
        personRef: person.personRef,
        role: codeOf(PersonRole, person.role),
        accuracy: codeOf(Accuracy, person.accuracy),
        name: person.name ?? "",
        dateOfBirth: person.dateOfBirth ?? "",
        documentKind: codeOf(DocumentKind, person.documentKind),
        documentNumber: person.documentNumber ?? "",
      }),
    ),
  });
}

/** Personal data as JSON. */
export function fromPersonsBlock(block: PersonsBlock) {
  return {
    necessity: block.necessity,
    legalBasis: block.legalBasis,
    reviewOn: given(block.reviewOn),
    persons: block.persons.map((person) => ({
      personRef: person.personRef,
      role: nameOf(PersonRole, person.role),
      accuracy: nameOf(Accuracy, person.accuracy),
      name: given(person.name),
      dateOfBirth: given(person.dateOfBirth),
      documentKind: nameOf(DocumentKind, person.documentKind),
      documentNumber: given(person.documentNumber),
    })),
  };
}
