import { type HttpRoutes, problemOf, sendProblem } from "#http";
import { parseTilePath } from "#message-log";
import type { Database } from "#runtime";
import type { SignedHead } from "../checkpoint-keeper.ts";
import type { GatewayProcedures } from "../store.ts";
import { FETCH_CHECKPOINT, FETCH_TILE } from "./log-operations.ts";

/** What the routes of the log work with. */
export interface LogRouteDeps {
  readonly store: Pick<Database<GatewayProcedures>, "call">;
  readonly checkpoints: { readonly published: SignedHead | undefined };
  readonly witnesses: { readonly cosigned: SignedHead | undefined };
}

const CHECKPOINT_CACHE = "public, max-age=1";
/** A year: what a signed checkpoint covers is the same for ever. */
const TILE_CACHE = "public, max-age=31536000, immutable";

/** A path is checked by its parser, which takes one spelling alone. */
const validatorCompiler = () => (value: unknown) => ({ value });

/**
 * Routes that hand out the checkpoint and the hashes of the log to whoever asks (TP-LOG-13). They
 * read alone, and wait for no commit: nobody who asks keeps a message from being recorded.
 */
export function addLogRoutes(
  routes: HttpRoutes,
  { checkpoints, store, witnesses }: LogRouteDeps,
): void {
  routes.get("/checkpoint", FETCH_CHECKPOINT, (request, reply) => {
    const { published: newest } = checkpoints;
    const { cosigned } = witnesses;
    const isCosigned = cosigned !== undefined && cosigned.size === newest?.size;
    const published = request.query.cosigned === true || isCosigned ? cosigned : newest;
    if (published === undefined) return sendProblem(reply, problemOf("NOT_FOUND"));
    return reply
      .header("content-type", "text/plain; charset=utf-8")
      .header("cache-control", CHECKPOINT_CACHE)
      .send(published.note as never);
  });
  routes.get("/tile/:level/*", { ...FETCH_TILE, validatorCompiler }, async (request, reply) => {
    const { "*": rest, level }: Readonly<Record<string, string>> = request.params;
    const name = parseTilePath(`${level}/${rest}`);
    const size = checkpoints.published?.size ?? 0;
    const tile = name === undefined ? null : await store.call("loadLogTile", { name, size });
    if (tile === null) return sendProblem(reply, problemOf("NOT_FOUND"));
    return reply
      .header("content-type", "application/octet-stream")
      .header("cache-control", TILE_CACHE)
      .send(Buffer.from(tile) as never);
  });
}
