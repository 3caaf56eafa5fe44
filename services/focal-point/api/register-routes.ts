import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import {
  actorOf,
  BAD_MARK,
  type HttpRoutes,
  pageMark,
  positionOf,
  problemOf,
  repeatOf,
  sendProblem,
} from "#http";
import { type Clock, type Database, FIREARM_LIMITS, HTTP_LIMITS } from "#runtime";
import { exportRegister } from "../register/export-register.ts";
import { newUploadId } from "../register/import-now.ts";
import type { RejectedLine } from "../register/portion-procedures.ts";
import type { RegisterImporter } from "../register/register-importer.ts";
import type { Spool } from "../register/spool.ts";
import type { Upload } from "../register/upload-record.ts";
import type { FocalPointProcedures } from "../store.ts";
import {
  BEGIN_UPLOAD,
  CANCEL_UPLOAD,
  DOWNLOAD_REJECTS,
  EXPORT_REGISTER,
  LIST_REJECTS,
  LIST_UPLOADS,
  SEND_BYTES,
  SHOW_UPLOAD,
} from "./register-operations.ts";

/** What the routes of imports and exports need. */
export interface RegisterRouteDeps {
  readonly store: Pick<Database<FocalPointProcedures>, "call">;
  readonly spool: Spool;
  readonly uploads: Pick<RegisterImporter, "wake">;
  readonly clock: Clock;
}

/** Routes that bring a register in and take it out (TP-FIRE-10 to TP-FIRE-14). */
export function addRegisterRoutes(routes: HttpRoutes, deps: RegisterRouteDeps): void {
  addUploads(routes, deps);
  // Apart from the other routes, which may want CSV as a text.
  void routes.register((apart, _options, done) => {
    apart.removeContentTypeParser(CSV);
    // Files are handed on as they stream in; none is held as a whole.
    apart.addContentTypeParser(CSV, (_request, payload, done) => done(null, payload));
    addBytes(apart.withTypeProvider(), deps);
    done();
  });
  addRejects(routes, deps);
  routes.get("/register/export", EXPORT_REGISTER, async (request, reply) => {
    const { format = "jsonl" } = request.query;
    const type = format === "csv" ? "text/csv; charset=utf-8; header=present" : NDJSON;
    return reply
      .header("content-type", type)
      .header("content-disposition", `attachment; filename="register.${format}"`)
      .send(Readable.from(exportRegister(deps.store, format)));
  });
}

const NDJSON = "application/x-ndjson";
const CSV = "text/csv";

function addUploads(routes: HttpRoutes, deps: RegisterRouteDeps): void {
  const { clock, spool, store } = deps;
  routes.post("/register/uploads", BEGIN_UPLOAD, async (request, reply) => {
    const { format, name, partial = false } = request.body;
    const begun = await store.call("beginUpload", {
      uploadId: newUploadId(),
      name,
      format,
      partial,
      actor: actorOf(request).userId,
      nowMs: clock.now(),
      repeat: repeatOf(request),
    });
    if (begun.type === "mismatch") return sendProblem(reply, problemOf("IDEMPOTENCY_MISMATCH"));
    return await answer(deps, reply.code(begun.repeated ? 200 : 201), begun.uploadId);
  });
  routes.get("/register/uploads", LIST_UPLOADS, async (request, reply) => {
    const { limit = HTTP_LIMITS.pageRowsMax } = request.query;
    const found = await store.call("listUploads", { limit });
    const uploads = await Promise.all(found.map((upload) => viewOf(upload, spool)));
    return reply.send({ uploads });
  });
  routes.get("/register/uploads/:uploadId", SHOW_UPLOAD, async (request, reply) => {
    return await answer(deps, reply, request.params.uploadId);
  });
  routes.post("/register/uploads/:uploadId/cancel", CANCEL_UPLOAD, async (request, reply) => {
    const { uploadId } = request.params;
    const upload = await store.call("loadUpload", { uploadId });
    if (upload === undefined) return sendProblem(reply, problemOf("NOT_FOUND"));
    if (!(await store.call("cancelUpload", { uploadId, nowMs: clock.now() }))) {
      return sendProblem(reply, problemOf("UPLOAD_CLOSED"));
    }
    await spool.remove(uploadId);
    return await answer(deps, reply, uploadId);
  });
}

