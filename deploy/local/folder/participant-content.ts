import { REGIONAL_BODIES, regionalBody } from "#reference";
import { isCalendarDate, REGISTER_LIMITS, WIRE_LIMITS } from "#runtime";
import {
  AGGREGATION_NAMES,
  type BodySpec,
  type CalendarSpec,
  type DeskSpec,
  type DisclosureSpec,
  type ParticipantContent,
  type QuotaSpec,
  type UnitSpec,
} from "./participant-spec.ts";
import { joined, type YamlReader, type YamlValue } from "./yaml-reader.ts";

/** Fields of an entry beside who it is and what it applies (TP-REG-14). */
export const CONTENT_FIELDS = [
  "regionalBodies",
  "units",
  "dutyDesks",
  "calendar",
  "quotas",
  "disclosures",
] as const;

type Fields = ReadonlyMap<string, YamlValue>;

const UNIT_ID = /^[A-Z0-9][A-Z0-9-]{0,31}$/;
const LOCODE = /^[A-Z]{2}[A-Z2-9]{3}$/;
const TELEPHONE = /^\+[1-9][0-9]{5,14}$/;
const EMAIL = /^[^\s@]{1,64}@[^\s@]{1,190}$/;
const LANGUAGE = /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/;
const HOUR = /^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/;

/** Reads them; what is absent is left out, what is wrong is complained about. */
export function readContent(reader: YamlReader, entry: Fields, field: string): ParticipantContent {
  const part = new ContentReader(reader, entry, field);
  return {
    ...(entry.has("regionalBodies") ? { regionalBodies: part.bodies() } : {}),
    ...(entry.has("units") ? { units: part.units() } : {}),
    ...(entry.has("dutyDesks") ? { dutyDesks: part.desks() } : {}),
    ...(entry.has("calendar") ? { calendar: part.calendar() } : {}),
    ...(entry.has("quotas") ? { quotas: part.quotas() } : {}),
    ...(entry.has("disclosures") ? { disclosures: part.disclosures() } : {}),
  };
}

/** Fields of one item, with texts checked against a rule. */
class Item {
  readonly #reader: YamlReader;
  readonly #at: YamlValue;
  readonly #field: string;
  readonly #fields: Fields;

  constructor(reader: YamlReader, at: YamlValue, field: string, known: readonly string[]) {
    this.#reader = reader;
    this.#at = at;
    this.#field = field;
    this.#fields = reader.fields(at, field, known) ?? new Map();
  }

  /** A text; complains when it is there and breaks the rule, or is missing and needed. */
  text(name: string, holds: (text: string) => boolean, rule: string, isNeeded = false): string {
    const text = this.#reader.text(this.#fields.get(name), joined(this.#field, name)) ?? "";
    if (text === "" ? isNeeded : !holds(text)) this.complain(name, rule);
    return text;
  }

