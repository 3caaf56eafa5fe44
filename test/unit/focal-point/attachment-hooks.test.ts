import { hash } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { FEED_MIGRATION_SQL } from "#feed";
import { type InboundRecord, POST_MIGRATION_SQL, type PostHooks } from "#post";
import {
  AttachmentChunk,
  AttachmentManifest,
  AttachmentView,
  ExchangeStatus,
  Header,
  Instrument,
  Kind,
  Lane,
  TraceRequest,
} from "#proto";
import { REPEAT_MIGRATION_SQL } from "#repeats";
import { ATTACHMENT_LIMITS, newMessageId } from "#runtime";
import { withAttachments } from "../../../services/focal-point/attachments/attachment-hooks.ts";
import {
  type AttachmentEffect,
  withAttachmentJudge,
} from "../../../services/focal-point/attachments/attachment-judge.ts";
import { ATTACHMENT_MIGRATION_SQL } from "../../../services/focal-point/attachments/attachment-tables.ts";
import { checkManifests } from "../../../services/focal-point/attachments/manifest.ts";
import {
  bindManifests,
  callAttachment,
  draftPiece,
  nextArrival,
  nextWanted,
} from "../../../services/focal-point/attachments/transfer-procedures.ts";
import { TRANSFER_MIGRATION_SQL } from "../../../services/focal-point/attachments/transfer-tables.ts";
import { type MemoryTransaction, openMemoryTransaction } from "../../support/memory-transaction.ts";
import { draftOf } from "../../support/post-drafts.ts";

const CASE = "3f2b1c9e-7a54-4c1d-9be0-5a2f6c7d8e90";
const PIECE = ATTACHMENT_LIMITS.pieceBytes;
const BODY = Buffer.alloc(2 * PIECE + 7, 5);
const pieces = [0, 1, 2].map((n) => BODY.subarray(n * PIECE, (n + 1) * PIECE));
const digest = (bytes: Uint8Array) => hash("sha256", bytes, "buffer");
const PREVIEW = Buffer.from("a preview");
const self = { participant: "BR", state: "BR" };

let tx: MemoryTransaction;
let told: unknown[];

const inner: PostHooks = {
  onMessage: async (_tx, _message, effect) => {
    told.push(effect);
    return undefined;
  },
  onFate: async () => {},
  onFlag: async () => {},
  onGap: async () => {},
};
const hooks = withAttachments(inner);
const judge = withAttachmentJudge({ judge: () => ({ ok: true, value: "judged" }) });

beforeEach(() => {
  told = [];
  tx = openMemoryTransaction(
    POST_MIGRATION_SQL,
    FEED_MIGRATION_SQL,
    REPEAT_MIGRATION_SQL,
    ATTACHMENT_MIGRATION_SQL,
    TRANSFER_MIGRATION_SQL,
  );
});

const WIRE_ID = newMessageId(1_000);

function manifest(changes: Partial<AttachmentManifest> = {}): AttachmentManifest {
  return AttachmentManifest.create({
    attachmentId: WIRE_ID,
    fileName: "marks.jpg",
    mediaType: "image/jpeg",
    sizeBytes: BigInt(BODY.length),
    sha256: digest(BODY),
    pieceBytes: PIECE,
    pieceSha256: pieces.map(digest),
    view: AttachmentView.SERIAL,
    preview: { mediaType: "image/jpeg", sizeBytes: PREVIEW.length, sha256: digest(PREVIEW) },
    ...changes,
  });
}

/** A message of NE as it comes to the store, after its judge. */
async function take(kind: Kind, body: Uint8Array, { sender = "NE", conversationId = CASE } = {}) {
  const header = Header.create({
    kind,
    sender,
    conversationId,
    status: ExchangeStatus.TEST,
    instrumentBasis: [Instrument.ITI],
    handling: { tlp: 3, use: [], releasableTo: [], originatorState: "NE" },
  });
  const parts = new Map([["body", body]]);
  const headerDigest = Buffer.alloc(32, 9);
  const judged = judge.judge({ header, headerDigest, recordedAtMs: 1_500, parts });
  if (!judged.ok) return judged.refusal;
  const message: InboundRecord = {
    sender,
    messageId: newMessageId(),
    kind,
    lane: Lane.BULK,
    conversationId,
    headerDigest,
    header: Header.encode(header).finish(),
    recordedAtMs: 1_500,
    nowMs: 2_000,
  };
  return await hooks.onMessage(tx, message, judged.value as AttachmentEffect);
}

const request = (...attachments: AttachmentManifest[]) =>
  TraceRequest.encode(TraceRequest.create({ attachments })).finish();

const chunk = (content: AttachmentChunk["content"], attachmentId = WIRE_ID) =>
  AttachmentChunk.encode(AttachmentChunk.create({ attachmentId, content })).finish();

