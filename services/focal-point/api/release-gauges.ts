import { Gauge, type Registry } from "prom-client";
import type { Summary } from "./summary.ts";

/** Figures about what needs a second person, of the summary that metrics show (TP-ANS-9). */
export function addReleaseGauges(
  registry: Registry,
  summarize: () => Promise<Pick<Summary, "releases">>,
): void {
  new Gauge({
    name: "tracepost_focal_point_releases",
    help: "What waits for a second person (pending), or was sent by one alone (review_…)",
    labelNames: ["standing"],
    registers: [registry],
    async collect() {
      const { releases } = await summarize();
      this.set({ standing: "pending" }, releases.pending);
      this.set({ standing: "review_overdue" }, releases.reviewsOverdue);
      this.set({ standing: "review_in_time" }, releases.reviewsDue - releases.reviewsOverdue);
    },
  });
}
