import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AttachmentManifest, Header, Instrument, Kind, Lane, TraceRequest } from "#proto";
import {
  ATTACHMENT_LIMITS,
  createLogger,
  type Database,
  newMessageId,
  systemClock,
  systemTimers,
} from "#runtime";
import { openSqliteStore } from "#store";
import type { AttachmentEffect } from "../../../services/focal-point/attachments/attachment-judge.ts";
import { Attachments } from "../../../services/focal-point/attachments/attachments.ts";
import { AttachmentTransfer } from "../../../services/focal-point/attachments/transfer.ts";
import type { FocalPointProcedures } from "../../../services/focal-point/store.ts";
import { exif, JPEG, jpegWith, pdf, png, segment } from "../../support/pictures.ts";

let dataDir: string;
let store: Database<FocalPointProcedures>;
let attachments: Attachments;
let nowMs: number;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "tracepost-attachments-"));
  nowMs = systemClock.now();
  await open();
});

afterEach(async () => {
  await attachments.close();
  await store.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** Opens the service's attachments on the folder, as a new process would. */
async function open(): Promise<void> {
  store = await openSqliteStore<FocalPointProcedures>({
    file: join(dataDir, "focal-point.sqlite"),
    module: new URL("../../../services/focal-point/store.ts", import.meta.url),
  });
  const clock = { now: () => nowMs };
  attachments = await Attachments.open({ store, dataDir, clock, timers: systemTimers });
}

/** Ends without a word to anything that is under way, and begins again. */
async function restart(): Promise<void> {
  await store.close();
  await open();
}

const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest();

async function announce(bytes: Uint8Array, changes: { mediaType?: string; userId?: string } = {}) {
  const facts = {
    name: "../../C:\\photo of marks\u202egpj.exe",
    mediaType: "",
    userId: "m.diallo",
  };
  const told = { ...facts, ...changes, sizeBytes: bytes.length, sha256: digest(bytes) };
  const announced = await attachments.announce(told, undefined);
  if (announced.type !== "announced") throw new TypeError(announced.type);
  return announced.attachmentId;
}

const pieceOf = (bytes: Uint8Array, piece: number) =>
  bytes.subarray(piece * ATTACHMENT_LIMITS.pieceBytes, (piece + 1) * ATTACHMENT_LIMITS.pieceBytes);

async function upload(bytes: Uint8Array): Promise<string> {
  const attachmentId = await announce(bytes);
  const pieces = Math.ceil(bytes.length / ATTACHMENT_LIMITS.pieceBytes);
  for (let piece = 0; piece < pieces; piece += 1) {
    await attachments.takePiece(attachmentId, piece, pieceOf(bytes, piece));
  }
  return attachmentId;
}

async function bytesOf(stream: AsyncIterable<Buffer> | undefined): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream ?? []) parts.push(part);
  return Buffer.concat(parts);
}

