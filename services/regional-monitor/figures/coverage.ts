import { PeriodLength } from "#proto";
import type { Coverage } from "#statistics";
import { periodText } from "../periods.ts";
import type { FigureDeps } from "./figure-deps.ts";
import { type AskedFigures, figureQuestion } from "./figure-question.ts";
import { bodyOf, membersOf, type PeriodMembers, periodMembers, readGroups } from "./membership.ts";
import type { FedTime } from "./read-fed-time.ts";

const MONTHS = 12;

/** How many members there are in a period, and who has a record in it (TP-MON-14). */
export function coverageIn(
  { expected, period: { start } }: PeriodMembers,
  length: PeriodLength,
  { months, reporting }: Pick<FedTime, "months" | "reporting">,
): Coverage {
  const statesReporting = reporting.get(start) ?? 0;
  return {
    statesExpected: expected,
    statesReporting,
    monthsExpected: length === PeriodLength.YEAR ? MONTHS : 1,
    monthsReporting: months.get(start) ?? (statesReporting > 0 ? 1 : 0),
  };
}

/** Coverage of each period of a range (TP-MON-14). Throws InvalidRequest. */
export async function coverageOf(
  deps: FigureDeps,
  asked: Omit<AskedFigures, "measure">,
): Promise<(Coverage & { readonly period: string })[]> {
  const { clock, register, store } = deps;
  const question = figureQuestion({ ...asked, measure: "MESSAGES" }, clock.now());
  const { length, status } = question;
  const members = periodMembers(question, membersOf(register(), bodyOf(deps, asked.body)));
  const groups = readGroups(members, (states) => states ?? ["*"]);
  const fed = await store.call("readFedTime", { status, length, groups });
  return members.map((one) => {
    const period = periodText(length, one.period.start);
    return { period, ...coverageIn(one, length, fed) };
  });
}
