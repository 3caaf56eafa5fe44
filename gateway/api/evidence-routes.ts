import type { KeyObject } from "node:crypto";
import type { FastifyReply } from "fastify";
import { noteLook } from "#disposal-api";
import { type EvidenceSubject, formatEvidenceFile, subjectText } from "#evidence";
import { actorOf, type HttpRoutes, type Problem, problemOf, sendProblem } from "#http";
import { rawPublicKey } from "#trust";
import type { Actor } from "#users";
import type { SignedHead } from "../checkpoint-keeper.ts";
import { recordedContent } from "../store/evidence/recorded-content.ts";
import { EXPORT_CONVERSATION, EXPORT_MESSAGE } from "./evidence-operations.ts";
import type { RecordRouteDeps } from "./record-asked.ts";

/** What the routes of evidence work with. */
export interface EvidenceRouteDeps extends RecordRouteDeps {
  readonly checkpoints: {
    readonly published: SignedHead | undefined;
    readonly newest: SignedHead | undefined;
  };
  readonly witnesses: { readonly cosigned: SignedHead | undefined };
  readonly roots: { readonly rootKeysEver: readonly KeyObject[] };
}

/** Routes that put evidence files together from the records (TP-EVID-2). */
export function addEvidenceRoutes(routes: HttpRoutes, deps: EvidenceRouteDeps): void {
  routes.get("/evidence/messages/:sender/:messageId", EXPORT_MESSAGE, async (request, reply) => {
    const subject = { type: "message", ...request.params } as const;
    return sendEvidence(reply, await exportEvidence(deps, subject, actorOf(request)));
  });
  const path = "/evidence/conversations/:conversationId";
  routes.get(path, EXPORT_CONVERSATION, async (request, reply) => {
    const subject = { type: "conversation", ...request.params } as const;
    return sendEvidence(reply, await exportEvidence(deps, subject, actorOf(request)));
  });
}

function sendEvidence(reply: FastifyReply, made: Buffer | Problem): FastifyReply {
  return made instanceof Uint8Array
    ? reply.type("application/zip").send(made)
    : sendProblem(reply, made);
}

/** A checkpoint that witnesses have cosigned is preferred, if it covers everything. */
async function exportEvidence(
  deps: EvidenceRouteDeps,
  subject: EvidenceSubject,
  actor: Actor,
): Promise<Buffer | Problem> {
  await noteLook(deps, actor, { action: "evidence", subject: subjectText(subject) });
  const { checkpoints, clock, roots, store, witnesses } = deps;
  const { newest, published } = checkpoints;
  const heads = [witnesses.cosigned, published, newest].filter((head) => head !== undefined);
  const sizes = heads.map(({ size }) => size);
  const found = await store.call("collectEvidence", { subject, sizes });
  switch (found.type) {
    case "unknown":
      return problemOf("NOT_FOUND");
    case "unsigned":
      return problemOf("NOT_YET_LOGGED");
    case "not-ready":
      return problemOf("SEARCH_NOT_READY");
    case "too-large":
      return problemOf("TOO_LARGE", { remedy: "Export the messages one by one." });
    case "found": {
      const checkpoint = heads.find(({ size }) => size === found.size)?.note ?? "";
      const rootKeys = roots.rootKeysEver.map(rawPublicKey);
      const about = { subject, madeAtMs: clock.now(), rootKeys };
      return Buffer.from(formatEvidenceFile({ ...about, ...recordedContent(found, checkpoint) }));
    }
    default:
      return found satisfies never;
  }
}
