import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { TracepostError } from "#errors";
import type { StorePlace } from "#runtime";
import { readStore } from "#store";
import {
  type LocalPostgres,
  startPostgres,
} from "../../deploy/local/postgres-server/start-postgres.ts";
import { postgresPrograms } from "../support/postgres.ts";

/** Kinds of store that a bench can be run on. */
export const STORE_KINDS = ["sqlite", "postgres"] as const;
export type StoreKind = (typeof STORE_KINDS)[number];

/** Where the store of a bench lies. */
export interface BenchPlace {
  readonly place: StorePlace;
  /** Bytes it takes, indexes and free room included. */
  bytes(): Promise<number>;
  /** Ends the server, where there is one; then, unless they are kept, its files go. */
  stop(keep: boolean): Promise<void>;
}

/**
 * A place for a folder: an SQLite file in it, or a schema of a PostgreSQL server whose files lie
 * beside it. Throws TracepostError MISSING_DEPENDENCY where there is no PostgreSQL.
 */
export async function openBenchPlace(kind: StoreKind, dir: string): Promise<BenchPlace> {
  if (kind === "sqlite") {
    const file = join(dir, "gateway.sqlite");
    const bytes = async (): Promise<number> => (await stat(file)).size;
    return { place: { kind, file }, bytes, stop: async () => undefined };
  }
  // Beside the folder, because it belongs to another user, who cannot enter one of ours.
  const folder = `${dir}-postgres`;
  const server = await startServer(folder);
  const place: StorePlace = { kind, url: server.url, schema: "bench" };
  const bytes = async (): Promise<number> => {
    const sql = `SELECT sum(pg_total_relation_size(c.oid))::bigint AS bytes FROM pg_class c
       JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = 'bench' AND c.relkind = 'r'`;
    const row = await readStore(place, (tx) => tx.get<{ bytes: number }>(sql));
    return Number(row?.bytes ?? 0);
  };
  const stop = async (keep: boolean): Promise<void> => {
    await server.stop();
    if (!keep) await rm(folder, { recursive: true, force: true });
  };
  return { place, bytes, stop };
}

async function startServer(dir: string): Promise<LocalPostgres> {
  const programs = await postgresPrograms();
  if (programs === undefined) {
    throw new TracepostError("MISSING_DEPENDENCY", "there is no PostgreSQL on this machine");
  }
  return await startPostgres(programs, { dir });
}
