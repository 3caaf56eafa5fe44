import { accepted, type Outcome, refused } from "#errors";
import { formerState, formerStatesOf, isStateCode } from "#reference";

/** What is marked on a firearm about where it comes from. */
export interface OriginMarks {
  /** ISO 3166-1 alpha-2, current or withdrawn, or ISO 3166-3 alpha-4. */
  readonly countryOfManufacture?: string | undefined;
  /** Calendar year; tells apart States that bore the same code. */
  readonly yearOfManufacture?: number | undefined;
  readonly importMark?:
    | { readonly country: string; readonly year?: number | undefined }
    | undefined;
  /** State in which it was recovered: it asks, so it is never asked. ISO 3166-1 alpha-2. */
  readonly recoveryCountry: string;
}

/** Whom to ask. */
export interface Addressees {
  /** States to ask, in this order: the first is the one a request goes to. */
  readonly proposed: readonly string[];
  /** States of which an officer picks; nobody is asked by itself. */
  readonly choose: readonly string[];
}

/**
 * Proposes whom to ask (domain notes 1.2, 2.4 and 7.7): the State of the last import first, because
 * the trail is shorter from there, then the State of manufacture. For a maker whose State is gone
 * its one successor is proposed; of several an officer chooses. Refuses with BODY_INVALID and
 * `country_of_manufacture`, `import_mark.country` or `recovery_country` when a code is none.
 */
export function proposeAddressees(marks: OriginMarks): Outcome<Addressees> {
  const { countryOfManufacture: made, importMark, recoveryCountry, yearOfManufacture } = marks;
  if (!isStateCode(recoveryCountry)) {
    return refused("BODY_INVALID", "recovery_country", "is no ISO 3166-1 alpha-2 code");
  }
  const imported = importMark === undefined ? [] : [importMark.country];
  if (!imported.every(isStateCode)) {
    return refused("BODY_INVALID", "import_mark.country", "is no ISO 3166-1 alpha-2 code");
  }
  const makers = made === undefined ? [] : statesNow(made, yearOfManufacture);
  if (makers === undefined) {
    return refused("BODY_INVALID", "country_of_manufacture", "is no ISO 3166-1 or 3166-3 code");
  }
  const others = makers.filter((state) => state !== recoveryCountry);
  const certain = makers.length === 1 ? others : [];
  const proposed = [...imported.filter((state) => state !== recoveryCountry), ...certain];
  const choose = makers.length === 1 ? [] : others;
  return accepted({ proposed: [...new Set(proposed)], choose });
}

/** The States of today that a code leads to; undefined when it is no State's. */
function statesNow(code: string, year: number | undefined): readonly string[] | undefined {
  if (isStateCode(code)) return [code];
  const former = formerState(code);
  const bearers = former === undefined ? formerStatesOf(code, year) : [former];
  if (bearers.length === 0) return undefined;
  return [...new Set(bearers.flatMap(({ successors }) => successors))].sort();
}
