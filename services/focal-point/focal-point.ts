import { createPassingOn, judgeAlertMessage } from "#alerts";
import { addAlertDecisionRoute, addAlertDoor, addAlertGauges, startCopyKeeper } from "#alerts-api";
import type { HttpRoutes } from "#http";
import {
  fetchScheduleFrom,
  RecordKeeper,
  type RunningService,
  type ServiceBody,
  type ServiceContext,
  type ServiceDefinition,
  type ServiceParts,
  startService,
} from "#participant";
import type { Pump } from "#post";
import { Role } from "#proto";
import { CASEWORK_LIMITS, shareInFlight } from "#runtime";
import { addAcknowledgeRoutes } from "./api/acknowledge-routes.ts";
import { addAttachmentRoutes } from "./api/attachment-routes.ts";
import { addClockRoutes } from "./api/clock-routes.ts";
import { addDeputyRoutes } from "./api/deputy-routes.ts";
import { addDraftRoutes } from "./api/draft-routes.ts";
import { addFirearmRoutes } from "./api/firearm-routes.ts";
import { addOverviewRoutes } from "./api/overview-routes.ts";
import { addRegisterRoutes } from "./api/register-routes.ts";
import { addReleaseGauges } from "./api/release-gauges.ts";
import { addReleaseRoutes } from "./api/release-routes.ts";
import { renderStatusPage } from "./api/status-page.ts";
import { type SummaryDeps, summarize } from "./api/summary.ts";
import { addTraceRoutes } from "./api/trace-routes.ts";
import { createArrivalPump } from "./arrivals/arrival-pump.ts";
import { withAttachmentJudge } from "./attachments/attachment-judge.ts";
import { Attachments } from "./attachments/attachments.ts";
import { AttachmentTransfer } from "./attachments/transfer.ts";
import { createAnswering } from "./cases/answering.ts";
import { createTraceJudge } from "./cases/judge.ts";
import { addChainRoutes } from "./chain/chain-routes.ts";
import { createClockPump } from "./clocks/clock-pump.ts";
import type { FocalPointConfig } from "./config.ts";
import { addFormRoutes } from "./forms/form-routes.ts";
import { addLedgerRoutes } from "./ledger/ledger-routes.ts";
import { addSeizureRoutes } from "./ledger/seizure-routes.ts";
import { addLetterRoutes } from "./letters/letter-routes.ts";
import { createLapsePump } from "./moves/lapse-pump.ts";
import { withNotices } from "./notices/notice-hooks.ts";
import { addNoticeRoutes } from "./notices/notice-routes.ts";
import { withPersons } from "./persons/person-hooks.ts";
import { addPersonRoutes } from "./persons/person-routes.ts";
import { openRegisterImports } from "./register/open-imports.ts";
import { createReviewWatch } from "./releases/review-watch.ts";
import { createRetentionWatch } from "./retention/retention-watch.ts";
import { type FocalPointProcedures, store as storeDefinition } from "./store.ts";

/** What a focal point is built from; the composition root decides which store and which carrier. */
export type FocalPointParts = ServiceParts<FocalPointConfig, FocalPointProcedures>;

/** Builds the service in the order of its dependencies and starts it. */
export async function startFocalPoint(parts: FocalPointParts): Promise<RunningService> {
  return await startService(FOCAL_POINT, parts);
}

const FOCAL_POINT: ServiceDefinition<FocalPointConfig, FocalPointProcedures> = {
  name: "the focal point",
  role: Role.FOCAL_POINT,
  metricsName: "focal_point",
  storeFile: "focal-point.sqlite",
  readOnly: storeDefinition.readOnly,
  title: {
    title: "Tracepost focal point",
    description:
      "What officers and systems of a State do through its focal point: send and answer trace " +
      "requests, warn others and hear of hits, look after the firearm register, and see that " +
      "nothing is stuck.",
  },
  application: (self, register) => {
    const traces = createTraceJudge({ state: self.state, register });
    const others = withAttachmentJudge({
      judge: (message) =>
        judgeAlertMessage(message, { self, register: register() }) ?? traces.judge(message),
    });
    return withPersons(withNotices(others));
  },
  build: buildFocalPoint,
};

