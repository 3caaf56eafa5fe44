import { doOnce, type RepeatKey } from "#repeats";
import { LEDGER_LIMITS, type Transaction } from "#runtime";
import type { GoodLine, LineProblem, ReadSeizures } from "./read-seizures.ts";
import {
  type AboutReport,
  type Entering,
  type ItemTaken,
  isSameReport,
  judgeItem,
  judgeReport,
  type NotTaken,
  putItem,
  putReport,
} from "./seizure-record.ts";
import { NewItem, type NewItemFacts, type NewSeizureFacts } from "./seizure-schema.ts";

/** What became of a report that was entered. */
export type SeizureEntered =
  | { readonly type: "entered"; readonly reportId: string }
  /** `item` is its place in the report; absent: the report itself. */
  | { readonly type: "refused"; readonly at: number | undefined; readonly code: NotTaken };

/** Enters one report, whole or not at all, once for each idempotency key (TP-LEDG-3). */
export async function enterSeizure(
  tx: Transaction,
  args: Entering & {
    readonly report: NewSeizureFacts;
    readonly repeat: RepeatKey | undefined;
  },
) {
  const { nowMs, repeat, report } = args;
  return await doOnce(tx, { repeat, made: "entered", nowMs }, () => enter(tx, report, args));
}

async function enter(
  tx: Transaction,
  { items, ...about }: NewSeizureFacts,
  entering: Entering,
): Promise<SeizureEntered> {
  const known = await judgeReport(tx, about);
  if (known.type === "REPORT_DIFFERS") return { type: "refused", at: undefined, code: known.type };
  const report = known.type === "known" ? known.position : undefined;
  for (const [at, item] of items.entries()) {
    const code = await judgeItem(tx, report, item);
    if (code !== undefined) return { type: "refused", at, code };
  }
  const { position, reportId } = await putReport(tx, about, entering);
  for (const item of items) await putItem(tx, position, item, entering);
  return { type: "entered", reportId };
}

/** A file that was read, and whether its good lines are taken although others are bad. */
export interface SeizuresToTake extends Entering {
  readonly file: ReadSeizures;
  readonly keepGood: boolean;
}

/** What became of a file. */
export interface SeizuresTaken {
  readonly state: "TAKEN" | "REFUSED";
  readonly lines: number;
  readonly added: number;
  /** They were here already. */
  readonly unchanged: number;
  /** They were here, and their origin was not. */
  readonly established: number;
  readonly badLines: number;
  /** In the order of the file, the first of them. */
  readonly problems: readonly LineProblem[];
}

/** Why a line is not taken that can be read. */
const RULES = {
  DOUBLED_LINE: ["item", "is that of an earlier line of this file"],
  REPORT_DIFFERS: ["seizureNumber", "is that of a report that says something else"],
  ALREADY_REPORTED: ["item", "is here already and says something else: withdraw the report first"],
  UNKNOWN_CASE: ["traceCaseIds", "must be requests of this State, and no exercises"],
} as const;

/**
 * Takes the lines of a file in one transaction: all of them, or none where one is bad and the good
 * ones were not asked for (TP-LEDG-5). The same file again changes nothing.
 */
export async function takeSeizures(
  tx: Transaction,
  { actor, file, keepGood, nowMs }: SeizuresToTake,
): Promise<SeizuresTaken> {
  const { good, problems } = await judgeLines(tx, file.good);
  const all = [...file.problems, ...problems].toSorted((a, b) => a.line - b.line);
  const counts: Record<ItemTaken, number> = { added: 0, unchanged: 0, established: 0 };
  const isTaken = all.length === 0 || (keepGood && file.lines > 0);
  for (const { facts } of isTaken ? good : []) {
    const { about, item } = partsOf(facts);
    const { position } = await putReport(tx, about, { actor, nowMs });
    counts[await putItem(tx, position, item, { actor, nowMs })] += 1;
  }
  return {
    state: isTaken ? "TAKEN" : "REFUSED",
    lines: file.lines,
    ...counts,
    badLines: new Set(all.map(({ line }) => line)).size,
    problems: all.slice(0, LEDGER_LIMITS.problemsMax),
  };
}

/** Holds each line against those before it, and against what is here. */
async function judgeLines(tx: Transaction, lines: readonly GoodLine[]) {
  const reports = new Map<string, { about: AboutReport; items: Set<number> }>();
  const good: GoodLine[] = [];
  const problems: LineProblem[] = [];
  for (const each of lines) {
    const { about, item } = partsOf(each.facts);
    const key = `${about.institution} ${about.seizureNumber}`;
    const earlier = reports.get(key);
    const code = await judgeLine(tx, { about, item }, earlier);
    if (code !== undefined) {
      const [field, rule] = RULES[code];
      problems.push({ line: each.line, code, field, rule });
      continue;
    }
    reports.set(key, { about, items: (earlier?.items ?? new Set()).add(item.item) });
    good.push(each);
  }
  return { good, problems };
}

async function judgeLine(
  tx: Transaction,
  { about, item }: { readonly about: AboutReport; readonly item: NewItemFacts },
  earlier: { readonly about: AboutReport; readonly items: ReadonlySet<number> } | undefined,
): Promise<keyof typeof RULES | undefined> {
  if (earlier !== undefined && !isSameReport(earlier.about, about)) return "REPORT_DIFFERS";
  if (earlier?.items.has(item.item) === true) return "DOUBLED_LINE";
  const known = await judgeReport(tx, about);
  if (known.type === "REPORT_DIFFERS") return known.type;
  return await judgeItem(tx, known.type === "known" ? known.position : undefined, item);
}

/** A line as a report and its item. */
function partsOf(facts: GoodLine["facts"]): { about: AboutReport; item: NewItemFacts } {
  const isAbout = ([name]: [string, unknown]): boolean => !(name in NewItem.properties);
  const told = Object.entries(facts);
  return {
    about: Object.fromEntries(told.filter(isAbout)) as unknown as AboutReport,
    item: Object.fromEntries(told.filter((one) => !isAbout(one))) as unknown as NewItemFacts,
  };
}