const pieceOf = (index: number, data: Uint8Array = pieces[index] ?? Buffer.alloc(0)) =>
  chunk({ $case: "piece", value: { index, data } });

async function announcedId(): Promise<string> {
  const row = await tx.get<{ attachment_id: string }>("SELECT attachment_id FROM attachment");
  return row?.attachment_id ?? "";
}

async function call() {
  return await callAttachment(tx, {
    attachmentId: await announcedId(),
    caller: self,
    nowMs: 3_000,
  });
}

const arrivals = async () =>
  (await tx.all<{ piece: number }>("SELECT piece FROM attachment_arrival ORDER BY piece")).map(
    ({ piece }) => piece,
  );

describe("what comes from another State", () => {
  test("is taken when a manifest names it and it is what the manifest says (TP-ATT-15)", async () => {
    expect(await take(Kind.TRACE_REQUEST, request(manifest()))).toBeUndefined();
    expect(told).toEqual(["judged"]);
    expect(await take(Kind.ATTACHMENT_CHUNK, chunk({ $case: "preview", value: PREVIEW }))).toBe(
      undefined,
    );
    expect(await call()).toMatchObject({ type: "called" });
    expect(await take(Kind.ATTACHMENT_CHUNK, pieceOf(2))).toBeUndefined();
    expect(await take(Kind.ATTACHMENT_CHUNK, pieceOf(2))).toBeUndefined();
    expect(await arrivals()).toEqual([-1, 2]);
    expect(await nextArrival(tx, undefined)).toMatchObject({ piece: -1 });
  });

  test.each([
    ["a piece with another content", pieceOf(0, Buffer.alloc(PIECE, 6)), "BODY_INVALID"],
    ["a piece that is too short", pieceOf(0, Buffer.alloc(9)), "BODY_INVALID"],
    ["a piece that it has not", pieceOf(3, Buffer.alloc(7)), "BODY_INVALID"],
    ["a piece over the bound", pieceOf(0, Buffer.alloc(PIECE + 1)), "TOO_LARGE"],
    ["another preview", chunk({ $case: "preview", value: Buffer.from("b") }), "BODY_INVALID"],
    [
      "a preview over the bound",
      chunk({ $case: "preview", value: Buffer.alloc(150_001) }),
      "TOO_LARGE",
    ],
    [
      "an attachment that no manifest names",
      chunk({ $case: "preview", value: PREVIEW }, newMessageId()),
      "ILLEGAL_MOVE",
    ],
    ["no content", chunk(undefined), "BODY_INVALID"],
  ])("is refused: %s (TP-ATT-15, TP-ATT-16)", async (_, body, code) => {
    await take(Kind.TRACE_REQUEST, request(manifest()));
    await call();
    expect(await take(Kind.ATTACHMENT_CHUNK, body)).toMatchObject({ code });
    expect(await arrivals()).toEqual([]);
  });

  test("is refused when nobody called for it, or another State or case has it (TP-ATT-16)", async () => {
    await take(Kind.TRACE_REQUEST, request(manifest()));
    const no = { code: "ILLEGAL_MOVE" };
    expect(await take(Kind.ATTACHMENT_CHUNK, pieceOf(0))).toMatchObject(no);
    await call();
    const other = "4f2b1c9e-7a54-4c1d-9be0-5a2f6c7d8e90";
    expect(await take(Kind.ATTACHMENT_CHUNK, pieceOf(0), { sender: "AT" })).toMatchObject(no);
    expect(await take(Kind.ATTACHMENT_CHUNK, pieceOf(0), { conversationId: other })).toMatchObject(
      no,
    );
    const calls = chunk({ $case: "call", value: { missing: [0] } });
    expect(await take(Kind.ATTACHMENT_CHUNK, calls)).toMatchObject(no);
  });
});

describe("a manifest (TP-ATT-12)", () => {
  test.each([
    ["of another type", { mediaType: "image/svg+xml" }, "BODY_INVALID", "media_type"],
    ["with a name that misleads", { fileName: "a\u202egpj.exe" }, "BODY_INVALID", "file_name"],
    ["with a path", { fileName: "../a.jpg" }, "BODY_INVALID", "file_name"],
    ["over 50 MB", { sizeBytes: 60n * 1024n * 1024n }, "TOO_LARGE", "size_bytes"],
    ["of nothing", { sizeBytes: 0n }, "BODY_INVALID", "size_bytes"],
    ["without a digest", { sha256: new Uint8Array() }, "BODY_INVALID", "sha256"],
    ["with a digest too few", { pieceSha256: [digest(BODY)] }, "BODY_INVALID", "piece_sha256"],
    ["with pieces too long", { pieceBytes: PIECE + 1 }, "BODY_INVALID", "piece_bytes"],
    ["with pieces too short", { pieceBytes: 9 }, "BODY_INVALID", "piece_bytes"],
    ["with an id that is none", { attachmentId: "1" }, "BODY_INVALID", "attachment_id"],
    [
      "with a large preview",
      { preview: { mediaType: "image/jpeg", sizeBytes: 150_001, sha256: digest(BODY) } },
      "BODY_INVALID",
      "preview",
    ],
  ])("%s is refused", (_, changes, code, name) => {
    expect(checkManifests([manifest(changes)])).toMatchObject({
      ok: false,
      refusal: { code, field: `body.attachments[0].${name}` },
    });
  });

  test("is one of few, and none comes twice", () => {
    const many = Array.from({ length: 17 }, () => manifest({ attachmentId: newMessageId() }));
    expect(checkManifests(many)).toMatchObject({ refusal: { code: "TOO_LARGE" } });
    expect(checkManifests([manifest(), manifest()])).toMatchObject({ ok: false });
    expect(checkManifests([manifest()])).toMatchObject({ ok: true });
  });
});

