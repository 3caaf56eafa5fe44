import {
  createScheduleWatch,
  fetchScheduleFrom,
  RecordKeeper,
  type RunningService,
  type ServiceBody,
  type ServiceContext,
  type ServiceDefinition,
  type ServiceParts,
  startService,
} from "#participant";
import { Role } from "#proto";
import { shareInFlight } from "#runtime";
import { addFigureRoutes } from "./api/figure-routes.ts";
import { addMonitorGauges } from "./api/monitor-gauges.ts";
import { addOverviewRoutes } from "./api/overview-routes.ts";
import { renderStatusPage } from "./api/status-page.ts";
import { type SummaryDeps, summarize } from "./api/summary.ts";
import { type MonitorConfig, STORE_FILE } from "./config.ts";
import { addExportRoutes } from "./exports/export-routes.ts";
import { FeedDesk } from "./ingest/feed-desk.ts";
import { feedSourceFrom } from "./ingest/feed-source.ts";
import { judgeLedger } from "./ledger/judge-ledger.ts";
import { type MonitorProcedures, store as storeDefinition } from "./store.ts";
import { openWatch } from "./watch/open-watch.ts";
import { openMonitorWitness } from "./witness/open-witness.ts";

/** What a monitor is built from; the composition root chooses store and carrier. */
export type RegionalMonitorParts = ServiceParts<MonitorConfig, MonitorProcedures>;

/** Builds the service in the order of its dependencies and starts it (TP-MON-1). */
export async function startRegionalMonitor(parts: RegionalMonitorParts): Promise<RunningService> {
  return await startService(REGIONAL_MONITOR, parts);
}

const REGIONAL_MONITOR: ServiceDefinition<MonitorConfig, MonitorProcedures> = {
  name: "the regional monitor",
  role: Role.REGIONAL_MONITOR,
  metricsName: "regional_monitor",
  storeFile: STORE_FILE,
  readOnly: storeDefinition.readOnly,
  title: {
    title: "Tracepost regional monitor",
    description:
      "What a regional body counts: volume, timeliness and outcomes of the exchange, and what " +
      "States have signed off for indicator 16.4.2; never content.",
  },
  application: (_self, register) => ({ judge: (message) => judgeLedger(message, register()) }),
  build: buildRegionalMonitor,
};

async function buildRegionalMonitor(
  context: ServiceContext<MonitorConfig, MonitorProcedures>,
): Promise<ServiceBody> {
  const { clock, config, connected, consuming, lifecycle, logger } = context;
  const { register, registers, roots, self, store, timers } = context;
  const { dueCertificates, signerProblem } = context;
  const records = new RecordKeeper(context);
  await records.start();
  const { exchangeUrl } = config;
  const fetch = exchangeUrl === undefined ? undefined : fetchScheduleFrom(exchangeUrl);
  const schedule = createScheduleWatch({ store, roots, fetch, clock, timers, logger });
  const { participant } = self;
  const { feedSigner: signer } = context;
  const source =
    exchangeUrl === undefined
      ? undefined
      : feedSourceFrom({ exchangeUrl, participant, register, signer, clock });
  const desk = new FeedDesk({ participant, store, source, clock, timers, logger });
  const witness = await openMonitorWitness({
    ...{ settings: config.witness, participant, store, register, roots, clock, logger },
  });
  const facts: SummaryDeps = {
    ...{ participant, store, clock, connected, consuming, registers },
    ...{ dueCertificates, signerProblem, witness },
  };
  const figures = shareInFlight(() => summarize(facts));
  const settings = config.watch ?? {};
  const about = { settings, monitor: participant, register };
  const watch = await openWatch({ ...about, store, clock, timers, logger });
  return {
    onTaken: () => undefined,
    feeds: desk,
    begin: () => {
      schedule.start();
      lifecycle.add({ name: "retention schedule", stop: () => schedule.stop() });
      desk.start();
      lifecycle.add({ name: "feed of the exchange", stop: () => desk.stop() });
      watch.begin(lifecycle);
    },
    summarize: figures,
    gauges: (registry) => {
      addMonitorGauges(registry, figures);
      watch.gauges(registry);
      witness.gauges(registry);
    },
    openRoutes: (routes) => witness.openRoutes(routes),
    statusPage: async () => renderStatusPage(await summarize(facts)),
    routes: (routes) => {
      records.addRoutes(routes);
      addOverviewRoutes(routes, facts);
      watch.routes(routes);
      addFigureRoutes(routes, { participant, store, register, clock });
      addExportRoutes(routes, { participant, store, register, clock });
    },
  };
}
