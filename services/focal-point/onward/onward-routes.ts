import { type HttpRoutes, pageMark, positionOf, problemOf, sendProblem } from "#http";
import { type Database, HTTP_LIMITS } from "#runtime";
import type { FocalPointProcedures } from "../store.ts";
import { LIST_ONWARD } from "./onward-operations.ts";

/** The route about what was passed on (TP-PERS-17). */
export function addOnwardRoutes(
  routes: HttpRoutes,
  { store }: { readonly store: Pick<Database<FocalPointProcedures>, "call"> },
): void {
  routes.get("/onward", LIST_ONWARD, async (request, reply) => {
    const { after, caseId, limit = HTTP_LIMITS.pageRowsMax } = request.query;
    const before = after === undefined ? undefined : positionOf(after);
    if (after !== undefined && before === undefined) {
      const problems = [{ field: "after", rule: "is not the `next` of a page of this list" }];
      return sendProblem(reply, problemOf("INPUT_INVALID", { problems }));
    }
    const found = await store.call("listOnwardCopies", { caseId, before, limit });
    const last = found.length === limit ? found.at(-1) : undefined;
    const next = last === undefined ? undefined : pageMark(last.position);
    const copies = found.map(({ atMs, position: _position, ...copy }) => {
      return { ...copy, at: new Date(atMs).toISOString() };
    });
    return reply.send({ copies, next });
  });
}
