import type { FastifyReply } from "fastify";
import { actorOf, type HttpRoutes, problemOf, repeatOf, sendProblem } from "#http";
import { ATTACHMENT_LIMITS, type Clock, type Database, HTTP_LIMITS } from "#runtime";
import type { Attachments } from "../attachments/attachments.ts";
import type { Replier } from "../cases/reply-handling.ts";
import type { FocalPointProcedures } from "../store.ts";
import {
  ANNOUNCE_ATTACHMENT,
  CALL_ATTACHMENT,
  COMPLETE_ATTACHMENT,
  DELETE_ATTACHMENT,
  GET_ORIGINAL,
  LIST_ATTACHMENTS,
  PUT_PIECE,
  refusedFile,
  SHOW_ATTACHMENT,
  SHOW_PREVIEW,
} from "./attachment-operations.ts";
import { attachmentView, caseAttachmentView } from "./attachment-schema.ts";

/** What the routes work with. */
export interface AttachmentRouteDeps {
  readonly attachments: Attachments;
  readonly store: Pick<Database<FocalPointProcedures>, "call">;
  readonly self: Replier;
  readonly clock: Clock;
  /** Told after a message was drafted. */
  readonly onDrafted: () => void;
}

/** Routes about attachments. */
export function addAttachmentRoutes(routes: HttpRoutes, deps: AttachmentRouteDeps): void {
  const { attachments } = deps;
  routes.addContentTypeParser(
    "application/octet-stream",
    { parseAs: "buffer", bodyLimit: ATTACHMENT_LIMITS.pieceBytes },
    (_request, body, done) => done(null, body),
  );
  addUploadRoutes(routes, attachments);
  addHandOutRoutes(routes, attachments);
  addCaseRoutes(routes, deps);
}

/** What is asked of other States, and what a case has. */
function addCaseRoutes(routes: HttpRoutes, deps: AttachmentRouteDeps): void {
  const { store, self: caller, clock, onDrafted } = deps;
  routes.post("/attachments/:attachmentId/call", CALL_ATTACHMENT, async (request, reply) => {
    const { attachmentId } = request.params;
    const args = { attachmentId, caller, nowMs: clock.now() };
    const called = await store.call("callAttachment", args);
    switch (called.type) {
      case "called":
        onDrafted();
        return reply.send({ attachmentId, state: "called", messageId: called.messageId });
      case "here":
        return reply.send({ attachmentId, state: "ready" });
      case "unknown":
        return sendProblem(reply, problemOf("NOT_FOUND"));
      case "not-callable":
        return sendProblem(reply, problemOf("ATTACHMENT_NOT_CALLABLE"));
      default:
        return called satisfies never;
    }
  });
  routes.get("/traces/:caseId/attachments", LIST_ATTACHMENTS, async (request, reply) => {
    const args = { caseId: request.params.caseId, limit: HTTP_LIMITS.pageRowsMax };
    const found = await store.call("attachmentsOfCase", args);
    return reply.send({ attachments: found.map(caseAttachmentView) });
  });
}

