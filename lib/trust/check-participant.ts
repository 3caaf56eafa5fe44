import { type Refusal, refuse } from "#errors";
import {
  Aggregation,
  type BodyMembership,
  Boundness,
  type DutyDesk,
  Instrument,
  type InstrumentStanding,
  KeyPurpose,
  type Participant,
  ParticipantStatus,
  type RegisteredUnit,
  Role,
  type WorkingCalendar,
} from "#proto";
import { REGISTER_LIMITS, WIRE_LIMITS } from "#runtime";
import { stateOfParticipant, timestampMs } from "#wire";
import { isKeyFor, isSealingKey, isWindow } from "./versions/key-windows.ts";

/** Code of a regional body in the reference data. */
const BODY = /^[A-Z][A-Z0-9-]{1,31}$/;
const UNIT_ID = /^[A-Z0-9][A-Z0-9-]{0,31}$/;
/** UN/LOCODE: country and place. */
const LOCODE = /^[A-Z]{2}[A-Z2-9]{3}$/;
/** ITU E.164, with the plus sign. */
const TELEPHONE = /^\+[1-9][0-9]{5,14}$/;
const EMAIL = /^[^\s@]{1,64}@[^\s@]{1,190}$/;
/** IANA name of a time zone, such as Africa/Nairobi. */
const TIME_ZONE = /^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/;
const HOUR = /^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/;
const DATE = /^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$/;
const DAYS_A_WEEK = 7;
/** BCP 47, as far as it is used here: language, script, region. */
const LANGUAGE = /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/;

/**
 * Checks what a register says of one participant (TP-TRUST-4, TP-REG-4). MALFORMED, naming the
 * field below `field`.
 */
export function checkParticipant(participant: Participant, field: string): Refusal | undefined {
  const problem = [
    ["role", isNamed(Role, participant.role), "is not known"],
    ["status", isNamed(ParticipantStatus, participant.status), "is not known"],
    ["state", isStateOfItsId(participant), "is not the State of the id"],
    ["instruments", participant.instruments.every(isStanding), "hold a bad standing"],
    ["signing_keys", hasGoodSigningKeys(participant), "hold a bad key"],
    ["sealing_keys", participant.sealingKeys.every(isSealingKey), "hold a bad key"],
    ["languages", participant.languages.every(isLanguage), "hold no BCP 47 tag"],
    ["regional_bodies", hasGoodBodies(participant), "hold a bad membership, or too many"],
    ["units", hasGoodUnits(participant), "hold a bad unit, one twice, or too many"],
    ["duty_desks", hasGoodDesks(participant), "hold a bad desk, or too many"],
    ["working_calendar", isCalendar(participant.workingCalendar), "has a bad zone, day or hour"],
    ["disclosures", hasGoodDisclosures(participant), "hold a bad one, or too many"],
  ] as const;
  const found = problem.find(([, isGood]) => !isGood);
  return found && refuse("MALFORMED", `${field}.${found[0]}`, found[2]);
}

function isStateOfItsId({ id, state }: Participant): boolean {
  return state === (stateOfParticipant(id) ?? "");
}

function hasGoodSigningKeys({ signingKeys }: Participant): boolean {
  return signingKeys.every((key) => isKeyFor(key, KeyPurpose.HEADER));
}

function isStanding({ boundness, instrument, since, until }: InstrumentStanding): boolean {
  if (!isNamed(Instrument, instrument) || !isNamed(Boundness, boundness)) return false;
  return hasBegun({ since, until });
}

function hasGoodBodies({ regionalBodies }: Participant): boolean {
  const isGood = (one: BodyMembership): boolean => BODY.test(one.body) && hasBegun(one);
  return regionalBodies.length <= REGISTER_LIMITS.bodiesMax && regionalBodies.every(isGood);
}

function hasGoodUnits({ units }: Participant): boolean {
  const isGood = (unit: RegisteredUnit): boolean =>
    UNIT_ID.test(unit.id) &&
    isShortText(unit.name) &&
    (unit.locode === "" || LOCODE.test(unit.locode)) &&
    hasBegun(unit);
  const ids = new Set(units.map(({ id }) => id));
  return (
    units.length <= REGISTER_LIMITS.unitsMax && ids.size === units.length && units.every(isGood)
  );
}

function hasGoodDesks({ dutyDesks }: Participant): boolean {
  const isGood = ({ email, languages, name, telephone }: DutyDesk): boolean =>
    isShortText(name) &&
    (telephone !== "" || email !== "") &&
    (telephone === "" || TELEPHONE.test(telephone)) &&
    (email === "" || EMAIL.test(email)) &&
    languages.every(isLanguage);
  return dutyDesks.length <= REGISTER_LIMITS.dutyDesksMax && dutyDesks.every(isGood);
}

/** Whether a calendar can be reckoned with; that its zone exists is for each reader to see. */
function isCalendar(calendar: WorkingCalendar | undefined): boolean {
  if (calendar === undefined) return true;
  const { closes, holidays, opens, restDays, timeZone } = calendar;
  const hasHours = HOUR.test(opens) && HOUR.test(closes) && opens < closes;
  return (
    TIME_ZONE.test(timeZone) &&
    restDays.every((day) => day >= 1 && day <= DAYS_A_WEEK) &&
    new Set(restDays).size === restDays.length &&
    holidays.length <= REGISTER_LIMITS.holidaysMax &&
    holidays.every((date) => DATE.test(date)) &&
    (hasHours || opens + closes === "")
  );
}

function hasGoodDisclosures({ disclosures }: Participant): boolean {
  return (
    disclosures.length <= REGISTER_LIMITS.bodiesMax &&
    disclosures.every(
      ({ aggregation, body }) => BODY.test(body) && isNamed(Aggregation, aggregation),
    )
  );
}

function hasBegun({ since, until }: Pick<InstrumentStanding, "since" | "until">): boolean {
  if (timestampMs(since) === undefined) return false;
  return until === undefined || isWindow(since, until);
}

function isShortText(text: string): boolean {
  return text.trim() !== "" && text.length <= WIRE_LIMITS.shortTextCharsMax;
}

function isLanguage(tag: string): boolean {
  return LANGUAGE.test(tag);
}

function isNamed(names: Readonly<Record<string, number>>, value: number): boolean {
  return value !== 0 && Object.values(names).includes(value);
}
