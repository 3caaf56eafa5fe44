import { Readable } from "node:stream";
import { noteLook } from "#disposal-api";
import { actorOf, type HttpRoutes, problemOf, sendProblem } from "#http";
import { canonicalJson } from "#repeats";
import { filterOf, type RecordRouteDeps } from "./record-asked.ts";
import { exportLines } from "./record-export.ts";
import { EXPORT_RECORDS } from "./record-export-operations.ts";

/** Header of the answer: as of a log of so many entries. */
const SIZE_HEADER = "tracepost-log-size";

const TYPES = {
  csv: "text/csv; charset=utf-8; header=present",
  jsonl: "application/x-ndjson",
} as const;

/** The route that saves what a search finds to a file (TP-FIND-7). */
export function addRecordExport(routes: HttpRoutes, deps: RecordRouteDeps): void {
  const { store } = deps;
  routes.get("/records/export", EXPORT_RECORDS, async (request, reply) => {
    const { before, format = "jsonl", reason, ...asked } = request.query;
    const size = asked.size ?? (await store.call("logHead", undefined)).size;
    const wish = {
      filter: filterOf(asked),
      size,
      before: before === undefined ? null : before + 1,
    };
    // The first page tells whether everything can be found yet.
    const first = await store.call("findRecords", { ...wish, limit: 1 });
    if (first === null) return sendProblem(reply, problemOf("SEARCH_NOT_READY"));
    const detail = canonicalJson({ ...asked, size, before, format });
    await noteLook(deps, actorOf(request), { action: "export", subject: "", detail, reason });
    return reply
      .header("content-type", TYPES[format])
      .header("content-disposition", `attachment; filename="records.${format}"`)
      .header(SIZE_HEADER, String(size))
      .send(Readable.from(exportLines(store, { ...wish, format })) as never);
  });
}
