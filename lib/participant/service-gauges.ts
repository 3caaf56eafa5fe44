import { Gauge, type Registry } from "prom-client";
import type { ServiceSummary } from "./summary.ts";

/** Figures of the summary, read whenever metrics are collected; who gives it shares it. */
export function addGauges(
  registry: Registry,
  service: string,
  summary: () => Promise<ServiceSummary>,
): void {
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
  const standings: readonly string[] = ["fresh", "stale", "grace", "closed"];
  const standing = "Standing of the participant register: 0 fresh, 1 stale, 2 grace, 3 closed";
  add("register_standing", standing, ({ register }) => standings.indexOf(register.standing));
  const closes = "When the participant register closes and nothing goes any more, Unix time";
  add("register_closes_seconds", closes, ({ register }) => Date.parse(register.closesAt) / 1_000);
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
