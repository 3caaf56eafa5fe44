import { createReadStream } from "node:fs";
import { copyFile, mkdir, mkdtemp, open, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCheckpointSigner } from "#message-log";
import { systemClock } from "#runtime";
import { openSqliteStore } from "#store";
import { generateSigningKey } from "#trust";
import { createBackup, restoreBackup, verifyBackup } from "../../deploy/local/index.ts";
import type { GatewayProcedures } from "../../gateway/store.ts";
import { SIDE_BY_SIDE } from "./made-up-records.ts";
import { fillTo } from "./record-store.ts";
import type { Bench, BenchOptions, Section } from "./section.ts";

/** Backup, check and restore of a gateway's store, beside a plain copy and a plain read of it. */
export const backupBench: Bench = {
  name: "backup",
  about: "backup, verification and restore of --rows records, beside copying and reading the file",
  run: measureBackup,
};

async function measureBackup({ progress, rows }: BenchOptions): Promise<Section> {
  const dir = await mkdtemp(join(tmpdir(), "tracepost-backup-bench-"));
  const dataDir = join(dir, "gateway");
  const file = join(dataDir, "gateway.sqlite");
  try {
    await mkdir(dataDir);
    await fillTo({ kind: "sqlite", file }, Math.ceil(rows / SIDE_BY_SIDE), progress);
    await signHead(file);
    const { size } = await stat(file);
    progress(`${rows} records, ${(size / 1e6).toFixed(0)} MB`);
    const to = join(dir, "backup");
    const target = join(dir, "restored");
    const common = { clock: systemClock, onProgress: progress };
    const copyMs = await timed(() => copyPlain(file, join(dir, "floor")));
    const readMs = await timed(() => readPlain(file));
    const createMs = await timed(() =>
      createBackup({ ...common, dataDir, to, withKeys: false, program: "bench" }),
    );
    const verifyMs = await timed(async () => {
      const { problems } = await verifyBackup(to);
      if (problems.length > 0) throw new TypeError(problems.join("; "));
    });
    const restoreMs = await timed(() =>
      restoreBackup({ ...common, from: to, dataDir: target, replace: false }),
    );
    return sectionOf(size, [
      ["backup", createMs, "copy and fsync", copyMs],
      ["verification", verifyMs, "read", readMs],
      ["restore", restoreMs, "copy and fsync", copyMs],
    ]);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Without a checkpoint a log is not whole. */
async function signHead(file: string): Promise<void> {
  const module = new URL("../../gateway/store.ts", import.meta.url);
  const store = await openSqliteStore<GatewayProcedures>({ file, module });
  const { rootHash, size } = await store.call("logHead", undefined);
  const signer = createCheckpointSigner(generateSigningKey(), "bench.example/log");
  await store.call("keepCheckpoint", { size, note: signer.sign(size, rootHash) });
  await store.close();
}

type Row = readonly [string, number, string, number];

function sectionOf(bytes: number, rows: readonly Row[]): Section {
  const speed = (ms: number): string => `${(bytes / 1e3 / ms).toFixed(0)} MB/s`;
  return {
    title: `Backup of a store of ${(bytes / 1e6).toFixed(0)} MB`,
    columns: ["work", "time", "speed", "floor", "time of floor", "ratio"],
    rows: rows.map(([work, ms, floor, floorMs]) => [
      work,
      `${(ms / 1e3).toFixed(1)} s`,
      speed(ms),
      floor,
      `${(floorMs / 1e3).toFixed(1)} s`,
      (ms / floorMs).toFixed(1),
    ]),
    data: { bytes, rows },
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

async function copyPlain(from: string, to: string): Promise<void> {
  await copyFile(from, to);
  await using handle = await open(to, "r+");
  await handle.sync();
}

async function readPlain(file: string): Promise<void> {
  for await (const _ of createReadStream(file)) {
    // Nothing is done with it.
  }
}
