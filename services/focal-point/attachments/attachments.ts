import { hash } from "node:crypto";
import { join } from "node:path";
import type { Readable } from "node:stream";
import {
  AttachmentFiles,
  type CleanedFile,
  type Cleaner,
  createCleaner,
  type FileProblem,
  pieceRange,
  safeFileName,
} from "#attachments";
import type { RepeatKey } from "#repeats";
import {
  ATTACHMENT_LIMITS,
  type Clock,
  type Database,
  newMessageId,
  passCrashPoint,
  Semaphore,
  type Timers,
} from "#runtime";
import type { FocalPointProcedures } from "../store.ts";
import type { AttachmentRecord } from "./attachment-record.ts";
import type { AttachmentStanding, NewUpload } from "./upload-procedures.ts";

/** What attachments are kept with. */
export interface AttachmentsParts {
  readonly store: Pick<Database<FocalPointProcedures>, "call">;
  /** Folder of the service's data. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly timers: Timers;
}

/** A file as its uploader announces it. */
export type UploadFacts = Pick<NewUpload, "name" | "mediaType" | "sizeBytes" | "sha256" | "userId">;

/** What became of a piece. */
export type PieceResult =
  | { readonly type: "taken"; readonly standing: AttachmentStanding }
  | { readonly type: "unknown" }
  /** No such piece, or of another length: what the length must be. */
  | { readonly type: "misfit"; readonly rule: string };

/** What became of a complete upload. */
export type Completion =
  | { readonly type: "ready"; readonly standing: AttachmentStanding }
  | { readonly type: "unknown" }
  | { readonly type: "incomplete"; readonly missing: readonly number[] }
  | { readonly type: "refused"; readonly problem: FileProblem; readonly detail: string };

/** Rows and files looked at together while sweeping. */
const SWEEP_PORTION = 256;

/**
 * Attachments of a focal point: files in a folder beside the database, and what is known of them in
 * it. Bytes are on disk before the database names them, and named no more before they go; so a
 * process may end between any two steps (TP-ATT-8).
 */
export class Attachments {
  readonly #parts: AttachmentsParts;
  readonly #files: AttachmentFiles;
  readonly #cleaner: Cleaner;
  /** What is being completed, so that two who ask at once clean once. */
  readonly #completing = new Map<string, Promise<Completion>>();

  /** Between bytes that come and their name nobody may remove what has no name. */
  readonly #naming = new Semaphore(1);

  private constructor(parts: AttachmentsParts, files: AttachmentFiles) {
    this.#parts = parts;
    this.#files = files;
    this.#cleaner = createCleaner(parts.timers);
  }

  /** Opens the folder and removes from it what nothing names. */
  static async open(parts: AttachmentsParts): Promise<Attachments> {
    const files = await AttachmentFiles.open(join(parts.dataDir, "attachments"));
    const attachments = new Attachments(parts, files);
    await attachments.#sweep();
    return attachments;
  }

