import {
  Accuracy,
  DocumentKind,
  type Finding,
  type Person,
  PersonRole,
  type PersonsBlock,
} from "#proto";
import { CASEWORK_LIMITS, calendarDateOf, isCalendarDate, PERSON_LIMITS } from "#runtime";
import { FindingList } from "../finding-list.ts";

const DAY_CHARS = "2026-01-01".length;

/**
 * Checks personal data before it is sealed and after it was opened (TP-PERS-2): why the trace
 * cannot do without it, on what law, and of each person as little as tells who is meant. Fields are
 * paths in tracepost.v1.PersonsBlock below `persons`.
 */
export function checkPersons(block: PersonsBlock, nowMs: number): Finding[] {
  const found = new FindingList();
  found.reason(block.necessity, "persons.necessity");
  found.text(block.legalBasis, "persons.legal_basis", CASEWORK_LIMITS.freeTextCharsMax);
  checkReview(block.reviewOn, nowMs, found);
  const { persons } = block;
  found.demand(persons.length > 0, "persons.persons", "missing");
  found.demand(persons.length <= PERSON_LIMITS.personsMax, "persons.persons", "tooMany");
  const refs = persons.map(({ personRef }) => personRef);
  found.demand(new Set(refs).size === refs.length, "persons.persons", "repeated");
  const today = calendarDateOf(nowMs);
  for (const [index, person] of persons.slice(0, PERSON_LIMITS.personsMax).entries()) {
    checkPerson(person, `persons.persons.${index}`, today, found);
  }
  return found.all();
}

/** A review lies ahead, and not further than the longest time without one (domain notes 6.3). */
function checkReview(reviewOn: string, nowMs: number, found: FindingList): void {
  if (reviewOn === "") return;
  const field = "persons.review_on";
  const isDay = reviewOn.length === DAY_CHARS && isCalendarDate(reviewOn);
  found.demand(isDay, field, "notADate");
  if (!isDay) return;
  const latest = calendarDateOf(nowMs + PERSON_LIMITS.reviewMs);
  found.demand(reviewOn <= latest, field, "tooLate");
}

function checkPerson(person: Person, at: string, today: string, found: FindingList): void {
  found.text(person.personRef, `${at}.person_ref`, CASEWORK_LIMITS.caseNumberCharsMax);
  found.choice(person.role, PersonRole, `${at}.role`);
  found.choice(person.accuracy, Accuracy, `${at}.accuracy`);
  const { dateOfBirth, documentKind, documentNumber, name } = person;
  found.bounded(name, `${at}.name`, PERSON_LIMITS.nameCharsMax);
  found.bounded(documentNumber, `${at}.document_number`, PERSON_LIMITS.documentCharsMax);
  const isNamed = name.trim() !== "" || documentNumber.trim() !== "";
  found.demand(isNamed, `${at}.name`, "missing");
  found.optionalChoice(documentKind, DocumentKind, `${at}.document_kind`);
  const isDocument = documentNumber === "" || documentKind !== DocumentKind.UNSPECIFIED;
  found.demand(isDocument, `${at}.document_kind`, "missing");
  if (dateOfBirth === "") return;
  found.demand(isPartOfDate(dateOfBirth), `${at}.date_of_birth`, "notADate");
  if (!isPartOfDate(dateOfBirth)) return;
  const isBorn = dateOfBirth <= today.slice(0, dateOfBirth.length);
  found.demand(isBorn, `${at}.date_of_birth`, "inTheFuture");
}

/** A day, or as much of one as is known: a month or a year. */
function isPartOfDate(text: string): boolean {
  const isPart = /^\d{4}(?:-\d{2})?$/u.test(text);
  return isCalendarDate(isPart ? `${text}-01-01`.slice(0, DAY_CHARS) : text);
}
