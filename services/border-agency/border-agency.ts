import { createPassingOn, judgeAlertMessage } from "#alerts";
import { addAlertDoor, addAlertGauges, startCopyKeeper } from "#alerts-api";
import { refused } from "#errors";
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
import { addOverviewRoutes } from "./api/overview-routes.ts";
import { renderStatusPage } from "./api/status-page.ts";
import { type SummaryDeps, summarize } from "./api/summary.ts";
import type { BorderAgencyConfig } from "./config.ts";
import { type BorderAgencyProcedures, store as storeDefinition } from "./store.ts";

/** What a border agency is built from (TP-ALERT-30); the composition root chooses the carrier. */
export type BorderAgencyParts = ServiceParts<BorderAgencyConfig, BorderAgencyProcedures>;

/** Builds the service in the order of its dependencies and starts it. */
export async function startBorderAgency(parts: BorderAgencyParts): Promise<RunningService> {
  return await startService(BORDER_AGENCY, parts);
}

const BORDER_AGENCY: ServiceDefinition<BorderAgencyConfig, BorderAgencyProcedures> = {
  name: "the border agency",
  role: Role.BORDER_AGENCY,
  metricsName: "border_agency",
  storeFile: "border-agency.sqlite",
  readOnly: storeDefinition.readOnly,
  title: {
    title: "Tracepost border agency",
    description:
      "What officers and systems of a border agency do on the exchange: send alerts, acknowledge " +
      "those of others, report hits, and see that nothing is stuck.",
  },
  application: (self, register) => ({
    judge: (message) =>
      judgeAlertMessage(message, { self, register: register() }) ??
      refused("SCHEMA_UNSUPPORTED", "header.kind", "not for a border agency"),
  }),
  build: buildBorderAgency,
};

async function buildBorderAgency(
  context: ServiceContext<BorderAgencyConfig, BorderAgencyProcedures>,
): Promise<ServiceBody> {
  const { store, clock, self, connected, consuming, registers } = context;
  const { dueCertificates, signerProblem } = context;
  const passingOn = createPassingOn(context);
  const records = new RecordKeeper(context);
  await records.start();
  const { config, logger, roots, timers } = context;
  const { exchangeUrl } = config;
  const fetch = exchangeUrl === undefined ? undefined : fetchScheduleFrom(exchangeUrl);
  const schedule = createScheduleWatch({ store, roots, fetch, clock, timers, logger });
  const facts: SummaryDeps = {
    participant: self.participant,
    ...{ store, clock, connected, consuming, registers },
    ...{ dueCertificates, signerProblem },
  };
  const figures = shareInFlight(() => summarize(facts));
  return {
    onTaken: () => passingOn.wake(),
    begin: () => {
      startCopyKeeper(context);
      passingOn.start();
      context.lifecycle.add({ name: "passing on alerts", stop: () => passingOn.stop() });
      schedule.start();
      context.lifecycle.add({ name: "retention schedule", stop: () => schedule.stop() });
    },
    summarize: figures,
    gauges: (registry) => addAlertGauges(registry, "border_agency", figures),
    statusPage: async () => renderStatusPage(await summarize(facts)),
    routes: (routes) => {
      addAlertDoor(routes, context);
      records.addRoutes(routes);
      addOverviewRoutes(routes, facts);
    },
  };
}
