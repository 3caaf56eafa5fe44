import { stringify } from "yaml";
import { TracepostError } from "#errors";
import { isStateCode } from "#reference";
import { isCalendarDate, PROCESS_LIMITS, WIRE_LIMITS } from "#runtime";
import { isParticipantId, stateOfParticipant } from "#wire";
import { CONTENT_FIELDS, readContent } from "./participant-content.ts";
import {
  ALERTS_NAMES,
  ANSWERING_NAMES,
  BOUNDNESS_NAMES,
  INSTRUMENT_NAMES,
  type InstrumentSpec,
  type ParticipantSpec,
  ROLE_NAMES,
  RUNS_NAMES,
  SUITE_NAMES,
} from "./participant-spec.ts";
import { joined, YamlReader, type YamlValue } from "./yaml-reader.ts";

/** A list of 500 participants with all their instruments is smaller. */
const FILE_CHARS_MAX = 1_048_576;

const FIELDS = [
  "id",
  "name",
  "role",
  "state",
  "languages",
  "answering",
  "instruments",
  "groups",
  "alerts",
  ...CONTENT_FIELDS,
  "suite",
  "runs",
];
const GROUP_NAME = /^[A-Z][A-Z0-9-]{1,31}$/;
const INSTRUMENT_FIELDS = ["instrument", "boundness", "since", "until"];

/**
 * Reads a participants file (docs/spec/nats.md, "The participants file"): a YAML list, one entry a
 * participant. Throws TracepostError INPUT_INVALID with every problem: line, field, rule, way out.
 */
export function parseParticipantsYaml(text: string): ParticipantSpec[] {
  if (text.length > FILE_CHARS_MAX) {
    throw invalid([`the file has ${text.length} characters, at most ${FILE_CHARS_MAX} are read`]);
  }
  const reader = new YamlReader(text);
  if (reader.problems.length > 0) throw invalid(reader.problems);
  const entries = reader.list(reader.root, "");
  if (entries.length > PROCESS_LIMITS.participantsMax) {
    const { participantsMax } = PROCESS_LIMITS;
    throw invalid([`${entries.length} participants, at most ${participantsMax} are possible`]);
  }
  if (reader.problems.length === 0 && entries.length === 0) {
    reader.complain(reader.root, "", "the list is empty; name at least one participant");
  }
  const specs = entries.flatMap((entry, place) => {
    const fields = reader.fields(entry, `participants[${place}]`, FIELDS);
    return fields === undefined ? [] : [new EntryReader(reader, entry, place, fields).read()];
  });
  if (specs.length === entries.length) complainAboutDoubles(reader, entries, specs);
  if (reader.problems.length > 0) throw invalid(reader.problems);
  return specs;
}

/** Writes participants in the form that {@link parseParticipantsYaml} reads. */
export function participantsYaml(participants: readonly ParticipantSpec[]): string {
  return stringify(
    participants.map(({ answering, state, ...spec }) => ({
      ...spec,
      ...(state === "" ? {} : { state }),
      ...(spec.role === "focal-point" ? { answering } : {}),
    })),
    // Equal lists are written out: the reader takes no aliases.
    { aliasDuplicateObjects: false },
  );
}

/** Reads one entry; a field that is wrong is complained about and gets a harmless value. */
class EntryReader {
  readonly #reader: YamlReader;
  readonly #entry: YamlValue;
  readonly #fields: ReadonlyMap<string, YamlValue>;
  #field: string;

  constructor(
    reader: YamlReader,
    entry: YamlValue,
    place: number,
    fields: ReadonlyMap<string, YamlValue>,
  ) {
    this.#reader = reader;
    this.#entry = entry;
    this.#field = `participants[${place}]`;
    this.#fields = fields;
  }

  read(): ParticipantSpec {
    const id = this.#id();
    const role = this.#word("role", ROLE_NAMES);
    const answering = this.#word("answering", ANSWERING_NAMES, "officer");
    if (role !== "focal-point" && this.#fields.has("answering")) {
      this.#complain("answering", "only a focal point answers; remove this field");
    }
    const alerts = this.#word("alerts", ALERTS_NAMES, "direct");
    if (role !== "border-agency" && this.#fields.has("alerts")) {
      this.#complain("alerts", "only alerts of a border agency are approved; remove this field");
    }
    const suite = this.#word("suite", SUITE_NAMES, "ed25519");
    if (role !== "focal-point" && this.#fields.has("groups")) {
      this.#complain("groups", "a group holds focal points; remove this field");
    }
    const runs = this.#word("runs", RUNS_NAMES, "here");
    return {
      id,
      name: this.#name(),
      role,
      state: this.#state(id),
      instruments: this.#instruments(),
      languages: this.#languages(),
      answering,
      ...(this.#fields.has("groups") ? { groups: this.#groups() } : {}),
      ...(this.#fields.has("alerts") ? { alerts } : {}),
      ...(this.#fields.has("suite") ? { suite } : {}),
      ...(this.#fields.has("runs") ? { runs } : {}),
      ...readContent(this.#reader, this.#fields, this.#field),
    };
  }

  #groups(): string[] {
    const field = joined(this.#field, "groups");
    const at = this.#fields.get("groups");
    const items = at === undefined ? [] : this.#reader.list(at, field);
    const names = items.map((item) => this.#reader.text(item, field) ?? "");
    for (const name of names) {
      if (!GROUP_NAME.test(name)) {
        this.#complain("groups", `${shown(name)} is no name of a group; write EAC or ECOWAS`);
      }
    }
    if (new Set(names).size !== names.length) this.#complain("groups", "names a group twice");
    return names;
  }

  #complain(name: string, rule: string): void {
    this.#reader.complain(this.#fields.get(name) ?? this.#entry, joined(this.#field, name), rule);
  }

  #text(name: string): string {
    return this.#reader.text(this.#fields.get(name), joined(this.#field, name)) ?? "";
  }

  #id(): string {
    const id = this.#text("id");
    if (!isParticipantId(id)) {
      this.#complain("id", `${shown(id)} is no participant id; write NE, NE-CUSTOMS or ORG-ECOWAS`);
      return id;
    }
    this.#field = id;
    const state = stateOfParticipant(id);
    if (state !== undefined && !isStateCode(state)) {
      this.#complain("id", `${state} is no State code; use ISO 3166-1 alpha-2, or ORG- before it`);
    }
    return id;
  }

  #name(): string {
    const name = this.#text("name");
    const { shortTextCharsMax } = WIRE_LIMITS;
    if (name === "") this.#complain("name", "is missing; write the name of the organisation");
    if (name.length > shortTextCharsMax) {
      this.#complain("name", `has more than ${shortTextCharsMax} characters; shorten it`);
    }
    return name;
  }

  #state(id: string): string {
    const derived = stateOfParticipant(id) ?? "";
    const state = this.#text("state");
    if (state !== "" && state !== derived && isParticipantId(id)) {
      const way = derived === "" ? "an organization has no State; remove this field" : "";
      this.#complain("state", way === "" ? `must be ${derived} as in the id; or leave out` : way);
    }
    return derived;
  }

  #word<W extends string>(name: string, words: readonly W[], fallback?: W): W {
    const text = this.#text(name);
    const word = words.find((candidate) => candidate === text);
    if (word !== undefined) return word;
    if (text !== "" || fallback === undefined) {
      this.#complain(name, `${shown(text)}: must be one of ${words.join(", ")}`);
    }
    return fallback ?? (words[0] as W);
  }