  /** Ends a cleaning under way; its upload is completed by asking again. */
  async close(): Promise<void> {
    await this.#cleaner.close();
    await Promise.allSettled(this.#completing.values());
  }

  /** Notes a file to be uploaded. */
  async announce(facts: UploadFacts, repeat: RepeatKey | undefined) {
    const nowMs = this.#parts.clock.now();
    await this.#dropStale(nowMs);
    const attachmentId = newMessageId(nowMs);
    const args = { ...facts, attachmentId, repeat, nowMs };
    return await this.#parts.store.call("announceUpload", args);
  }

  /** One attachment, or null. */
  async find(attachmentId: string): Promise<AttachmentStanding | null> {
    return await this.#parts.store.call("loadAttachment", { attachmentId });
  }

  /** Takes one piece of an upload; a piece that is here already is written again. */
  async takePiece(attachmentId: string, piece: number, bytes: Uint8Array): Promise<PieceResult> {
    const { store, clock } = this.#parts;
    const found = await this.find(attachmentId);
    if (found === null) return { type: "unknown" };
    if (found.record.state !== "uploading") return { type: "taken", standing: found };
    const range = pieceRange(found.record.sizeBytes, piece);
    if (range === undefined) return { type: "misfit", rule: "the file has no such piece" };
    if (range.length !== bytes.length) {
      return { type: "misfit", rule: `this piece has ${range.length} bytes, not ${bytes.length}` };
    }
    if (this.#completing.has(attachmentId)) return { type: "taken", standing: found };
    await this.#files.writePiece(attachmentId, range.offset, bytes);
    await store.call("notePiece", { attachmentId, piece, nowMs: clock.now() });
    return { type: "taken", standing: (await this.find(attachmentId)) ?? found };
  }

  /** Cleans a complete upload; asked again, it tells the same. */
  async complete(attachmentId: string): Promise<Completion> {
    const under = this.#completing.get(attachmentId);
    if (under !== undefined) return await under;
    const work = this.#complete(attachmentId).finally(() => this.#completing.delete(attachmentId));
    this.#completing.set(attachmentId, work);
    return await work;
  }

  /** The preview of an attachment that has one. */
  readPreview({ preview }: AttachmentRecord): Readable | undefined {
    return preview === null ? undefined : this.#files.read(preview.sha256);
  }

  /** The original of an attachment that is ready. */
  readOriginal({ state, sha256 }: AttachmentRecord): Readable | undefined {
    return state === "ready" ? this.#files.read(sha256) : undefined;
  }

  /** Removes an attachment that no case holds. */
  async drop(attachmentId: string): Promise<"dropped" | "unknown" | "in-use"> {
    const dropped = await this.#parts.store.call("dropAttachment", { attachmentId });
    if (dropped.type === "dropped") await this.#dropBytes(dropped.record);
    return dropped.type;
  }

  /** Bytes of an item of ours; empty when they are not here. */
  async readRange(wanted: {
    readonly sha256: Uint8Array;
    readonly offset: number;
    readonly length: number;
  }): Promise<Uint8Array> {
    const { sha256, offset, length } = wanted;
    if (length === 0 || !(await this.#files.has(sha256))) return new Uint8Array();
    return await this.#files.readPiece(sha256, offset, length);
  }

  /** Puts a piece that came into its file. */
  async writeRange(attachmentId: string, offset: number, data: Uint8Array): Promise<void> {
    await this.#files.writePiece(attachmentId, offset, data);
  }

  /** Makes a preview of our own of one that came; what does not decode is never shown. */
  async settlePreview(position: number, record: AttachmentRecord, data: Uint8Array): Promise<void> {
    const { store, clock } = this.#parts;
    const { attachmentId } = record;
    const part = `${attachmentId}-preview`;
    await this.#files.writePiece(part, 0, data);
    const work = await this.#files.workPaths(part);
    const answer = await this.#cleaner.clean({
      input: this.#files.partPath(part),
      ...work,
      declaredType: "image/jpeg",
      sha256: hash("sha256", data, "buffer"),
    });
    const preview = answer.ok ? (answer.value.preview ?? null) : null;
    await this.#naming.run(async () => {
      if (preview !== null) await this.#files.adopt(work.preview, preview.sha256);
      const nowMs = clock.now();
      await store.call("settlePreview", { position, attachmentId, preview, nowMs });
    });
    await this.#files.dropWork(work);
    await this.#files.dropPart(part);
  }

