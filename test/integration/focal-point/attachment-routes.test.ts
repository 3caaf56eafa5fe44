import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createHttpServer, type HttpServer } from "#http";
import {
  ATTACHMENT_LIMITS,
  systemClock as clock,
  createLogger,
  type Database,
  systemTimers as timers,
} from "#runtime";
import { openSqliteStore } from "#store";
import { addAttachmentRoutes } from "../../../services/focal-point/api/attachment-routes.ts";
import { Attachments } from "../../../services/focal-point/attachments/attachments.ts";
import type { FocalPointProcedures } from "../../../services/focal-point/store.ts";
import { openMemoryUsers } from "../../support/memory-users.ts";
import { exif, JPEG, jpegWith, pdf, segment } from "../../support/pictures.ts";
import { TEST_TITLE } from "../../support/test-route.ts";

let dataDir: string;
let store: Database<FocalPointProcedures>;
let attachments: Attachments;
let server: HttpServer;
let officer: string;
let auditor: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "tracepost-attachment-door-"));
  store = await openSqliteStore<FocalPointProcedures>({
    file: join(dataDir, "focal-point.sqlite"),
    module: new URL("../../../services/focal-point/store.ts", import.meta.url),
  });
  attachments = await Attachments.open({ store, dataDir, clock, timers });
  const users = await openMemoryUsers(clock);
  officer = await users.person("officer", "FOCAL_POINT_OFFICER");
  auditor = await users.person("auditor", "AUDITOR");
  const logger = createLogger({ name: "test", level: "silent" });
  const self = { participant: "NE", state: "NE" };
  const deps = { attachments, store, self, clock, onDrafted: () => {} };
  server = await createHttpServer({
    host: "127.0.0.1",
    port: 0,
    logger,
    health: {},
    title: TEST_TITLE,
    api: { guard: users.guard, routes: (routes) => addAttachmentRoutes(routes, deps) },
  });
});

afterAll(async () => {
  await server.close();
  await attachments.close();
  await store.close();
  await rm(dataDir, { recursive: true, force: true });
});

const ask = (method: string, path: string, init: RequestInit = {}, token = officer) =>
  fetch(`${server.url}/v1${path}`, {
    ...init,
    method,
    headers: { authorization: `Bearer ${token}`, ...init.headers },
  });

const announce = (facts: object, headers: Record<string, string> = {}) =>
  ask("POST", "/attachments", {
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(facts),
  });

const factsOf = (bytes: Uint8Array, name: string) => ({
  name,
  sizeBytes: bytes.length,
  sha256: createHash("sha256").update(bytes).digest("hex"),
});

const put = (attachmentId: string, piece: number | string, bytes: Uint8Array) =>
  ask("PUT", `/attachments/${attachmentId}/pieces/${piece}`, {
    headers: { "content-type": "application/octet-stream" },
    body: new Uint8Array(bytes),
  });

async function upload(bytes: Uint8Array, name: string) {
  const { attachmentId } = await (await announce(factsOf(bytes, name))).json();
  await put(attachmentId, 0, bytes);
  return { attachmentId, answer: await ask("POST", `/attachments/${attachmentId}/complete`) };
}

const EXIF = Buffer.concat([Buffer.from("Exif\0\0"), exif(6)]);
const PHOTO = jpegWith([segment(0xe1, EXIF)]);