  #languages(): string[] {
    const at = this.#fields.get("languages");
    if (at === undefined) return ["en"];
    const field = joined(this.#field, "languages");
    const tags = this.#reader.list(at, field).map((item) => this.#reader.text(item, field) ?? "");
    for (const tag of tags) {
      if (!isLanguageTag(tag)) {
        this.#complain("languages", `${shown(tag)} is no language tag; write en, fr, pt-BR`);
      }
    }
    return tags;
  }

  #instruments(): InstrumentSpec[] {
    const at = this.#fields.get("instruments");
    if (at === undefined) return [];
    const field = joined(this.#field, "instruments");
    const specs = this.#reader.list(at, field).flatMap((item, place) => {
      const path = `${field}[${place}]`;
      const fields = this.#reader.fields(item, path, INSTRUMENT_FIELDS);
      return fields === undefined ? [] : [this.#instrument(item, path, fields)];
    });
    const doubled = specs.filter(({ instrument }, place) =>
      specs.slice(0, place).some((earlier) => earlier.instrument === instrument),
    );
    for (const { instrument } of doubled) {
      this.#complain("instruments", `${instrument} stands twice; keep one`);
    }
    return specs;
  }

  #instrument(
    at: YamlValue,
    field: string,
    fields: ReadonlyMap<string, YamlValue>,
  ): InstrumentSpec {
    const value = (name: string): string =>
      this.#reader.text(fields.get(name), joined(field, name)) ?? "";
    const complain = (name: string, rule: string): void => {
      this.#reader.complain(fields.get(name) ?? at, joined(field, name), rule);
    };
    const instrument = INSTRUMENT_NAMES.find((name) => name === value("instrument"));
    if (instrument === undefined) {
      complain("instrument", `must be one of ${INSTRUMENT_NAMES.join(", ")}`);
    }
    const boundness = BOUNDNESS_NAMES.find((name) => name === value("boundness"));
    if (boundness === undefined) {
      complain("boundness", `must be one of ${BOUNDNESS_NAMES.join(", ")}`);
    }
    const [since, until] = [value("since"), value("until")];
    if (!isCalendarDate(since)) complain("since", `${shown(since)} is no date; write YYYY-MM-DD`);
    if (until !== "" && !isCalendarDate(until)) {
      complain("until", `${shown(until)} is no date; write YYYY-MM-DD, or leave it out`);
    }
    if (isCalendarDate(since) && isCalendarDate(until) && until <= since) {
      complain("until", "must be after since");
    }
    return {
      instrument: instrument ?? "OTHER",
      boundness: boundness ?? "signatory",
      since,
      ...(until === "" ? {} : { until }),
    };
  }
}

function complainAboutDoubles(
  reader: YamlReader,
  entries: readonly YamlValue[],
  specs: readonly ParticipantSpec[],
): void {
  const seen = new Map<string, number>();
  const points = new Map<string, string>();
  for (const [place, { id, role, state }] of specs.entries()) {
    if (!isParticipantId(id)) continue;
    const earlier = seen.get(id);
    if (earlier !== undefined) {
      reader.complain(entries[place], id, `stands in line ${earlier} already; keep one entry`);
    }
    seen.set(id, earlier ?? reader.lineOf(entries[place]));
    if (role !== "focal-point" || earlier !== undefined) continue;
    const other = points.get(state);
    if (state !== "" && other !== undefined) {
      reader.complain(entries[place], id, `${state} has the focal point ${other}; a State has one`);
    }
    points.set(state, id);
  }
}

function isLanguageTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}

/** What was found, short and safe to print. */
function shown(text: string): string {
  return text === "" ? "nothing" : JSON.stringify(text.slice(0, 40));
}

function invalid(problems: readonly string[]): TracepostError {
  return new TracepostError("INPUT_INVALID", "the participants file cannot be used", {
    problems,
    remedy: "Mend these lines, then run the command again. Nothing was created.",
  });
}
