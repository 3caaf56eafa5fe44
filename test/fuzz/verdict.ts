import { type FaultCode, type Outcome, REFUSALS, TracepostError } from "#errors";

/** What became of some input. */
export type Verdict =
  | { readonly accepted: false }
  /** `again`: what the accepted value is written as, where that must be the input itself. */
  | { readonly accepted: true; readonly again?: Uint8Array | string };

/** How one parser is tried. */
export interface Target {
  /** Functions of the product that this reads with. */
  readonly parses: readonly string[];
  /** Folder of its seeds and findings in `test/fuzz/corpus`. */
  readonly corpus: string;
  /** Share of the runs it gets: 1, or less where a run is slow. */
  readonly share?: number;
  read(input: Uint8Array): Verdict | Promise<Verdict>;
}

const REFUSED: Verdict = { accepted: false };

/** Of a value that is not there when it was refused. */
export function ofOptional<T>(
  value: T | undefined,
  again?: (value: T) => Uint8Array | string,
): Verdict {
  if (value === undefined) return REFUSED;
  return again === undefined ? { accepted: true } : { accepted: true, again: again(value) };
}

/** Of an outcome; its refusal must be one of the closed table, with its field in words. */
export function ofOutcome<T>(
  outcome: Outcome<T>,
  again?: (value: T) => Uint8Array | string,
): Verdict {
  if (outcome.ok) return ofOptional(outcome.value, again);
  const { code, detail, field } = outcome.refusal;
  if (!(code in REFUSALS)) throw new TypeError(`${code} is not in the table of refusals`);
  if (typeof field !== "string" || typeof detail !== "string" || detail === "") {
    throw new TypeError(`the refusal ${code} ${field} does not say what was found`);
  }
  return REFUSED;
}

/**
 * Of a function that throws for bad input: a TracepostError of this code that says what is wrong
 * and what to do, and nothing else.
 */
export function ofThrown<T>(
  code: FaultCode,
  run: () => T,
  again?: (value: T) => Uint8Array | string,
): Verdict {
  let value: T;
  try {
    value = run();
  } catch (caught) {
    if (!(caught instanceof TracepostError) || caught.code !== code) throw caught;
    if (caught.problems.length === 0 && caught.remedy === "") {
      throw new TypeError(`"${caught.message}" names no problem and no way out`);
    }
    return REFUSED;
  }
  return ofOptional(value, again);
}

/** A target that reads text; bytes that are no UTF-8 come as replacement characters. */
export function textTarget(
  corpus: string,
  parses: readonly string[],
  read: (text: string) => Verdict,
): Target {
  return { corpus, parses, read: (input) => read(Buffer.from(input).toString("utf8")) };
}

/**
 * Tries one input: throws what the parser should not have thrown, and when an accepted value is not
 * written as it was read. Returns whether the input was accepted.
 */
export async function tryOn(target: Target, input: Uint8Array): Promise<boolean> {
  const verdict = await target.read(input);
  if (!verdict.accepted) return false;
  const { again } = verdict;
  if (again === undefined) return true;
  const given = Buffer.from(input);
  const isSame = typeof again === "string" ? again === given.toString("utf8") : given.equals(again);
  if (!isSame) throw new TypeError("what was accepted is not written as it was read");
  return true;
}
