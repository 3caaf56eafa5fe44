/** Time-stamps of a log against its entries (TP-STAMP-8). */
import type { KeyObject } from "node:crypto";
import { type LogWitness, openCheckpoint, type TreeHead } from "#message-log";
import { EntryKind, type LogEntry } from "#proto";
import { type SqlRow, TIMESTAMP_LIMITS, type Transaction } from "#runtime";
import { verifyTimestampToken } from "#timestamps";
import { equalBytes, sha256 } from "#wire";

/** Time-stamps that rest on one root certificate. */
export interface StampsUnderRoot {
  /** SHA-256 of the root certificate in hex, and whose it is. */
  readonly rootFingerprint: string;
  readonly rootHolder: string;
  /** Whether it was named. */
  readonly isTrusted: boolean;
  readonly stamps: number;
  /** Times of authorities, in milliseconds since 1970. */
  readonly firstAtMs: number;
  readonly newestAtMs: number;
  /** Entries under the newest one. */
  readonly newestSize: number;
}

/** Whose log it is, and which roots of authorities the reader knows. */
interface StampedLog {
  readonly origin: string;
  readonly publicKeys: readonly KeyObject[];
  /** SHA-256 in hex. */
  readonly roots: readonly string[];
}

interface StampRow extends SqlRow {
  log_index: number;
  checkpoint: string;
  token: Uint8Array;
  root: Uint8Array;
  size: number;
  stamped_at: number;
}

/** Verifies each token, and keeps what entries and trees are to say of it. */
export class StampCheck implements LogWitness {
  readonly heads: TreeHead[] = [];
  readonly #log: StampedLog;
  readonly #problems: string[] = [];
  /** SHA-256 of tokens by their places in the log; those that an entry has named are taken out. */
  readonly #unlogged = new Map<number, Uint8Array>();
  readonly #found = new Map<string, StampsUnderRoot>();

  private constructor(log: StampedLog) {
    this.#log = log;
  }

  /** Reads the time-stamps of a store, in the state that its entries are then read in. */
  static async of(tx: Transaction, log: StampedLog): Promise<StampCheck> {
    const check = new StampCheck(log);
    const columns =
      "SELECT log_index, size, checkpoint, token, root, stamped_at FROM log_timestamp";
    const sql = `${columns} WHERE log_index > ? ORDER BY log_index LIMIT ?`;
    for (let last: number | undefined = -1; last !== undefined; ) {
      const rows: StampRow[] = await tx.all<StampRow>(sql, last, TIMESTAMP_LIMITS.pageMax);
      for (const row of rows) check.#take(row);
      last = rows.at(-1)?.log_index;
    }
    return check;
  }

  /** What holds, by root certificates. */
  get underRoots(): readonly StampsUnderRoot[] {
    return [...this.#found.values()];
  }

  onEntry(index: number, { headerDigest, kind }: LogEntry): void {
    if (kind !== EntryKind.TIME_STAMP) return;
    const kept = this.#unlogged.get(index);
    this.#unlogged.delete(index);
    if (kept === undefined) this.#problems.push(`${nameOf(index)} is not kept`);
    else if (!equalBytes(kept, headerDigest)) {
      this.#problems.push(`${nameOf(index)} is not the one that was logged`);
    }
  }

  problems(entries: number): readonly string[] {
    const ahead = Math.max(0, ...this.heads.map(({ size }) => size));
    const missing = this.#log.roots.filter((root) => !this.#found.has(root));
    return [
      ...this.#problems,
      ...[...this.#unlogged.keys()].map((index) => `${nameOf(index)} was never logged`),
      ...(ahead > entries
        ? [`the log was cut off: ${ahead} entries were time-stamped, ${entries} are there`]
        : []),
      ...missing.map((root) => `no time-stamp rests on the root certificate ${root}`),
    ];
  }

  #take({ checkpoint, log_index: index, root, size, stamped_at, token }: StampRow): void {
    this.#unlogged.set(index, sha256(token));
    const message = Buffer.from(checkpoint);
    const verified = verifyTimestampToken(token, { message, roots: [root] });
    if (!verified.ok) {
      this.#problems.push(`${nameOf(index)} does not hold: ${verified.why}`);
      return;
    }
    const { origin, publicKeys, roots } = this.#log;
    const head = openCheckpoint(checkpoint, origin, publicKeys);
    if (head === undefined) {
      this.#problems.push(`${nameOf(index)} is over a checkpoint that the log has not signed`);
      return;
    }
    this.heads.push(head);
    const { atMs, rootFingerprint, rootHolder } = verified.value;
    if (head.size !== size) {
      this.#problems.push(`${nameOf(index)} is kept under another size than its checkpoint has`);
    }
    if (atMs !== stamped_at) {
      this.#problems.push(`${nameOf(index)} is kept with another time than its own`);
    }
    const known = this.#found.get(rootFingerprint);
    this.#found.set(rootFingerprint, {
      ...{ rootFingerprint, rootHolder, isTrusted: roots.includes(rootFingerprint) },
      stamps: (known?.stamps ?? 0) + 1,
      firstAtMs: Math.min(atMs, known?.firstAtMs ?? atMs),
      newestAtMs: Math.max(atMs, known?.newestAtMs ?? atMs),
      newestSize: Math.max(head.size, known?.newestSize ?? 0),
    });
  }
}

const nameOf = (index: number): string => `the time-stamp of entry ${index}`;
