import { Gauge, type Registry } from "prom-client";
import type { Clock, Database } from "#runtime";
import type { FocalPointProcedures } from "../store.ts";

/** Figures about what needs a second person, read whenever metrics are collected (TP-ANS-9). */
export function addReleaseGauges(
  registry: Registry,
  deps: {
    readonly store: Pick<Database<FocalPointProcedures>, "call">;
    readonly clock: Clock;
  },
): void {
  new Gauge({
    name: "tracepost_focal_point_releases",
    help: "What waits for a second person (pending), or was sent by one alone (review_…)",
    labelNames: ["standing"],
    registers: [registry],
    async collect() {
      const counted = await deps.store.call("countReleases", { nowMs: deps.clock.now() });
      this.set({ standing: "pending" }, counted.pending);
      this.set({ standing: "review_overdue" }, counted.reviewsOverdue);
      this.set({ standing: "review_in_time" }, counted.reviewsDue - counted.reviewsOverdue);
    },
  });
}
