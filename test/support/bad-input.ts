import { readdir } from "node:fs/promises";
import { afterAll, describe, expect, test } from "vitest";
import { TracepostError } from "#errors";
import { faultLines } from "#runtime";

/** What somebody is told: a code, and all the words. */
export interface Told {
  readonly code: string;
  readonly text: string;
}

/** One bad input: what it is, what must be said about it, and how it is given. */
export interface BadInput {
  readonly what: string;
  readonly code: string;
  /** The field, file, line or argument that is wrong. */
  readonly field: string;
  /** The rule it breaks. */
  readonly rule: string | RegExp;
  /** What to do now. */
  readonly wayOut: string | RegExp;
  give(): Promise<Told>;
}

/** Written short: what, code, field, rule, way out, and what is given. */
export type BadInputRow<T> = readonly [
  what: string,
  code: string,
  field: string,
  rule: string | RegExp,
  wayOut: string | RegExp,
  given: T,
];

/** Rows that are given in the same way. */
export function badInputs<T>(
  rows: readonly BadInputRow<T>[],
  give: (given: T) => Promise<Told>,
): BadInput[] {
  return rows.map(([what, code, field, rule, wayOut, given]) => ({
    what,
    code,
    field,
    rule,
    wayOut,
    give: () => give(given),
  }));
}

/**
 * Tries each input: the answer has the code and names field, rule and way out, and `remains` (rows,
 * files, drafts) is afterwards what it was. The count is printed.
 */
export function tryBadInputs(
  where: string,
  inputs: readonly BadInput[],
  remains: () => Promise<unknown>,
): void {
  describe(`bad input: ${where}`, () => {
    let tried = 0;
    afterAll(() => {
      process.stdout.write(`Bad inputs tried: ${tried} of ${inputs.length}, ${where}\n`);
    });

    test.each(inputs.map((input) => [input.what, input.code, input] as const))(
      "%s is %s, told with field, rule and way out, and leaves nothing",
      async (_what, code, { field, give, rule, wayOut }) => {
        const before = await remains();
        const told = await give();
        expect(told.code, told.text).toBe(code);
        expect(told.text).toContain(field);
        expect(told.text).toMatch(rule);
        expect(told.text).toMatch(wayOut);
        // No stack trace, no name of a class.
        expect(told.text).not.toMatch(/^\s+at |TypeError|RangeError|undefined/mu);
        expect(await remains()).toEqual(before);
        tried += 1;
      },
    );
  });
}

/** What a function throws, in the words a person reads. */
export async function toldByFault(run: () => unknown): Promise<Told> {
  try {
    await run();
  } catch (caught) {
    if (!(caught instanceof TracepostError)) throw caught;
    return { code: caught.code, text: faultLines(caught).join("\n") };
  }
  return { code: "nothing", text: "nothing was refused" };
}

/** Every path below a folder. */
export async function pathsBelow(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).toSorted();
}
