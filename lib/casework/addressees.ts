import { accepted, type Outcome } from "#errors";
import { askWhom, type Candidate, type ImportedInto } from "./chain/ask-whom.ts";

/** What is marked on a firearm about where it comes from. */
export interface OriginMarks {
  /** ISO 3166-1 alpha-2, current or withdrawn, or ISO 3166-3 alpha-4. */
  readonly countryOfManufacture?: string | undefined;
  /** Calendar year; tells apart States that bore the same code. */
  readonly yearOfManufacture?: number | undefined;
  readonly importMark?: ImportedInto | undefined;
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

/** What {@link askWhom} proposes, as codes alone; refuses as it does. */
export function proposeAddressees({ importMark, ...marks }: OriginMarks): Outcome<Addressees> {
  const asked = askWhom({ ...marks, importMarks: importMark === undefined ? [] : [importMark] });
  if (!asked.ok) return asked;
  const codes = (candidates: readonly Candidate[]) => candidates.map(({ state }) => state);
  return accepted({ proposed: codes(asked.value.proposed), choose: codes(asked.value.choose) });
}