describe("what is handed out (TP-ATT-11)", () => {
  test("is a preview that a browser may show, under headers that run nothing", async () => {
    const { attachmentId, answer } = await upload(PHOTO, "Serial é.jpeg");
    expect(await answer.json()).toMatchObject({
      state: "ready",
      mediaType: "image/jpeg",
      image: { removed: ["EXIF", "GPS"] },
      missing: [],
    });
    const preview = await ask("GET", `/attachments/${attachmentId}/preview`);
    expect(Object.fromEntries(preview.headers)).toMatchObject({
      "content-type": "image/jpeg",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
      "x-content-type-options": "nosniff",
      "cross-origin-resource-policy": "same-origin",
      "cache-control": "no-store",
    });
    expect(Buffer.from(await preview.arrayBuffer()).includes("Exif")).toBe(false);
  });

  test("is an original to be saved, never shown, without what was removed", async () => {
    const { attachmentId } = await upload(PHOTO, "Serial é.jpeg");
    const original = await ask("GET", `/attachments/${attachmentId}/original`);
    expect(Object.fromEntries(original.headers)).toMatchObject({
      "content-type": "application/octet-stream",
      "content-disposition": "attachment; filename*=UTF-8''Serial%20%C3%A9.jpg",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
      "x-content-type-options": "nosniff",
      "content-length": String(JPEG.length),
    });
    expect(Buffer.from(await original.arrayBuffer())).toEqual(JPEG);
  });

  test("is of a document nothing to be shown", async () => {
    const { attachmentId } = await upload(pdf(), "invoice.pdf");
    expect((await ask("GET", `/attachments/${attachmentId}/preview`)).status).toBe(404);
    const original = await ask("GET", `/attachments/${attachmentId}/original`);
    expect(original.headers.get("content-type")).toBe("application/octet-stream");
  });

  test("is nothing before it is clean, and nothing to whoever may not read cases", async () => {
    const { attachmentId } = await (await announce(factsOf(PHOTO, "a.jpg"))).json();
    await put(attachmentId, 0, PHOTO);
    expect((await ask("GET", `/attachments/${attachmentId}/original`)).status).toBe(404);
    expect((await ask("GET", `/attachments/${attachmentId}`, {}, auditor)).status).toBe(403);
  });
});

describe("an upload over HTTP", () => {
  test("that is refused names rule and way out (TP-ATT-2)", async () => {
    const { answer } = await upload(Buffer.from("GIF89a\x01\0\x01\0"), "a.png");
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({
      code: "ATTACHMENT_REFUSED",
      detail: "TYPE_UNKNOWN",
      problems: [
        {
          field: "file",
          rule: "is neither a JPEG or PNG image nor a PDF document, by its content",
          remedy: "Save it as JPEG, PNG or PDF.",
        },
      ],
    });
  });

  test("announced twice under one key is announced once (TP-ATT-10)", async () => {
    const [one, two] = [
      await announce(factsOf(PHOTO, "a.jpg"), { "idempotency-key": "k" }),
      await announce(factsOf(PHOTO, "a.jpg"), { "idempotency-key": "k" }),
    ];
    expect([one.status, two.status]).toEqual([201, 200]);
    expect((await two.json()).attachmentId).toBe((await one.json()).attachmentId);
    const other = await announce(factsOf(JPEG, "a.jpg"), { "idempotency-key": "k" });
    expect(other.status).toBe(409);
  });

  test.each([
    ["too large", { sizeBytes: ATTACHMENT_LIMITS.itemBytesMax + 1 }, "sizeBytes"],
    ["without a name", { name: "" }, "name"],
    ["with a digest that is none", { sha256: "abc" }, "sha256"],
    ["of a type that is not taken", { mediaType: "image/svg+xml" }, "mediaType"],
  ])("%s is refused with the field", async (_, change, field) => {
    const answer = await announce({ ...factsOf(PHOTO, "a.jpg"), ...change });
    expect(answer.status).toBe(422);
    expect((await answer.json()).problems).toMatchObject([{ field }]);
  });

  test("takes pieces of at most their size, and bytes alone", async () => {
    const { attachmentId } = await (await announce(factsOf(PHOTO, "a.jpg"))).json();
    const long = await put(attachmentId, 0, Buffer.alloc(ATTACHMENT_LIMITS.pieceBytes + 1));
    expect(long.status).toBe(413);
    expect((await put(attachmentId, "x", PHOTO)).status).toBe(422);
    const json = await ask("PUT", `/attachments/${attachmentId}/pieces/0`, {
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    expect(json.status).toBe(415);
  });
});
