import { actorOf, type HttpRoutes, problemOf, sendProblem } from "#http";
import { FIREARM_LIMITS, HTTP_LIMITS } from "#runtime";
import { type ImportedLines, type ImportNowDeps, importNow } from "../register/import-now.ts";
import {
  FIND_CANDIDATES,
  FIND_FIREARMS,
  IMPORT_FIREARMS,
  SHOW_FIREARM,
} from "./firearm-operations.ts";
import { fromRecord } from "./firearm-schema.ts";

/** Candidates told unless asked for more: what an officer looks through. */
const CANDIDATES_DEFAULT = 20;

/** Routes of the firearm register. */
export function addFirearmRoutes(routes: HttpRoutes, deps: ImportNowDeps): void {
  // The body is handed on as it streams in; it is never held as a whole.
  routes.addContentTypeParser(
    ["application/x-ndjson", "application/jsonl"],
    (_request, payload, done) => done(null, payload),
  );
  routes.get("/firearms", FIND_FIREARMS, async (request, reply) => {
    const { make, serial, limit = HTTP_LIMITS.pageRowsMax } = request.query;
    if (make === undefined && serial === undefined) {
      const problems = [{ field: "serial", rule: "make or serial is required" }];
      return sendProblem(reply, problemOf("INPUT_INVALID", { problems }));
    }
    const records = await deps.store.call("findFirearms", {
      limit,
      ...(make === undefined ? {} : { make }),
      ...(serial === undefined ? {} : { serial }),
    });
    const firearms = records.map((record) => ({
      ...fromRecord(record),
      /** Whether the serial number is the one asked for to the letter. */
      exact: serial === undefined ? undefined : record.serialRaw === serial,
    }));
    return reply.send({ firearms });
  });
  routes.get("/firearms/candidates", FIND_CANDIDATES, async (request, reply) => {
    const { depth = "NEAR", limit = CANDIDATES_DEFAULT, ...wanted } = request.query;
    const found = await deps.store.call("firearmCandidates", { wanted, depth, limit });
    if (!found.ok) {
      const problems = [{ field: "serial", rule: found.rule }];
      return sendProblem(reply, problemOf("INPUT_INVALID", { problems }));
    }
    const candidates = found.candidates.map(({ firearm, ...ranked }) => {
      return { ...ranked, firearm: fromRecord(firearm) };
    });
    return reply.send({ candidates, more: found.more });
  });
  routes.post(
    "/firearms/import",
    { ...IMPORT_FIREARMS, bodyLimit: Number.MAX_SAFE_INTEGER },
    async (request, reply) => {
      const source = request.body;
      if (!isByteStream(source)) return sendProblem(reply, problemOf("UNSUPPORTED_MEDIA_TYPE"));
      const partial = request.query.partial ?? false;
      const actor = actorOf(request).userId;
      const report = reportOf(await importNow(deps, source, { partial, actor }));
      if (report.imported) return reply.send(report);
      const problems = report.problems.map(({ line, field, rule }) => ({
        field: field === "" ? `line ${line}` : `line ${line}: ${field}`,
        rule,
      }));
      const detail = `${report.badLines} of ${report.lines} lines are bad; nothing was imported`;
      const remedy = "Correct the lines, or add ?partial=true to import the good ones.";
      return sendProblem(reply, problemOf("INPUT_INVALID", { detail, remedy, problems }));
    },
  );
  routes.get("/firearms/:firearmId", SHOW_FIREARM, async (request, reply) => {
    const { firearmId: id } = request.params;
    const record = await deps.store.call("loadFirearm", { id });
    if (record === undefined) return sendProblem(reply, problemOf("NOT_FOUND"));
    return reply.send(fromRecord(record));
  });
}

/** An import as the caller that waited for it is told. */
function reportOf({ rejected, upload }: ImportedLines) {
  const { badLines, inserted, records: lines, state, unchanged, updated } = upload;
  const problems = rejected
    .flatMap(({ line, problems: found }) => found.map((problem) => ({ line, ...problem })))
    .slice(0, FIREARM_LIMITS.problemsMax);
  const imported = state === "DONE";
  return { inserted, updated, unchanged, lines, imported, badLines, problems };
}

function isByteStream(value: unknown): value is AsyncIterable<Uint8Array> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
