import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { type FileHandle, open, rm } from "node:fs/promises";
import { basename } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { TracepostError } from "#errors";
import { ApiProblem, streamApi } from "#http";
import { CLI_LIMITS } from "#runtime";
import { callService, type ServiceAccess } from "./service-access.ts";

/** An attachment, as a focal point tells of it. */
export interface AttachmentView {
  readonly attachmentId: string;
  readonly state: "uploading" | "announced" | "called" | "ready" | "refused";
  readonly name: string;
  readonly mediaType?: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly pieceBytes: number;
  readonly missing: readonly number[];
  readonly image?: {
    readonly width: number;
    readonly height: number;
    readonly removed: readonly string[];
  };
  readonly previewBytes?: number;
  readonly problem?: string;
  readonly direction?: "sent" | "received";
}

/** Path of an attachment. */
export function attachmentPath(attachmentId: string): string {
  return `/v1/attachments/${encodeURIComponent(attachmentId)}`;
}

/**
 * Uploads a file, or what is missing of it: the same file again goes on where an earlier upload
 * ended, and finds what is uploaded already. Throws TracepostError USAGE when the file cannot be
 * read, ApiProblem when it cannot be an attachment.
 */
export async function uploadFile(service: ServiceAccess, path: string): Promise<AttachmentView> {
  const file = await open(path, "r").catch((caught: unknown) => {
    throw new TracepostError("USAGE", `${path} cannot be read`, {
      cause: caught,
      remedy: "Check the path and that you may read the file.",
    });
  });
  try {
    const hasher = createHash("sha256");
    for await (const part of createReadStream(path)) hasher.update(part as Buffer);
    const { size: sizeBytes } = await file.stat();
    const facts = { name: basename(path), sizeBytes, sha256: hasher.digest("hex") };
    const standing = await announce(service, facts);
    if (standing.state !== "uploading") return standing;
    for (const piece of standing.missing) await sendPiece(service, file, standing, piece);
    const complete = `${attachmentPath(standing.attachmentId)}/complete`;
    const timeoutMs = CLI_LIMITS.cleanMs;
    return await callService(service, { method: "POST", path: complete, timeoutMs });
  } finally {
    await file.close();
  }
}

interface FileFacts {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** One key for one file; another one when what it stood for was removed meanwhile. */
async function announce(service: ServiceAccess, body: FileFacts): Promise<AttachmentView> {
  const ask = (key: string): Promise<AttachmentView> => {
    const headers = { "idempotency-key": key };
    return callService(service, { method: "POST", path: "/v1/attachments", body, headers });
  };
  const named = createHash("sha256").update(body.name).digest("hex").slice(0, 16);
  const key = `attachment-${body.sha256}-${named}`;
  try {
    return await ask(key);
  } catch (caught) {
    if (!(caught instanceof ApiProblem) || caught.problemCode !== "NOT_FOUND") throw caught;
    return await ask(`${key}-${Date.now()}`);
  }
}

async function sendPiece(
  service: ServiceAccess,
  file: FileHandle,
  { attachmentId, pieceBytes }: AttachmentView,
  piece: number,
): Promise<void> {
  const buffer = new Uint8Array(pieceBytes);
  const { bytesRead } = await file.read(buffer, 0, pieceBytes, piece * pieceBytes);
  await callService(service, {
    method: "PUT",
    path: `${attachmentPath(attachmentId)}/pieces/${piece}`,
    bytes: { type: "application/octet-stream", data: buffer.subarray(0, bytesRead) },
  });
}

/** Writes what a focal point hands out into a new file; a file that is there is left alone. */
export async function download(
  { door }: ServiceAccess,
  path: string,
  target: string,
): Promise<void> {
  const stream = Readable.from(streamApi(door, { path, timeoutMs: CLI_LIMITS.cleanMs }));
  const file = createWriteStream(target, { flags: "wx", mode: 0o600 });
  try {
    await pipeline(stream, file);
  } catch (caught) {
    if (caught instanceof TracepostError) {
      await rm(target, { force: true });
      throw caught;
    }
    const isThere = caught instanceof Error && "code" in caught && caught.code === "EEXIST";
    if (!isThere) await rm(target, { force: true });
    throw new TracepostError("USAGE", `${target} cannot be written`, {
      cause: caught,
      remedy: isThere ? "It is there already; name another file." : "Check the path and the line.",
    });
  }
}

/** How an attachment stands, in a line. */
export function attachmentLine(one: AttachmentView): string {
  const { direction, mediaType = "unknown", missing, name, previewBytes, problem } = one;
  const parts = [
    one.attachmentId,
    one.state,
    direction ?? "",
    name,
    mediaType,
    `${one.sizeBytes} bytes`,
    previewBytes === undefined ? "no preview" : "preview",
    missing.length === 0 ? "" : `${missing.length} piece(s) missing`,
    problem ?? "",
  ];
  return parts.filter((part) => part !== "").join("  ");
}
