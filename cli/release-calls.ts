import { callService, type ServiceAccess } from "./service-access.ts";

/** A line of `GET /v1/releases`. */
export interface ReleaseView {
  readonly releaseId: string;
  readonly state: string;
  readonly action: string;
  readonly caseId?: string;
  readonly peer?: string;
  readonly priority: string;
  readonly reasons: readonly string[];
  readonly preparedBy: string;
  readonly preparedAt: string;
  readonly decidedBy?: string;
  readonly note?: string;
  readonly breakGlass?: string;
  readonly reviewDueAt?: string;
  readonly overdue?: boolean;
  readonly verdict?: string;
  readonly content?: unknown;
}

const pathOf = (releaseId: string): string => `/v1/releases/${encodeURIComponent(releaseId)}`;

/** What waits, or was decided. */
export async function listReleases(
  service: ServiceAccess,
  query: Readonly<Record<string, string>>,
): Promise<{ readonly releases: readonly ReleaseView[]; readonly next?: string }> {
  return await callService(service, { path: `/v1/releases?${new URLSearchParams(query)}` });
}

/** One with its content. */
export async function loadRelease(service: ServiceAccess, id: string): Promise<ReleaseView> {
  return await callService(service, { path: pathOf(id) });
}

/** Confirms one, and sends it. */
export async function confirmRelease(
  service: ServiceAccess,
  id: string,
  note: string | undefined,
): Promise<{ readonly release: ReleaseView; readonly messageId?: string; readonly state: string }> {
  const body = note === undefined ? {} : { note };
  return await callService(service, { method: "POST", path: `${pathOf(id)}/confirm`, body });
}

/** Sends one back, or reviews it. */
export async function decideRelease(
  service: ServiceAccess,
  id: string,
  verb: "return" | "review",
  body: unknown,
): Promise<ReleaseView> {
  return await callService(service, { method: "POST", path: `${pathOf(id)}/${verb}`, body });
}

/** A deputy, as the API gives it. */
export interface DeputyView {
  readonly deputyId: number;
  readonly userId: string;
  readonly validFrom: string;
  readonly validUntil: string;
  readonly reason: string;
  readonly namedBy: string;
  readonly valid: boolean;
}

/** Everybody who is or was a deputy. */
export async function listDeputies(
  service: ServiceAccess,
): Promise<{ readonly deputies: readonly DeputyView[] }> {
  return await callService(service, { path: "/v1/deputies" });
}

/** Names one. */
export async function nameDeputy(service: ServiceAccess, body: unknown): Promise<DeputyView> {
  return await callService(service, { method: "POST", path: "/v1/deputies", body });
}

/** Ends one. */
export async function endDeputy(service: ServiceAccess, id: string): Promise<DeputyView> {
  return await callService(service, { method: "DELETE", path: `/v1/deputies/${id}` });
}

/** What needs a second person, or what is set instead. */
export async function releasePolicy(
  service: ServiceAccess,
  body?: unknown,
): Promise<Readonly<Record<string, unknown>>> {
  const path = "/v1/policies/release";
  return await callService(service, body === undefined ? { path } : { method: "PUT", path, body });
}

/** The rules that acknowledge, as the API gives them. */
export interface AcknowledgeRulesView {
  readonly active: boolean;
  readonly version: number;
  readonly rules: readonly {
    readonly name: string;
    readonly priorities?: readonly string[];
    readonly requestingStates?: readonly string[];
    readonly tlpMax?: string;
    readonly completenessMin?: number;
  }[];
}

/** The rules that acknowledge, or what is set instead. */
export async function acknowledgeRules(service: ServiceAccess, body?: unknown): Promise<object> {
  const path = "/v1/policies/acknowledgement";
  return await callService(service, body === undefined ? { path } : { method: "PUT", path, body });
}
