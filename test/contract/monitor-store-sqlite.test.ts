import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { StorePlace } from "#runtime";
import { describeMonitorStore } from "./monitor-store.ts";
import { describeWatching } from "./watch-store.ts";

const dirs: string[] = [];

afterAll(async () => {
  for (const dir of dirs) await rm(dir, { recursive: true });
});

async function newPlace(): Promise<StorePlace> {
  const dir = await mkdtemp(join(tmpdir(), "tracepost-monitor-"));
  dirs.push(dir);
  return { kind: "sqlite", file: join(dir, "regional-monitor.sqlite") };
}

describeMonitorStore("SQLite", newPlace);
describeWatching("SQLite", newPlace);
