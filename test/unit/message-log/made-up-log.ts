/** A log in a folder of its own, with made-up entries and a key, for tests. */
import type { KeyObject } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type CheckpointSigner,
  createCheckpointSigner,
  type LogReport,
  verifyLog,
} from "#message-log";
import { EntryKind, LogEntry } from "#proto";
import type { Database, SqlValue } from "#runtime";
import { openSqliteReader, openSqliteStore } from "#store";
import { generateSigningKey, type SigningKeyPair } from "#trust";
import type { LogProcedures } from "./log-fixture-store.ts";

/** Origin of every log made up here. */
export const ORIGIN = "test.tracepost.example/log";

/** Encoded entry number `index`, recorded `index` milliseconds after the first. */
export function madeUpEntry(index: number, change: Partial<LogEntry> = {}): Uint8Array {
  const nonce = new Uint8Array(16);
  new DataView(nonce.buffer).setBigUint64(0, BigInt(index));
  const entry = LogEntry.create({
    kind: EntryKind.MESSAGE,
    sender: "NE",
    messageId: `00000000-0000-7000-8000-${String(index).padStart(12, "0")}`,
    headerDigest: new Uint8Array(32).fill(index % 251),
    signaturesDigest: new Uint8Array(32).fill(index % 241),
    registerVersion: 1n,
    recordedAt: {
      seconds: 1_700_000_000n + BigInt(Math.floor(index / 1_000)),
      nanos: (index % 1_000) * 1_000_000,
    },
    nonce,
    ...change,
  });
  return LogEntry.encode(entry).finish();
}

/** An open log. */
export interface MadeUpLog {
  readonly store: Database<LogProcedures>;
  readonly keyPair: SigningKeyPair;
  readonly signer: CheckpointSigner;
  /** Appends so many made-up entries in batches of that size, and signs the last head. */
  grow(entries: number, batch?: number): Promise<void>;
  /** Changes rows behind the log's back. */
  tamper(sql: string, ...params: SqlValue[]): Promise<number>;
  /** With other keys than its own. */
  verify(publicKeys?: readonly KeyObject[]): Promise<LogReport>;
  remove(): Promise<void>;
}

/** Opens an empty log, in a folder of its own unless a file is named. */
export async function openMadeUpLog(place?: string): Promise<MadeUpLog> {
  const folder = await mkdtemp(join(tmpdir(), "tracepost-log-"));
  const file = place ?? join(folder, "log.sqlite");
  const module = new URL("./log-fixture-store.ts", import.meta.url);
  const store = await openSqliteStore<LogProcedures>({ file, module });
  const keyPair = generateSigningKey();
  const signer = createCheckpointSigner(keyPair, ORIGIN);
  return {
    store,
    keyPair,
    signer,
    grow: (entries, batch = 500) => grow(store, signer, entries, batch),
    tamper: (sql, ...params) => store.call("tamper", { sql, params }),
    verify: async (publicKeys = [keyPair.publicKey]) => {
      const reader = openSqliteReader(file);
      const options = { origin: ORIGIN, publicKeys };
      try {
        return await reader.read((tx) => verifyLog(tx, options));
      } finally {
        reader.close();
      }
    },
    remove: async () => {
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function grow(
  store: Database<LogProcedures>,
  signer: CheckpointSigner,
  entries: number,
  batch: number,
): Promise<void> {
  let { size } = await store.call("head", undefined);
  const end = size + entries;
  while (size < end) {
    const width = Math.min(batch, end - size);
    const from = size;
    const added = Array.from({ length: width }, (_, offset) => madeUpEntry(from + offset));
    ({ size } = await store.call("append", added));
  }
  const head = await store.call("head", undefined);
  await store.call("save", { note: signer.sign(head.size, head.rootHash), size: head.size });
}
