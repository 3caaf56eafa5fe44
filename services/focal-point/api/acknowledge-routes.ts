import { actorOf, type HttpRoutes, problemOf, sendProblem } from "#http";
import type { StoredRules } from "../arrivals/rule-record.ts";
import {
  NAME_TAKEN,
  SET_ACKNOWLEDGE_RULES,
  SHOW_ACKNOWLEDGE_RULES,
} from "./acknowledge-operations.ts";
import { type ReleaseRouteDeps, sendHeld } from "./release-routes.ts";

/** Routes about the rules that acknowledge requests by themselves (TP-ANS-11 to TP-ANS-13). */
export function addAcknowledgeRoutes(routes: HttpRoutes, deps: ReleaseRouteDeps): void {
  const { clock, store } = deps;
  routes.get("/policies/acknowledgement", SHOW_ACKNOWLEDGE_RULES, async () => {
    return rulesView(await store.call("acknowledgeRules", undefined));
  });
  routes.put("/policies/acknowledgement", SET_ACKNOWLEDGE_RULES, async (request, reply) => {
    const rules = request.body;
    const names = rules.rules.map(({ name }) => name);
    const problems = names.flatMap((name, index) =>
      names.indexOf(name) === index ? [] : [{ field: `rules.${index}.name`, ...NAME_TAKEN }],
    );
    if (problems.length > 0) return sendProblem(reply, problemOf("INPUT_INVALID", { problems }));
    const { userId: actor } = actorOf(request);
    const set = await store.call("setAcknowledgeRules", { rules, actor, nowMs: clock.now() });
    if (set.type !== "set") return sendHeld(reply, set);
    return reply.send(rulesView(await store.call("acknowledgeRules", undefined)));
  });
}

function rulesView({ actor, atMs, confirmedBy, rules, version }: StoredRules) {
  if (version === 0) return { ...rules, rules: [...rules.rules], version };
  return {
    ...rules,
    rules: [...rules.rules],
    version,
    setBy: actor,
    confirmedBy: confirmedBy || undefined,
    setAt: new Date(atMs).toISOString(),
  };
}
