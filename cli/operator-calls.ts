import { callService, type ServiceAccess } from "./service-access.ts";

/** An item of quarantine as the gateway tells of it. */
export interface ItemLine {
  readonly id: number;
  readonly state: string;
  readonly participant: string;
  readonly subject: string;
  readonly messageId?: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly code: string;
  readonly field?: string;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly count: number;
  readonly logIndex: number;
  /** Settled: entry of the same header, proven later. */
  readonly settledLogIndex?: number;
}

/** A decision about an item. */
export interface ItemDecision {
  readonly decision: "released" | "rejected";
  readonly actor: string;
  readonly reason: string;
  readonly decidedAt: string;
  readonly code: string;
  readonly logIndex: number;
}

/** What the header of an item claims; nobody was proven to have written it. */
export interface HeaderClaims {
  readonly messageId?: string;
  readonly kind: string;
  readonly sender?: string;
  readonly recipients: readonly string[];
  readonly conversationId?: string;
  readonly sentAt?: string;
  readonly expiresAt?: string;
  readonly status: string;
  readonly priority: string;
  readonly lane: string;
  readonly parts: readonly {
    readonly name: string;
    readonly sizeBytes: number;
    readonly sealed: boolean;
  }[];
}

/** One item with its header and what was decided about it. */
export interface ItemFile extends ItemLine {
  readonly header?: { readonly claims?: HeaderClaims };
  readonly decisions: readonly ItemDecision[];
}

/** An operator event as the gateway tells of it. */
export interface EventLine {
  readonly id: number;
  readonly kind: string;
  readonly state: "open" | "acknowledged";
  readonly participant?: string;
  readonly subject?: string;
  readonly detail?: string;
  readonly count: number;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly acknowledged?: { readonly at: string; readonly by: string; readonly note?: string };
}

/** What a list is asked for; what is absent restricts nothing. */
export interface ListQuery {
  readonly participant?: string | undefined;
  readonly state?: string | undefined;
  readonly code?: string | undefined;
  readonly kind?: string | undefined;
}

/** The newest items, at most `limit`, and whether there are more. */
export async function listItems(
  service: ServiceAccess,
  query: ListQuery,
  limit: number,
): Promise<{ readonly items: ItemLine[]; readonly more: boolean }> {
  const { rows, more } = await pagesOf<ItemLine>(service, "/v1/quarantine", "items", query, limit);
  return { items: rows, more };
}

/** One item. */
export async function loadItem(service: ServiceAccess, id: string): Promise<ItemFile> {
  return await callService<ItemFile>(service, { path: `/v1/quarantine/${id}` });
}

/** Decides about an item; `repeated` when it was decided so before. */
export async function decideItem(
  service: ServiceAccess,
  id: string,
  verb: "release" | "reject",
  reason: string,
): Promise<ItemDecision & { readonly repeated: boolean }> {
  const path = `/v1/quarantine/${id}/${verb}`;
  return await callService(service, { method: "POST", path, body: { reason } });
}

/** The newest events, at most `limit`, and whether there are more. */
export async function listEvents(
  service: ServiceAccess,
  query: ListQuery,
  limit: number,
): Promise<{ readonly events: EventLine[]; readonly more: boolean }> {
  const { rows, more } = await pagesOf<EventLine>(service, "/v1/events", "events", query, limit);
  return { events: rows, more };
}

/** Closes an event; `repeated` when it was closed before. */
export async function acknowledgeEvent(
  service: ServiceAccess,
  id: string,
  note: string | undefined,
): Promise<EventLine & { readonly repeated: boolean }> {
  const body = note === undefined ? {} : { note };
  const path = `/v1/events/${id}/acknowledge`;
  return await callService(service, { method: "POST", path, body });
}

/** Follows the pages of a list, one row beyond the limit to know whether there are more. */
async function pagesOf<R>(
  service: ServiceAccess,
  path: string,
  name: string,
  query: ListQuery,
  limit: number,
): Promise<{ readonly rows: R[]; readonly more: boolean }> {
  const asked = Object.entries(query).filter(([, value]) => value !== undefined);
  const params = new URLSearchParams(asked as [string, string][]);
  const rows: R[] = [];
  for (;;) {
    const page = await callService<Record<string, unknown>>(service, { path: `${path}?${params}` });
    rows.push(...((page[name] ?? []) as R[]));
    const { next } = page;
    if (typeof next !== "string" || rows.length > limit) break;
    params.set("after", next);
  }
  return { rows: rows.slice(0, limit), more: rows.length > limit };
}
