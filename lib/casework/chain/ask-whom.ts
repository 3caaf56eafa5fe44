import { accepted, type Outcome, refused } from "#errors";
import {
  type FormerState,
  formerState,
  formerStatesOf,
  isStateCode,
  type Maker,
  makerOf,
} from "#reference";
import { normalizeMake } from "../normalize.ts";

/** An import mark, as far as it says where a firearm went. */
export interface ImportedInto {
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly year?: number | undefined;
}

/** What is marked on a firearm about where it comes from. */
export interface OriginFacts {
  /** ISO 3166-1 alpha-2, current or withdrawn, or ISO 3166-3 alpha-4. */
  readonly countryOfManufacture?: string | undefined;
  /** Calendar year; tells apart States that bore the same code. */
  readonly yearOfManufacture?: number | undefined;
  /** In any order; the newest is the last import. */
  readonly importMarks?: readonly ImportedInto[] | undefined;
  /** Brand as marked; speaks only where no country of manufacture is marked. */
  readonly make?: string | undefined;
  /** State in which it was recovered: it asks, so it is never asked. ISO 3166-1 alpha-2. */
  readonly recoveryCountry: string;
}

/** Why a State may know where a firearm came from (TP-CHAIN-1). */
export type AskReason =
  /** Its import mark is the newest: the trail is shorter from there. */
  | "LAST_IMPORT"
  /** It imported the firearm at some other time. */
  | "OTHER_IMPORT"
  | "MANUFACTURE"
  /** It succeeded to the State of manufacture, which is gone. */
  | "SUCCESSOR"
  /** The works of the brand are there; no country is marked. */
  | "BRAND";

/** A State that may be asked. */
export interface Candidate {
  /** ISO 3166-1 alpha-2. */
  readonly state: string;
  readonly reason: AskReason;
  /** Of an import mark. */
  readonly year?: number;
  /** The State that is gone, of a successor. */
  readonly former?: { readonly code: string; readonly name: string };
}

/** Whom to ask about a firearm. */
export interface AskWhom {
  /** In this order: the first is the one a request goes to. */
  readonly proposed: readonly Candidate[];
  /** Of which an officer picks; nobody is asked by itself. */
  readonly choose: readonly Candidate[];
}

/** Candidates of one kind: certain, or one among several. */
interface Found {
  readonly certain: readonly Candidate[];
  readonly among: readonly Candidate[];
}

/**
 * Proposes whom to ask (TP-CHAIN-1, domain notes 1.2, 2.4 and 7.7): the State of the last import,
 * then the State of manufacture. For a maker whose State is gone its one successor is proposed; of
 * several an officer chooses, never all at once. Refuses with BODY_INVALID and
 * `country_of_manufacture`, `import_mark.country` or `recovery_country` when a code is none.
 */
export function askWhom(facts: OriginFacts): Outcome<AskWhom> {
  const { countryOfManufacture: made, recoveryCountry, importMarks = [] } = facts;
  if (!isStateCode(recoveryCountry)) {
    return refused("BODY_INVALID", "recovery_country", "is no ISO 3166-1 alpha-2 code");
  }
  if (!importMarks.every(({ country }) => isStateCode(country))) {
    return refused("BODY_INVALID", "import_mark.country", "is no ISO 3166-1 alpha-2 code");
  }
  const makers = made === undefined ? ofBrand(facts.make) : ofMaker(made, facts.yearOfManufacture);
  if (makers === undefined) {
    return refused("BODY_INVALID", "country_of_manufacture", "is no ISO 3166-1 or 3166-3 code");
  }
  const imports = ofImports(importMarks);
  const isAnother = ({ state }: Candidate): boolean => state !== recoveryCountry;
  return accepted({
    proposed: distinct([...imports.certain, ...makers.certain].filter(isAnother)),
    choose: distinct([...imports.among, ...makers.among].filter(isAnother)),
  });
}

/** One mark, or the newest where every mark has another year; else nobody can tell the last. */
function ofImports(marks: readonly ImportedInto[]): Found {
  const candidateOf = ({ country: state, year }: ImportedInto, reason: AskReason): Candidate =>
    year === undefined ? { state, reason } : { state, reason, year };
  const [newest, next, ...older] = marks.toSorted((a, b) => (b.year ?? 0) - (a.year ?? 0));
  if (newest === undefined) return { certain: [], among: [] };
  const isOrdered = marks.every(({ year }) => year !== undefined) && newest.year !== next?.year;
  const others = [...(next === undefined ? [] : [next]), ...older];
  if (next !== undefined && !isOrdered) {
    return { certain: [], among: marks.map((mark) => candidateOf(mark, "OTHER_IMPORT")) };
  }
  return {
    certain: [candidateOf(newest, "LAST_IMPORT")],
    among: others.map((mark) => candidateOf(mark, "OTHER_IMPORT")),
  };
}

/** The States of today that a code leads to; undefined when it is no State's. */
function ofMaker(code: string, year: number | undefined): Found | undefined {
  if (isStateCode(code)) return { certain: [{ state: code, reason: "MANUFACTURE" }], among: [] };
  const named = formerState(code);
  const bearers = named === undefined ? formerStatesOf(code, year) : [named];
  if (bearers.length === 0) return undefined;
  const successors = distinct(bearers.flatMap(successorsOf)).toSorted((a, b) =>
    a.state < b.state ? -1 : 1,
  );
  return successors.length === 1
    ? { certain: successors, among: [] }
    : { certain: [], among: successors };
}

function successorsOf({ code, name, successors }: FormerState): Candidate[] {
  return successors.map((state) => ({ state, reason: "SUCCESSOR", former: { code, name } }));
}

function ofBrand(make: string | undefined): Found {
  const maker: Maker | undefined = make === undefined ? undefined : makerOf(normalizeMake(make));
  if (maker === undefined) return { certain: [], among: [] };
  const candidates: Candidate[] = [{ state: maker.state, reason: "BRAND" }];
  return maker.ambiguous ? { certain: [], among: candidates } : { certain: candidates, among: [] };
}

/** Each State once, for its first reason. */
function distinct(candidates: readonly Candidate[]): Candidate[] {
  const byState = new Map<string, Candidate>();
  for (const candidate of candidates) {
    if (!byState.has(candidate.state)) byState.set(candidate.state, candidate);
  }
  return [...byState.values()];
}
