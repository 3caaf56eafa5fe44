import { hash } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { Type } from "typebox";
import { actorOf } from "./actor.ts";
import { canonicalJson } from "./repeats/canonical-json.ts";
import type { RepeatKey } from "./repeats/do-once.ts";

const HEADER = "idempotency-key";

/** Headers of every route that makes something (TP-API-18). */
export const RepeatHeaders = Type.Object({
  [HEADER]: Type.Optional(
    Type.String({
      pattern: "^[\\x21-\\x7e]{1,255}$",
      description: "Of the caller's making; the same request under the same key is done once",
    }),
  ),
});

/** What a request is known by when it comes again; undefined when its caller gave no key. */
export function repeatOf(request: FastifyRequest): RepeatKey | undefined {
  const key = request.headers[HEADER];
  if (typeof key !== "string") return undefined;
  const { method, url } = request.routeOptions;
  const asked = canonicalJson([method, url, request.params, request.body]);
  return { userId: actorOf(request).userId, key, digest: hash("sha256", asked, "buffer") };
}