describe("what goes to another State (TP-ATT-14)", () => {
  const attachmentId = newMessageId(5_000);
  const COUNT = 20;

  beforeEach(async () => {
    await tx.run(
      `INSERT INTO attachment (attachment_id, state, name, media_type, size_bytes, sha256, pieces,
         preview_sha256, preview_bytes, is_loose, user_id, created_at, updated_at)
       VALUES (?, 'ready', 'a.jpg', 'image/jpeg', ?, ?, ?, ?, 9, 1, 'officer', 1, 1)`,
      attachmentId,
      COUNT * PIECE,
      digest(BODY),
      Buffer.alloc(32 * COUNT),
      digest(PREVIEW),
    );
    const messageId = newMessageId(6_000);
    const draft = { ...draftOf("BR", ["NE"], "body", 1_000), messageId, conversationId: CASE };
    await bindManifests(tx, draft, [manifest({ attachmentId })]);
    const fate = { messageId, conversationId: CASE, recipient: "NE", nowMs: 2_000 };
    await hooks.onFate(tx, { ...fate, kind: Kind.TRACE_REQUEST, fate: "delivered" });
  });

  /** Drafts what may go; tells how many. */
  async function drain(): Promise<number> {
    for (let count = 0; ; count += 1) {
      const wanted = await nextWanted(tx, undefined);
      if (wanted === null) return count;
      const data = Buffer.alloc(wanted.length, 1);
      await draftPiece(tx, { position: wanted.position, data, owner: self, nowMs: 3_000 });
    }
  }

  test("begins with the preview, and goes on a few at a time as pieces are delivered", async () => {
    // TP-ATT-13
    expect(await nextWanted(tx, undefined)).toMatchObject({
      length: 9,
      sha256: Uint8Array.from(digest(PREVIEW)),
    });
    const missing = Array.from({ length: COUNT }, (_, index) => index);
    const calls = chunk({ $case: "call", value: { missing } }, attachmentId);
    expect(await take(Kind.ATTACHMENT_CHUNK, calls)).toBeUndefined();
    expect(await drain()).toBe(ATTACHMENT_LIMITS.piecesUnderWayMax);
    expect(await drain()).toBe(0);
    const [first] = await tx.all<{ message_id: string }>(
      "SELECT * FROM attachment_under_way WHERE piece = -1",
    );
    const fate = { messageId: first?.message_id ?? "", conversationId: CASE, nowMs: 4_000 };
    const chunkFate = { ...fate, kind: Kind.ATTACHMENT_CHUNK, recipient: "NE" } as const;
    await hooks.onFate(tx, { ...chunkFate, fate: "accepted" });
    expect(await drain()).toBe(0);
    await hooks.onFate(tx, { ...chunkFate, fate: "delivered" });
    expect(await drain()).toBe(1);
    // Called for again, what is under way or waits already is not doubled (TP-ATT-18).
    await take(Kind.ATTACHMENT_CHUNK, calls);
    const waiting = await tx.get<{ count: number }>(
      "SELECT count(*) AS count FROM attachment_wanted WHERE piece >= 0",
    );
    expect(waiting?.count).toBe(COUNT - ATTACHMENT_LIMITS.piecesUnderWayMax);
  });

  test("is refused where it is not what was announced, or has no such piece (TP-ATT-16)", async () => {
    const beyond = chunk({ $case: "call", value: { missing: [COUNT] } }, attachmentId);
    expect(await take(Kind.ATTACHMENT_CHUNK, beyond)).toMatchObject({ code: "BODY_INVALID" });
    const twice = chunk({ $case: "call", value: { missing: [1, 1] } }, attachmentId);
    expect(await take(Kind.ATTACHMENT_CHUNK, twice)).toMatchObject({ code: "BODY_INVALID" });
    const good = chunk({ $case: "call", value: { missing: [1] } }, attachmentId);
    const stranger = { sender: "AT" };
    expect(await take(Kind.ATTACHMENT_CHUNK, good, stranger)).toMatchObject({
      code: "ILLEGAL_MOVE",
    });
  });
});
