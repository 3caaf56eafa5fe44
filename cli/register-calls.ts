import { open, stat } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { TracepostError } from "#errors";
import { ApiProblem, streamApi } from "#http";
import { CLI_LIMITS } from "#runtime";
import { callService, type ServiceAccess } from "./service-access.ts";

/** An import, as a focal point tells of it. */
export interface UploadLine {
  readonly uploadId: string;
  readonly name: string;
  readonly format: "csv" | "jsonl";
  readonly partial: boolean;
  readonly state: string;
  readonly receivedBytes: number;
  readonly totalBytes?: number;
  readonly readBytes: number;
  readonly records: number;
  readonly badLines: number;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly events: number;
  readonly startedAt: string;
  readonly endedAt?: string;
}

/** A line that was not taken. */
export interface RejectLine {
  readonly line: number;
  readonly problems: readonly { readonly field: string; readonly rule: string }[];
  readonly content: string;
}

/** A firearm that may be the one looked for. */
export interface CandidateLine {
  readonly firearm: FirearmFile;
  readonly score: number;
  readonly relation: string;
  readonly reasons: readonly { readonly field: string; readonly detail: string }[];
}

/** A firearm of the register. */
export interface FirearmFile {
  readonly id: string;
  readonly make: string;
  readonly serial: string;
  readonly model?: string;
  readonly calibre?: string;
  readonly status?: string;
  readonly holder?: string;
  readonly madeUp?: boolean;
  readonly events?: readonly {
    readonly kind: string;
    readonly date?: string;
    readonly fromParty?: string;
    readonly fromState?: string;
    readonly toParty?: string;
    readonly toState?: string;
  }[];
}

const UPLOADS = "/v1/register/uploads";
const READING: readonly string[] = ["CHECKING", "IMPORTING"];
const CONTENT_TYPES = { csv: "text/csv", jsonl: "application/x-ndjson" } as const;

/** Begins an import. */
export async function beginUpload(
  service: ServiceAccess,
  body: { readonly name: string; readonly format: "csv" | "jsonl"; readonly partial: boolean },
): Promise<UploadLine> {
  return await callService(service, { method: "POST", path: UPLOADS, body });
}

/** One import. */
export async function loadUpload(service: ServiceAccess, uploadId: string): Promise<UploadLine> {
  return await callService(service, { path: `${UPLOADS}/${encodeURIComponent(uploadId)}` });
}

/** The newest imports. */
export async function listUploads(
  service: ServiceAccess,
  limit: number,
): Promise<readonly UploadLine[]> {
  const path = `${UPLOADS}?limit=${limit}`;
  return (await callService<{ uploads: UploadLine[] }>(service, { path })).uploads;
}

/**
 * Sends what is missing of a file, piece by piece; a piece whose answer was lost is asked for and
 * gone on with. `show` is told after each. Throws TracepostError USAGE when the file is shorter
 * than what the service has of it.
 */
export async function sendFile(
  service: ServiceAccess,
  upload: UploadLine,
  file: string,
  show: (upload: UploadLine) => void,
): Promise<UploadLine> {
  const { size } = await stat(file);
  let now = upload;
  if (now.receivedBytes > size) throw otherFile(file, now);
  const handle = await open(file, "r");
  const piece = Buffer.allocUnsafe(CLI_LIMITS.pieceBytes);
  try {
    for (let failed = 0; now.state === "RECEIVING"; ) {
      const offset = now.receivedBytes;
      const { bytesRead } = await handle.read(piece, 0, piece.length, offset);
      const isLast = offset + bytesRead >= size;
      const path = `${UPLOADS}/${now.uploadId}/bytes?offset=${offset}${isLast ? "&last=true" : ""}`;
      const bytes = { type: CONTENT_TYPES[now.format], data: piece.subarray(0, bytesRead) };
      try {
        now = await callService<UploadLine>(service, { method: "POST", path, bytes });
        failed = 0;
      } catch (caught) {
        failed += 1;
        if (failed > CLI_LIMITS.pieceAttemptsMax || !mayGoOn(caught)) throw caught;
        await pause(CLI_LIMITS.receiptsPollMs * failed);
        now = await loadUpload(service, now.uploadId);
      }
      show(now);
    }
    return now;
  } finally {
    await handle.close();
  }
}

/** A connection that broke, or a piece that is there already: what is there is asked for. */
function mayGoOn(caught: unknown): boolean {
  if (caught instanceof ApiProblem) return caught.problemCode === "OFFSET_MISMATCH";
  return caught instanceof TracepostError && caught.code === "UNAVAILABLE";
}

function otherFile(file: string, { receivedBytes, uploadId }: UploadLine): TracepostError {
  const message = `${file} is shorter than the ${receivedBytes} bytes ${uploadId} has of it`;
  return new TracepostError("USAGE", message, {
    remedy: "Go on with the file the import was begun with.",
  });
}

/** Waits until an import has come to its end; `show` is told how far it is. */
export async function waitForUpload(
  service: ServiceAccess,
  upload: UploadLine,
  show: (upload: UploadLine) => void,
): Promise<UploadLine> {
  let now = upload;
  while (READING.includes(now.state)) {
    await pause(CLI_LIMITS.receiptsPollMs);
    now = await loadUpload(service, now.uploadId);
    show(now);
  }
  return now;
}

/** Gives up an import whose file has not come as a whole. */
export async function cancelUpload(service: ServiceAccess, uploadId: string): Promise<UploadLine> {
  const path = `${UPLOADS}/${encodeURIComponent(uploadId)}/cancel`;
  return await callService(service, { method: "POST", path });
}

/** Lines that were not taken, at most so many. */
export async function listRejects(
  service: ServiceAccess,
  uploadId: string,
  limit: number,
): Promise<{ readonly rejects: readonly RejectLine[]; readonly next?: string }> {
  const path = `${UPLOADS}/${encodeURIComponent(uploadId)}/rejects?limit=${limit}`;
  return await callService(service, { path });
}

/** All lines that were not taken, as they come. */
export function streamRejects(
  { door }: ServiceAccess,
  uploadId: string,
): AsyncGenerator<Uint8Array> {
  const path = `${UPLOADS}/${encodeURIComponent(uploadId)}/rejects/file`;
  return streamApi(door, { path, timeoutMs: CLI_LIMITS.streamMs });
}

/** The whole register, as it comes. */
export function streamRegister(
  { door }: ServiceAccess,
  format: "csv" | "jsonl",
): AsyncGenerator<Uint8Array> {
  const path = `/v1/register/export?format=${format}`;
  return streamApi(door, { path, timeoutMs: CLI_LIMITS.streamMs });
}

/** Firearms that may be the one looked for. */
export async function findCandidates(
  service: ServiceAccess,
  query: Readonly<Record<string, string>>,
): Promise<{ readonly candidates: readonly CandidateLine[]; readonly more: boolean }> {
  const path = `/v1/firearms/candidates?${new URLSearchParams(query)}`;
  return await callService(service, { path });
}

/** Firearms of a make, of a serial number, or of both; `exact` is to the letter. */
export async function listFirearms(
  service: ServiceAccess,
  query: Readonly<Record<string, string>>,
): Promise<{ readonly firearms: readonly (FirearmFile & { readonly exact?: boolean })[] }> {
  return await callService(service, { path: `/v1/firearms?${new URLSearchParams(query)}` });
}

/** One firearm with its events. */
export async function loadFirearm(service: ServiceAccess, id: string): Promise<FirearmFile> {
  return await callService(service, { path: `/v1/firearms/${encodeURIComponent(id)}` });
}
