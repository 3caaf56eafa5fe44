import { Gauge, type Registry } from "prom-client";
import type { ServiceSummary } from "./summary.ts";

/** Figures read from the summary whenever metrics are collected. */
export function addGauges(
  registry: Registry,
  service: string,
  summarize: () => Promise<ServiceSummary>,
): void {
  const registers = [registry];
  const pending = new Gauge({
    name: `tracepost_${service}_outbox_pending`,
    help: "Messages of ours without an end",
    registers,
  });
  const owed = new Gauge({
    name: `tracepost_${service}_receipts_owed`,
    help: "Receipts to be sent",
    registers,
  });
  new Gauge({
    name: `tracepost_${service}_missing_numbers`,
    help: "Sequence numbers missing from other participants",
    registers,
    async collect() {
      const summary = await summarize();
      this.set(summary.gaps.missingNumbers);
      pending.set(summary.outbox.pending);
      owed.set(summary.inbox.receiptsOwed);
    },
  });
}
