import { createHash } from "node:crypto";
import { type HttpRoutes, problemOf, sendProblem } from "#http";
import { type Database, LOG_LIMITS } from "#runtime";
import type { Witness } from "../witness.ts";
import type { WitnessProcedures } from "../witness-record.ts";
import { ADD_CHECKPOINT, LIST_CONFLICTS, SHOW_WITNESSED } from "./operations.ts";

/** What the routes of a witness work with. */
export interface WitnessRouteDeps {
  readonly store: Pick<Database<WitnessProcedures>, "call">;
  readonly witness: Pick<Witness, "add">;
  /** What stands before their paths, such as `/witness`. Default: nothing. */
  readonly below?: string;
}

const TEXT = "text/plain; charset=utf-8";

/**
 * Adds the routes of C2SP tlog-witness, and the pairs that prove a fork (TP-LOG-18). What is kept
 * is shown whatever register is in force: the log may have ended, or its succession be refused.
 */
export function addWitnessRoutes(routes: HttpRoutes, deps: WitnessRouteDeps): void {
  const { below = "", store, witness } = deps;
  const bodyLimit = LOG_LIMITS.proofBytesMax;
  // Clients name any type, or none.
  routes.removeAllContentTypeParsers();
  routes.addContentTypeParser("*", { parseAs: "string", bodyLimit }, (_request, text, done) =>
    done(null, text),
  );
  routes.post(
    `${below}/add-checkpoint`,
    { ...ADD_CHECKPOINT, bodyLimit },
    async (request, reply) => {
      const { body, status } = await witness.add(request.body);
      const type = status === 409 ? "text/x.tlog.size" : TEXT;
      return reply
        .code(status)
        .header("content-type", type)
        .send(body as never);
    },
  );
  routes.get(`${below}/:originHash/checkpoint`, SHOW_WITNESSED, async (request, reply) => {
    const origins = await store.call("witnessedOrigins", undefined);
    const origin = origins.find((one) => hashOf(one) === request.params.originHash);
    const last = origin === undefined ? null : await store.call("lastWitnessed", origin);
    if (last === null) return sendProblem(reply, problemOf("NOT_FOUND"));
    return reply.header("content-type", TEXT).send(last.note as never);
  });
  routes.get(`${below}/conflicts`, LIST_CONFLICTS, async () => {
    const pairs = await store.call("listConflicts", undefined);
    return {
      conflicts: pairs.map(({ seenAtMs, ...pair }) => {
        return { ...pair, seenAt: new Date(seenAtMs).toISOString() };
      }),
    };
  });
}

function hashOf(origin: string): string {
  return createHash("sha256").update(origin).digest("hex");
}
