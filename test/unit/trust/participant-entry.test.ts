import { describe, expect, it } from "vitest";
import { Aggregation, Boundness, Instrument, Participant, ParticipantStatus, Role } from "#proto";
import { toTimestamp } from "#wire";
import { checkParticipant } from "../../../lib/trust/check-participant.ts";

/** What a register may say of a participant beside its keys (TP-REG-4). */

const since = toTimestamp(Date.UTC(2020, 0, 1));
const before = toTimestamp(Date.UTC(2019, 0, 1));
const until = toTimestamp(Date.UTC(2030, 0, 1));
const LONG = "x".repeat(256);

type Standing = Participant["instruments"][number];
type Unit = Participant["units"][number];
type Desk = Participant["dutyDesks"][number];
type Calendar = NonNullable<Participant["workingCalendar"]>;
type Membership = Participant["regionalBodies"][number];
type Disclosure = Participant["disclosures"][number];

const STANDING: Standing = {
  instrument: Instrument.ITI,
  boundness: Boundness.PARTY,
  since,
  until: undefined,
};
const UNIT: Unit = { id: "POST-1", name: "Post at the bridge", locode: "NENIM", since, until };
const DESK: Desk = {
  name: "Duty officer",
  telephone: "+22720123456",
  email: "duty@example.org",
  languages: ["fr"],
  always: true,
};
const CALENDAR: Calendar = {
  timeZone: "Africa/Niamey",
  restDays: [5, 6],
  holidays: ["2026-12-18"],
  opens: "08:00",
  closes: "17:30",
};
const MEMBERSHIP: Membership = { body: "ECOWAS", since, until: undefined };
const DISCLOSURE: Disclosure = { body: "ECOWAS", aggregation: Aggregation.VOLUMES };

const fieldOf = (changes: Partial<Participant>): string => {
  const participant = Participant.create({
    id: "NE",
    state: "NE",
    role: Role.FOCAL_POINT,
    status: ParticipantStatus.ACTIVE,
    ...changes,
  });
  const refusal = checkParticipant(participant, "entry");
  if (refusal === undefined) return "good";
  expect(refusal.code).toBe("MALFORMED");
  return `${refusal.field} ${refusal.detail}`;
};
const times = <T>(count: number, made: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => made(at));

const withStanding = (changes: Partial<Standing>) => ({
  instruments: [STANDING, { ...STANDING, ...changes }],
});
const withUnit = (changes: Partial<Unit>) => ({ units: [UNIT, { ...UNIT, id: "P2", ...changes }] });
const withDesk = (changes: Partial<Desk>) => ({ dutyDesks: [DESK, { ...DESK, ...changes }] });
const withCalendar = (changes: Partial<Calendar>) => ({
  workingCalendar: { ...CALENDAR, ...changes },
});
const withBody = (changes: Partial<Membership>) => ({
  regionalBodies: [MEMBERSHIP, { ...MEMBERSHIP, ...changes }],
});
const withDisclosure = (changes: Partial<Disclosure>) => ({
  disclosures: [DISCLOSURE, { ...DISCLOSURE, ...changes }],
});

