import { callService, type ServiceAccess } from "./service-access.ts";

/** What the header of a record says, for who may read headers. */
export interface RecordHeader {
  readonly conversationId?: string;
  readonly state?: string;
  readonly sentAt?: string;
  readonly expiresAt?: string;
  readonly status: string;
  readonly priority: string;
  readonly handling?: {
    readonly tlp: string;
    readonly use: readonly string[];
    readonly originatorState?: string;
  };
  readonly move?: string;
  readonly alertMove?: string;
  readonly inReplyTo?: { readonly sender: string; readonly messageId: string };
}

/** A record as the gateway tells of it. */
export interface RecordLine {
  readonly logIndex: number;
  readonly recordedAt: string;
  readonly messageId: string;
  readonly sender: string;
  readonly recipients: readonly string[];
  readonly kind: string;
  readonly lane: string;
  readonly sizeBytes: number;
  readonly decision: "accepted" | "refused";
  readonly code?: string;
  readonly field?: string;
  readonly header?: RecordHeader;
  readonly dueAt?: string;
}

/** One record with what became of it. */
export interface RecordFile extends RecordLine {
  readonly headerSha256: string;
  readonly registerVersion: number;
  readonly policyVersion: number;
  readonly deliveries: readonly {
    readonly recipient: string;
    readonly state: string;
    readonly attempts: number;
    readonly receiptIndex?: number;
  }[];
  readonly parts?: readonly {
    readonly name: string;
    readonly onlyFor?: string;
    readonly sizeBytes: number;
    readonly isKept: boolean;
  }[];
}

/** What records are looked for by; what is absent restricts nothing. */
export interface RecordWish {
  readonly id?: string | undefined;
  readonly conversation?: string | undefined;
  readonly party?: string | undefined;
  readonly kind?: string | undefined;
  readonly state?: string | undefined;
  readonly handling?: string | undefined;
  readonly use?: string | undefined;
  readonly code?: string | undefined;
  readonly refused?: boolean | undefined;
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  readonly hold?: number | undefined;
  readonly dueFrom?: string | undefined;
  readonly dueBefore?: string | undefined;
  readonly reason?: string | undefined;
}

/** What the audit trail tells of. */
export const RECORD_ACTIONS = [
  "search",
  "show",
  "export",
  "hold",
  "release",
  "dispose",
  "evidence",
  "audit",
] as const;

/** What a person did with records. */
export interface RecordAct {
  readonly id: number;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly subject?: string;
  readonly detail?: string;
  readonly reason?: string;
  readonly logIndex?: number;
}

/** The newest acts, at most `limit`, and whether there may be more. */
export async function listActs(
  service: ServiceAccess,
  wish: { readonly actor?: string | undefined; readonly action?: string | undefined },
  limit: number,
): Promise<{ readonly acts: RecordAct[]; readonly more: boolean }> {
  const { more, rows } = await pagesOf<RecordAct>(
    service,
    "/v1/records/audit",
    "acts",
    wish,
    limit,
  );
  return { acts: rows, more };
}

/** The newest records that meet a wish, at most `limit`, and whether there may be more. */
export async function listRecords(
  service: ServiceAccess,
  wish: RecordWish,
  limit: number,
): Promise<{ readonly records: RecordLine[]; readonly more: boolean }> {
  const { more, rows } = await pagesOf<RecordLine>(service, "/v1/records", "records", wish, limit);
  return { records: rows, more };
}

/** Follows the pages of a list, short ones too, as far as it is asked for. */
async function pagesOf<R>(
  service: ServiceAccess,
  path: string,
  name: string,
  wish: object,
  limit: number,
): Promise<{ readonly rows: R[]; readonly more: boolean }> {
  const params = new URLSearchParams(askedOf(wish));
  const rows: R[] = [];
  for (;;) {
    const page = await callService<Record<string, unknown>>(service, { path: `${path}?${params}` });
    rows.push(...((page[name] ?? []) as R[]));
    const { next } = page;
    const isEnough = rows.length >= limit && (rows.length > limit || next !== undefined);
    if (isEnough || typeof next !== "string") return { rows: rows.slice(0, limit), more: isEnough };
    params.set("after", next);
  }
}

/** The names and values of a wish as a query has them. */
export function askedOf(wish: object): [string, string][] {
  return Object.entries(wish).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
}

/** One record, by its place in the log. */
export async function loadRecord(
  service: ServiceAccess,
  logIndex: string,
  reason: string | undefined,
): Promise<RecordFile> {
  const query = new URLSearchParams(askedOf({ reason }));
  return await callService<RecordFile>(service, { path: `/v1/records/${logIndex}?${query}` });
}