const filesBelow = async (): Promise<string[]> =>
  (await readdir(join(dataDir, "attachments"), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);

describe("an upload (TP-ATT-10)", () => {
  test("takes its pieces in any order, goes on after a restart, and tells what is missing", async () => {
    const bytes = pdf(1_500_000);
    const attachmentId = await announce(bytes);
    const last = await attachments.takePiece(attachmentId, 2, pieceOf(bytes, 2));
    expect(last).toMatchObject({ type: "taken", standing: { missing: [0, 1] } });
    await attachments.takePiece(attachmentId, 0, pieceOf(bytes, 0));
    await attachments.takePiece(attachmentId, 0, pieceOf(bytes, 0));
    await restart();
    expect(await attachments.find(attachmentId)).toMatchObject({ missing: [1] });
    expect(await attachments.complete(attachmentId)).toEqual({ type: "incomplete", missing: [1] });
    await attachments.takePiece(attachmentId, 1, pieceOf(bytes, 1));
    const completion = await attachments.complete(attachmentId);
    expect(completion).toMatchObject({
      type: "ready",
      standing: { record: { state: "ready", mediaType: "application/pdf" }, missing: [] },
    });
    expect(await attachments.complete(attachmentId)).toEqual(completion);
    if (completion.type !== "ready") return;
    const original = await bytesOf(attachments.readOriginal(completion.standing.record));
    expect(digest(original)).toEqual(digest(bytes));
    expect(attachments.readPreview(completion.standing.record)).toBeUndefined();
  });

  test("refuses a piece of another length, and one that the file has not", async () => {
    const bytes = pdf(600_000);
    const attachmentId = await announce(bytes);
    const misfit = { type: "misfit" };
    expect(await attachments.takePiece(attachmentId, 0, bytes.subarray(0, 9))).toMatchObject(
      misfit,
    );
    expect(await attachments.takePiece(attachmentId, 2, bytes)).toMatchObject(misfit);
    expect(await attachments.takePiece("none", 0, bytes)).toEqual({ type: "unknown" });
  });

  test("that came damaged asks for every piece again", async () => {
    const bytes = png();
    const attachmentId = await announce(bytes);
    const damaged = Buffer.from(bytes);
    damaged[60] = (damaged[60] ?? 0) ^ 1;
    await attachments.takePiece(attachmentId, 0, damaged);
    const refused = await attachments.complete(attachmentId);
    expect(refused).toMatchObject({ type: "refused", problem: "DIGEST_MISMATCH" });
    expect(await attachments.find(attachmentId)).toMatchObject({ missing: [0] });
    await attachments.takePiece(attachmentId, 0, bytes);
    expect(await attachments.complete(attachmentId)).toMatchObject({ type: "ready" });
  });

  test("is bounded for each user, and loose files go after a week", async () => {
    const bytes = pdf();
    const first = await upload(bytes);
    for (let n = 1; n < ATTACHMENT_LIMITS.uploadsOpenMax; n += 1) await announce(bytes);
    await expect(announce(bytes)).rejects.toThrow("too-many");
    expect(await announce(bytes, { userId: "another" })).not.toBe("");
    nowMs += ATTACHMENT_LIMITS.looseKeptMs + 1;
    expect(await announce(bytes)).not.toBe("");
    expect(await attachments.find(first)).toBeNull();
    expect(await filesBelow()).toEqual([]);
  });
});

describe("what is kept (TP-ATT-8)", () => {
  const EXIF = Buffer.concat([Buffer.from("Exif\0\0"), exif(6)]);
  const PHOTO = jpegWith([segment(0xe1, EXIF)]);

  test("is the clean file under its digest and its preview, nothing else", async () => {
    const attachmentId = await upload(PHOTO);
    const completion = await attachments.complete(attachmentId);
    if (completion.type !== "ready") throw new TypeError(completion.type);
    const { record } = completion.standing;
    expect(record.image?.removed).toEqual(["EXIF", "GPS"]);
    expect(await bytesOf(attachments.readOriginal(record))).toEqual(JPEG);
    const preview = await bytesOf(attachments.readPreview(record));
    expect(preview.subarray(0, 3)).toEqual(Buffer.of(0xff, 0xd8, 0xff));
    const names = [digest(JPEG), digest(preview)].map((one) => one.toString("hex"));
    expect((await filesBelow()).toSorted()).toEqual(names.toSorted());
  });

  test("has a name that misleads nobody (TP-ATT-9)", async () => {
    const completion = await attachments.complete(await upload(PHOTO));
    expect(completion).toMatchObject({ standing: { record: { name: "photo of marksgpj.jpg" } } });
  });

  test("outlives a kill between the file and its row, and of the rest nothing stays", async () => {
    const kept = await attachments.complete(await upload(PHOTO));
    expect(kept.type).toBe("ready");
    const before = (await filesBelow()).toSorted();
    const half = await upload(png());
    // The cleaning is done and its files are in place; the process ends before the row is written.
    const calls = store.call.bind(store) as (name: string, args: unknown) => Promise<unknown>;
    store.call = ((name: string, args: unknown) =>
      name === "finishUpload"
        ? Promise.reject(new TypeError("killed"))
        : calls(name, args)) as never;
    await expect(attachments.complete(half)).rejects.toThrow("killed");
    expect((await filesBelow()).length).toBeGreaterThan(before.length + 1);
    await restart();
    expect((await filesBelow()).toSorted()).toEqual([...before, half].toSorted());
    expect(await attachments.complete(half)).toMatchObject({ type: "ready" });
  });

  test("is nothing of a file that is refused (TP-ATT-2)", async () => {
    const attachmentId = await upload(Buffer.from("<svg onload='alert(1)'/>"));
    const refused = { type: "refused", problem: "TYPE_UNKNOWN" };
    expect(await attachments.complete(attachmentId)).toMatchObject(refused);
    expect(await attachments.complete(attachmentId)).toMatchObject(refused);
    expect(await filesBelow()).toEqual([]);
  });

  test("shares its bytes with the same file, until the last of them is removed", async () => {
    const one = await upload(pdf());
    const other = await upload(pdf());
    await attachments.complete(one);
    await attachments.complete(other);
    expect(await filesBelow()).toHaveLength(1);
    expect(await attachments.drop(one)).toBe("dropped");
    expect(await filesBelow()).toHaveLength(1);
    expect(await attachments.drop(other)).toBe("dropped");
    expect(await filesBelow()).toEqual([]);
  });
});

describe("what another State sent (TP-ATT-17)", () => {
  const EXIF = Buffer.concat([Buffer.from("Exif\0\0"), exif(6)]);
  const CASE = "3f2b1c9e-7a54-4c1d-9be0-5a2f6c7d8e90";
  const WIRE_ID = newMessageId(1_000);
  let transfer: AttachmentTransfer;

  afterEach(() => transfer.stop());

  /** Stores a message of NE that has been judged. */
  async function take(kind: Kind, effect: AttachmentEffect): Promise<void> {
    const header = Header.encode(Header.create({ instrumentBasis: [Instrument.ITI] })).finish();
    const stored = await store.call("postStoreInbound", {
      ...{ sender: "NE", messageId: newMessageId(), kind, lane: Lane.BULK, conversationId: CASE },
      ...{ headerDigest: digest(Buffer.from(newMessageId())), header, recordedAtMs: 1, nowMs },
      ...{
        exchangeStatus: 1,
        signedBy: "",
        envelope: Buffer.from("sealed"),
        evidence: null,
        place: null,
      },
      ...{ checkpoint: null, incidents: [] },
      // As the judges of a focal point leave it: without personal data beside it.
      verdict: { type: "take", effect: { effect, persons: undefined } },
    });
    expect(stored.outcome).toBe("delivered");
  }

  const pieceEffect = (piece: number, data: Uint8Array) =>
    ({ type: "attachment-piece", wireId: WIRE_ID, piece, data, sha256: digest(data) }) as const;

  /** A request of NE names a file, whose preview and only piece come; tells what became of it. */
  async function receive(bytes: Uint8Array, preview: Uint8Array) {
    const manifest = AttachmentManifest.create({
      attachmentId: WIRE_ID,
      fileName: "marks.jpg",
      mediaType: "image/jpeg",
      sizeBytes: BigInt(bytes.length),
      sha256: digest(bytes),
      pieceBytes: ATTACHMENT_LIMITS.pieceBytes,
      pieceSha256: [digest(bytes)],
      preview: { mediaType: "image/jpeg", sizeBytes: preview.length, sha256: digest(preview) },
    });
    const request = TraceRequest.encode(TraceRequest.create()).finish();
    const inner = { type: "request", request, nationalCaseNumber: "NE-1" };
    await take(Kind.TRACE_REQUEST, { type: "carrier", inner, manifests: [manifest] });
    const [named] = await store.call("attachmentsOfCase", { caseId: CASE, limit: 9 });
    const attachmentId = named?.record.attachmentId ?? "";
    const self = { participant: "AT", state: "AT" };
    await store.call("callAttachment", { attachmentId, caller: self, nowMs });
    await take(Kind.ATTACHMENT_CHUNK, pieceEffect(-1, preview));
    await take(Kind.ATTACHMENT_CHUNK, pieceEffect(0, bytes));
    const logger = createLogger({ name: "test", level: "silent" });
    const clock = { now: () => nowMs };
    const parts = { store, attachments, self, clock, timers: systemTimers, logger };
    transfer = new AttachmentTransfer({ ...parts, onDrafted: () => {} });
    transfer.start();
    const isDecided = async () => (await attachments.find(attachmentId))?.record.state;
    await expect.poll(isDecided, { timeout: 60_000 }).toMatch(/ready|refused/);
    return (await attachments.find(attachmentId))?.record;
  }

  test("is kept when it is clean as it is, with a preview made here", async () => {
    const record = await receive(JPEG, JPEG);
    expect(record).toMatchObject({ state: "ready", name: "marks.jpg" });
    const preview = await bytesOf(record && attachments.readPreview(record));
    expect(preview.subarray(0, 3)).toEqual(Buffer.of(0xff, 0xd8, 0xff));
    expect(preview.equals(JPEG)).toBe(false);
    expect((await filesBelow()).toSorted()).toEqual(
      [digest(JPEG), digest(preview)].map((one) => one.toString("hex")).toSorted(),
    );
  });

  test.each([
    ["was not cleaned", jpegWith([segment(0xe1, EXIF)]), "NOT_CLEAN"],
    ["is no image", Buffer.from("<svg onload='alert(1)'/>"), "TYPE_UNKNOWN"],
    ["is of another type", png(), "TYPE_MISMATCH"],
  ])(
    "is refused when it %s, and its preview is not shown when it is none",
    async (_, bytes, problem) => {
      const record = await receive(bytes, Buffer.from("<script>alert(1)</script>"));
      expect(record).toMatchObject({ state: "refused", problem, preview: null });
      await expect.poll(filesBelow).toEqual([]);
    },
  );
});
