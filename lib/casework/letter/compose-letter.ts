import {
  CheckResult,
  CustodyEventKind,
  ExchangeStatus,
  type Firearm,
  type FirearmPart,
  FirearmType,
  IllicitGround,
  Instrument,
  IntendedUse,
  MarkKind,
  Offence,
  PartKind,
  Priority,
  Question,
  RecoveryMethod,
  SerialStatus,
  type Tlp,
  type TraceRequest,
} from "#proto";
import { alpha3Of, formerState, isStateCode, type LetterLanguage, stateNameIn } from "#reference";
import { calendarDateOf } from "#runtime";
import { timestampMs } from "#wire";
import { nameOf } from "../list-names.ts";
import type { LetterWords } from "./letter-words.ts";
import { ARABIC } from "./words/ar.ts";
import { ENGLISH } from "./words/en.ts";
import { SPANISH } from "./words/es.ts";
import { FRENCH } from "./words/fr.ts";
import { PORTUGUESE } from "./words/pt.ts";
import { RUSSIAN } from "./words/ru.ts";

const WORDS: Readonly<Record<LetterLanguage, LetterWords>> = {
  ar: ARABIC,
  en: ENGLISH,
  es: SPANISH,
  fr: FRENCH,
  pt: PORTUGUESE,
  ru: RUSSIAN,
};

/** What a letter says besides the request. */
export interface LetterFacts {
  readonly request: TraceRequest;
  readonly language: LetterLanguage;
  /** Name of the focal point that writes, as the register has it. */
  readonly senderName: string;
  /** Date of the letter, milliseconds since 1970. */
  readonly dateMs: number;
  readonly priority: Priority;
  readonly status: ExchangeStatus;
  readonly instruments: readonly Instrument[];
  /** Traffic light of the request, as it is written, such as AMBER. */
  readonly tlp: string;
}

/** A row: what it is, and what is said; each line of a value stands alone. */
export interface LetterRow {
  readonly label: string;
  readonly lines: readonly string[];
}

/** A part of a letter under a heading: rows, sentences, or numbered questions. */
export interface LetterSection {
  readonly heading: string;
  readonly rows?: readonly LetterRow[];
  readonly paragraphs?: readonly string[];
  readonly numbered?: readonly string[];
}

/** A letter as it is set, in print or on a page. */
export interface Letter {
  readonly language: LetterLanguage;
  readonly direction: "ltr" | "rtl";
  readonly title: string;
  /** On an exercise or a test. */
  readonly banner: string | undefined;
  readonly sender: readonly string[];
  readonly addressee: string;
  readonly head: readonly LetterRow[];
  readonly subject: string;
  readonly opening: string;
  readonly sections: readonly LetterSection[];
  readonly closing: string;
  readonly officer: LetterRow;
  readonly signature: string;
  readonly seal: string;
  /** {page} and {pages} are filled in by who sets it. */
  readonly footer: string;
  readonly unprintable: string;
}

/** Traffic light as FIRST writes it. */
export function tlpText(name: keyof typeof Tlp | undefined): string {
  return (name ?? "AMBER").replace("_", "+");
}

/**
 * Writes the official letter of a trace request in a language (TP-OFF-3): closed texts, coded
 * fields
 * in words of that language, and what was marked or written by the officer exactly as it is.
 */
export function composeLetter(facts: LetterFacts): Letter {
  const { language, request } = facts;
  const words = WORDS[language];
  const name = nameIn(language);
  const state = name(request.requestedState);
  const instruments = facts.instruments
    .map((basis) => words.instruments[nameOf(Instrument, basis) ?? "OTHER"])
    .join(language === "ar" ? "؛ " : "; ");
  return {
    language,
    direction: language === "ar" ? "rtl" : "ltr",
    title: words.title,
    banner: bannerOf(facts.status, words),
    sender: [fill(words.from, { state: name(request.requestingState) }), facts.senderName],
    addressee: fill(words.to, { state }),
    head: headOf(facts, words),
    subject: fill(words.subject, { state: name(request.recovery?.country ?? "") }),
    opening: fill(words.opening, { instruments }),
    sections: sectionsOf(facts, words),
    closing: fill(words.answer, { reference: request.nationalCaseNumber }),
    officer: { label: words.officer, lines: [request.officerRef] },
    signature: words.signature,
    seal: words.seal,
    footer: words.page,
    unprintable: words.unprintable,
  };
}