function addUploadRoutes(routes: HttpRoutes, attachments: Attachments): void {
  routes.post("/attachments", ANNOUNCE_ATTACHMENT, async (request, reply) => {
    const { name, sizeBytes, sha256, mediaType = "" } = request.body;
    const facts = { name, sizeBytes, mediaType, sha256: Buffer.from(sha256, "hex") };
    const { userId } = actorOf(request);
    const announced = await attachments.announce({ ...facts, userId }, repeatOf(request));
    if (announced.type === "mismatch") return sendProblem(reply, problemOf("IDEMPOTENCY_MISMATCH"));
    if (announced.type === "too-many") return sendProblem(reply, problemOf("TOO_MANY_UPLOADS"));
    const standing = await attachments.find(announced.attachmentId);
    if (standing === null) return sendProblem(reply, problemOf("NOT_FOUND"));
    return reply.code(announced.repeated ? 200 : 201).send(attachmentView(standing));
  });
  const pieceRoute = { ...PUT_PIECE, bodyLimit: ATTACHMENT_LIMITS.pieceBytes };
  routes.put("/attachments/:attachmentId/pieces/:index", pieceRoute, async (request, reply) => {
    const { attachmentId, index } = request.params;
    const body: unknown = request.body;
    if (!(body instanceof Uint8Array))
      return sendProblem(reply, problemOf("UNSUPPORTED_MEDIA_TYPE"));
    const result = await attachments.takePiece(attachmentId, index, body);
    if (result.type === "taken") return reply.send(attachmentView(result.standing));
    if (result.type === "unknown") return sendProblem(reply, problemOf("NOT_FOUND"));
    const problems = [{ field: "body", rule: result.rule }];
    return sendProblem(reply, problemOf("INPUT_INVALID", { problems }));
  });
  routes.post(
    "/attachments/:attachmentId/complete",
    COMPLETE_ATTACHMENT,
    async (request, reply) => {
      const completion = await attachments.complete(request.params.attachmentId);
      switch (completion.type) {
        case "ready":
          return reply.send(attachmentView(completion.standing));
        case "unknown":
          return sendProblem(reply, problemOf("NOT_FOUND"));
        case "incomplete": {
          const detail = `${completion.missing.length} piece(s) are missing`;
          return sendProblem(reply, problemOf("ATTACHMENT_INCOMPLETE", { detail }));
        }
        case "refused":
          return sendProblem(reply, refusedFile(completion.problem, completion.detail));
        default:
          return completion satisfies never;
      }
    },
  );
  routes.delete("/attachments/:attachmentId", DELETE_ATTACHMENT, async (request, reply) => {
    const { attachmentId } = request.params;
    const dropped = await attachments.drop(attachmentId);
    if (dropped === "unknown") return sendProblem(reply, problemOf("NOT_FOUND"));
    if (dropped === "in-use") return sendProblem(reply, problemOf("ATTACHMENT_IN_USE"));
    return reply.send({ attachmentId, deleted: true });
  });
}

function addHandOutRoutes(routes: HttpRoutes, attachments: Attachments): void {
  routes.get("/attachments/:attachmentId", SHOW_ATTACHMENT, async (request, reply) => {
    const standing = await attachments.find(request.params.attachmentId);
    if (standing === null) return sendProblem(reply, problemOf("NOT_FOUND"));
    return reply.send(attachmentView(standing));
  });
  routes.get("/attachments/:attachmentId/preview", SHOW_PREVIEW, async (request, reply) => {
    const standing = await attachments.find(request.params.attachmentId);
    const preview = standing === null ? undefined : attachments.readPreview(standing.record);
    if (preview === undefined) return sendProblem(reply, problemOf("NOT_FOUND"));
    return locked(reply, "image/jpeg", 'inline; filename="preview.jpg"').send(preview);
  });
  routes.get("/attachments/:attachmentId/original", GET_ORIGINAL, async (request, reply) => {
    const standing = await attachments.find(request.params.attachmentId);
    const original = standing === null ? undefined : attachments.readOriginal(standing.record);
    if (standing === null || original === undefined) {
      return sendProblem(reply, problemOf("NOT_FOUND"));
    }
    const { name, sizeBytes } = standing.record;
    const saved = `attachment; filename*=UTF-8''${encodeURIComponent(name)}`;
    return locked(reply, "application/octet-stream", saved)
      .header("content-length", sizeBytes)
      .send(original);
  });
}

/** Headers under which a browser runs nothing of what it gets (TP-ATT-11). */
function locked(reply: FastifyReply, type: string, disposition: string): FastifyReply {
  return reply.headers({
    "content-type": type,
    "content-disposition": disposition,
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "x-content-type-options": "nosniff",
  });
}
