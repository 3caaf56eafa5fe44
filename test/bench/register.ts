import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lookAlikeKey, normalizeSerial } from "#casework";
import { systemClock, systemTimers, type Transaction } from "#runtime";
import { openSqliteReader, openSqliteStore } from "#store";
import {
  firearmCandidates,
  LOOKUP_SQL,
} from "../../services/focal-point/firearms/firearm-lookups.ts";
import { RegisterImporter } from "../../services/focal-point/register/register-importer.ts";
import { Spool } from "../../services/focal-point/register/spool.ts";
import type { FocalPointProcedures } from "../../services/focal-point/store.ts";
import type { Bench, BenchOptions, Section } from "./section.ts";
import { type Asked, type Figure, REPEATS, ratioRows, timesOf } from "./timed-reads.ts";

const MIB = 2 ** 20;
const SAMPLES = 5_000;
const NEAR_SAMPLES = 300;
const TENTHS = 10;
const MAKES = ["GLOCK", "TAURUS", "RUGER", "BERETTA", "SMITH & WESSON"];
const LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ";
const PRIME = 7_919;

/** Import into a register of firearms, and what looking up in it costs. */
export const registerBench: Bench = {
  name: "register",
  about: "import of a register: rows a second and memory; exact and look-alike look-ups",
  run: measureRegister,
};

/** Serial numbers in an order that is none, as a register of many makers has them. */
function serialOf(index: number): string {
  const mixed = (index * PRIME * 104_729) % 100_000_000_000;
  const letters = [0, 1, 2].map((place) => LETTERS[Math.floor(mixed / 23 ** place) % 23]).join("");
  return `${letters}-${String(mixed % 1_000_000_000).padStart(9, "0")}`;
}

async function* linesOf(rows: number): AsyncGenerator<Uint8Array> {
  let text = "";
  for (let index = 0; index < rows; index += 1) {
    text += `${JSON.stringify({
      id: `REG-${String(index).padStart(9, "0")}`,
      make: MAKES[index % MAKES.length],
      serial: serialOf(index),
      calibre: "9 mm",
      madeUp: true,
      events: [{ kind: "MANUFACTURED", date: String(1960 + (index % 60)) }],
    })}\n`;
    if (text.length < MIB) continue;
    yield Buffer.from(text);
    text = "";
  }
  yield Buffer.from(text);
}

async function measureRegister(options: BenchOptions): Promise<Section> {
  const { rows } = options;
  const dir = await mkdtemp(join(tmpdir(), "tracepost-register-bench-"));
  const file = join(dir, "focal-point.sqlite");
  const module = new URL("../../services/focal-point/store.ts", import.meta.url);
  const store = await openSqliteStore<FocalPointProcedures>({ file, module });
  try {
    const spool = new Spool(join(dir, "imports"));
    const uploadId = "up_000000000001";
    const begun = { uploadId, name: "bench", format: "jsonl", partial: true } as const;
    await store.call("beginUpload", {
      ...begun,
      actor: "bench",
      nowMs: Date.now(),
      repeat: undefined,
    });
    const { bytes: totalBytes } = await spool.append(uploadId, 0, linesOf(rows));
    await store.call("closeUpload", { uploadId, totalBytes });
    const memory = watchMemory();
    const startedAt = performance.now();
    const say = (told: unknown) => options.progress(JSON.stringify(told));
    const logger = { error: say, info: say };
    const clock = systemClock;
    const importer = new RegisterImporter({ store, spool, clock, timers: systemTimers, logger });
    await importer.recover();
    await importer.settled();
    const seconds = (performance.now() - startedAt) / 1_000;
    const memoryBytes = memory.end();
    const count = await store.call("countFirearms", undefined);
    const mib = memoryBytes.map((bytes) => (bytes / MIB).toFixed(0)).join(", ");
    options.progress(`${count} rows in ${seconds.toFixed(0)} s; MiB in each tenth: ${mib}`);
    const figures = await lookUps(file, rows);
    return sectionOf({ rows: count, seconds, memoryBytes, figures });
  } finally {
    await store.close();
    await rm(dir, { recursive: true, force: true });
  }
}