  /** Looks at an original all of whose pieces came; it must be clean as it is (TP-ATT-17). */
  async settleReceived({ attachmentId, mediaType, sha256 }: AttachmentRecord): Promise<void> {
    const { store, clock } = this.#parts;
    const work = await this.#files.workPaths(attachmentId);
    const input = this.#files.partPath(attachmentId);
    const answer = await this.#cleaner.clean({ input, ...work, declaredType: mediaType, sha256 });
    const isClean = answer.ok && Buffer.compare(answer.value.sha256, sha256) === 0;
    const nowMs = clock.now();
    if (isClean) {
      await this.#naming.run(async () => {
        await this.#adopt(work, answer.value);
        const result = { ok: true, cleaned: answer.value } as const;
        await store.call("settleReceived", { attachmentId, result, nowMs });
      });
    } else {
      const problem = answer.ok ? "NOT_CLEAN" : answer.problem;
      const result = { ok: false, problem } as const;
      await store.call("settleReceived", { attachmentId, result, nowMs });
    }
    await this.#files.dropWork(work);
    await this.#files.dropPart(attachmentId);
  }

  async #complete(attachmentId: string): Promise<Completion> {
    const found = await this.find(attachmentId);
    if (found === null) return { type: "unknown" };
    const { record, missing } = found;
    if (record.state === "refused" && record.problem !== null) {
      return { type: "refused", problem: record.problem, detail: "" };
    }
    if (record.state !== "uploading") return { type: "ready", standing: found };
    if (missing.length > 0) return { type: "incomplete", missing };
    const work = await this.#files.workPaths(attachmentId);
    const answer = await this.#cleaner.clean({
      input: this.#files.partPath(attachmentId),
      ...work,
      declaredType: record.mediaType,
      sha256: record.sha256,
    });
    const { store, clock } = this.#parts;
    const nowMs = clock.now();
    if (!answer.ok) {
      const { problem, detail } = answer;
      await store.call("refuseUpload", { attachmentId, problem, nowMs });
      await this.#files.dropPart(attachmentId);
      await this.#files.dropWork(work);
      return { type: "refused", problem, detail };
    }
    const name = safeFileName(record.name, answer.value.mediaType);
    await this.#naming.run(async () => {
      await this.#adopt(work, answer.value);
      await store.call("finishUpload", { attachmentId, name, cleaned: answer.value, nowMs });
    });
    await this.#files.dropPart(attachmentId);
    const standing = await this.find(attachmentId);
    return standing === null ? { type: "unknown" } : { type: "ready", standing };
  }

  async #adopt(
    work: { readonly cleaned: string; readonly preview: string },
    { sha256, preview }: CleanedFile,
  ): Promise<void> {
    await this.#files.adopt(work.cleaned, sha256);
    if (preview !== undefined) await this.#files.adopt(work.preview, preview.sha256);
  }

  /** Removes loose attachments that were kept long enough. */
  async #dropStale(nowMs: number): Promise<void> {
    const beforeMs = nowMs - ATTACHMENT_LIMITS.looseKeptMs;
    const args = { beforeMs, limit: SWEEP_PORTION };
    for (const { attachmentId } of await this.#parts.store.call("looseAttachments", args)) {
      await this.drop(attachmentId);
    }
  }

  async #dropBytes({ attachmentId, sha256, preview }: AttachmentRecord): Promise<void> {
    await this.#files.dropPart(attachmentId);
    const digests = preview === null ? [sha256] : [sha256, preview.sha256];
    await this.#dropUnnamed(digests);
  }

  /** Removes the files of documents that were disposed of; again after a stop (TP-PREC-4). */
  async dropDisposed(): Promise<void> {
    const { store } = this.#parts;
    for (;;) {
      const files = await store.call("disposedFiles", { limit: SWEEP_PORTION });
      if (files.length === 0) return;
      for (const { attachmentId, previewSha256, sha256 } of files) {
        await this.#files.dropPart(attachmentId);
        await this.#dropUnnamed(previewSha256 === null ? [sha256] : [sha256, previewSha256]);
      }
      passCrashPoint("participant.disposal-files-removed");
      await store.call("forgetFiles", { ids: files.map(({ attachmentId }) => attachmentId) });
    }
  }

  async #dropUnnamed(digests: readonly Uint8Array[]): Promise<void> {
    await this.#naming.run(async () => {
      for (const digest of await this.#parts.store.call("unnamedItems", { digests })) {
        await this.#files.dropItem(digest);
      }
    });
  }

  /** At a start nothing is under way: what is not named now was left by a process that ended. */
  async #sweep(): Promise<void> {
    await this.#dropStale(this.#parts.clock.now());
    const ids = await this.#files.partIds();
    for (const id of await this.#parts.store.call("unnamedParts", { ids })) {
      await this.#files.dropPart(id);
    }
    let portion: Uint8Array[] = [];
    for await (const digest of this.#files.items()) {
      portion.push(digest);
      if (portion.length < SWEEP_PORTION) continue;
      await this.#dropUnnamed(portion);
      portion = [];
    }
    await this.#dropUnnamed(portion);
  }
}