  /** Texts of a list. */
  texts(name: string, holds: (text: string) => boolean, rule: string): string[] {
    if (!this.#fields.has(name)) return [];
    const field = joined(this.#field, name);
    const items = this.#reader.list(this.#fields.get(name), field);
    const texts = items.map((item) => this.#reader.text(item, field) ?? "");
    if (!texts.every(holds)) this.complain(name, rule);
    return texts;
  }

  /** A whole number from 0; 0 when absent. */
  count(name: string): number {
    const text = this.text(name, (found) => /^[0-9]{1,15}$/.test(found), "must be a whole number");
    return Number(text) || 0;
  }

  complain(name: string, rule: string): void {
    this.#reader.complain(this.#fields.get(name) ?? this.#at, joined(this.#field, name), rule);
  }

  /** Since when and until when something holds. */
  period(): { since: string; until?: string } {
    const rule = "is no date; write YYYY-MM-DD";
    const since = this.text("since", isCalendarDate, rule, true);
    const until = this.text("until", isCalendarDate, `${rule}, or leave it out`);
    if (until !== "" && until <= since) this.complain("until", "must be after since");
    return { since, ...(until === "" ? {} : { until }) };
  }
}

class ContentReader {
  readonly #reader: YamlReader;
  readonly #entry: Fields;
  readonly #field: string;

  constructor(reader: YamlReader, entry: Fields, field: string) {
    this.#reader = reader;
    this.#entry = entry;
    this.#field = field;
  }

  bodies(): BodySpec[] {
    return this.#items("regionalBodies", ["body", "since", "until"], "bodiesMax").map((item) => {
      return { body: bodyOf(item), ...item.period() };
    });
  }

  units(): UnitSpec[] {
    const known = ["id", "name", "locode", "since", "until"];
    const seen = new Set<string>();
    return this.#items("units", known, "unitsMax").map((item) => {
      const id = item.text("id", (text) => UNIT_ID.test(text), "is no unit id; write GAYA-1", true);
      if (seen.has(id)) item.complain("id", "stands twice; keep one");
      seen.add(id);
      const locode = item.text("locode", (text) => LOCODE.test(text), "is no UN/LOCODE");
      return { id, name: nameOf(item), ...(locode === "" ? {} : { locode }), ...item.period() };
    });
  }

  desks(): DeskSpec[] {
    const known = ["name", "telephone", "email", "languages", "always"];
    return this.#items("dutyDesks", known, "dutyDesksMax").map((item) => {
      const isPhone = (text: string): boolean => TELEPHONE.test(text);
      const telephone = item.text("telephone", isPhone, "must be as +254201234567");
      const email = item.text("email", (text) => EMAIL.test(text), "is no address of a desk");
      if (telephone + email === "") item.complain("telephone", "or email is needed");
      const always = item.text("always", isTruth, "must be true or false") === "true";
      const languages = item.texts("languages", (text) => LANGUAGE.test(text), "write [en, fr]");
      return { name: nameOf(item), telephone, email, languages, always };
    });
  }

  calendar(): CalendarSpec {
    const known = ["timeZone", "restDays", "holidays", "opens", "closes"];
    const item = this.#one("calendar", known);
    const timeZone = item.text(
      "timeZone",
      isTimeZone,
      "is no IANA zone; write Africa/Niamey",
      true,
    );
    const isDay = (text: string): boolean => /^[1-7]$/.test(text);
    const restDays = item.texts("restDays", isDay, "must be 1 (Monday) to 7 (Sunday)").map(Number);
    const holidays = item.texts("holidays", isCalendarDate, "must be dates, YYYY-MM-DD");
    const opens = item.text("opens", (text) => HOUR.test(text), "must be as 08:00");
    const closes = item.text("closes", (text) => HOUR.test(text), "must be as 17:30");
    if ((opens === "") !== (closes === "")) item.complain("closes", "goes with opens; give both");
    if (opens !== "" && closes <= opens) item.complain("closes", "must be after opens");
    return { timeZone, restDays, holidays, ...(opens === "" ? {} : { opens, closes }) };
  }

  quotas(): QuotaSpec {
    const names = ["messagesPerSecond", "bytesPerDay", "storedBytes", "recipientsMax"] as const;
    const item = this.#one("quotas", names);
    const [messagesPerSecond, bytesPerDay, storedBytes, recipientsMax] = names.map((name) =>
      item.count(name),
    ) as [number, number, number, number];
    return { messagesPerSecond, bytesPerDay, storedBytes, recipientsMax };
  }

  disclosures(): DisclosureSpec[] {
    return this.#items("disclosures", ["body", "aggregation"], "bodiesMax").map((item) => {
      const isNamed = (text: string): boolean => AGGREGATION_NAMES.some((name) => name === text);
      const rule = `must be one of ${AGGREGATION_NAMES.join(", ")}`;
      const aggregation = item.text("aggregation", isNamed, rule, true);
      const named = AGGREGATION_NAMES.find((name) => name === aggregation);
      return { body: bodyOf(item), aggregation: named ?? AGGREGATION_NAMES[0] };
    });
  }

  #one(name: string, known: readonly string[]): Item {
    return new Item(this.#reader, this.#entry.get(name), joined(this.#field, name), known);
  }

  #items(
    name: string,
    known: readonly string[],
    limit: "bodiesMax" | "dutyDesksMax" | "unitsMax",
  ): Item[] {
    const field = joined(this.#field, name);
    const at = this.#entry.get(name);
    const items = this.#reader.list(at, field);
    const max = REGISTER_LIMITS[limit];
    if (items.length > max) this.#reader.complain(at, field, `holds over ${max}`);
    return items.map((one, place) => new Item(this.#reader, one, `${field}[${place}]`, known));
  }
}

function bodyOf(item: Item): string {
  const codes = REGIONAL_BODIES.rows.map(({ code }) => code).join(", ");
  const isKnown = (code: string): boolean => regionalBody(code) !== undefined;
  return item.text("body", isKnown, `is not in the table of bodies: ${codes}`, true);
}

function nameOf(item: Item): string {
  const max = WIRE_LIMITS.shortTextCharsMax;
  return item.text("name", ({ length }) => length <= max, `has 1 to ${max} characters`, true);
}

function isTruth(text: string): boolean {
  return text === "true" || text === "false";
}

function isTimeZone(text: string): boolean {
  try {
    return Intl.DateTimeFormat("en", { timeZone: text }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
