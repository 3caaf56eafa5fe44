import {
  type CalendarProblem,
  checkCalendar,
  DEFAULT_TARGETS,
  type ReplyTargets,
  type Target,
} from "#casework";
import {
  actorOf,
  BAD_MARK,
  filteredMark,
  type HttpRoutes,
  keyOfMark,
  problemOf,
  sendProblem,
} from "#http";
import { isStateCode } from "#reference";
import { type Clock, type Database, HTTP_LIMITS } from "#runtime";
import type { ClockSettings } from "../clocks/clock-settings.ts";
import type { Ageing, OverdueCase } from "../clocks/overdue.ts";
import type { FocalPointProcedures } from "../store.ts";
import {
  LIST_OVERDUE,
  type OverdueQuery,
  REMOVE_CALENDAR,
  REMOVE_TARGETS,
  SET_CALENDAR,
  SET_TARGETS,
  SHOW_AGEING,
  SHOW_CLOCKS,
} from "./clock-operations.ts";

/** What the routes of clocks need. */
export interface ClockRouteDeps {
  readonly store: Pick<Database<FocalPointProcedures>, "call">;
  readonly clock: Clock;
}

/** Routes about clocks: their settings, what is overdue, how old it is (TP-CLOCK-7, TP-CLOCK-8). */
export function addClockRoutes(routes: HttpRoutes, deps: ClockRouteDeps): void {
  addSettingRoutes(routes, deps);
  addTargetRoutes(routes, deps);
  addListRoutes(routes, deps);
}

function addSettingRoutes(routes: HttpRoutes, { store, clock }: ClockRouteDeps): void {
  routes.get("/clocks", SHOW_CLOCKS, async () => {
    return settingsView(await store.call("clockSettings", undefined));
  });
  routes.put("/clocks/calendars/:state", SET_CALENDAR, async (request, reply) => {
    const { state } = request.params;
    const problems = [...stateProblems({ state }), ...checkCalendar(request.body)];
    if (problems.length > 0) return sendProblem(reply, problemOf("INPUT_INVALID", { problems }));
    const act = { actor: actorOf(request).userId, nowMs: clock.now() };
    await store.call("setCalendar", { ...act, state, calendar: request.body });
    return settingsView(await store.call("clockSettings", undefined));
  });
  routes.delete("/clocks/calendars/:state", REMOVE_CALENDAR, async (request) => {
    const act = { actor: actorOf(request).userId, nowMs: clock.now() };
    await store.call("setCalendar", { ...act, ...request.params, calendar: null });
    return settingsView(await store.call("clockSettings", undefined));
  });
}

function addTargetRoutes(routes: HttpRoutes, { store, clock }: ClockRouteDeps): void {
  routes.put("/clocks/targets", SET_TARGETS, async (request, reply) => {
    const { requestingState, requestedState, priority, acknowledge, final } = request.body;
    const problems = [
      ...stateProblems({ requestingState, requestedState }),
      ...orderProblems({ acknowledge, final }),
    ];
    if (problems.length > 0) return sendProblem(reply, problemOf("INPUT_INVALID", { problems }));
    const act = { actor: actorOf(request).userId, nowMs: clock.now() };
    const pair = { requesting: requestingState ?? "", requested: requestedState ?? "", priority };
    await store.call("setTargets", { ...act, ...pair, targets: { acknowledge, final } });
    return settingsView(await store.call("clockSettings", undefined));
  });
  routes.delete("/clocks/targets", REMOVE_TARGETS, async (request) => {
    const { requestingState: requesting = "", requestedState: requested = "" } = request.query;
    const { priority } = request.query;
    const act = { actor: actorOf(request).userId, nowMs: clock.now() };
    await store.call("setTargets", { ...act, requesting, requested, priority, targets: null });
    return settingsView(await store.call("clockSettings", undefined));
  });
}