async function buildFocalPoint(
  context: ServiceContext<FocalPointConfig, FocalPointProcedures>,
): Promise<ServiceBody> {
  const { config, store, clock, timers, logger, self, lifecycle, onDrafted } = context;
  while (await store.call("linkOldCases", { limit: CASEWORK_LIMITS.linkPortion }));
  const attachments = await Attachments.open({ store, dataDir: config.dataDir, clock, timers });
  lifecycle.add({ name: "attachments", stop: () => attachments.close() });
  const moving = { store, attachments, self, clock, timers, logger, onDrafted };
  const transfer = new AttachmentTransfer(moving);
  const removeFiles = (): Promise<void> => attachments.dropDisposed();
  const records = new RecordKeeper({ ...context, removeFiles });
  await records.start();
  const imports = await openRegisterImports(context);
  const answering = createAnswering({ store, replier: self, clock, timers, logger, onDrafted });
  const arriving = { store, self, clock, timers, logger, onDrafted };
  const arrivals = createArrivalPump({ ...arriving, answering: config.answering });
  const clocks = createClockPump({ store, self, clock, timers, logger, onDrafted });
  const passingOn = createPassingOn(context);
  const goingOn: readonly (readonly [string, Pick<Pump, "start" | "stop">])[] = [
    ["clocks", clocks],
    ["arrivals", arrivals],
    ["lapse", createLapsePump({ store, clock, timers, logger })],
    ["reviews", createReviewWatch({ store, clock, timers, logger })],
    ["retention", createRetention(context)],
    ["passing on alerts", passingOn],
    ["attachments under way", transfer],
    ...(config.answering === "register" ? [["answering", answering] as const] : []),
  ];
  const facts: SummaryDeps = {
    participant: self.participant,
    store,
    clock,
    connected: context.connected,
    consuming: context.consuming,
    signerProblem: context.signerProblem,
    dueCertificates: context.dueCertificates,
    registers: context.registers,
    answering: config.answering,
  };
  const figures = shareInFlight(() => summarize(facts));
  return {
    onTaken: () => {
      answering.wake();
      passingOn.wake();
      transfer.wake();
      // A notice that was taken may have been answered in the same transaction.
      onDrafted();
    },
    onReceipt: () => {
      passingOn.wake();
      transfer.wake();
    },
    onWrite: () => {
      clocks.wake();
      arrivals.wake();
    },
    begin: () => {
      startCopyKeeper(context);
      for (const [name, work] of goingOn) {
        work.start();
        lifecycle.add({ name, stop: () => work.stop() });
      }
    },
    summarize: figures,
    gauges: (registry) => {
      addReleaseGauges(registry, figures);
      addAlertGauges(registry, "focal_point", figures);
    },
    statusPage: async () => renderStatusPage(await summarize(facts)),
    routes: (routes) => addOwnRoutes(routes, context, { attachments, imports, facts, records }),
  };
}

/** Ends personal data by the schedule of the exchange, where its door is known. */
function createRetention({
  clock,
  config,
  logger,
  roots,
  store,
  timers,
}: ServiceContext<FocalPointConfig, FocalPointProcedures>): Pump {
  const { exchangeUrl } = config;
  const fetch = exchangeUrl === undefined ? undefined : fetchScheduleFrom(exchangeUrl);
  const sinceStartMs = (): number => performance.now();
  return createRetentionWatch({ store, roots, fetch, clock, timers, logger, sinceStartMs });
}

/** What only the routes of a focal point need. */
interface RouteParts {
  readonly attachments: Attachments;
  readonly imports: Awaited<ReturnType<typeof openRegisterImports>>;
  readonly facts: SummaryDeps;
  readonly records: RecordKeeper;
}

function addOwnRoutes(
  routes: HttpRoutes,
  context: ServiceContext<FocalPointConfig, FocalPointProcedures>,
  { attachments, facts, imports, records }: RouteParts,
): void {
  const { clock, onDrafted, policy, register, self, store } = context;
  const asking = { store, self, register, policy, clock };
  addClockRoutes(routes, { store, clock });
  addAlertDoor(routes, context);
  addAlertDecisionRoute(routes, context);
  addDraftRoutes(routes, { ...asking, onDrafted });
  addTraceRoutes(routes, { ...asking, onDrafted });
  addChainRoutes(routes, asking);
  addAttachmentRoutes(routes, { attachments, store, self, clock, onDrafted });
  addReleaseRoutes(routes, { store, clock, onDrafted });
  addAcknowledgeRoutes(routes, { store, clock, onDrafted });
  addDeputyRoutes(routes, { store, clock, onDrafted });
  addLetterRoutes(routes, asking);
  addFormRoutes(routes);
  addPersonRoutes(routes, { store, clock });
  addNoticeRoutes(routes, { store, self, clock, onDrafted });
  addSeizureRoutes(routes, asking);
  addLedgerRoutes(routes, asking);
  addFirearmRoutes(routes, { store, clock, ...imports });
  addRegisterRoutes(routes, { store, clock, ...imports });
  records.addRoutes(routes);
  addOverviewRoutes(routes, facts);
}
