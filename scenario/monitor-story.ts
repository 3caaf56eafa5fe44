import { stateName } from "#reference";
import { printable } from "#runtime";
import type { AlertCast } from "./alerts/cast.ts";
import type { FocalPoints } from "./focal-points.ts";
import { MONITOR } from "./participants.ts";
import type { PatientDoors } from "./patient-doors.ts";

/** What counting at a regional monitor needs. */
export interface MonitorStoryDeps {
  readonly doors: PatientDoors;
  readonly focalPoints: FocalPoints;
  /** When the scenario first ran on this data folder, and now. */
  readonly startedAtMs: number;
  readonly nowMs: number;
}

/** What a monitor has counted of States that consented, beside what they have sent. */
export interface MonitorStory {
  /** Trace requests of each State: the gateway has accepted as many. */
  readonly requests: readonly { readonly state: string; readonly sent: number }[];
  /** Hours within which half of the answers to and from them came. */
  readonly medianHours: number | null;
}

/** `GET /v1/figures`, as far as it is looked at here. */
interface FiguresView {
  readonly figures: readonly {
    readonly by: Readonly<Record<string, string>>;
    readonly value: number | null;
  }[];
}

/**
 * Waits until the regional monitor has counted every trace request of the States that have
 * consented, from the feed of the gateway alone (docs/spec/monitor.md). Throws TracepostError
 * VERIFICATION when its figures never are what their focal points have sent.
 */
export async function countAtMonitor(
  { members }: AlertCast,
  { doors, focalPoints, nowMs, startedAtMs }: MonitorStoryDeps,
): Promise<MonitorStory> {
  const sent = await Promise.all(
    members.map(async (state) => {
      const { receipts } = await focalPoints.summary(state);
      return { state, sent: receipts.accepted };
    }),
  );
  const yearOf = (ms: number): string => String(new Date(ms).getUTCFullYear());
  const range = `length=YEAR&from=${yearOf(startedAtMs)}&to=${yearOf(nowMs)}`;
  const path = `/v1/figures?measure=TRACE_REQUESTS&by=STATE&${range}`;
  const isCounted = ({ figures }: FiguresView): boolean =>
    sent.every(({ sent: requests, state }) => {
      const own = figures.filter(({ by }) => by.STATE === state);
      return own.reduce((sum, { value }) => sum + (value ?? 0), 0) === requests;
    });
  await doors.until<FiguresView>(MONITOR, path, isCounted);
  const times = await doors.call<FiguresView>(MONITOR, {
    path: `/v1/figures?measure=HOURS_TO_ANSWER&${range}`,
  });
  const median = times.figures.findLast(({ by }) => by.STATISTIC === "MEDIAN");
  return { requests: sent, medianHours: median?.value ?? null };
}

/** What a monitor has counted, in plain sentences. */
export function tellMonitorStory({ medianHours, requests }: MonitorStory): string[] {
  const each = requests.map(({ sent, state }) => `${stateName(state)} ${sent}`);
  return [
    "What a monitor counts of it, and reads nothing",
    `  ${MONITOR} is fed events of the States that have consented. Trace requests by them: ` +
      `${each.join(", ")}; their focal points have sent as many.`,
    ...(medianHours === null
      ? []
      : [`  Half of the answers it was told of came within ${medianHours + 1} h.`]),
  ].map(printable);
}

/** How to look at its figures, while the exchange is up. */
export function tellMonitorCommands(dataDir: string): string[] {
  const at = `--data ${dataDir} --participant ${MONITOR}`;
  return [
    "Look at the figures",
    `  npx tracepost monitor figures TRACE_REQUESTS --by state,to --length YEAR ${at}`,
    `  npx tracepost monitor figures OUTCOMES --by outcome --length DAY ${at}`,
    `  npx tracepost monitor coverage ${at}`,
  ].map(printable);
}
