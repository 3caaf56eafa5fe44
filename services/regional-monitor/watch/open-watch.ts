import { Counter, type Registry } from "prom-client";
import type { HttpRoutes } from "#http";
import type { Database, Lifecycle } from "#runtime";
import { disclosurePolicy } from "#statistics";
import type { RegisterView } from "#trust";
import { type NamedNow, Watch, type WatchDeps } from "./watch.ts";
import { addWatchGauges } from "./watch-gauges.ts";
import type { WATCH_PROCEDURES } from "./watch-procedures.ts";
import { addWatchRoutes } from "./watch-routes.ts";

/** What watching takes of a running monitor. */
export interface WatchContext extends Omit<WatchDeps, "named" | "onMail" | "store"> {
  readonly store: Pick<Database<typeof WATCH_PROCEDURES>, "call">;
  readonly register: () => RegisterView;
}

/** Watching as a part of a monitor. */
export interface OpenWatch {
  begin(lifecycle: Lifecycle): void;
  gauges(registry: Registry): void;
  routes(routes: HttpRoutes): void;
}

/** Builds it. Throws TracepostError KEY_FILE for files of the mail server that cannot be used. */
export async function openWatch(context: WatchContext): Promise<OpenWatch> {
  const { clock, monitor, register, store } = context;
  let attempts: Counter<"outcome"> | undefined;
  const onMail = (outcome: string): void => attempts?.inc({ outcome });
  const named = (): NamedNow => namedBy(register(), monitor, clock.now());
  const watch = new Watch({ ...context, named, onMail });
  await watch.open();
  return {
    begin: (lifecycle) => {
      watch.start();
      lifecycle.add({ name: "thresholds", stop: () => watch.stop() });
    },
    gauges: (registry) => {
      addWatchGauges(registry, () => store.call("watchGlance", undefined));
      attempts = new Counter({
        name: "tracepost_regional_monitor_mail_attempts_total",
        help: "Attempts to send a mail, by outcome",
        labelNames: ["outcome"],
        registers: [registry],
      });
    },
    routes: (routes) => addWatchRoutes(routes, { store, watch, clock }),
  };
}

/** States that a monitor may name, by consent to a body it stands for (TP-WATCH-8). */
function namedBy(register: RegisterView, monitor: string, nowMs: number): NamedNow {
  const policy = disclosurePolicy(register, nowMs);
  const bodies = policy.bodiesOf(monitor);
  const aggregation = "VOLUMES";
  return {
    inEvents: policy.states.filter((state) =>
      bodies.some((body) => policy.maySee(body, { about: "EVENTS", state }).isGiven),
    ),
    inReleases: policy.states.filter((state) =>
      bodies.some((body) => policy.maySee(body, { about: "STATE", state, aggregation }).isGiven),
    ),
  };
}
