import { actorOf, type HttpRoutes, InvalidRequest, problemOf, sendProblem } from "#http";
import { CAP_LIMITS } from "#runtime";
import { type AlertRouteDeps, ownOf } from "./alert-routes.ts";
import { exportCap } from "./cap-export.ts";
import { alertMeant, importCap, messagesOf, readCap } from "./cap-import.ts";
import { CAP_TYPE, EXPORT_CAP, READ_CAP } from "./cap-operations.ts";

/** Routes by which alerts leave and come as CAP 1.2 (TP-ALERT-46, TP-ALERT-47). */
export function addCapRoutes(routes: HttpRoutes, deps: AlertRouteDeps): void {
  const { clock, register, self, store } = deps;
  const bodyLimit = CAP_LIMITS.fileBytesMax;
  routes.addContentTypeParser(CAP_TYPE, { parseAs: "buffer", bodyLimit }, (_request, bytes, done) =>
    decode(bytes as Buffer, done),
  );
  routes.get("/alerts/:alertId/cap", EXPORT_CAP, async (request, reply) => {
    const { alertId } = request.params;
    const file = await store.call("loadAlert", { alertId });
    if (file === null) return sendProblem(reply, problemOf("NOT_FOUND"));
    const written = exportCap(file, request.query.version);
    if (!written.ok) return sendProblem(reply, written.problem);
    return await reply.type(`${CAP_TYPE}; charset=utf-8`).send(written.xml);
  });
  routes.post("/alerts/from-cap", { ...READ_CAP, bodyLimit }, async (request, reply) => {
    const read = readCap(request.body);
    if (!read.ok) return sendProblem(reply, read.problem);
    const { draft } = read;
    const places = await store.call("placesOfVersions", { messageIds: messagesOf(draft) });
    const alertId = alertMeant(draft, places);
    const file = alertId === undefined ? null : await store.call("loadAlert", { alertId });
    const own = file === null ? [] : ownOf(file, deps);
    const context = { self, register: register(), nowMs: clock.now() };
    const by = { ...context, actor: actorOf(request).userId };
    return importCap(draft, { places, file, own }, by);
  });
}

/** Text of a document; what is no UTF-8 is refused, so that no letter becomes another one. */
function decode(bytes: Buffer, done: (error: Error | null, text?: string) => void): void {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    done(new InvalidRequest([{ field: "", rule: "must be text in UTF-8" }]));
    return;
  }
  done(null, text);
}
