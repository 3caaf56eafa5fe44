import { Gauge, type Registry } from "prom-client";
import { Type } from "typebox";
import type { PageAlert, PageTable } from "#http";
import { countOf } from "#participant";
import type { Clock, Database } from "#runtime";
import type { AlertProcedures } from "../exchange/alert-procedures.ts";
import type { AlertCounts } from "../exchange/count-procedures.ts";

const COUNT = (description: string) => Type.Integer({ minimum: 0, description });

/** Contract of the counts of alerts in a summary (TP-ALERT-45). */
export const ALERT_COUNTS = Type.Object(
  {
    inForceSent: COUNT("In force, of this participant"),
    inForceReceived: COUNT("In force, of others"),
    awaitingApproval: COUNT("Waiting for the focal point to approve them"),
    unacknowledgedHere: COUNT("In force, of others, that nobody here has said to have read"),
    unacknowledgedByOthers: COUNT("Recipients who have not said to have read what is in force"),
    hits: COUNT("Reported and not retracted, on what is in force"),
    exercises: COUNT("Exercises and tests that stand; counted nowhere else"),
  },
  { description: "Alerts, as far as they are no exercises" },
);

/** Counts of a participant without alerts, for examples. */
export const NO_ALERTS: AlertCounts = {
  inForceSent: 0,
  inForceReceived: 0,
  awaitingApproval: 0,
  unacknowledgedHere: 0,
  unacknowledgedByOthers: 0,
  hits: 0,
  exercises: 0,
};

/** Table of a status page. */
export function alertTable(counts: AlertCounts): PageTable {
  return {
    heading: "Alerts",
    rows: [
      ["In force, ours", counts.inForceSent],
      ["In force, of others", counts.inForceReceived],
      ["Waiting for approval", counts.awaitingApproval],
      ["Not yet acknowledged by us", counts.unacknowledgedHere],
      ["Recipients that have not acknowledged ours", counts.unacknowledgedByOthers],
      ["Possible matches reported", counts.hits],
      ["EXERCISE or TEST, apart", counts.exercises],
    ],
  };
}

/** What of alerts needs a person here. `decides` says whether approval is given here. */
export function alertAttention(
  counts: AlertCounts,
  { decides }: { readonly decides: boolean },
): PageAlert[] {
  const { awaitingApproval, unacknowledgedHere } = counts;
  const alerts: PageAlert[] = [];
  if (decides && awaitingApproval > 0) {
    alerts.push({
      level: "look",
      what: `${countOf(awaitingApproval, "alert")} of agencies of this State for you to approve.`,
      remedy: "Approve or decline: tracepost alert list --side asked lists them.",
    });
  }
  if (unacknowledgedHere > 0) {
    alerts.push({
      level: "look",
      what: `${countOf(unacknowledgedHere, "alert")} in force that nobody here has acknowledged.`,
      remedy: "Read and acknowledge: tracepost alert list --in-force lists what is in force.",
    });
  }
  return alerts;
}

/** What counting needs. */
export interface AlertCountDeps {
  readonly store: Pick<Database<AlertProcedures>, "call">;
  readonly clock: Clock;
  readonly participant: string;
}

/** The counts of now. */
export async function countAlerts({ clock, participant, store }: AlertCountDeps) {
  return await store.call("alertCounts", { participant, nowMs: clock.now() });
}

/** Figures about alerts, of the summary that metrics show; no content. */
export function addAlertGauges(
  registry: Registry,
  service: string,
  summarize: () => Promise<{ readonly alerts: AlertCounts }>,
): void {
  new Gauge({
    name: `tracepost_${service}_alerts`,
    help: "Alerts by standing; what is an exercise or a test counts as that alone",
    labelNames: ["standing"],
    registers: [registry],
    async collect() {
      const { alerts: counts } = await summarize();
      this.set({ standing: "in_force_sent" }, counts.inForceSent);
      this.set({ standing: "in_force_received" }, counts.inForceReceived);
      this.set({ standing: "awaiting_approval" }, counts.awaitingApproval);
      this.set({ standing: "unacknowledged" }, counts.unacknowledgedHere);
      this.set({ standing: "recipients_unacknowledged" }, counts.unacknowledgedByOthers);
      this.set({ standing: "hits" }, counts.hits);
      this.set({ standing: "exercises" }, counts.exercises);
    },
  });
}
