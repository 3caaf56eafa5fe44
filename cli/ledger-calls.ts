import { callService, type ServiceAccess } from "./service-access.ts";

/** A report as the API tells it, as far as commands show it. */
export interface SeizureLine {
  readonly reportId: string;
  readonly institution: string;
  readonly agency: string;
  readonly seizureNumber: string;
  readonly date: string;
  readonly place: string;
  readonly recovery: string;
  readonly withdrawn?: { readonly by: string; readonly at: string; readonly reason: string };
}

/** One with its items. */
export interface SeizureView extends SeizureLine {
  readonly offences?: readonly string[];
  readonly modusOperandi?: readonly string[];
  readonly route?: {
    readonly departure?: string;
    readonly transit?: readonly string[];
    readonly destination?: string;
    readonly claimed?: boolean;
  };
  readonly personsArrested?: number;
  readonly items: readonly {
    readonly item: number;
    readonly kind: string;
    readonly type?: string;
    readonly make?: string;
    readonly model?: string;
    readonly serial?: string;
    readonly marking?: string;
    readonly quantity: number;
    readonly unit: string;
    readonly traceCaseIds?: readonly string[];
    readonly origins: readonly {
      readonly established: boolean;
      readonly by: string;
      readonly on: string;
      readonly basis: string;
      readonly actor: string;
    }[];
  }[];
}

/** What became of a file. */
export interface ImportView {
  readonly state: "TAKEN" | "REFUSED";
  readonly lines: number;
  readonly added: number;
  readonly unchanged: number;
  readonly established: number;
  readonly badLines: number;
  readonly problems: readonly {
    readonly line: number;
    readonly code: string;
    readonly field: string;
    readonly rule: string;
  }[];
}

/** Two reported arms that may be one. */
export interface DoubleView {
  readonly doubleId: number;
  readonly arms: readonly {
    readonly reportId: string;
    readonly item: number;
    readonly institution: string;
    readonly date: string;
    readonly make: string;
    readonly model: string;
    readonly serial: string;
  }[];
  readonly decision?: string;
  readonly decidedBy?: string;
}

interface Amount {
  readonly arms: number;
  readonly byTrace: number;
  readonly byAuthority: number;
}

/** A ledger of a year as of a day. */
export interface LedgerView {
  readonly year: number;
  readonly asOf: string;
  readonly numerator: number;
  readonly denominator: number;
  readonly value: number | null;
  readonly recovered: Readonly<Record<"SEIZED" | "FOUND" | "SURRENDERED", Amount>>;
  readonly lines: readonly (Amount & {
    readonly recovered: string;
    readonly type: string;
    readonly marking: string;
  })[];
  readonly monthsReported: readonly number[];
  readonly offExchangeTraces: number;
  /** What reports say of events: so many of each name. */
  readonly events: {
    readonly events: number;
    readonly personsArrested: number;
    readonly offences: Readonly<Record<string, number>>;
    readonly modusOperandi: Readonly<Record<string, number>>;
    readonly departures: Readonly<Record<string, number>>;
    readonly transits: Readonly<Record<string, number>>;
    readonly destinations: Readonly<Record<string, number>>;
    readonly routesClaimed: number;
  };
  readonly methodNote: string;
  readonly national: readonly {
    readonly code: string;
    readonly title: string;
    readonly value?: number;
    readonly unit?: string;
  }[];
  readonly doublesOpen: number;
  readonly antiques: number;
  readonly parts: number;
  readonly rounds: number;
  readonly kilograms: number;
}

/** A ledger that has left. */
export interface SentLedgerView {
  readonly year: number;
  readonly body: string;
  readonly status: string;
  readonly vintage: number;
  readonly messageId: string;
  readonly asOf: string;
  readonly arms: number;
  readonly established: number;
  readonly proposedBy: string;
  readonly approvedBy: string;
  readonly fate: string;
  readonly code?: string;
}

