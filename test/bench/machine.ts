import { open, rm } from "node:fs/promises";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";

/** What the figures were measured on. */
export interface Machine {
  readonly node: string;
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGib: number;
  /** fsync of a 4 KiB write, milliseconds: what every durable step pays on this disk. */
  readonly fsync: { readonly p50Ms: number; readonly p99Ms: number };
}

/** Looks at the machine; takes less than a second. */
export async function describeMachine(): Promise<Machine> {
  const cores = cpus();
  return {
    node: process.version,
    cores: cores.length,
    cpu: cores[0]?.model ?? "unknown",
    memoryGib: Math.round(totalmem() / 2 ** 30),
    fsync: await measureFsync(),
  };
}

/** The machine in one line. */
export function machineLine(machine: Machine): string {
  const { node, cores, cpu, memoryGib, fsync } = machine;
  return (
    `Node ${node}, ${cores} × ${cpu}, ${memoryGib} GiB, ` +
    `fsync p50 ${fsync.p50Ms.toFixed(2)} ms, p99 ${fsync.p99Ms.toFixed(2)} ms`
  );
}

/** A file that is written and made durable, write by write. */
export interface SyncedFile {
  /** Appends 4 KiB and waits for the disk. */
  write(): Promise<void>;
  close(): Promise<void>;
}

/** Opens one in the folder for temporary files. */
export async function openSyncedFile(): Promise<SyncedFile> {
  const file = join(tmpdir(), `tracepost-fsync-${process.pid}`);
  const handle = await open(file, "w");
  let position = 0;
  return {
    write: async () => {
      await handle.write(Buffer.alloc(4_096, position), 0, 4_096, position);
      position += 4_096;
      await handle.sync();
    },
    close: async () => {
      await handle.close();
      await rm(file);
    },
  };
}

async function measureFsync(): Promise<Machine["fsync"]> {
  const file = await openSyncedFile();
  const took: number[] = [];
  for (let n = 0; n < 200; n += 1) {
    const startedAt = performance.now();
    await file.write();
    took.push(performance.now() - startedAt);
  }
  await file.close();
  return { p50Ms: quantile(took, 0.5), p99Ms: quantile(took, 0.99) };
}

/** The value below which a share of all lies; 0 when there are none. */
export function quantile(all: readonly number[], share: number): number {
  const sorted = [...all].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** The middle value. */
export function median(all: readonly number[]): number {
  return quantile(all, 0.5);
}

/** How long some work takes, in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
