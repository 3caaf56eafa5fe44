import { Gauge, type Registry } from "prom-client";
import type { WatchGlance } from "./mail-procedures.ts";

const RULE_KINDS = ["SILENCE", "BACKLOG", "REFUSALS", "DISCREPANCY"] as const;
const MAIL_STATES = ["WAITING", "SENT", "FAILED", "DROPPED"] as const;

/** Figures of what is watched (TP-WATCH-11): by rule and state of a mail, never by State. */
export function addWatchGauges(registry: Registry, glance: () => Promise<WatchGlance>): void {
  new Gauge({
    name: "tracepost_regional_monitor_notices_open",
    help: "Matters that are beyond a threshold, by kind of rule",
    labelNames: ["rule"],
    registers: [registry],
    async collect() {
      const { standing } = await glance();
      for (const rule of RULE_KINDS) this.set({ rule }, standing[rule] ?? 0);
    },
  });
  new Gauge({
    name: "tracepost_regional_monitor_mails",
    help: "Mails that are kept, by state",
    labelNames: ["state"],
    registers: [registry],
    async collect() {
      const { mails } = await glance();
      for (const state of MAIL_STATES) this.set({ state }, mails[state] ?? 0);
    },
  });
}
