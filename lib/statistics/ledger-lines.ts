import type { MarkingStatus } from "./check-indicator-ledger.ts";
import { countIndicator, type Indicator, type RecoveredArm } from "./indicator.ts";

/** Arms of one report that are alike; `id` is of the physical arm, which several may report. */
export interface ReportedArms extends RecoveredArm {
  /** Firearm type of the reference data; UNSPECIFIED where not recorded. */
  readonly type: string;
  readonly marking: MarkingStatus;
  /** How many; more than one only where none has an identity. */
  readonly pieces: number;
}

/** Arms that are alike in a ledger, in pieces. */
export interface CountedLine {
  readonly recovered: RecoveredArm["recovered"];
  readonly type: string;
  readonly marking: MarkingStatus;
  readonly arms: number;
  readonly byTrace: number;
  readonly byAuthority: number;
}

/** What a year has come to. */
export interface CountedLedger {
  /** In the order of recovery, type and marking. */
  readonly lines: readonly CountedLine[];
  readonly indicator: Indicator;
}

/**
 * Counts the arms of a year as of a day, YYYY-MM-DD (TP-LEDG-7). One arm counts once, as the report
 * of its first recovery tells it; it is established by what established it first, by trace where
 * both did on one day. The indicator is that of {@link countIndicator}, which knows no lines.
 */
export function countLedger(
  reported: readonly ReportedArms[],
  year: number,
  asOf: string,
): CountedLedger {
  const groups = Map.groupBy(
    reported.filter(({ recoveredOn }) => recoveredOn <= asOf),
    ({ id }) => id,
  );
  const lines = new Map<string, CountedLine>();
  for (const reports of groups.values()) {
    const first = reports.reduce((a, b) => (b.recoveredOn < a.recoveredOn ? b : a));
    if (Number(first.recoveredOn.slice(0, 4)) !== year) continue;
    const { marking, pieces, recovered, type } = first;
    const key = `${recovered} ${type} ${marking}`;
    const line = lines.get(key) ?? {
      recovered,
      type,
      marking,
      arms: 0,
      byTrace: 0,
      byAuthority: 0,
    };
    const by = establishedBy(reports, asOf);
    lines.set(key, {
      ...line,
      arms: line.arms + pieces,
      byTrace: line.byTrace + (by === "TRACE" ? pieces : 0),
      byAuthority: line.byAuthority + (by === "COMPETENT_AUTHORITY" ? pieces : 0),
    });
  }
  const sorted = [...lines].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line);
  return { lines: sorted, indicator: countIndicator(reported.flatMap(singly), year, asOf) };
}

function establishedBy(reports: readonly ReportedArms[], asOf: string) {
  const known = reports
    .filter(({ establishedOn }) => establishedOn !== null && establishedOn <= asOf)
    .map(({ establishedBy: by, establishedOn: on }) => ({
      by,
      key: `${on} ${by === "TRACE" ? 0 : 1}`,
    }))
    .filter(({ by }) => by !== null);
  return known.toSorted((a, b) => (a.key < b.key ? -1 : 1))[0]?.by ?? null;
}

/** Arms that are alike, one by one. */
function singly(reports: ReportedArms): ReportedArms[] {
  if (reports.pieces === 1) return [reports];
  return Array.from({ length: reports.pieces }, (_none, at) => ({
    ...reports,
    id: `${reports.id} ${at + 1}`,
    pieces: 1,
  }));
}
