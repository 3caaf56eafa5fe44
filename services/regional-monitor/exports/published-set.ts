import {
  createExport,
  type ExchangeStatusName,
  type ExportSet,
  ledgerNotes,
  regionalFigures,
  safeLedgerFigures,
} from "#outputs";
import { ExchangeStatus, IndicatorLedger, PeriodLength } from "#proto";
import { MONITOR_LIMITS } from "#runtime";
import { dayBeginsMs, dayName, dayOf, type Figure, SUPPRESSION_POLICY } from "#statistics";
import type { FigureDeps } from "../figures/figure-deps.ts";
import { wrong } from "../figures/figure-question.ts";
import { bodyOf, membersOf } from "../figures/membership.ts";
import { readReleasedTables } from "../figures/read-released-tables.ts";
import { tableFigures, toldOnce } from "../figures/release-table.ts";
import { dayNamed } from "../periods.ts";

/** What is asked to be published. */
export interface AskedExport {
  readonly year: number;
  readonly status?: ExchangeStatusName;
  /** Code of the body, of those that the monitor stands for; default: the first one. */
  readonly body?: string;
  /** This measure alone. */
  readonly measure?: string;
  /** As it could be published on that day, `YYYY-MM-DD`; default: now. */
  readonly asOf?: string;
}

/** The question in full. */
interface Publication {
  readonly body: string;
  readonly year: number;
  readonly status: ExchangeStatusName;
  /** Full days since 1970. */
  readonly asOf: number;
}

/**
 * What a body publishes of a year (TP-OUT-16): releases of the gateway of the year and its months,
 * and ledgers that States have signed off, made safe; nothing that was counted from events. A
 * member that has signed off none is missing. Throws InvalidRequest.
 */
export async function publishedSet(deps: FigureDeps, asked: AskedExport): Promise<ExportSet> {
  const { clock, participant, register } = deps;
  const nowMs = clock.now();
  const asOf = asked.asOf === undefined ? dayOf(nowMs) : dayNamed(asked.asOf);
  if (asOf === undefined) throw wrong("asOf", "must be a day such as 2026-10-03");
  const body = bodyOf(deps, asked.body);
  const of = { body, year: asked.year, status: asked.status ?? "ACTUAL", asOf };
  const [released, ledgers] = await Promise.all([readReleased(deps, of), readLedgers(deps, of)]);
  const members = membersOfYear(deps, of);
  const national = safeLedgerFigures(ledgers);
  const sum = { members, period: yearText(of), vintage: dayName(asOf) };
  const figures = [
    ...released,
    ...national,
    ...missingMembers(members, of, ledgers),
    ...regionalFigures(national, sum),
  ].filter(({ measure }) => asked.measure === undefined || measure === asked.measure);
  const self = register().participants.find(({ id }) => id === participant);
  return createExport(
    {
      body: body || participant,
      bodyName: self?.legalName || body || participant,
      exchangeStatus: of.status,
      threshold: SUPPRESSION_POLICY.threshold,
      preparedAt: new Date(nowMs).toISOString(),
      notes: ledgerNotes(ledgers),
    },
    figures,
  );
}

/** Figures of the newest releases of the year and its months. */
async function readReleased({ store }: FigureDeps, of: Publication): Promise<Figure[]> {
  const year = yearText(of);
  const { body, status } = of;
  const question = { body, status: ExchangeStatus[status], releasedBy: dayName(of.asOf) };
  const [yearly, monthly] = await Promise.all([
    store.call("readReleases", {
      ...{ ...question, length: PeriodLength.YEAR, firstPeriod: year, lastPeriod: year },
    }),
    store.call("readReleases", {
      ...{ ...question, length: PeriodLength.MONTH },
      ...{ firstPeriod: `${year}-01`, lastPeriod: `${year}-12` },
    }),
  ]);
  const released = await readReleasedTables(store, [...yearly, ...monthly], monthly);
  return toldOnce(released.flatMap(tableFigures));
}

/** Every vintage of the ledgers of the year. */
async function readLedgers({ store }: FigureDeps, of: Publication): Promise<IndicatorLedger[]> {
  const kept = await store.call("readLedgers", {
    ...{ status: ExchangeStatus[of.status], firstYear: of.year, lastYear: of.year, isAll: true },
    ...{ signedByMs: dayBeginsMs(of.asOf + 1) - 1, limit: MONITOR_LIMITS.ledgersMax },
  });
  return kept.map(({ content }) => IndicatorLedger.decode(content));
}

/** Members at the end of the year, or now. */
function membersOfYear(
  { clock, register }: FigureDeps,
  { body, year }: Publication,
): readonly string[] {
  const endMs = Math.min(Date.UTC(year + 1, 0) - 1, clock.now());
  return membersOf(register(), body)(endMs);
}

/** Members that have signed off nothing: missing, not zero. */
function missingMembers(
  members: readonly string[],
  of: Publication,
  ledgers: readonly IndicatorLedger[],
): Figure[] {
  const told = new Set(ledgers.map(({ state }) => state));
  return members
    .filter((state) => !told.has(state))
    .map((state) => ({
      ...{ measure: "VC_ARM_SZTRACE", by: { STATE: state }, period: yearText(of), value: null },
      ...{ unit: "PERCENT", status: "M", confidentiality: "F", vintage: dayName(of.asOf) },
      coverage: { statesExpected: 1, statesReporting: 0, monthsExpected: 12, monthsReporting: 0 },
    }));
}

function yearText({ year }: Publication): string {
  return String(year).padStart(4, "0");
}
