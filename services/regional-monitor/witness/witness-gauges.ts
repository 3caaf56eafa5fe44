import { Gauge, type Registry } from "prom-client";
import type { WitnessGlance } from "#witness";

/** Figures of a monitor as a witness (TP-MON-20). */
export function addWitnessGauges(registry: Registry, glance: () => Promise<WitnessGlance>): void {
  new Gauge({
    name: "tracepost_regional_monitor_witness_size",
    help: "Entries of the checkpoint that was cosigned last",
    registers: [registry],
    async collect() {
      this.set((await glance()).size);
    },
  });
  new Gauge({
    name: "tracepost_regional_monitor_witness_conflicts",
    help: "Pairs of signed checkpoints that cannot both be true",
    registers: [registry],
    async collect() {
      this.set((await glance()).conflicts);
    },
  });
}