function addBytes(routes: HttpRoutes, deps: RegisterRouteDeps): void {
  const { spool, store, uploads } = deps;
  routes.post(
    "/register/uploads/:uploadId/bytes",
    { ...SEND_BYTES, bodyLimit: Number.MAX_SAFE_INTEGER },
    async (request, reply) => {
      const { uploadId } = request.params;
      const { last = false, offset } = request.query;
      const source = request.body;
      if (!isByteStream(source)) return sendProblem(reply, problemOf("UNSUPPORTED_MEDIA_TYPE"));
      const upload = await store.call("loadUpload", { uploadId });
      if (upload === undefined) return sendProblem(reply, problemOf("NOT_FOUND"));
      if (upload.state !== "RECEIVING") {
        // The last piece again, because its answer was lost: it is here.
        if (last && upload.totalBytes !== undefined && upload.state !== "CANCELLED") {
          return await answer(deps, reply, uploadId);
        }
        return sendProblem(reply, problemOf("UPLOAD_CLOSED"));
      }
      const put = await spool.append(uploadId, offset, source);
      if (!put.ok) {
        const detail = `${put.bytes} bytes are here`;
        return sendProblem(reply, problemOf("OFFSET_MISMATCH", { detail }));
      }
      if (last) {
        await store.call("closeUpload", { uploadId, totalBytes: put.bytes });
        uploads.wake();
      }
      return await answer(deps, reply, uploadId);
    },
  );
}

function addRejects(routes: HttpRoutes, { store }: RegisterRouteDeps): void {
  const isKnown = async (uploadId: string): Promise<boolean> =>
    (await store.call("loadUpload", { uploadId })) !== undefined;
  routes.get("/register/uploads/:uploadId/rejects", LIST_REJECTS, async (request, reply) => {
    const { uploadId } = request.params;
    const { limit = HTTP_LIMITS.pageRowsMax } = request.query;
    const after = positionOf(request.query.after);
    if (after === undefined) return sendProblem(reply, problemOf("INPUT_INVALID", BAD_MARK));
    if (!(await isKnown(uploadId))) return sendProblem(reply, problemOf("NOT_FOUND"));
    const rejects = await store.call("listRejects", { uploadId, after, limit });
    const last = rejects.at(-1);
    const isMore = last !== undefined && rejects.length === limit;
    return reply.send({ rejects, ...(isMore ? { next: pageMark(last.line) } : {}) });
  });
  routes.get(
    "/register/uploads/:uploadId/rejects/file",
    DOWNLOAD_REJECTS,
    async (request, reply) => {
      const { uploadId } = request.params;
      if (!(await isKnown(uploadId))) return sendProblem(reply, problemOf("NOT_FOUND"));
      return reply
        .header("content-type", NDJSON)
        .header("content-disposition", `attachment; filename="${uploadId}-rejects.jsonl"`)
        .send(Readable.from(allRejects(store, uploadId)));
    },
  );
}

async function* allRejects(
  store: RegisterRouteDeps["store"],
  uploadId: string,
): AsyncGenerator<string> {
  const limit = FIREARM_LIMITS.portionLines;
  let after = 0;
  for (;;) {
    const page: RejectedLine[] = await store.call("listRejects", { uploadId, after, limit });
    if (page.length > 0) yield page.map((reject) => `${JSON.stringify(reject)}\n`).join("");
    const last = page.at(-1);
    if (last === undefined || page.length < limit) return;
    after = last.line;
  }
}

/** Tells of an import; one that is being read goes on if something had stopped it. */
async function answer(
  { spool, store, uploads }: RegisterRouteDeps,
  reply: FastifyReply,
  uploadId: string,
): Promise<FastifyReply> {
  const upload = await store.call("loadUpload", { uploadId });
  if (upload === undefined) return sendProblem(reply, problemOf("NOT_FOUND"));
  if (upload.state === "CHECKING" || upload.state === "IMPORTING") uploads.wake();
  return reply.send(await viewOf(upload, spool));
}

/** An import as JSON. */
async function viewOf(upload: Upload, spool: Spool) {
  const {
    endedAtMs,
    startedAtMs,
    totalBytes,
    header: _,
    readLine: __,
    readOffset,
    ...told
  } = upload;
  const receivedBytes = totalBytes ?? (await spool.bytes(upload.uploadId));
  return {
    ...told,
    receivedBytes,
    readBytes: readOffset,
    ...(totalBytes === undefined ? {} : { totalBytes }),
    startedAt: new Date(startedAtMs).toISOString(),
    ...(endedAtMs === undefined ? {} : { endedAt: new Date(endedAtMs).toISOString() }),
  };
}

function isByteStream(value: unknown): value is AsyncIterable<Uint8Array> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
