import type { HttpRoutes } from "#http";
import { instantText } from "#participant";
import { ExchangeStatus, IndicatorLedger, PeriodLength } from "#proto";
import { MONITOR_LIMITS } from "#runtime";
import { dayName } from "#statistics";
import { coverageOf } from "../figures/coverage.ts";
import type { FigureDeps } from "../figures/figure-deps.ts";
import { figureQuestion } from "../figures/figure-question.ts";
import { queryFigures } from "../figures/query-figures.ts";
import type { ReleaseHead } from "../figures/read-releases.ts";
import type { ComparedDay } from "../ingest/compare-day.ts";
import { nameOf } from "../ingest/cuts.ts";
import type { LedgerRecord } from "../ledger/ledger-record.ts";
import { periodText } from "../periods.ts";
import {
  LIST_LEDGERS,
  LIST_RELEASES,
  SHOW_COVERAGE,
  SHOW_FIGURES,
  SHOW_RECONCILIATION,
} from "./figure-operations.ts";

const LAST_YEAR = 9999;
const LAST_DAY = "9999-12-31";

/** Routes for analysts of the body: what was counted, released and signed off (TP-MON-18). */
export function addFigureRoutes(routes: HttpRoutes, deps: FigureDeps): void {
  const { store } = deps;
  routes.get("/figures", SHOW_FIGURES, async ({ query }) => {
    return { figures: await queryFigures(deps, query) };
  });
  routes.get("/coverage", SHOW_COVERAGE, async ({ query }) => {
    return { periods: await coverageOf(deps, query) };
  });
  routes.get("/releases", LIST_RELEASES, async ({ query }) => {
    const asked = figureQuestion({ measure: "RELEASES", ...query }, deps.clock.now());
    const { length, periods, status } = asked;
    const textOf = (at: number): string => periodText(length, periods.at(at)?.start ?? 0);
    const range = { length, status, firstPeriod: textOf(0), lastPeriod: textOf(-1) };
    const heads = await store.call("readReleases", {
      ...range,
      ...{ body: "", releasedBy: LAST_DAY },
    });
    const tables = await store.call("readReleaseTables", { ids: heads.map(({ id }) => id) });
    const namesOf = (id: number): string[] =>
      tables.filter((table) => table.release_id === id).map(({ name }) => name);
    return { releases: heads.map((head) => releaseView(head, namesOf(head.id))) };
  });
  routes.get("/ledgers", LIST_LEDGERS, async ({ query }) => {
    const { fromYear = 0, state, status = "ACTUAL", toYear = LAST_YEAR, vintages } = query;
    const kept = await store.call("readLedgers", {
      ...{ firstYear: fromYear, lastYear: toYear, state, status: ExchangeStatus[status] },
      ...{ signedByMs: Number.MAX_SAFE_INTEGER, isAll: vintages === "ALL" },
      limit: MONITOR_LIMITS.ledgersMax,
    });
    return { ledgers: kept.map(ledgerView) };
  });
  routes.get("/reconciliation", SHOW_RECONCILIATION, async ({ query }) => {
    const asked = { differing: query.days === "DIFFERING", limit: MONITOR_LIMITS.pageMax };
    const [days, { refused }] = await Promise.all([
      store.call("comparedDays", asked),
      store.call("feedStatus", undefined),
    ]);
    return { days: days.map(dayView), refused };
  });
}

function releaseView({ id: _id, status: _status, ...head }: ReleaseHead, tables: string[]) {
  return { ...head, length: nameOf(PeriodLength, head.length) ?? "", tables };
}

function ledgerView({ content, signedAtMs, takenAtMs }: LedgerRecord) {
  const ledger = IndicatorLedger.decode(content);
  const { asOf, lines, methodNote, state, vintage, year } = ledger;
  const sum = (read: (line: (typeof lines)[number]) => bigint): number =>
    Number(lines.reduce((total, line) => total + read(line), 0n));
  return {
    ...{ state, year, vintage, asOf, methodNote },
    signedAt: instantText(signedAtMs),
    takenAt: instantText(takenAtMs),
    arms: sum(({ arms }) => arms),
    established: sum((line) => line.establishedByTrace + line.establishedByAuthority),
    offExchangeTraces: Number(ledger.offExchangeTraces),
    monthsReported: new Set(ledger.monthsReported).size,
  };
}

function dayView({ comparedAtMs, day, differences, firstIndex, lastIndex, ...rest }: ComparedDay) {
  return {
    ...{ day: dayName(day), ...rest, differences: [...differences] },
    ...(firstIndex === null ? {} : { firstIndex }),
    ...(lastIndex === null ? {} : { lastIndex }),
    comparedAt: instantText(comparedAtMs),
  };
}
