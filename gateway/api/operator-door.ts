import { addDisposalRoutes, addHoldRoutes, type DisposalRouteDeps } from "#disposal-api";
import { addUserRoutes, type HttpApi } from "#http";
import type { Database, Logger } from "#runtime";
import { createGuard } from "#users";
import type { CheckpointKeeper } from "../checkpoint-keeper.ts";
import type { GatewayProcedures } from "../store.ts";
import { addAuditRoutes } from "./audit-routes.ts";
import { addCountsRoutes } from "./counts-routes.ts";
import { addEventRoutes } from "./event-routes.ts";
import { addEvidenceRoutes, type EvidenceRouteDeps } from "./evidence-routes.ts";
import { addQuarantineRoutes, type QuarantineRouteDeps } from "./quarantine-routes.ts";
import { addRecordExport } from "./record-export-routes.ts";
import { addRecordRoutes } from "./record-routes.ts";
import { addRenewalRoutes, type RenewalRouteDeps } from "./renewal-routes.ts";
import { addTimestampRoutes, type TimestampRouteDeps } from "./timestamp-routes.ts";

/** What the door of operators works with. */
export interface OperatorDoorDeps
  extends QuarantineRouteDeps,
    RenewalRouteDeps,
    Pick<TimestampRouteDeps, "timestamps">,
    Omit<EvidenceRouteDeps, "checkpoints"> {
  readonly store: Database<GatewayProcedures>;
  readonly checkpoints: CheckpointKeeper;
  readonly logger: Logger;
  readonly clerk: DisposalRouteDeps["clerk"];
}

/** What is behind the guard of the gateway: its own users, and what they look into. */
export function operatorDoor(deps: OperatorDoorDeps): HttpApi {
  const { clerk, clock, store } = deps;
  const guard = createGuard(deps);
  return {
    guard,
    routes: (routes) => {
      addUserRoutes(routes, { store, guard, clock });
      addQuarantineRoutes(routes, deps);
      addHoldRoutes(routes, {
        ...{ store, clock, where: "gateway" },
        onLogged: (head) => deps.checkpoints.note(head),
        register: () => deps.register.view(),
      });
      addDisposalRoutes(routes, deps);
      addEventRoutes(routes, { store, clock });
      addRecordRoutes(routes, { store, clock, clerk });
      addRecordExport(routes, { store, clock });
      addAuditRoutes(routes, { store, clock });
      addCountsRoutes(routes, { store });
      addEvidenceRoutes(routes, deps);
      addRenewalRoutes(routes, deps);
      addTimestampRoutes(routes, deps);
    },
  };
}
