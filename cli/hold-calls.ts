import { callService, type ServiceAccess } from "./service-access.ts";

/** A legal hold as its keeper tells of it. */
export interface HoldLine {
  readonly id: number;
  readonly state: string;
  readonly covers: boolean;
  readonly messages?: readonly { readonly sender: string; readonly messageId: string }[];
  readonly conversationId?: string;
  readonly party?: string;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly reason: string;
  readonly authority: string;
  readonly reviewAt?: string;
  readonly reviewDue?: boolean;
  readonly askedBy: string;
  readonly askedAt: string;
  readonly waitingFor?: string;
}

/** One hold with everything that was done about it. */
export interface HoldFile extends HoldLine {
  readonly acts: readonly {
    readonly act: string;
    readonly actor: string;
    readonly at: string;
    readonly reason: string;
    readonly logIndex?: number;
  }[];
}

/** What may be done about a hold. */
export type HoldVerb = "confirm" | "decline" | "release" | "confirm-release" | "keep" | "review";

/** Holds, the newest first: one page. */
export async function listHolds(
  service: ServiceAccess,
  query: Readonly<Record<string, string>>,
): Promise<{ readonly holds: readonly HoldLine[]; readonly next?: string }> {
  return await callService(service, { path: `/v1/holds?${new URLSearchParams(query)}` });
}

/** One hold with its acts. */
export async function loadHold(service: ServiceAccess, id: string): Promise<HoldFile> {
  return await callService(service, { path: `/v1/holds/${id}` });
}

/** Asks for a hold. */
export async function askHold(service: ServiceAccess, body: object): Promise<HoldLine> {
  return await callService(service, { method: "POST", path: "/v1/holds", body });
}

/** Does something about a hold. */
export async function actOnHold(
  service: ServiceAccess,
  id: string,
  verb: HoldVerb,
  body: object,
): Promise<HoldLine & { readonly repeated: boolean }> {
  return await callService(service, { method: "POST", path: `/v1/holds/${id}/${verb}`, body });
}