function stateProblems(states: Readonly<Record<string, string | undefined>>): CalendarProblem[] {
  return Object.entries(states)
    .filter(([, state]) => state !== undefined && !isStateCode(state))
    .map(([field]) => ({
      field,
      rule: "is no State (ISO 3166-1 alpha-2)",
      remedy: "Give a current code, such as AT.",
    }));
}

const HOURS_OF = { HOURS: 1, DAYS: 24, WORKING_DAYS: 24 } as const;

function orderProblems({ acknowledge, final }: ReplyTargets): CalendarProblem[] {
  const hours = ({ count, unit }: Target): number => count * HOURS_OF[unit];
  if (hours(acknowledge) <= hours(final)) return [];
  const rule = "is longer than the final reply may take";
  return [{ field: "acknowledge", rule, remedy: "An answer counts as the acknowledgement too." }];
}

function settingsView({ calendars, targets }: ClockSettings) {
  return {
    defaults: DEFAULT_TARGETS,
    targets: targets.map(({ requesting, requested, actor, updatedAtMs, ...rest }) => ({
      ...(requesting === "" ? {} : { requestingState: requesting }),
      ...(requested === "" ? {} : { requestedState: requested }),
      ...rest,
      ...changedBy(actor, updatedAtMs),
    })),
    calendars: calendars.map(({ actor, updatedAtMs, ...rest }) => ({
      ...rest,
      ...changedBy(actor, updatedAtMs),
    })),
  };
}

function changedBy(actor: string, atMs: number) {
  return { changedBy: actor, changedAt: instant(atMs) };
}

function addListRoutes(routes: HttpRoutes, { store, clock }: ClockRouteDeps): void {
  routes.get("/traces/overdue", LIST_OVERDUE, async (request, reply) => {
    const { role, peer, limit = HTTP_LIMITS.pageRowsMax, after } = request.query;
    const place = after === undefined ? undefined : keyOfMark(after, filtersOf(request.query));
    const [dueAtMs, position] = place ?? [];
    const isPlace = dueAtMs !== undefined && position !== undefined;
    if (after !== undefined && !isPlace) {
      return sendProblem(reply, problemOf("INPUT_INVALID", BAD_MARK));
    }
    const nowMs = clock.now();
    const page = { role, peer, nowMs, limit, after: isPlace ? { dueAtMs, position } : undefined };
    const found = await store.call("listOverdue", page);
    const last = found.length === limit ? found.at(-1) : undefined;
    const next = last && filteredMark([last.dueAtMs, last.position], filtersOf(request.query));
    return reply.send({ traces: found.map((one) => overdueView(one, nowMs)), next });
  });
  routes.get("/traces/ageing", SHOW_AGEING, async () => {
    const nowMs = clock.now();
    const groups = await store.call("ageingByState", { nowMs });
    return { at: instant(nowMs), groups: groups.map(ageingView) };
  });
}

function filtersOf({ role, peer }: OverdueQuery) {
  return { list: "overdue", role, peer };
}

function overdueView(found: OverdueCase, nowMs: number) {
  const { position: _position, dueAtMs, ...rest } = found;
  return { ...rest, dueAt: instant(dueAtMs), overdueDays: daysOf(nowMs - dueAtMs) };
}

function ageingView(ageing: Ageing) {
  const { peer, role, open, overdue, answered } = ageing;
  return {
    peer,
    role,
    open,
    overdue,
    ageDays: {
      median: daysOf(ageing.medianMs),
      p90: daysOf(ageing.p90Ms),
      oldest: daysOf(ageing.oldestMs),
    },
    answered,
    takenDays: { median: daysOf(ageing.takenMedianMs), p90: daysOf(ageing.takenP90Ms) },
  };
}

const DAY_MS = 86_400_000;

/** Days to two places: a quarter of an hour. */
function daysOf(ms: number): number;
function daysOf(ms: number | null): number | undefined;
function daysOf(ms: number | null): number | undefined {
  return ms === null ? undefined : Math.round((ms / DAY_MS) * 100) / 100;
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
