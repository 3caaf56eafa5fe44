import { callService, type ServiceAccess } from "./service-access.ts";

/** How long something may take, as the API gives it. */
export interface TargetView {
  readonly count: number;
  readonly unit: "HOURS" | "DAYS" | "WORKING_DAYS";
}

interface TargetsView {
  readonly acknowledge: TargetView;
  readonly final: TargetView;
}

/** `GET /v1/clocks`. */
export interface ClocksView {
  readonly defaults: Readonly<Record<string, TargetsView>>;
  readonly targets: readonly (TargetsView & {
    readonly requestingState?: string;
    readonly requestedState?: string;
    readonly priority: string;
  })[];
  readonly calendars: readonly {
    readonly state: string;
    readonly timeZone: string;
    readonly weekend: readonly string[];
    readonly holidays: readonly string[];
  }[];
}

/** A case of `GET /v1/traces/overdue`. */
export interface OverdueView {
  readonly caseId: string;
  readonly role: "requesting" | "requested";
  readonly peer: string;
  readonly nationalCaseNumber: string;
  readonly priority: string;
  readonly owed: "ACKNOWLEDGEMENT" | "ANSWER";
  readonly dueAt: string;
  readonly overdueDays: number;
  readonly reminders: number;
}

/** `GET /v1/traces/ageing`. */
export interface AgeingView {
  readonly groups: readonly {
    readonly peer: string;
    readonly role: "requesting" | "requested";
    readonly open: number;
    readonly overdue: number;
    readonly ageDays: Readonly<Partial<Record<"median" | "p90" | "oldest", number>>>;
    readonly answered: number;
    readonly takenDays: Readonly<Partial<Record<"median" | "p90", number>>>;
  }[];
}

/** Everything clocks are reckoned with. */
export async function loadClocks(service: ServiceAccess): Promise<ClocksView> {
  return await callService(service, { path: "/v1/clocks" });
}

/** Sets a State's calendar; undefined takes it away. */
export async function putCalendar(
  service: ServiceAccess,
  state: string,
  body: unknown,
): Promise<ClocksView> {
  const path = `/v1/clocks/calendars/${encodeURIComponent(state)}`;
  return await callService(service, methodOf(path, body));
}

/** Sets targets; undefined takes those of the query away. */
export async function putTargets(
  service: ServiceAccess,
  key: Readonly<Record<string, string>>,
  targets: Readonly<Record<string, TargetView>> | undefined,
): Promise<ClocksView> {
  const path = "/v1/clocks/targets";
  if (targets === undefined) {
    return await callService(service, methodOf(`${path}?${new URLSearchParams(key)}`, undefined));
  }
  return await callService(service, methodOf(path, { ...key, ...targets }));
}

function methodOf(path: string, body: unknown) {
  if (body === undefined) return { method: "DELETE", path } as const;
  return { method: "PUT", path, body } as const;
}

/** The longest overdue cases, at most so many. */
export async function listOverdue(
  service: ServiceAccess,
  query: Readonly<Record<string, string>>,
): Promise<{ readonly traces: readonly OverdueView[]; readonly next?: string }> {
  return await callService(service, { path: `/v1/traces/overdue?${new URLSearchParams(query)}` });
}

/** Ages by State and side. */
export async function loadAgeing(service: ServiceAccess): Promise<AgeingView> {
  return await callService(service, { path: "/v1/traces/ageing" });
}
