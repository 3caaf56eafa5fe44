import { Counter, Gauge, type Registry } from "prom-client";
import { Role } from "#proto";
import { type Clock, type Database, shareInFlight } from "#runtime";
import type { CurrentRegister } from "#trust";
import { EVENT_KIND_NAMES } from "./store/event-kinds.ts";
import type { FeedBacklog } from "./store/monitor/feed-chain.ts";
import type { EventCount } from "./store/operator-events.ts";
import type { GatewayProcedures } from "./store.ts";
import { storedBytesQuota } from "./stored-quota.ts";

type EventCounts = Pick<Database<GatewayProcedures>, "call">;

/**
 * Operator events as metrics, read from the store when somebody asks (TP-OPS-16): what is open, and
 * what was ever counted, so that a restart of the gateway hides nothing.
 */
export function addEventGauges(registry: Registry, store: EventCounts): void {
  const registers = [registry];
  const counts = shareInFlight(() => countsOf(store));
  const labelNames = ["kind"] as const;
  new Gauge({
    name: "tracepost_gateway_operator_events_open",
    help: "Operator events nobody has acknowledged, by kind",
    labelNames,
    registers,
    async collect() {
      for (const { kind, open } of await counts()) this.set({ kind }, open);
    },
  });
  new Counter({
    name: "tracepost_gateway_operator_events_total",
    help: "Occurrences of operator events, by kind",
    labelNames,
    registers,
    async collect() {
      const known = await counts();
      this.reset();
      for (const { kind, total } of known) this.inc({ kind }, total);
    },
  });
}

/** Where the register in force stands, and until when anything goes (TP-REG-3). */
export function addRegisterGauges(
  registry: Registry,
  register: CurrentRegister,
  clock: Clock,
): void {
  const registers = [registry];
  const standings = ["fresh", "stale", "grace", "closed"];
  new Gauge({
    name: "tracepost_gateway_register_standing",
    help: "Standing of the participant register: 0 fresh, 1 stale, 2 grace, 3 closed",
    registers,
    collect() {
      this.set(standings.indexOf(register.standing(clock.now()).name));
    },
  });
  new Gauge({
    name: "tracepost_gateway_register_closes_seconds",
    help: "When the participant register closes and nothing goes any more, Unix time",
    registers,
    collect() {
      this.set((register.standing(clock.now()).closesAtMs ?? 0) / 1_000);
    },
  });
}

/** What is held of each participant, beside its quota of it (TP-GW-10). */
export function addStoredGauges(
  registry: Registry,
  store: EventCounts,
  register: CurrentRegister,
): void {
  const labelNames = ["participant"] as const;
  const registers = [registry];
  new Gauge({
    name: "tracepost_gateway_stored_bytes",
    help: "Bytes of a participant's messages that are held",
    ...{ labelNames, registers },
    async collect() {
      for (const { bytes, participant } of await store.call("storedBytes", undefined)) {
        this.set({ participant }, bytes);
      }
    },
  });
  new Gauge({
    name: "tracepost_gateway_stored_bytes_max",
    help: "Bytes of a participant's messages that may be held: its quota",
    ...{ labelNames, registers },
    collect() {
      for (const { id, quotas } of register.view().participants) {
        this.set({ participant: id }, storedBytesQuota(quotas));
      }
    },
  });
}

/** What waits of the chain of each monitor (TP-WATCH-12); a monitor is no State. */
export function addFeedGauges(
  registry: Registry,
  backlog: () => Promise<readonly FeedBacklog[]>,
  register: Pick<CurrentRegister, "view">,
): void {
  new Gauge({
    name: "tracepost_gateway_feed_waiting",
    help: "Messages for a regional monitor that were never put on their way",
    labelNames: ["monitor"],
    registers: [registry],
    async collect() {
      const waiting = await backlog();
      const monitors = register
        .view()
        .participants.filter(({ role }) => role === Role.REGIONAL_MONITOR);
      for (const { id: monitor } of monitors) {
        const found = waiting.find((one) => one.monitor === monitor);
        this.set({ monitor }, found?.messages ?? 0);
      }
    },
  });
}

/** Every kind, also those that never occurred: an alert needs something to be set on. */
async function countsOf(store: EventCounts): Promise<EventCount[]> {
  const known = await store.call("eventCounts", undefined);
  return EVENT_KIND_NAMES.map((kind) => {
    return known.find((count) => count.kind === kind) ?? { kind, open: 0, total: 0 };
  });
}