function bannerOf(status: ExchangeStatus, words: LetterWords): string | undefined {
  if (status === ExchangeStatus.EXERCISE) return words.exercise;
  return status === ExchangeStatus.TEST ? words.test : undefined;
}

function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{(\w+)\}/gu, (whole, key: string) => values[key] ?? whole);
}

/** Name and alpha-3 code of a State, as they stand in print (domain notes 7.7). */
function nameIn(language: LetterLanguage): (code: string) => string {
  return (code) => {
    const former = formerState(code);
    if (former !== undefined) return `${former.name} (${former.code})`;
    if (!isStateCode(code)) return code;
    return `${stateNameIn(language, code)} (${alpha3Of(code) ?? code})`;
  };
}

/** A day as it is written in a language; what is no whole date stays as it is. */
function dayIn(language: LetterLanguage, date: string): string {
  if (!/^\d{4}-\d{2}-\d{2}$/u.test(date)) return date;
  const locale = language === "ar" ? "ar-u-nu-latn" : language === "en" ? "en-GB" : language;
  const format = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone: "UTC" });
  return format.format(new Date(`${date}T00:00:00Z`));
}

/** A row with something in it; none otherwise. */
function row(label: string, ...lines: readonly (string | undefined)[]): LetterRow[] {
  const said = lines.filter((line) => line !== undefined && line.trim() !== "");
  return said.length === 0 ? [] : [{ label, lines: said as string[] }];
}

function headOf(facts: LetterFacts, words: LetterWords): LetterRow[] {
  const { language, request } = facts;
  const { labels } = words;
  const day = (ms: number | undefined): string | undefined =>
    ms === undefined ? undefined : dayIn(language, calendarDateOf(ms));
  const hop = request.hopNumber;
  return [
    ...row(labels.ourReference, request.nationalCaseNumber),
    ...row(labels.date, day(facts.dateMs)),
    ...row(labels.priority, words.priorities[nameOf(Priority, facts.priority) ?? "ROUTINE"]),
    ...row(labels.answerBy, day(timestampMs(request.respondBy))),
    ...row(labels.chain, hop > 0 ? fill(words.hop, { hop: String(hop + 1) }) : undefined),
  ];
}

function sectionsOf(facts: LetterFacts, words: LetterWords): LetterSection[] {
  const { language, request } = facts;
  const { headings } = words;
  const questions = request.questionsAsked.flatMap((question) => {
    const name = nameOf(Question, question);
    return name === undefined ? [] : [words.questions[name]];
  });
  const history = historyLines(request, language, words);
  return [
    { heading: headings.firearm, rows: subjectRows(request, language, words) },
    { heading: headings.recovery, rows: recoveryRows(request, language, words) },
    { heading: headings.purpose, rows: purposeRows(request, words) },
    { heading: headings.checks, rows: checkRows(request, words) },
    ...(history.length === 0 ? [] : [{ heading: headings.history, numbered: history }]),
    { heading: headings.questions, numbered: questions },
    { heading: headings.confidentiality, paragraphs: confidentiality(facts, words) },
  ];
}

function subjectRows(
  request: TraceRequest,
  language: LetterLanguage,
  words: LetterWords,
): LetterRow[] {
  const { ammunition, firearm, quantity } = request;
  const { labels } = words;
  const many = quantity > 1 ? String(quantity) : undefined;
  return [
    ...(firearm === undefined ? [] : firearmRows(firearm, language, words)),
    ...row(labels.headstamp, ammunition?.headstamp),
    ...row(labels.lot, ammunition?.lot),
    ...row(labels.calibre, firearm === undefined ? ammunition?.calibre : undefined),
    ...row(labels.packaging, ...(ammunition?.packagingMarks ?? [])),
    ...row(labels.parts, ...request.parts.map((part) => partLine(part, words))),
    ...row(labels.quantity, many),
  ];
}

/** A part with the marks that are read on it, exactly as they are. */
function partLine({ kind, make, serialRaw }: FirearmPart, words: LetterWords): string {
  const name = nameOf(PartKind, kind);
  const serial = serialRaw === "" ? "" : fill(words.partMark, { serial: serialRaw });
  return [name === undefined ? "" : words.parts[name], make, serial]
    .filter((each) => each !== "")
    .join(", ");
}

