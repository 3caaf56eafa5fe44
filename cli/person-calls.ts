import { callService, type ServiceAccess } from "./service-access.ts";

/** A block of personal data as the API gives it; with `data` where it was read on purpose. */
export interface PersonBlockView {
  readonly blockId: string;
  readonly caseId: string;
  readonly direction: string;
  readonly peer: string;
  readonly persons: number;
  readonly reviewAt: string;
  readonly erased?: { readonly at: string; readonly by: string; readonly because: string };
  readonly data?: {
    readonly necessity: string;
    readonly legalBasis: string;
    readonly persons: readonly {
      readonly personRef: string;
      readonly role?: string;
      readonly accuracy?: string;
      readonly name?: string;
      readonly dateOfBirth?: string;
      readonly documentKind?: string;
      readonly documentNumber?: string;
    }[];
  };
}

/** A line of the access log. */
export interface PersonAccessView {
  readonly blockId: string;
  readonly at: string;
  readonly act: string;
  readonly actor: string;
  readonly reason: string;
}

const ofCase = (caseId: string): string => `/v1/traces/${encodeURIComponent(caseId)}/persons`;

/** Reads the personal data of a case; that somebody did, and why, is written down there. */
export async function readPersons(
  service: ServiceAccess,
  caseId: string,
  reason: string,
): Promise<{ readonly blocks: readonly PersonBlockView[] }> {
  const path = `${ofCase(caseId)}?${new URLSearchParams({ reason })}`;
  return await callService(service, { path });
}

/** Who did what to the personal data of a case. */
export async function listAccess(
  service: ServiceAccess,
  caseId: string,
): Promise<{ readonly access: readonly PersonAccessView[] }> {
  return await callService(service, { path: `${ofCase(caseId)}/access` });
}

/** Blocks whose review is due. */
export async function listDue(
  service: ServiceAccess,
  query: Readonly<Record<string, string>>,
): Promise<{ readonly blocks: readonly PersonBlockView[]; readonly next?: string }> {
  return await callService(service, { path: `/v1/persons?${new URLSearchParams(query)}` });
}

/** Keeps a block until another day, or erases it. */
export async function decideBlock(
  service: ServiceAccess,
  blockId: string,
  verb: "review" | "erase",
  body: object,
): Promise<PersonBlockView> {
  const path = `/v1/persons/${encodeURIComponent(blockId)}/${verb}`;
  return await callService(service, { method: "POST", path, body });
}
