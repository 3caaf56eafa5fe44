import { callService, type ServiceAccess } from "./service-access.ts";

/** A run of disposal as its keeper tells of it. */
export interface RunLine {
  readonly id: number;
  readonly state: string;
  readonly why?: string;
  readonly authority: string;
  readonly askedBy: string;
  readonly askedAt: string;
  readonly confirmedBy?: string;
  readonly due: number;
  readonly records: number;
  readonly parts: number;
  readonly bytes: number;
  readonly held: number;
  readonly declinedBy?: string;
  readonly declinedBecause?: string;
  readonly endedAt?: string;
}

/** What is due. */
export interface DueView {
  readonly due: number;
  readonly held: number;
  readonly records: readonly {
    readonly sender?: string;
    readonly messageId?: string;
    readonly logIndex?: number;
    /** What it is where it is no message. */
    readonly subject?: string;
    readonly class: string;
    readonly parts: readonly {
      readonly name: string;
      readonly onlyFor?: string;
      readonly class: string;
      readonly dueAt: string;
      readonly scheduleVersion: number;
      readonly basis: string;
    }[];
  }[];
  readonly next?: string;
}

/** A certificate of a run. */
export interface CertificateLine {
  readonly certificate: number;
  readonly logIndex?: number;
  readonly records: number;
  readonly isSigned: boolean;
  /** Encoded SignedDisposalCertificate, base64. */
  readonly signed: string;
}

/** What is due now, the first of it. */
export async function listDue(service: ServiceAccess, limit: number): Promise<DueView> {
  return await callService(service, { path: `/v1/disposals/due?limit=${limit}` });
}

/** Runs, the newest first. */
export async function listRuns(
  service: ServiceAccess,
  limit: number,
): Promise<{ readonly disposals: readonly RunLine[]; readonly next?: string }> {
  return await callService(service, { path: `/v1/disposals?limit=${limit}` });
}

/** One run. */
export async function loadRun(service: ServiceAccess, id: string): Promise<RunLine> {
  return await callService(service, { path: `/v1/disposals/${id}` });
}

/** Asks for a run. */
export async function askRun(service: ServiceAccess, authority: string): Promise<RunLine> {
  const body = { authority };
  return await callService(service, { method: "POST", path: "/v1/disposals", body });
}

/** Lets a run go on. */
export function confirmRun(service: ServiceAccess, id: string, reason: string): Promise<RunLine> {
  return decideRun(service, { id, verb: "confirm", reason });
}

/** Ends a run for good. */
export function declineRun(service: ServiceAccess, id: string, reason: string): Promise<RunLine> {
  return decideRun(service, { id, verb: "decline", reason });
}

async function decideRun(
  service: ServiceAccess,
  { id, reason, verb }: { readonly id: string; readonly verb: string; readonly reason: string },
): Promise<RunLine> {
  const path = `/v1/disposals/${id}/${verb}`;
  return await callService(service, { method: "POST", path, body: { reason } });
}

/** All certificates of a run. */
export async function listCertificates(
  service: ServiceAccess,
  id: string,
): Promise<CertificateLine[]> {
  const found: CertificateLine[] = [];
  let after = "";
  for (;;) {
    const path = `/v1/disposals/${id}/certificates${after}`;
    const page: { readonly certificates: readonly CertificateLine[]; readonly next?: string } =
      await callService(service, { path });
    found.push(...page.certificates);
    if (page.next === undefined) return found;
    after = `?after=${encodeURIComponent(page.next)}`;
  }
}
