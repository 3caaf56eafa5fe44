import { Gauge, type Registry } from "prom-client";
import { shareInFlight } from "#runtime";
import type { ServiceSummary } from "./summary.ts";

/** Figures read from the summary whenever metrics are collected, once for all of them. */
export function addGauges(
  registry: Registry,
  service: string,
  summarize: () => Promise<ServiceSummary>,
): void {
  const summary = shareInFlight(summarize);
  const add = (name: string, help: string, read: (of: ServiceSummary) => number): void => {
    new Gauge({
      name: `tracepost_${service}_${name}`,
      help,
      registers: [registry],
      // A figure that another one's look would set is told as it was the time before.
      async collect() {
        this.set(read(await summary()));
      },
    });
  };
  add("outbox_pending", "Messages of ours without an end", ({ outbox }) => outbox.pending);
  add("receipts_owed", "Receipts to be sent", ({ inbox }) => inbox.receiptsOwed);
  const missing = "Sequence numbers missing from other participants";
  add("missing_numbers", missing, ({ gaps }) => gaps.missingNumbers);
}

/** Which routing policy this participant judges by; 0: the default one (TP-POLICY-9). */
export function addPolicyGauge(
  registry: Registry,
  service: string,
  policy: () => { readonly version: bigint },
): void {
  new Gauge({
    name: `tracepost_${service}_policy_version`,
    help: "Version of the routing policy it judges by before it sends; 0: the default policy",
    registers: [registry],
    collect() {
      this.set(Number(policy().version));
    },
  });
}