describe("an entry of the register", () => {
  it.each<[what: string, changes: Partial<Participant>]>([
    ["nothing beside what it must", {}],
    ["languages", { languages: ["fr", "pt-BR", "sr-Latn-RS", "yue"] }],
    ["a standing", withStanding({ until })],
    ["a unit whose place has no code", withUnit({ locode: "", until: undefined })],
    ["a unit with the longest id and name", withUnit({ id: "A".repeat(32), name: LONG })],
    ["as many units as there may be", { units: times(3_500, (at) => ({ ...UNIT, id: `U${at}` })) }],
    ["a desk without a telephone", withDesk({ telephone: "" })],
    ["a desk without an address", withDesk({ email: "" })],
    ["as many desks as there may be", { dutyDesks: times(16, () => DESK) }],
    ["a calendar", { workingCalendar: CALENDAR }],
    ["a calendar without hours", withCalendar({ opens: "", closes: "" })],
    ["a calendar of the whole week", withCalendar({ restDays: [1, 2, 3, 4, 5, 6, 7] })],
    ["a calendar of late hours", withCalendar({ opens: "19:00", closes: "23:59" })],
    ["many holidays", withCalendar({ holidays: times(400, () => "2026-01-31") })],
    ["a body of many letters", withBody({ body: `A${"B".repeat(31)}`, until })],
    ["as many bodies as there may be", { regionalBodies: times(64, () => MEMBERSHIP) }],
    ["a disclosure of every kind", withDisclosure({ aggregation: Aggregation.ROUTES })],
    ["as many disclosures as there may be", { disclosures: times(64, () => DISCLOSURE) }],
  ])("may have %s", (_what, changes) => {
    expect(fieldOf(changes)).toBe("good");
  });

  const ROLE = "entry.role is not known";
  const STATUS = "entry.status is not known";
  const STATE = "entry.state is not the State of the id";
  const INSTRUMENTS = "entry.instruments hold a bad standing";
  const LANGUAGES = "entry.languages hold no BCP 47 tag";
  const BODIES = "entry.regional_bodies hold a bad membership, or too many";
  const UNITS = "entry.units hold a bad unit, one twice, or too many";
  const DESKS = "entry.duty_desks hold a bad desk, or too many";
  const CALENDARS = "entry.working_calendar has a bad zone, day or hour";
  const DISCLOSURES = "entry.disclosures hold a bad one, or too many";

  it.each<[what: string, says: string, changes: Partial<Participant>]>([
    ["no role", ROLE, { role: Role.UNSPECIFIED }],
    ["a role of another version", ROLE, { role: 9 as Role }],
    ["no status", STATUS, { status: ParticipantStatus.UNSPECIFIED }],
    ["another State", STATE, { state: "BR" }],
    ["no State", STATE, { state: "" }],
    ["an instrument nobody knows", INSTRUMENTS, withStanding({ instrument: 99 as Instrument })],
    ["a standing of no kind", INSTRUMENTS, withStanding({ boundness: Boundness.UNSPECIFIED })],
    ["a standing since never", INSTRUMENTS, withStanding({ since: undefined })],
    ["a standing that ends before", INSTRUMENTS, withStanding({ until: before })],
    ["a standing that ends as it begins", INSTRUMENTS, withStanding({ until: since })],
    ["a language in words", LANGUAGES, { languages: ["fr", "French"] }],
    ["a language with a line break", LANGUAGES, { languages: ["fr\n"] }],
    ["an empty language", LANGUAGES, { languages: [""] }],
    ["a body in small letters", BODIES, withBody({ body: "ecowas" })],
    ["a body with more behind", BODIES, withBody({ body: "ECOWAS!" })],
    ["a body with more before", BODIES, withBody({ body: " ECOWAS" })],
    ["a body of one letter", BODIES, withBody({ body: "E" })],
    ["a body that was left before", BODIES, withBody({ until: before })],
    ["too many bodies", BODIES, { regionalBodies: times(65, () => MEMBERSHIP) }],
    ["a unit without a name", UNITS, withUnit({ name: "  " })],
    ["a unit with too long a name", UNITS, withUnit({ name: `${LONG}x` })],
    ["a unit with too long an id", UNITS, withUnit({ id: "A".repeat(33) })],
    ["a unit with a blank in its id", UNITS, withUnit({ id: "A B" })],
    ["a unit whose id begins with a stroke", UNITS, withUnit({ id: "-A" })],
    ["a unit twice", UNITS, withUnit({ id: "POST-1" })],
    ["a unit at no place", UNITS, withUnit({ locode: "NE NIM" })],
    ["a unit at a place with more before", UNITS, withUnit({ locode: "XNENIM" })],
    ["a unit at a place with more behind", UNITS, withUnit({ locode: "NENIMX" })],
    ["a unit since never", UNITS, withUnit({ since: undefined })],
    ["too many units", UNITS, { units: times(3_501, (at) => ({ ...UNIT, id: `U${at}` })) }],
    ["a desk nobody can call", DESKS, withDesk({ telephone: "", email: "" })],
    ["a desk without a name", DESKS, withDesk({ name: "" })],
    ["a number without its country", DESKS, withDesk({ telephone: "20123456" })],
    ["a number with blanks", DESKS, withDesk({ telephone: "+227 20 12 34" })],
    ["a number with more before", DESKS, withDesk({ telephone: "x+22720123456" })],
    ["an address without a place", DESKS, withDesk({ email: "duty" })],
    ["an address with a blank", DESKS, withDesk({ email: "duty desk@example.org" })],
    ["an address with a line break", DESKS, withDesk({ email: "duty@example.org\nx" })],
    ["a desk that speaks words", DESKS, withDesk({ languages: ["fr", "French"] })],
    ["too many desks", DESKS, { dutyDesks: times(17, () => DESK) }],
    ["a zone with a blank", CALENDARS, withCalendar({ timeZone: "Africa/Nia mey" })],
    ["a zone with more before", CALENDARS, withCalendar({ timeZone: " Africa/Niamey" })],
    ["no zone", CALENDARS, withCalendar({ timeZone: "" })],
    ["a day before Monday", CALENDARS, withCalendar({ restDays: [0, 6] })],
    ["a day after Sunday", CALENDARS, withCalendar({ restDays: [6, 8] })],
    ["a day twice", CALENDARS, withCalendar({ restDays: [6, 6] })],
    ["a holiday in words", CALENDARS, withCalendar({ holidays: ["2026-12-18", "Christmas"] })],
    ["a month too many", CALENDARS, withCalendar({ holidays: ["2026-13-01"] })],
    ["a day too many", CALENDARS, withCalendar({ holidays: ["2026-12-32"] })],
    ["a holiday with more behind", CALENDARS, withCalendar({ holidays: ["2026-12-180"] })],
    ["too many holidays", CALENDARS, withCalendar({ holidays: times(401, () => "2026-01-31") })],
    ["an hour too many", CALENDARS, withCalendar({ closes: "24:00" })],
    ["a minute too many", CALENDARS, withCalendar({ closes: "17:60" })],
    ["an hour with more before", CALENDARS, withCalendar({ opens: "008:00" })],
    ["an hour with more behind", CALENDARS, withCalendar({ closes: "17:300" })],
    ["an opening alone", CALENDARS, withCalendar({ closes: "" })],
    ["a closing alone", CALENDARS, withCalendar({ opens: "" })],
    ["a day that ends before", CALENDARS, withCalendar({ opens: "18:00" })],
    ["a day that ends as it begins", CALENDARS, withCalendar({ opens: "17:30" })],
    ["a disclosure to nobody", DISCLOSURES, withDisclosure({ body: "" })],
    ["a disclosure of nothing", DISCLOSURES, withDisclosure({ aggregation: 0 })],
    ["too many disclosures", DISCLOSURES, { disclosures: times(65, () => DISCLOSURE) }],
  ])("may not have %s", (_what, says, changes) => {
    expect(fieldOf(changes)).toBe(says);
  });

  it("says of the first fault it finds, in the order of the fields", () => {
    expect(fieldOf({ role: 0, status: 0, languages: [""] })).toBe(ROLE);
  });
});
