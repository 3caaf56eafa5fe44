import { askWhom, firearmKeysOf, type ImportedInto } from "#casework";
import { type HttpRoutes, problemOf, sendProblem } from "#http";
import type { Database } from "#runtime";
import type { TraceContext } from "../cases/prepare-trace.ts";
import type { FocalPointProcedures } from "../store.ts";
import { ASK_WHOM, type AskWhomFacts } from "./ask-whom-operations.ts";
import { askWhomView, firearmProblem } from "./ask-whom-view.ts";

/** What the routes about chains need. */
export interface ChainRouteDeps extends TraceContext {
  readonly store: Pick<Database<FocalPointProcedures>, "call">;
}

/** The route that proposes whom to ask (TP-CHAIN-1). */
export function addAskWhomRoute(routes: HttpRoutes, deps: ChainRouteDeps): void {
  const { register, self, store } = deps;
  routes.post("/traces/ask-whom", ASK_WHOM, async (request, reply) => {
    const { firearm = {}, recoveryCountry = self.state } = request.body;
    const asked = askWhom({
      countryOfManufacture: firearm.countryOfManufacture,
      yearOfManufacture: yearOf(request.body),
      importMarks: marksOf(request.body),
      make: firearm.make,
      recoveryCountry,
    });
    if (!asked.ok) {
      const problems = [firearmProblem(asked.refusal)];
      return sendProblem(reply, problemOf("INPUT_INVALID", { problems }));
    }
    const keys = firearmKeysOf({ make: firearm.make ?? "", serialRaw: firearm.serialRaw ?? "" });
    const query = keys && { firearm: keys, isActual: true };
    const same = query === undefined ? [] : await store.call("casesOfFirearm", query);
    return reply.send(askWhomView(asked.value, register(), same));
  });
}

/** As said, or as marked. */
function yearOf({ firearm, yearOfManufacture }: AskWhomFacts): number | undefined {
  const marked = firearm?.markings?.find(({ kind }) => kind === "YEAR")?.text ?? "";
  return yearOfManufacture ?? (/^\d{4}$/u.test(marked) ? Number(marked) : undefined);
}

function marksOf({ firearm, importMarks = [] }: AskWhomFacts): ImportedInto[] {
  const { country, year } = firearm?.importMark ?? {};
  const own = country === undefined ? [] : [{ country, year: year === 0 ? undefined : year }];
  return [...own, ...importMarks];
}
