import { Gauge, type Registry } from "prom-client";
import type { Summary } from "./summary.ts";

/** Figures for whoever runs the monitor (TP-MON-10); counts of its own work, no State. */
export function addMonitorGauges(registry: Registry, summary: () => Promise<Summary>): void {
  const add = (name: string, help: string, read: (feed: Summary["feed"]) => number): void => {
    new Gauge({
      name: `tracepost_regional_monitor_${name}`,
      help,
      registers: [registry],
      async collect() {
        this.set(read((await summary()).feed));
      },
    });
  };
  add("feed_number", "Newest message of the feed that was taken", ({ number }) => number);
  new Gauge({
    name: "tracepost_regional_monitor_feed_age_seconds",
    help: "How long ago the newest message of the feed was made; absent before the first",
    registers: [registry],
    async collect() {
      const { at, feed } = await summary();
      if (feed.newestMadeAt === undefined) return;
      this.set((Date.parse(at) - Date.parse(feed.newestMadeAt)) / 1_000);
    },
  });
  add("events_counted", "Events that were counted", ({ counted }) => counted);
  add("events_refused", "Events that could not be counted", ({ refused }) =>
    Object.values(refused).reduce((sum, count) => sum + count, 0),
  );
  add("days_compared", "Days compared with the counts of the log", (feed) => feed.daysCompared);
  add("days_differing", "Days that differ from the counts of the log", (feed) => {
    return feed.daysDiffering;
  });
}