/** The most resident memory of the process in each tenth of the time, store's thread included. */
function watchMemory(): { end(): number[] } {
  const samples: number[] = [];
  const timer = setInterval(() => samples.push(process.memoryUsage.rss()), 250);
  return {
    end() {
      clearInterval(timer);
      samples.push(process.memoryUsage.rss());
      const most = (tenth: number): number => {
        const from = Math.floor((samples.length * tenth) / TENTHS);
        const to = Math.ceil((samples.length * (tenth + 1)) / TENTHS);
        return samples.slice(from, to).reduce((one, other) => Math.max(one, other), 0);
      };
      return Array.from({ length: TENTHS }, (_, tenth) => most(tenth));
    },
  };
}

async function lookUps(file: string, rows: number): Promise<Figure[]> {
  const reader = openSqliteReader(file);
  const pick = (sample: number): number => (sample * PRIME * 31) % rows;
  try {
    return await reader.read(async (tx) => {
      const point = (on: Transaction, index: number) =>
        on.get("SELECT * FROM firearm WHERE id = ?", `REG-${String(index).padStart(9, "0")}`);
      const exact = (on: Transaction, index: number) => {
        const serial = serialOf(index);
        return on.all(LOOKUP_SQL.serial, lookAlikeKey(serial), normalizeSerial(serial), 50);
      };
      const alike = (on: Transaction, index: number) =>
        on.all(LOOKUP_SQL.keys, JSON.stringify([lookAlikeKey(serialOf(index))]), 50);
      const ranked = (serial: (index: number) => string, depth: "ALIKE" | "NEAR") => {
        return (on: Transaction, index: number) =>
          firearmCandidates(on, { wanted: { serial: serial(index) }, depth, limit: 20 });
      };
      const missing = (index: number): string => serialOf(index).replace(/.(?=.{3}$)/, "");
      const part = (index: number): string => `${serialOf(index).slice(0, 10)}*`;
      const asked: readonly Asked[] = [
        { name: "indexed point read", samples: SAMPLES, ask: point },
        { name: "exact", samples: SAMPLES, ask: exact },
        { name: "look-alike", samples: SAMPLES, ask: alike },
        { name: "look-alike, ranked", samples: NEAR_SAMPLES, ask: ranked(serialOf, "ALIKE") },
        { name: "read in part, ranked", samples: NEAR_SAMPLES, ask: ranked(part, "NEAR") },
        { name: "one slip, ranked", samples: NEAR_SAMPLES, ask: ranked(missing, "NEAR") },
      ];
      // The first round warms what a running service has warm.
      await timesOf(tx, asked, pick);
      return await timesOf(tx, asked, pick);
    });
  } finally {
    reader.close();
  }
}

function sectionOf(measured: {
  readonly rows: number;
  readonly seconds: number;
  /** The most in each tenth of the time. */
  readonly memoryBytes: readonly number[];
  readonly figures: readonly Figure[];
}): Section {
  const { figures, memoryBytes, rows, seconds } = measured;
  const mib = (bytes: number): string => (bytes / MIB).toFixed(0);
  return {
    title:
      `Register of ${rows.toLocaleString("en-US")} firearms, each with an event: imported at ` +
      `${(rows / seconds).toFixed(0)} rows/s; resident memory at most ` +
      `${mib(Math.max(...memoryBytes))} MiB, ${mib(memoryBytes[0] ?? 0)} MiB in the first tenth. Look-ups, one at a time, the quickest of ${REPEATS}`,
    columns: ["look-up", "p50, µs", "p99, µs", "p50 ratio", "p99 ratio"],
    rows: ratioRows(figures),
    data: measured,
  };
}
