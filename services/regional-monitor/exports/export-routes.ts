import { type LookDeps, noteLook } from "#disposal-api";
import { actorOf, type HttpRoutes } from "#http";
import { EXPORT_FORMATS, type ExportSet, yearlyReport } from "#outputs";
import { canonicalJson } from "#repeats";
import type { FigureDeps } from "../figures/figure-deps.ts";
import { EXPORT_FIGURES, REPORT } from "./export-operations.ts";
import { publishedSet } from "./published-set.ts";

/** Header of the answer: so many figures are in the file. */
const FIGURES_HEADER = "tracepost-figures";

/** The route that hands out what a body publishes (TP-OUT-16). */
export function addExportRoutes(routes: HttpRoutes, deps: FigureDeps & LookDeps): void {
  routes.get("/exports", EXPORT_FIGURES, async (request, reply) => {
    const { format, reason = "", ...asked } = request.query;
    const set = await publishedSet(deps, asked);
    const { extension, mediaType, text } = written(set, format, asked.year);
    const detail = canonicalJson({ ...asked, format });
    const look = { action: "export", subject: `figures ${asked.year}`, detail, reason } as const;
    await noteLook(deps, actorOf(request), look);
    const name = [set.body, asked.year, set.exchangeStatus.toLowerCase(), format].join("-");
    const note = `/v1/exports?format=note&year=${asked.year}&status=${set.exchangeStatus}`;
    return reply
      .header("content-type", `${mediaType}; charset=utf-8`)
      .header("content-disposition", `attachment; filename="${name}${extension}"`)
      .header("link", `<${note}>; rel="describedby"`)
      .header(FIGURES_HEADER, String(set.figures.length))
      .send(text as never);
  });
}

function written(set: ExportSet, format: string, year: number) {
  const form = EXPORT_FORMATS[format];
  if (format === REPORT || form === undefined) {
    return { extension: ".html", mediaType: "text/html", text: yearlyReport(set, year) };
  }
  const { extension, mediaType } = form;
  return { extension, mediaType, text: form.write(set) };
}