function firearmRows(firearm: Firearm, language: LetterLanguage, words: LetterWords): LetterRow[] {
  const { labels } = words;
  const { importMark, markings, yearOfManufacture } = firearm;
  const serial = nameOf(SerialStatus, firearm.serialStatus);
  const name = nameIn(language);
  const imported = importMark && [
    name(importMark.country),
    importMark.year === 0 ? "" : String(importMark.year),
    importMark.importer,
  ];
  return [
    ...row(labels.type, words.types[nameOf(FirearmType, firearm.type) ?? "UNKNOWN"]),
    ...row(labels.make, firearm.make),
    ...row(labels.model, firearm.model === "UNKNOWN" ? words.types.UNKNOWN : firearm.model),
    ...row(labels.calibre, firearm.calibre),
    ...row(labels.serial, firearm.serialRaw),
    ...row(labels.serialStatus, serial && words.serialStatuses[serial]),
    ...row(labels.madeIn, firearm.countryOfManufacture && name(firearm.countryOfManufacture)),
    ...row(labels.madeYear, yearOfManufacture === 0 ? undefined : String(yearOfManufacture)),
    ...row(labels.importMark, imported?.filter((each) => each !== "").join(", ")),
    ...row(
      labels.markings,
      ...markings.map(({ kind, symbolRef, text }) => {
        const said = nameOf(MarkKind, kind);
        return `${said === undefined ? "" : words.marks[said]}: ${text || symbolRef}`;
      }),
    ),
  ];
}

function recoveryRows(
  { recovery }: TraceRequest,
  language: LetterLanguage,
  words: LetterWords,
): LetterRow[] {
  if (recovery === undefined) return [];
  const { labels } = words;
  const method = nameOf(RecoveryMethod, recovery.method);
  const where = [recovery.place, nameIn(language)(recovery.country)];
  return [
    ...row(labels.recoveredOn, dayIn(language, recovery.date)),
    ...row(labels.recoveredHow, method && words.methods[method]),
    ...row(labels.recoveredWhere, where.filter((each) => each !== "").join(", ")),
  ];
}

function purposeRows(request: TraceRequest, words: LetterWords): LetterRow[] {
  const { labels } = words;
  const grounds = request.illicitGrounds.map((ground) => {
    const name = nameOf(IllicitGround, ground);
    return name === undefined ? undefined : words.grounds[name];
  });
  const offences = request.offences.map((offence) => {
    const name = nameOf(Offence, offence);
    return name === undefined ? undefined : words.offences[name];
  });
  const use = nameOf(IntendedUse, request.intendedUse);
  return [
    ...row(labels.grounds, ...grounds),
    ...row(labels.offences, ...offences, ...request.offenceIccs.map((code) => `ICCS ${code}`)),
    ...row(labels.justification, request.legalJustification),
    ...row(labels.intendedUse, use && words.uses[use]),
    ...row(labels.urgency, request.urgencyJustification),
    ...row(labels.instructions, request.specialInstructions),
  ];
}

function checkRows({ priorChecks }: TraceRequest, words: LetterWords): LetterRow[] {
  const { labels } = words;
  const said = (result: CheckResult | undefined): string =>
    words.results[nameOf(CheckResult, result ?? CheckResult.NOT_DONE) ?? "NOT_DONE"];
  return [
    ...row(labels.nationalRegistry, said(priorChecks?.nationalRegistry)),
    ...row(labels.lostStolen, said(priorChecks?.lostStolen)),
    ...row(labels.iarms, said(priorChecks?.iarms)),
  ];
}

/** What earlier hops told, where their handling allowed it to be passed on. */
function historyLines(
  { custodyHistory }: TraceRequest,
  language: LetterLanguage,
  words: LetterWords,
): string[] {
  const name = nameIn(language);
  const side = (party: string, state: string): string =>
    [party, state === "" ? "" : name(state)].filter((each) => each !== "").join(", ");
  return custodyHistory.map((event) => {
    const kind = nameOf(CustodyEventKind, event.kind);
    const sides = [side(event.fromParty, event.fromState), side(event.toParty, event.toState)];
    const what = kind === undefined ? "" : words.custody[kind];
    const way = sides.filter((each) => each !== "").join(language === "ar" ? " ← " : " → ");
    return [dayIn(language, event.date), what, way].filter((each) => each !== "").join(" – ");
  });
}

function confidentiality({ request, tlp }: LetterFacts, words: LetterWords): string[] {
  const { confidentiality: given } = request;
  const own =
    given?.canGuarantee === false
      ? fill(words.notConfidential, { limitation: given.limitation })
      : words.confidential;
  return [own, fill(words.handling, { tlp })];
}