const SEIZURES = "/v1/seizures";
const LEDGERS = "/v1/ledgers";
const reportPath = (id: string): string => `${SEIZURES}/${encodeURIComponent(id)}`;
const yearPath = (year: string): string => `${LEDGERS}/${encodeURIComponent(year)}`;

/** Enters a report. */
export async function addSeizure(service: ServiceAccess, body: unknown): Promise<SeizureView> {
  return await callService(service, { method: "POST", path: SEIZURES, body });
}

/** Sends a file of reports. */
export async function importSeizures(
  service: ServiceAccess,
  data: Uint8Array,
  keepGood: boolean,
): Promise<ImportView> {
  const path = `${SEIZURES}/import${keepGood ? "?keepGood=true" : ""}`;
  const bytes = { type: "application/octet-stream", data };
  return await callService(service, { method: "POST", path, bytes });
}

/** Reports, the newest first. */
export async function listSeizures(
  service: ServiceAccess,
  query: Readonly<Record<string, string>>,
): Promise<{ readonly seizures: readonly SeizureLine[]; readonly next?: string }> {
  return await callService(service, { path: `${SEIZURES}?${new URLSearchParams(query)}` });
}

/** One report. */
export async function loadSeizure(service: ServiceAccess, id: string): Promise<SeizureView> {
  return await callService(service, { path: reportPath(id) });
}

/** Withdraws a report. */
export async function withdrawSeizure(
  service: ServiceAccess,
  id: string,
  body: { readonly reason: string },
): Promise<SeizureView> {
  return await callService(service, { method: "POST", path: `${reportPath(id)}/withdraw`, body });
}

/** Says something of the origin of an item, or links it with a case. */
export async function changeItem(
  service: ServiceAccess,
  what: { readonly report: string; readonly item: string; readonly verb: "origin" | "traces" },
  body: unknown,
): Promise<SeizureView> {
  const path = `${reportPath(what.report)}/items/${encodeURIComponent(what.item)}/${what.verb}`;
  return await callService(service, { method: "POST", path, body });
}

/** Pairs of arms that may be one. */
export async function listDoubles(
  service: ServiceAccess,
  query: Readonly<Record<string, string>>,
): Promise<{ readonly doubles: readonly DoubleView[]; readonly next?: string }> {
  return await callService(service, { path: `${SEIZURES}/doubles?${new URLSearchParams(query)}` });
}

/** Joins a pair, or keeps it apart. */
export async function decideDouble(
  service: ServiceAccess,
  id: string,
  body: { readonly decision: string; readonly reason: string },
): Promise<DoubleView> {
  const path = `${SEIZURES}/doubles/${encodeURIComponent(id)}/decide`;
  return await callService(service, { method: "POST", path, body });
}

/** The ledger of a year. */
export async function loadLedger(
  service: ServiceAccess,
  year: string,
  asOf: string | undefined,
): Promise<LedgerView> {
  const query = asOf === undefined ? "" : `?${new URLSearchParams({ asOf })}`;
  return await callService(service, { path: `${yearPath(year)}${query}` });
}

/** Says what belongs to a year beside its reports. */
export async function stateLedger(
  service: ServiceAccess,
  year: string,
  body: unknown,
): Promise<LedgerView> {
  return await callService(service, { method: "PUT", path: `${yearPath(year)}/statement`, body });
}

/** Proposes a ledger to a body; it waits for a second person. */
export async function proposeLedger(
  service: ServiceAccess,
  year: string,
  body: unknown,
): Promise<{ readonly releaseId: string; readonly reasons: readonly string[] }> {
  return await callService(service, { method: "POST", path: `${yearPath(year)}/propose`, body });
}

/** Ledgers that have left, the newest first. */
export async function listLedgers(
  service: ServiceAccess,
  limit: number,
): Promise<{ readonly ledgers: readonly SentLedgerView[]; readonly next?: string }> {
  return await callService(service, { path: `${LEDGERS}?limit=${limit}` });
}
